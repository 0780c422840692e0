/* SPDX-License-Identifier: Apache-2.0 */
#include "study/sweep.h"

#include "report_fixture.h"
#include "study/finding.h"
#include "study/price.h"
#include "study/report_check.h"
#include "study/study.h"
#include "test.h"

/* ---- the front and its knee ----------------------------------------------------------------- */

static void test_the_front_is_what_nothing_beats(void **state)
{
    (void)state;
    struct miev_sweep_point points[] = {
        {.item_j = 1, .items_per_s = 10},    {.item_j = 2, .items_per_s = 100},
        {.item_j = 2, .items_per_s = 90},    {.item_j = 3, .items_per_s = 100},
        {.item_j = 0.5, .items_per_s = NAN}, {.item_j = NAN, .items_per_s = 1e6}};
    (void)miev_sweep_front(points, 6);
    assert_true(points[0].front);
    assert_true(points[1].front);
    for (size_t i = 2; i < 6; i++)
        assert_false(points[i].front);
}

static void test_equal_points_are_both_on_the_front(void **state)
{
    (void)state;
    struct miev_sweep_point points[] = {{.item_j = 1, .items_per_s = 10},
                                        {.item_j = 1, .items_per_s = 10}};
    assert_int_equal(miev_sweep_front(points, 2), 0);
    assert_true(points[0].front && points[1].front);
}

/* From (10, 1) to (1000, 100) the chord passes (100, 10) on logarithmic axes. */
static void test_the_knee_lies_farthest_below_the_chord(void **state)
{
    (void)state;
    struct miev_sweep_point points[] = {{.item_j = 1, .items_per_s = 10},
                                        {.item_j = 1.5, .items_per_s = 30},
                                        {.item_j = 2, .items_per_s = 100},
                                        {.item_j = 20, .items_per_s = 300},
                                        {.item_j = 100, .items_per_s = 1000}};
    assert_int_equal(miev_sweep_front(points, 5), 2);
}

static void test_a_straight_or_hollow_front_has_no_knee(void **state)
{
    (void)state;
    struct miev_sweep_point straight[] = {{.item_j = 1, .items_per_s = 10},
                                          {.item_j = 9.8, .items_per_s = 100}, /* 2 % below */
                                          {.item_j = 100, .items_per_s = 1000}};
    struct miev_sweep_point hollow[] = {{.item_j = 1, .items_per_s = 10},
                                        {.item_j = 40, .items_per_s = 100},
                                        {.item_j = 100, .items_per_s = 1000}};
    assert_true(miev_sweep_front(straight, 3) == MIEV_SWEEP_NO_KNEE);
    assert_true(miev_sweep_front(hollow, 3) == MIEV_SWEEP_NO_KNEE);
    assert_true(miev_sweep_front(straight, 2) == MIEV_SWEEP_NO_KNEE);
    assert_true(miev_sweep_front(straight, 0) == MIEV_SWEEP_NO_KNEE);
}

static void test_what_is_best_in_both_is_the_knee(void **state)
{
    (void)state;
    struct miev_sweep_point points[] = {{.item_j = 2, .items_per_s = 10},
                                        {.item_j = 1, .items_per_s = 20}};
    assert_int_equal(miev_sweep_front(points, 2), 1);
}

/* ---- the advice ----------------------------------------------------------------------------- */

/* Row i: its joules, seconds of an item, latency, and whether the default's ratio to it is settled.
 */
struct made_up {
    const char *name;
    double item_j, item_s, p50_s;
    const char *verdict; /* of the default against it; NULL: it is the default */
};

static void change(json_t *model, const struct made_up *from, size_t i)
{
    json_t *energy = json_object_get(model, "energy");
    json_t *figure = json_object_get(json_object_get(energy, "gross"), "per_inference_j");
    (void)json_object_set_new(model, "name", json_string(from->name));
    (void)json_object_set_new(figure, "value", json_real(from->item_j));
    (void)json_object_set_new(figure, "statistical", json_pack("{s:n, s:n}", "low", "high"));
    (void)json_object_set_new(figure, "systematic", json_pack("{s:n, s:n}", "low", "high"));
    (void)json_object_set_new(energy, "inference_s", json_real(from->item_s));
    (void)json_object_set_new(json_object_get(model, "latency"), "p50_s", json_real(from->p50_s));
    (void)json_object_set_new(model, "settings",
                              json_pack("{s:i, s:n, s:i, s:i}", "threads", (int)i + 1, "delegate",
                                        "batch", (int)i + 1, "reserved_cpus", 1));
}

