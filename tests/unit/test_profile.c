/* SPDX-License-Identifier: Apache-2.0 */
/* Shares of made-up runs whose truth is known, the answers of workers that lie, and the document.
 */
#include <jansson.h>

#include "profile/profile.h"
#include "profile/shares.h"
#include "report_fixture.h"
#include "study/price.h"
#include "test.h"

#define RUNS 20u

/* Two convolutions of 300 and 100 µs and a softmax of 50 µs in inferences of 600 µs, of which
 * watching took 100. One run was held up. */
static void make_times(struct miev_op_times *times)
{
    static const struct {
        const char *type, *name;
        uint64_t us;
    } ops[] = {{"Conv", "a", 300}, {"Softmax", "s", 50}, {"Conv", "b", 100}};
    struct miev_error err;
    assert_ok(miev_op_times_init(times, RUNS, &err), &err);
    for (size_t r = 0; r < RUNS; r++) {
        times->run_s[r] = r == 7 ? 5e-3 : 600e-6;
        for (size_t o = 0; o < 3; o++) {
            struct miev_op op = {.index = (int64_t)o};
            (void)snprintf(op.type, sizeof(op.type), "%s", ops[o].type);
            (void)snprintf(op.name, sizeof(op.name), "%s", ops[o].name);
            assert_ok(
                miev_op_times_add(times, r, &op, ops[o].us + (r == 7 && o == 1 ? 4000u : 0u), &err),
                &err);
        }
    }
}

/* Of the 100 µs that watching takes, 0 to a third may lie within each of three calls: half of that
 * is taken off them. */
static void test_shares_add_up_and_watching_is_taken_off(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_op_times times;
    struct miev_shares shares;
    const double plain_s[] = {490e-6, 500e-6, 510e-6}, added = 100.0 / 6;
    make_times(&times);
    assert_ok(miev_shares_make(&times, plain_s, 3, &shares, &err), &err);
    assert_int_equal(shares.runs, RUNS - 1);
    assert_int_equal(shares.runs_left_out, 1);
    assert_false(shares.overlap);
    assert_near(shares.plain_s, 500e-6, 1e-9);
    assert_near(shares.watched_s, 600e-6, 1e-9);
    assert_near(shares.shared_s, 500e-6, 1e-9);
    assert_near(shares.per_call_s.value, added * 1e-6, 1e-9);
    assert_near(shares.per_call_s.high, 2 * added * 1e-6, 1e-9);
    assert_true(shares.per_call_s.low == 0);
    assert_near(shares.ops[0].share.value, (300.5 - added) / 500, 1e-9);
    assert_near(shares.ops[1].share.value, (50.5 - added) / 500, 1e-9);
    assert_near(shares.ops[2].share.value, (100.5 - added) / 500, 1e-9);
    assert_near(shares.between.share.value, (500 - 451.5 + 3 * added) / 500, 1e-6);
    assert_int_equal(shares.n_kinds, 2);
    assert_string_equal(shares.kinds[0].type, "Conv");
    assert_int_equal(shares.kinds[0].operators, 2);
    assert_near(shares.kinds[0].row.calls, 2, 1e-9);
    assert_near(shares.kinds[0].row.share.value, (401 - 2 * added) / 500, 1e-9);
    assert_near(shares.kinds[0].row.share.value + shares.kinds[1].row.share.value +
                    shares.between.share.value,
                1, 1e-9);
    /* All runs are the same: what is left is what nobody knows, half a microsecond and the place of
     * what watching took. */
    assert_near(shares.ops[0].share.high - shares.ops[0].share.value, hypot(0.5, added) / 500,
                1e-6);
    assert_near(shares.kinds[0].row.share.high - shares.kinds[0].row.share.value,
                hypot(0.5 * sqrt(2), 2 * added) / 500, 1e-6);
    miev_shares_finish(&shares);
    miev_op_times_finish(&times);
}

/* The calls are told to take 451.5 µs of an inference of 405: at least 15.5 of each are watching.
 * No call can have more of it than it takes. */
static void test_watching_cannot_take_more_than_a_call_nor_less_than_what_is_too_much(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_op_times times;
    struct miev_shares shares;
    const double plain_s[] = {405e-6}, quick_s[] = {200e-6};
    make_times(&times);
    assert_ok(miev_shares_make(&times, plain_s, 1, &shares, &err), &err);
    assert_near(shares.per_call_s.low, 15.5e-6, 1e-9);
    assert_near(shares.per_call_s.high, 50.5e-6, 1e-9); /* of 65 for each */
    miev_shares_finish(&shares);
    assert_ok(miev_shares_make(&times, quick_s, 1, &shares, &err), &err);
    assert_near(shares.per_call_s.low, 50.5e-6, 1e-9);
    assert_near(shares.per_call_s.value, 50.5e-6, 1e-9);
    assert_near(shares.per_call_s.high, 251.5e-6 / 3, 1e-9);
    assert_true(shares.between.share.value == 0);
    assert_near(shares.ops[0].share.value + shares.ops[1].share.value + shares.ops[2].share.value,
                1, 1e-9);
    miev_shares_finish(&shares);
    miev_op_times_finish(&times);
}

