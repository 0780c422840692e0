/* SPDX-License-Identifier: Apache-2.0 */
#include "study/repeat.h"

#include "report_fixture.h"
#include "study/plan.h"
#include "study/stats.h"
#include "test.h"

struct pair {
    json_t *before, *after, *absent, *result;
};

static struct pair make_pair(void)
{
    return (struct pair){report_fixture(), report_fixture(), json_object(), NULL};
}

static void end_pair(struct pair *pair)
{
    json_decref(pair->before);
    json_decref(pair->after);
    json_decref(pair->absent);
    json_decref(pair->result);
}

static void compare(struct pair *pair)
{
    struct miev_error err;
    json_decref(pair->result);
    pair->result = NULL;
    assert_ok(miev_repeat_compare(pair->before, pair->after, pair->absent, &pair->result, &err),
              &err);
}

static const char *text_at(const struct pair *pair, const char *path)
{
    const char *text = json_string_value(report_fixture_at(pair->result, path));
    return text ? text : "(none)";
}

static double number_at(const struct pair *pair, const char *path)
{
    return json_number_value(report_fixture_at(pair->result, path));
}

static void assert_reason(const struct pair *pair, const char *path, const char *words)
{
    if (!strstr(text_at(pair, path), words))
        fail_msg("'%s' does not say '%s'", text_at(pair, path), words);
}

static void test_the_same_again_agrees(void **state)
{
    (void)state;
    struct pair pair = make_pair();
    compare(&pair);
    assert_string_equal(text_at(&pair, "schema"), "miev.repeat/1");
    assert_string_equal(text_at(&pair, "verdict"), "agrees");
    assert_string_equal(text_at(&pair, "models.1.answers"), "same");
    assert_near(number_at(&pair, "models.0.energy_ratio.value"), 1, 1e-12);
    assert_near(number_at(&pair, "models.0.latency_ratio"), 1, 1e-12);
    assert_string_equal(text_at(&pair, "before.identity"), text_at(&pair, "after.identity"));
    end_pair(&pair);
}

/* Both intervals are +-2 %: the ratio's is the two in quadrature, on logarithms. */
static void test_a_factor_comes_with_its_interval(void **state)
{
    (void)state;
    struct pair pair = make_pair();
    double width = exp(sqrt(2) * log(1.02));
    report_fixture_scale(pair.after, 0, 1.5);
    compare(&pair);
    assert_string_equal(text_at(&pair, "verdict"), "differs");
    assert_string_equal(text_at(&pair, "models.0.verdict"), "differs");
    assert_string_equal(text_at(&pair, "models.1.verdict"), "agrees");
    assert_near(number_at(&pair, "models.0.energy_ratio.value"), 1.5, 1e-12);
    assert_near(number_at(&pair, "models.0.energy_ratio.statistical.low"), 1.5 / width, 1e-9);
    assert_near(number_at(&pair, "models.0.energy_ratio.statistical.high"), 1.5 * width, 1e-9);
    assert_near(number_at(&pair, "models.0.before_j"), 2, 1e-12);
    assert_near(number_at(&pair, "models.0.after_j"), 3, 1e-12);
    end_pair(&pair);
}

/* 1.031 is outside of the plain interval of +-2.8 %, and inside of that of two judgements. */
static void test_several_models_are_judged_together(void **state)
{
    (void)state;
    struct pair pair = make_pair();
    report_fixture_scale(pair.after, 0, 1.031);
    compare(&pair);
    assert_true(number_at(&pair, "models.0.energy_ratio.statistical.low") > 1);
    assert_true(number_at(&pair, "models.0.energy_ratio.judged.low") < 1);
    assert_string_equal(text_at(&pair, "models.0.verdict"), "agrees");
    /* By hand: 12 rounds, so 11 degrees of freedom; c = t(97.5 %) / t(95 %) = 2.593093 / 2.200985.
     */
    double width = sqrt(2) * log(1.02) * 2.593093 / 2.200985;
    assert_near(number_at(&pair, "models.0.energy_ratio.judged.low"), 1.031 * exp(-width), 1e-6);
    assert_near(number_at(&pair, "models.0.energy_ratio.judged.high"), 1.031 * exp(width), 1e-6);
    (void)json_array_remove(report_fixture_at(pair.before, "models"), 1);
    compare(&pair);
    assert_string_equal(text_at(&pair, "models.0.verdict"), "differs");
    end_pair(&pair);
}