static json_t *report_of(const struct made_up *rows, size_t n)
{
    struct miev_error err;
    json_t *report = report_fixture();
    json_t *models = json_object_get(report, "models"),
           *pairs = json_object_get(report, "comparison");
    json_t *pattern = json_deep_copy(json_array_get(models, 0));
    (void)json_array_clear(models);
    for (size_t i = 0; i < n; i++) {
        json_t *model = json_deep_copy(pattern);
        change(model, &rows[i], i);
        (void)json_array_append_new(models, model);
        double ratio = rows[0].item_j / rows[i].item_j;
        if (rows[i].verdict)
            (void)json_array_append_new(
                pairs, json_pack("{s:s, s:s, s:f, s:s, s:{s:f, s:f}, s:{s:f, s:f}, s:s, s:b}", "a",
                                 rows[0].name, "b", rows[i].name, "ratio", ratio, "method",
                                 "estimated", "statistical", "low", ratio / 1.1, "high",
                                 ratio * 1.1, "systematic", "low", ratio / 1.25, "high",
                                 ratio * 1.25, "verdict", rows[i].verdict, "likely", 1));
    }
    json_decref(pattern);
    (void)json_object_set_new(report, "sweep", json_pack("{s:s}", "default", rows[0].name));
    assert_ok(miev_report_sweep(report, &err), &err);
    assert_ok(miev_report_check(report, &err), &err);
    return report;
}

static const char *text_of(const json_t *report, const char *key)
{
    const char *text = json_string_value(json_object_get(json_object_get(report, "sweep"), key));
    return text ? text : "";
}

static void assert_says(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("'%s' does not say '%s'", text, words);
}

static void test_the_least_that_is_sure_is_advised_with_its_price(void **state)
{
    (void)state;
    const struct made_up rows[] = {{"d", 1, 0.01, 0.01, NULL},
                                   {"x", 0.3, 0.004, 0.008, "higher"},
                                   {"y", 0.25, 0.004, 0.012, "unresolved"}};
    json_t *report = report_of(rows, 3);
    assert_string_equal(text_of(report, "best"), "x");
    const char *advice = text_of(report, "advice");
    assert_says(advice, "2 threads, batch 2, none, int8: 30 % of the default's energy an item (24 "
                        "to 37.5 %: likely lower, estimated)");
    assert_says(advice, "an answer after 8.00 ms in place of 10.0 ms, 250 items/s in place of 100");
    assert_null(strstr(advice, "accuracy")); /* the same file */
    json_decref(report);
}

static void test_of_equals_the_one_that_answers_soonest_is_advised(void **state)
{
    (void)state;
    const struct made_up rows[] = {{"d", 1, 0.01, 0.01, NULL},
                                   {"slow", 0.300, 0.004, 0.080, "higher"},
                                   {"soon", 0.305, 0.004, 0.008, "higher"},
                                   {"more", 0.4, 0.004, 0.001, "higher"}};
    json_t *report = report_of(rows, 4);
    assert_string_equal(text_of(report, "best"), "soon");
    json_decref(report);
}

static void test_noise_advises_nothing(void **state)
{
    (void)state;
    const struct made_up rows[] = {{"d", 1, 0.01, 0.01, NULL},
                                   {"x", 0.8, 0.01, 0.01, "unresolved"},
                                   {"y", 1.1, 0.01, 0.01, "unresolved"}};
    json_t *report = report_of(rows, 3);
    assert_string_equal(text_of(report, "best"), "");
    const char *advice = text_of(report, "advice");
    assert_says(advice, "Keep the default (1 thread, batch 1, none, int8)");
    assert_says(advice, "Fewest joules: 2 threads");
    assert_says(advice, "not resolved");
    json_decref(report);
}

static void test_settings_that_are_equal_advise_the_default(void **state)
{
    (void)state;
    const struct made_up rows[] = {{"d", 1, 0.01, 0.01, NULL},
                                   {"x", 0.99, 0.01, 0.01, "equivalent"},
                                   {"y", 1.5, 0.01, 0.01, "lower"}};
    json_t *report = report_of(rows, 3);
    assert_string_equal(text_of(report, "best"), "");
    assert_says(text_of(report, "advice"), "nothing here was found to take less energy");
    json_decref(report);
}

