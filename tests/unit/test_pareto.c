/* SPDX-License-Identifier: Apache-2.0 */
#include "study/pareto.h"

#include "test.h"

/* Half of the grams are manufacturing where operational is half. */
static json_t *model(const char *name, const char *dataset, double top1, double grams,
                     double operational_g)
{
    json_t *out = json_pack("{s:s, s:{s:{s:f, s:f, s:f}, s:{s:f, s:f, s:f}}}", "name", name,
                            "footprint", "per_inference_g", "value", grams, "low", grams / 2,
                            "high", grams * 2, "operational_g", "value", operational_g, "low",
                            operational_g, "high", operational_g);
    json_t *accuracy = dataset ? json_pack("{s:s, s:s, s:i, s:f}", "dataset", dataset, "split",
                                           "test", "images", 10000, "top1", top1)
                               : json_null();
    (void)json_object_set_new(out, "accuracy", accuracy);
    return out;
}

static json_t *pair(const char *a, const char *b, double ratio, double width, const char *verdict)
{
    return json_pack("{s:s, s:s, s:f, s:s, s:{s:f, s:f}, s:s, s:b}", "a", a, "b", b, "ratio", ratio,
                     "method", "estimated", "systematic", "low", ratio / width, "high",
                     ratio * width, "verdict", verdict, "likely", 1);
}

static const json_t *front(const json_t *report, size_t i)
{
    return json_array_get(json_object_get(report, "pareto"), i);
}

static const json_t *entry(const json_t *report, size_t set, const char *name)
{
    size_t i;
    const json_t *found;
    json_array_foreach(json_object_get(front(report, set), "models"), i, found)
    {
        if (strcmp(json_string_value(json_object_get(found, "name")), name) == 0)
            return found;
    }
    fail_msg("%s is not on axis %zu", name, set);
    return NULL;
}

static const char *position(const json_t *report, const char *name)
{
    return json_string_value(json_object_get(entry(report, 0, name), "position"));
}

static json_t *report_of(json_t *models, json_t *pairs)
{
    struct miev_error err;
    json_t *report = json_pack("{s:o, s:o}", "models", models, "comparison", pairs);
    assert_ok(miev_report_pareto(report, &err), &err);
    return report;
}

/* b is a little less accurate and takes a fifth; c is worse than b in both. */
static json_t *three(const char *verdict_of_c)
{
    return report_of(
        json_pack("[o, o, o]", model("a", "CIFAR-10", 0.90, 10, 10),
                  model("b", "CIFAR-10", 0.85, 2, 2), model("c", "CIFAR-10", 0.80, 4, 4)),
        json_pack("[o, o, o]", pair("a", "b", 5, 1.5, "higher"), pair("a", "c", 2.5, 1.5, "higher"),
                  pair("b", "c", 0.5, 1.5, verdict_of_c)));
}

static void test_what_is_better_in_both_dominates(void **state)
{
    (void)state;
    json_t *report = three("lower");
    assert_string_equal(json_string_value(json_object_get(front(report, 0), "most_accurate")), "a");
    assert_string_equal(position(report, "a"), "front");
    assert_string_equal(position(report, "b"), "front");
    assert_string_equal(position(report, "c"), "dominated");
    const json_t *by = json_object_get(entry(report, 0, "c"), "dominated_by");
    assert_int_equal(json_array_size(by), 1);
    assert_string_equal(json_string_value(json_array_get(by, 0)), "b");
    json_decref(report);
}

static void test_what_the_rounds_left_open_dominates_nothing(void **state)
{
    (void)state;
    json_t *report = three("unresolved");
    assert_string_equal(position(report, "b"), "front"); /* surely more accurate than c */
    assert_string_equal(position(report, "c"), "unresolved");
    json_decref(report);
}