static void narrow(json_t *report, size_t i)
{
    char path[80];
    (void)snprintf(path, sizeof(path), "models.%zu.energy.gross.per_inference_j", i);
    json_t *joules = report_fixture_at(report, path);
    double value = json_number_value(json_object_get(joules, "value"));
    (void)json_object_set_new(joules, "statistical",
                              json_pack("{s:f, s:f}", "low", value / 1.001, "high", value * 1.001));
}

static void test_a_certain_difference_below_three_percent_agrees(void **state)
{
    (void)state;
    static const struct {
        double factor;
        const char *verdict;
    } cases[] = {{1.02, "agrees"}, {1.04, "differs"}, {1 / 1.02, "agrees"}, {1 / 1.04, "differs"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair = make_pair();
        report_fixture_scale(pair.after, 0, cases[i].factor);
        narrow(pair.before, 0);
        narrow(pair.after, 0);
        compare(&pair);
        assert_string_equal(text_at(&pair, "models.0.verdict"), cases[i].verdict);
        end_pair(&pair);
    }
}

static void test_another_answer_differs(void **state)
{
    (void)state;
    struct pair pair = make_pair();
    json_t *best = report_fixture_at(pair.after, "models.1.predictions.0");
    (void)json_object_set_new(best, "score", json_real(0.7));
    compare(&pair);
    assert_string_equal(text_at(&pair, "models.1.answers"), "alike");
    assert_string_equal(text_at(&pair, "models.1.verdict"), "agrees");
    (void)json_object_set_new(best, "index", json_integer(9));
    (void)json_object_set_new(best, "label", json_string("ship"));
    compare(&pair);
    assert_string_equal(text_at(&pair, "models.1.verdict"), "differs");
    assert_reason(&pair, "models.1.reason", "\"cat\" then, \"ship\" now");
    end_pair(&pair);
}

/* The sensors' own error cancels on one machine, and is in the interval between two. */
static void test_another_machine_widens_the_interval(void **state)
{
    (void)state;
    struct pair pair = make_pair();
    report_fixture_scale(pair.after, 0, 1.5);
    (void)json_object_set_new(report_fixture_at(pair.after, "machine"), "cpu",
                              json_string("Another CPU"));
    compare(&pair);
    assert_true(json_is_false(report_fixture_at(pair.result, "same_machine")));
    assert_string_equal(text_at(&pair, "models.0.verdict"), "not comparable");
    assert_reason(&pair, "models.0.reason", "too wide to tell");
    assert_true(number_at(&pair, "models.0.energy_ratio.judged.high") > 1.5 * 2);
    assert_true(number_at(&pair, "models.0.energy_ratio.statistical.high") < 1.5 * 1.1);
    assert_reason(&pair, "notes.0", "another machine");
    end_pair(&pair);
}

static void set_text(json_t *report, const char *parent, const char *key, const char *value)
{
    (void)json_object_set_new(report_fixture_at(report, parent), key, json_string(value));
}

static void test_what_cannot_be_compared_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *parent, *key, *value, *says;
    } cases[] = {
        {"models.0.energy", "method", "estimated", "other method"},
        {"models.0.energy.parts.0", "method", "estimated", "other parts"},
        {"models.0.engine", "version", "3", "other engine: LiteRT 2 (none) then, LiteRT 3"},
        {"models.0.engine", "delegate", "xnnpack", "other engine"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair = make_pair();
        set_text(pair.after, cases[i].parent, cases[i].key, cases[i].value);
        compare(&pair);
        assert_string_equal(text_at(&pair, "models.0.verdict"), "not comparable");
        assert_reason(&pair, "models.0.reason", cases[i].says);
        assert_true(json_is_null(report_fixture_at(pair.result, "models.0.energy_ratio")));
        assert_string_equal(text_at(&pair, "models.1.verdict"), "agrees");
        assert_string_equal(text_at(&pair, "verdict"), "not comparable");
        end_pair(&pair);
    }
}