static void test_a_precision_costs_its_accuracy(void **state)
{
    (void)state;
    const struct made_up rows[] = {{"d", 1, 0.01, 0.01, NULL}, {"x", 0.3, 0.01, 0.01, "higher"}};
    struct miev_error err;
    json_t *report = report_of(rows, 2);
    (void)json_object_set_new(report_fixture_model(report, 0), "precision", json_string("float32"));
    for (size_t i = 0; i < 2; i++)
        (void)json_object_set_new(report_fixture_model(report, i), "accuracy",
                                  json_pack("{s:f}", "top1", i ? 0.701 : 0.723));
    assert_ok(miev_report_sweep(report, &err), &err);
    assert_says(text_of(report, "advice"), "accuracy 70.1 % in place of 72.3 %");
    json_decref(report);
}

static void test_a_failed_default_compares_nothing(void **state)
{
    (void)state;
    const struct made_up rows[] = {{"d", 1, 0.01, 0.01, NULL}, {"x", 0.3, 0.01, 0.01, "higher"}};
    struct miev_error err;
    json_t *report = report_of(rows, 2), *standard = report_fixture_model(report, 0);
    (void)json_object_del(standard, "energy");
    (void)json_array_clear(json_object_get(report, "comparison"));
    (void)json_object_set_new(standard, "error",
                              json_pack("{s:s, s:s}", "code", "crashed", "message", "it died"));
    assert_ok(miev_report_sweep(report, &err), &err);
    assert_says(text_of(report, "advice"), "The default has no energy");
    assert_string_equal(text_of(report, "knee"), "x");
    assert_string_equal(text_of(report, "knee_words"), "");
    json_decref(report);
}

static void test_other_reports_get_no_sweep(void **state)
{
    (void)state;
    struct miev_error err;
    json_t *report = report_fixture();
    assert_ok(miev_report_sweep(report, &err), &err);
    assert_null(json_object_get(report, "sweep"));
    json_decref(report);
}

/* ---- grams ---------------------------------------------------------------------------------- */

static void test_manufacturing_goes_by_the_row_s_own_cpus(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_site site;
    struct miev_price_options price;
    json_t *report = report_fixture(), *model = report_fixture_model(report, 1);
    double grams[2];
    report_fixture_scale(report, 1, 0.5); /* both 2 J */
    (void)json_object_set_new(model, "settings",
                              json_pack("{s:i, s:n, s:i, s:i}", "threads", 4, "delegate", "batch",
                                        1, "reserved_cpus", 4));
    miev_report_priced_by(report, &site, &price);
    price.embodied = true;
    assert_ok(miev_report_price(report, &price, &err), &err);
    for (size_t i = 0; i < 2; i++)
        grams[i] =
            json_number_value(report_fixture_at(report, i ? "models.1.footprint.embodied_g.value"
                                                          : "models.0.footprint.embodied_g.value"));
    assert_true(grams[0] > 0);
    assert_near(grams[1], 4 * grams[0], 1e-9);
    json_decref(report);
}

/* ---- what a model's page says -----------------------------------------------------------------
 */

static void test_unusual_settings_are_no_finding_of_a_model(void **state)
{
    (void)state;
    const struct miev_store_row row = {.id = 1};
    json_t *report = report_fixture();
    for (int i = 0; i < 2; i++)
        (void)json_object_set_new(report_fixture_model(report, (size_t)i), "settings",
                                  json_pack("{s:i, s:n, s:i, s:i}", "threads", 1, "delegate",
                                            "batch", i ? 8 : 1, "reserved_cpus", 1));
    json_t *lines = miev_finding_lines(&row, report);
    assert_true(json_is_object(json_object_get(json_array_get(lines, 0), "found")));
    assert_true(json_is_null(json_object_get(json_array_get(lines, 1), "found")));
    json_decref(lines);
    json_decref(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_front_is_what_nothing_beats),
        cmocka_unit_test(test_equal_points_are_both_on_the_front),
        cmocka_unit_test(test_the_knee_lies_farthest_below_the_chord),
        cmocka_unit_test(test_a_straight_or_hollow_front_has_no_knee),
        cmocka_unit_test(test_what_is_best_in_both_is_the_knee),
        cmocka_unit_test(test_the_least_that_is_sure_is_advised_with_its_price),
        cmocka_unit_test(test_of_equals_the_one_that_answers_soonest_is_advised),
        cmocka_unit_test(test_noise_advises_nothing),
        cmocka_unit_test(test_settings_that_are_equal_advise_the_default),
        cmocka_unit_test(test_a_precision_costs_its_accuracy),
        cmocka_unit_test(test_a_failed_default_compares_nothing),
        cmocka_unit_test(test_other_reports_get_no_sweep),
        cmocka_unit_test(test_manufacturing_goes_by_the_row_s_own_cpus),
        cmocka_unit_test(test_unusual_settings_are_no_finding_of_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