static void test_inferences_without_time_are_nonsense(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_op_times times;
    struct miev_shares shares;
    const double plain_s[] = {0, 0, 1};
    make_times(&times);
    assert_refused(miev_shares_make(&times, plain_s, 3, &shares, &err), MIEV_ERR_BROKEN, &err,
                   "took no time");
    miev_shares_finish(&shares);
    miev_op_times_finish(&times);
}

static void test_what_ran_at_the_same_time_is_shared_by_the_sum(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_op_times times;
    struct miev_shares shares;
    const double plain_s[] = {310e-6};
    make_times(&times);
    for (size_t r = 0; r < RUNS; r++)
        times.run_s[r] = 310e-6;
    assert_ok(miev_shares_make(&times, plain_s, 1, &shares, &err), &err);
    assert_true(shares.overlap);
    assert_true(shares.between.share.value == 0);
    double sum = 0;
    for (size_t o = 0; o < 3; o++)
        sum += shares.ops[o].share.value;
    assert_near(sum, 1, 1e-9);
    miev_shares_finish(&shares);
    miev_op_times_finish(&times);
}

static void test_too_few_runs_are_refused(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_op_times times;
    struct miev_shares shares;
    const struct miev_op op = {.type = "Add"};
    double plain_s[] = {1};
    assert_ok(miev_op_times_init(&times, 1, &err), &err);
    assert_ok(miev_op_times_add(&times, 0, &op, 3, &err), &err);
    times.run_s[0] = 1;
    assert_refused(miev_shares_make(&times, plain_s, 1, &shares, &err), MIEV_ERR_BROKEN, &err,
                   "only 1 of 1");
    miev_shares_finish(&shares);
    miev_op_times_finish(&times);
}

/* ---- answers of a worker ---- */

static int take(const char *text, struct miev_op_times *out, struct miev_error *err)
{
    json_t *answer = json_loads(text, 0, NULL);
    assert_non_null(answer);
    int rc = miev_profile_take_answer(answer, 2, 1.0, out, err);
    json_decref(answer);
    return rc;
}

#define OPERATOR(type, calls, ns)                                                             \
    "{\"name\":\"n\",\"type\":\"" type "\",\"provider\":\"\",\"shape\":\"\",\"calls\":" calls \
    ",\"ns\":" ns "}"
#define ANSWER(run_ns, operators) "{\"run_ns\":" run_ns ",\"operators\":[" operators "]}"

static void test_an_answer_is_taken_within_bounds(void **state)
{
    (void)state;
    static const char *const lies[] = {
        ANSWER("[1]", OPERATOR("Add", "2", "[1,1]")),
        ANSWER("[1,-1]", OPERATOR("Add", "2", "[1,1]")),
        ANSWER("[600000000,600000000]", OPERATOR("Add", "2", "[1,1]")),
        ANSWER("[1,1]", OPERATOR("Add", "2", "[1]")),
        ANSWER("[1,1]", OPERATOR("Add", "2", "[1.5,1]")),
        ANSWER("[1,1]", OPERATOR("Add", "2", "[1,1100000000]")),
        ANSWER("[1,1]", OPERATOR("Add", "0", "[1,1]")),
        ANSWER("[1,1]", OPERATOR("", "2", "[1,1]")),
        ANSWER("[1,1]", "7"),
    };
    struct miev_error err;
    struct miev_op_times times;
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        assert_refused(take(lies[i], &times, &err), MIEV_ERR_BROKEN, &err, "nonsense");
        miev_op_times_finish(&times);
    }
    assert_refused(take(ANSWER("[1,1]", ""), &times, &err), MIEV_ERR_UNSUPPORTED, &err,
                   "told of no operator");
    miev_op_times_finish(&times);
    assert_ok(
        take(ANSWER("[5000,6000]", OPERATOR("\\u001b[31mAdd", "4", "[1500,2500]")), &times, &err),
        &err);
    assert_string_equal(times.ops[0].type, "?[31mAdd");
    assert_int_equal(times.ops[0].calls, 4);
    assert_near(times.op_s[1], 2.5e-6, 1e-9);
    assert_near(times.run_s[1], 6e-6, 1e-9);
    miev_op_times_finish(&times);
}

/* ---- the document ---- */

/* A profile of model b of the fixture, of 4 J. */
static void make_profile(struct miev_profile *out, int threads)
{
    char sha256[65] = "";
    memset(sha256, 'b', 64);
    *out = (struct miev_profile){.n_plain = 1};
    make_times(&out->times);
    out->plain_s = calloc(1, sizeof(*out->plain_s));
    out->plain_s[0] = 500e-6;
    out->model =
        json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:i}}", "name", "b", "sha256", sha256, "engine",
                  "runtime", "LiteRT", "version", "2", "delegate", "none", "threads", threads);
    out->input = json_pack("{s:s}", "name", "cat.png");
}