static void test_estimates_of_two_machines_are_not_comparable(void **state)
{
    (void)state;
    struct pair pair = make_pair();
    set_text(pair.before, "models.0.energy", "method", "estimated");
    set_text(pair.after, "models.0.energy", "method", "estimated");
    compare(&pair);
    assert_string_equal(text_at(&pair, "models.0.verdict"), "agrees");
    set_text(pair.after, "machine", "cpu", "Another CPU");
    compare(&pair);
    assert_reason(&pair, "models.0.reason", "A CPU then, Another CPU now");
    end_pair(&pair);
}

static void test_a_model_that_is_not_there_or_failed_says_so(void **state)
{
    (void)state;
    struct pair pair = make_pair();
    (void)json_array_remove(report_fixture_at(pair.after, "models"), 0);
    (void)json_object_set_new(pair.absent, "a", json_string("it is gone"));
    json_t *other = report_fixture_model(pair.after, 0);
    (void)json_object_del(other, "energy");
    (void)json_object_set_new(other, "error",
                              json_pack("{s:s, s:s}", "code", "crashed", "message", "SIGSEGV"));
    compare(&pair);
    assert_string_equal(text_at(&pair, "models.0.reason"), "it is gone");
    assert_reason(&pair, "models.1.reason", "now it failed: SIGSEGV");
    assert_string_equal(text_at(&pair, "verdict"), "not comparable");
    end_pair(&pair);
}

static void test_nothing_measured_is_not_comparable(void **state)
{
    (void)state;
    struct pair pair = make_pair();
    json_decref(pair.after);
    pair.after = NULL;
    (void)json_object_set_new(pair.absent, "a", json_string("other input"));
    (void)json_object_set_new(pair.absent, "b", json_string("other input"));
    compare(&pair);
    assert_string_equal(text_at(&pair, "verdict"), "not comparable");
    assert_string_equal(text_at(&pair, "models.1.reason"), "other input");
    assert_true(json_is_null(report_fixture_at(pair.result, "after")));
    end_pair(&pair);
}

/* An interval that reaches below zero has no logarithm: that side has no end. */
static void test_an_interval_that_crosses_zero_decides_nothing(void **state)
{
    (void)state;
    struct pair pair = make_pair();
    report_fixture_scale(pair.after, 0, 3);
    (void)json_object_set_new(
        report_fixture_at(pair.before, "models.0.energy.gross.per_inference_j.statistical"), "low",
        json_real(-1));
    compare(&pair);
    assert_string_equal(text_at(&pair, "models.0.verdict"), "differs"); /* 3 is far above either */
    (void)json_object_set_new(
        report_fixture_at(pair.after, "models.0.energy.gross.per_inference_j.statistical"), "low",
        json_real(-1));
    compare(&pair);
    assert_string_equal(text_at(&pair, "models.0.verdict"), "not comparable");
    assert_reason(&pair, "models.0.reason", "too wide to tell");
    assert_true(number_at(&pair, "models.0.energy_ratio.judged.low") < 1e-300);
    end_pair(&pair);
}

/* The same joules, with an interval of `factor` either way in the second study. */
static void widen(json_t *report, double factor)
{
    json_t *joules = report_fixture_at(report, "models.0.energy.gross.per_inference_j");
    double value = json_number_value(json_object_get(joules, "value"));
    (void)json_object_set_new(
        joules, "statistical",
        json_pack("{s:f, s:f}", "low", value / factor, "high", value * factor));
}

static void test_a_wide_interval_agrees_with_nothing(void **state)
{
    (void)state;
    struct pair pair = make_pair();
    (void)json_array_remove(report_fixture_at(pair.before, "models"), 1); /* judged by itself */
    narrow(pair.before, 0);
    widen(pair.after, 1.24);
    compare(&pair);
    assert_string_equal(text_at(&pair, "models.0.verdict"), "agrees");
    widen(pair.after, 1.26);
    compare(&pair);
    assert_string_equal(text_at(&pair, "models.0.verdict"), "not comparable");
    assert_string_equal(text_at(&pair, "verdict"), "not comparable");
    assert_reason(&pair, "models.0.reason", "the interval, 0.794 to 1.26, is too wide to tell");
    assert_near(number_at(&pair, "models.0.energy_ratio.value"), 1, 1e-12); /* it is still told */
    end_pair(&pair);
}