static void test_an_interval_that_holds_1_dominates_nothing(void **state)
{
    (void)state;
    json_t *report =
        report_of(json_pack("[o, o]", model("b", "X", 0.85, 2, 2), model("c", "X", 0.80, 2.2, 2.2)),
                  json_pack("[o]", pair("b", "c", 0.9, 1.5, "lower")));
    assert_string_equal(position(report, "b"), "front");
    assert_string_equal(position(report, "c"), "unresolved");
    json_decref(report);
}

static void test_accuracies_too_near_for_their_images_dominate_nothing(void **state)
{
    (void)state;
    /* 0.2 points of 10000 images, and a tenth of the carbon. */
    json_t *report =
        report_of(json_pack("[o, o]", model("b", "X", 0.852, 1, 1), model("c", "X", 0.850, 10, 10)),
                  json_pack("[o]", pair("c", "b", 10, 1.5, "higher")));
    assert_string_equal(position(report, "b"), "front");
    assert_string_equal(position(report, "c"), "unresolved");
    json_decref(report);
}

static void test_carbon_against_the_most_accurate_by_hand(void **state)
{
    (void)state;
    /* Electricity of b: 0.6 g of 1 g, manufacturing the other 0.4 g; a emits 4 g. Twice the joules
     * would be 1.2 + 0.4 = 1.6 g, 0.4 of a's; half of them 0.3 + 0.4 = 0.7 g, 0.175 of a's. */
    json_t *report =
        report_of(json_pack("[o, o]", model("b", "X", 0.862, 1, 0.6), model("a", "X", 0.870, 4, 3)),
                  json_pack("[o]", pair("a", "b", 5, 2, "higher")));
    const json_t *against = json_object_get(entry(report, 0, "b"), "against_most_accurate");
    const json_t *carbon = json_object_get(against, "carbon_ratio");
    assert_near(json_number_value(json_object_get(carbon, "value")), 0.25, 1e-12);
    assert_near(json_number_value(json_object_get(carbon, "low")), 0.175, 1e-12);
    assert_near(json_number_value(json_object_get(carbon, "high")), 0.4, 1e-12);
    assert_string_equal(json_string_value(json_object_get(against, "verdict")), "lower");
    const json_t *points = json_object_get(against, "top1_difference");
    assert_near(json_number_value(json_object_get(points, "value")), -0.008, 1e-9);
    /* +- 1.96 sqrt(0.862 x 0.138 / 1e4 + 0.87 x 0.13 / 1e4) = 0.0094, to which Wilson adds little.
     */
    assert_near(json_number_value(json_object_get(points, "low")), -0.0174, 0.01);
    assert_near(json_number_value(json_object_get(points, "high")), 0.0014, 0.05);
    assert_true(json_is_null(json_object_get(entry(report, 0, "a"), "against_most_accurate")));
    json_decref(report);
}

static void test_manufacturing_that_goes_the_other_way_dominates_nothing(void **state)
{
    (void)state;
    /* b takes a fifth of the joules, but with clean electricity its grams are more. */
    json_t *report =
        report_of(json_pack("[o, o]", model("b", "X", 0.9, 3, 0.01), model("c", "X", 0.8, 2, 0.05)),
                  json_pack("[o]", pair("b", "c", 0.2, 1.5, "lower")));
    assert_string_equal(position(report, "c"), "unresolved");
    json_decref(report);
}