static json_t *priced_report(void)
{
    struct miev_error err;
    json_t *report = report_fixture();
    const struct miev_site site = {
        .zone = "World", .source = "s", .year = 2024, .pue = 1, .intensity_g_per_kwh = 400};
    const struct miev_price_options price = {.site = &site};
    assert_ok(miev_report_price(report, &price, &err), &err);
    return report;
}

static double number_at(json_t *document, const char *path)
{
    return json_number_value(report_fixture_at(document, path));
}

static void test_the_energy_of_one_inference_is_shared_out(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_profile profile;
    json_t *report = priced_report(), *out = NULL;
    make_profile(&profile, 1);
    assert_ok(miev_profile_report(&profile, report, &out, &err), &err);
    assert_near(number_at(out, "operators.0.joules.value"), 4 * (300.5 - 100.0 / 6) / 500, 1e-9);
    assert_near(number_at(out, "kinds.0.joules.value") + number_at(out, "kinds.1.joules.value") +
                    number_at(out, "between.joules.value"),
                4, 1e-9);
    assert_near(number_at(out, "kinds.0.grams.value"), 4.0 / 3.6e6 * 400 * (401 - 100.0 / 3) / 500,
                1e-6);
    /* The sensor's factor of 2 and the rounds' 1.02, in quadrature on the logarithms. */
    assert_near(number_at(out, "energy.per_inference_j.high"), 4 * exp(hypot(log(2), log(1.02))),
                1e-9);
    assert_true(number_at(out, "kinds.0.joules.low") < number_at(out, "kinds.0.joules.value") / 2);
    assert_near(number_at(out, "inference.overhead_ratio"), 0.2, 1e-6);
    assert_string_equal(json_string_value(report_fixture_at(out, "attribution")),
                        "energy of one inference, shared out by time; not measured per operator");
    assert_true(json_is_null(report_fixture_at(out, "operators.0.output_shape")));
    json_decref(out);
    json_decref(report);
    miev_profile_finish(&profile);
}

static void test_without_energy_there_are_shares_and_no_joules(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_profile profile;
    json_t *report = priced_report(), *out = NULL;
    make_profile(&profile, 1);
    json_t *model = report_fixture_model(report, 1);
    (void)json_object_set_new(json_object_get(model, "energy"), "gross", json_null());
    (void)json_object_set_new(model, "footprint", json_null());
    assert_ok(miev_profile_report(&profile, report, &out, &err), &err);
    assert_true(json_is_null(report_fixture_at(out, "energy")));
    assert_true(json_is_null(report_fixture_at(out, "between.joules")));
    assert_true(json_is_null(report_fixture_at(out, "operators.0.grams")));
    assert_near(number_at(out, "operators.0.share.value"), (300.5 - 100.0 / 6) / 500, 1e-9);
    assert_non_null(
        strstr(json_string_value(report_fixture_at(out, "energy_missing")), "no sensor"));
    json_decref(out);
    (void)json_object_set_new(model, "error",
                              json_pack("{s:s, s:s}", "code", "crashed", "message", "it crashed"));
    assert_ok(miev_profile_report(&profile, report, &out, &err), &err);
    assert_string_equal(json_string_value(report_fixture_at(out, "energy_missing")), "it crashed");
    json_decref(out);
    json_decref(report);
    miev_profile_finish(&profile);
}

static void test_a_report_of_something_else_is_refused(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_profile profile;
    json_t *report = priced_report(), *out = NULL;
    make_profile(&profile, 2);
    assert_refused(miev_profile_report(&profile, report, &out, &err), MIEV_ERR_INVALID, &err,
                   "another \"threads\" of its engine");
    json_t *model = report_fixture_model(report, 1);
    (void)json_object_set_new(model, "sha256", json_string("cc"));
    assert_refused(miev_profile_report(&profile, report, &out, &err), MIEV_ERR_INVALID, &err,
                   "no model with the hash bbbbbbbbbbbb");
    assert_null(out);
    json_decref(report);
    miev_profile_finish(&profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares_add_up_and_watching_is_taken_off),
        cmocka_unit_test(test_watching_cannot_take_more_than_a_call_nor_less_than_what_is_too_much),
        cmocka_unit_test(test_inferences_without_time_are_nonsense),
        cmocka_unit_test(test_what_ran_at_the_same_time_is_shared_by_the_sum),
        cmocka_unit_test(test_too_few_runs_are_refused),
        cmocka_unit_test(test_an_answer_is_taken_within_bounds),
        cmocka_unit_test(test_the_energy_of_one_inference_is_shared_out),
        cmocka_unit_test(test_without_energy_there_are_shares_and_no_joules),
        cmocka_unit_test(test_a_report_of_something_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