static void set_rounds(json_t *report, int rounds)
{
    json_t *gross = report_fixture_at(report, "models.0.energy.gross");
    (void)json_object_set_new(gross, "rounds_effective", json_integer(rounds));
    (void)json_object_set_new(gross, "enough_rounds", json_boolean(rounds >= 10));
}

static void test_too_few_rounds_agree_with_nothing(void **state)
{
    (void)state;
    struct pair pair = make_pair();
    set_rounds(pair.after, 4);
    compare(&pair);
    assert_string_equal(text_at(&pair, "models.0.verdict"), "not comparable");
    assert_reason(&pair, "models.0.reason", "too few rounds to tell: 12 then, 4 now");
    assert_string_equal(text_at(&pair, "models.1.verdict"), "agrees");
    assert_string_equal(text_at(&pair, "verdict"), "not comparable");
    report_fixture_scale(pair.after, 0, 2); /* a clear difference stays one */
    compare(&pair);
    assert_string_equal(text_at(&pair, "models.0.verdict"), "differs");
    end_pair(&pair);
}

/* ---- how often the rule is wrong ------------------------------------------------------------ */

static double uniform(struct miev_random *random)
{
    return ((double)(miev_random_next(random) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(struct miev_random *random)
{
    double radius = sqrt(-2 * log(uniform(random)));
    return radius * cos(6.283185307179586 * uniform(random));
}

/* One study of 12 rounds, spread 5 %, true value 1. */
static void measure(json_t *report, size_t i, struct miev_random *random)
{
    double rounds[12];
    char path[80];
    struct miev_error err;
    struct miev_mean_interval mean;
    for (size_t r = 0; r < 12; r++)
        rounds[r] = 1 + 0.05 * normal(random);
    assert_ok(miev_stats_mean(rounds, 12, 0.95, &mean, &err), &err);
    (void)snprintf(path, sizeof(path), "models.%zu.energy.gross", i);
    json_t *gross = report_fixture_at(report, path);
    json_t *joules = json_object_get(gross, "per_inference_j");
    (void)json_object_set_new(gross, "rounds_effective",
                              json_integer((json_int_t)mean.n_effective));
    (void)json_object_set_new(joules, "value", json_real(mean.mean));
    (void)json_object_set_new(joules, "statistical",
                              json_pack("{s:f, s:f}", "low", mean.low, "high", mean.high));
}

static void test_equal_truths_seldom_differ(void **state)
{
    (void)state;
    struct miev_random random = {.state = 20260};
    struct pair pair = make_pair();
    int differs = 0, studies = 3000;
    for (int n = 0; n < studies; n++) {
        for (size_t i = 0; i < 2; i++) {
            measure(pair.before, i, &random);
            measure(pair.after, i, &random);
        }
        compare(&pair);
        differs += strcmp(text_at(&pair, "verdict"), "differs") == 0;
    }
    print_message("two models, equal truths: %.1f %% of repeats differ\n",
                  100.0 * differs / studies);
    assert_true(differs > 0);
    assert_true(differs < 0.05 * studies);
    end_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_again_agrees),
        cmocka_unit_test(test_a_factor_comes_with_its_interval),
        cmocka_unit_test(test_several_models_are_judged_together),
        cmocka_unit_test(test_a_certain_difference_below_three_percent_agrees),
        cmocka_unit_test(test_another_answer_differs),
        cmocka_unit_test(test_another_machine_widens_the_interval),
        cmocka_unit_test(test_what_cannot_be_compared_says_why),
        cmocka_unit_test(test_estimates_of_two_machines_are_not_comparable),
        cmocka_unit_test(test_a_model_that_is_not_there_or_failed_says_so),
        cmocka_unit_test(test_nothing_measured_is_not_comparable),
        cmocka_unit_test(test_an_interval_that_crosses_zero_decides_nothing),
        cmocka_unit_test(test_a_wide_interval_agrees_with_nothing),
        cmocka_unit_test(test_too_few_rounds_agree_with_nothing),
        cmocka_unit_test(test_equal_truths_seldom_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