static void test_two_data_sets_are_two_axes(void **state)
{
    (void)state;
    json_t *failed = json_pack("{s:s, s:{s:s}}", "name", "f", "error", "code", "crashed");
    json_t *dark = model("d", "X", 0.9, 1, 1);
    (void)json_object_set_new(dark, "footprint", json_null());
    json_t *report =
        report_of(json_pack("[o, o, o, o, o]", model("a", "X", 0.9, 1, 1),
                            model("b", "Y", 0.5, 10, 10), model("n", NULL, 0, 1, 1), failed, dark),
                  json_pack("[o]", pair("a", "b", 0.1, 1.5, "lower")));
    assert_int_equal(json_array_size(json_object_get(report, "pareto")), 2);
    assert_int_equal(json_array_size(json_object_get(front(report, 1), "models")), 1);
    assert_string_equal(json_string_value(json_object_get(entry(report, 1, "b"), "position")),
                        "front");
    static const char *const wanted[] = {"b", "another-dataset", "n", "no-accuracy",
                                         "f", "failed",          "d", "no-carbon"};
    const json_t *absent = json_object_get(front(report, 0), "not_on_axis");
    assert_int_equal(json_array_size(absent), 4);
    for (size_t i = 0; i < 4; i++) {
        const json_t *at = json_array_get(absent, i);
        assert_string_equal(json_string_value(json_object_get(at, "name")), wanted[2 * i]);
        assert_string_equal(json_string_value(json_object_get(at, "reason")), wanted[2 * i + 1]);
    }
    json_decref(report);
}

static void test_the_same_words_of_another_split_are_another_axis(void **state)
{
    (void)state;
    json_t *other = model("b", "X", 0.9, 1, 1);
    (void)json_object_set_new(json_object_get(other, "accuracy"), "split", json_string("train"));
    json_t *report =
        report_of(json_pack("[o, o]", model("a", "X", 0.9, 1, 1), other), json_array());
    assert_int_equal(json_array_size(json_object_get(report, "pareto")), 2);
    json_decref(report);
}

static void test_without_accuracies_there_is_no_axis(void **state)
{
    (void)state;
    json_t *report = report_of(json_pack("[o]", model("a", NULL, 0, 1, 1)), json_array());
    assert_int_equal(json_array_size(json_object_get(report, "pareto")), 0);
    json_decref(report);
}

static void test_two_models_never_measured_in_one_block_are_not_ordered(void **state)
{
    (void)state;
    json_t *report =
        report_of(json_pack("[o, o]", model("a", "X", 0.9, 1, 1), model("b", "X", 0.8, 10, 10)),
                  json_array());
    assert_string_equal(position(report, "a"), "front"); /* by its accuracy alone */
    assert_string_equal(position(report, "b"), "unresolved");
    const json_t *against = json_object_get(entry(report, 0, "b"), "against_most_accurate");
    assert_true(json_is_null(json_object_get(against, "carbon_ratio")));
    assert_true(json_is_null(json_object_get(against, "method")));
    json_decref(report);
}

static void test_an_accuracy_that_is_none_is_refused(void **state)
{
    (void)state;
    struct miev_error err;
    json_t *report = json_pack("{s:[o]}", "models", model("a", "X", 1.5, 1, 1));
    assert_refused(miev_report_pareto(report, &err), MIEV_ERR_INVALID, &err, "top1");
    json_t *models = json_object_get(report, "models");
    assert_int_equal(json_array_clear(models), 0);
    for (int i = 0; i < 65; i++)
        assert_int_equal(json_array_append_new(models, model("a", "X", 0.5, 1, 1)), 0);
    assert_refused(miev_report_pareto(report, &err), MIEV_ERR_LIMIT, &err, "65 models");
    json_decref(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_better_in_both_dominates),
        cmocka_unit_test(test_what_the_rounds_left_open_dominates_nothing),
        cmocka_unit_test(test_an_interval_that_holds_1_dominates_nothing),
        cmocka_unit_test(test_accuracies_too_near_for_their_images_dominate_nothing),
        cmocka_unit_test(test_carbon_against_the_most_accurate_by_hand),
        cmocka_unit_test(test_manufacturing_that_goes_the_other_way_dominates_nothing),
        cmocka_unit_test(test_two_data_sets_are_two_axes),
        cmocka_unit_test(test_the_same_words_of_another_split_are_another_axis),
        cmocka_unit_test(test_without_accuracies_there_is_no_axis),
        cmocka_unit_test(test_two_models_never_measured_in_one_block_are_not_ordered),
        cmocka_unit_test(test_an_accuracy_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
