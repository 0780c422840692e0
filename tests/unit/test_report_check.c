/* SPDX-License-Identifier: Apache-2.0 */
#include "study/report_check.h"

#include "report_fixture.h"
#include "test.h"

static int read_text(const char *text, json_t **out, struct miev_error *err)
{
    return miev_report_read(text, strlen(text), out, err);
}

/* As it comes back from its own text. */
static int read_again(const json_t *report, json_t **out, struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0;
    assert_ok(miev_report_text(report, &text, &length, err), err);
    int rc = miev_report_read(text, length, out, err);
    free(text);
    return rc;
}

static void test_a_whole_report_comes_back_equal(void **state)
{
    (void)state;
    struct miev_error err;
    json_t *report = report_fixture(), *again = NULL;
    assert_ok(read_again(report, &again, &err), &err);
    assert_true(json_equal(report, again));
    assert_true(miev_report_has_energy(again));
    json_decref(report);
    json_decref(again);
}

static void test_unknown_fields_are_kept(void **state)
{
    (void)state;
    struct miev_error err;
    json_t *report = report_fixture(), *again = NULL;
    (void)json_object_set_new(report, "of a later version", json_pack("{s:[i]}", "x", 1));
    assert_ok(read_again(report, &again, &err), &err);
    assert_true(json_equal(report, again));
    json_decref(report);
    json_decref(again);
}

/* Each change alone makes the report wrong, and the message names the field. */
static void test_a_wrong_field_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *parent, *key, *value, *says; /* value as JSON; NULL: taken away */
        int status;
    } cases[] = {
        {"", "schema", "\"miev.report/2\"", "miev.report/2", MIEV_ERR_UNSUPPORTED},
        {"", "schema", "\"miev.card/1\"", "no report of MIEV", MIEV_ERR_INVALID},
        {"", "schema", "1", "no report of MIEV", MIEV_ERR_INVALID},
        {"", "models", "[]", "\"models\" must be a list of 1 to 64", MIEV_ERR_INVALID},
        {"", "models", "[1]", "\"models[0]\" must be an object", MIEV_ERR_INVALID},
        {"", "site", NULL, "\"site\" is missing", MIEV_ERR_INVALID},
        {"", "created_unix_s", "1.5", "\"created_unix_s\"", MIEV_ERR_INVALID},
        {"", "created_unix_s", "-1", "\"created_unix_s\"", MIEV_ERR_INVALID},
        {"settings", "threads", "0", "\"settings.threads\"", MIEV_ERR_INVALID},
        {"settings", "seed", "\"7\"", "\"settings.seed\"", MIEV_ERR_INVALID},
        {"settings", "dedicated", "0", "\"settings.dedicated\"", MIEV_ERR_INVALID},
        {"input", "sha256", "\"abc\"", "\"input.sha256\"", MIEV_ERR_INVALID},
        {"site", "pue", "0.5", "\"site.pue\"", MIEV_ERR_INVALID},
        {"site", "intensity_g_per_kwh", "-3", "\"site.intensity_g_per_kwh\"", MIEV_ERR_INVALID},
        {"models.1", "energy", NULL, "neither \"energy\" nor \"error\"", MIEV_ERR_INVALID},
        {"models.1", "name", "\"a\"", "two models are named a", MIEV_ERR_INVALID},
        {"models.1", "name", "\"\"", "\"models[1].name\"", MIEV_ERR_INVALID},
        {"models.1.energy", "method", "3", "\"models[1].energy.method\"", MIEV_ERR_INVALID},
        {"models.0.energy.gross.per_inference_j", "value", "9", "statistical bounds",
         MIEV_ERR_INVALID},
        {"models.0.energy.gross.per_inference_j", "systematic", "{\"low\": 3, \"high\": 4}",
         "systematic bounds", MIEV_ERR_INVALID},
        {"models.0.energy.gross.per_inference_j", "value", "1e300", "per_inference_j.value",
         MIEV_ERR_INVALID},
        {"models.0", "settings",
         "{\"threads\": 1, \"delegate\": null, \"batch\": 0, \"reserved_cpus\": 1}",
         "\"models[0].settings.batch\"", MIEV_ERR_INVALID},
        {"", "sweep", "{\"default\": \"a\"}", "\"sweep.front\" is missing", MIEV_ERR_INVALID},
        {"", "sweep",
         "{\"default\": \"a\", \"front\": [{\"name\": \"a\", \"item_j\": 1, \"items_per_s\": 0}],"
         " \"knee\": null, \"knee_words\": null, \"best\": null, \"advice\": \"b\"}",
         "\"sweep.front[0].items_per_s\" must be a number above 0", MIEV_ERR_INVALID},
        {"models.0.latency", "p50_s", "null", "\"models[0].latency.p50_s\"", MIEV_ERR_INVALID},
        {"models.0.latency", "distribution", "[]", "latency.distribution", MIEV_ERR_INVALID},
        {"models.0.latency", "distribution", "{\"ratio\": [0.5], \"seconds\": []}",
         "not as many \"seconds\"", MIEV_ERR_INVALID},
        {"models.0.latency", "distribution", "{\"ratio\": [0.5, 0.1], \"seconds\": [1, 2]}",
         "\"models[0].latency.distribution.ratio\"", MIEV_ERR_INVALID},
        {"models.0.latency", "distribution", "{\"ratio\": [0.5, 2], \"seconds\": [1, 2]}",
         "from 0 to 1", MIEV_ERR_INVALID},
        {"models.0.latency", "distribution", "{\"ratio\": [0.5], \"seconds\": [\"1\"]}",
         "\"models[0].latency.distribution.seconds\"", MIEV_ERR_INVALID},
        {"meter.channels.0", "counted", "\"yes\"", "\"meter.channels[0].counted\"",
         MIEV_ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct miev_error err;
        json_t *report = report_fixture(), *again = NULL;
        json_t *parent = report_fixture_at(report, cases[i].parent);
        assert_non_null(parent);
        if (cases[i].value)
            (void)json_object_set_new(parent, cases[i].key,
                                      json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
        else
            (void)json_object_del(parent, cases[i].key);
        assert_refused(read_again(report, &again, &err), cases[i].status, &err, cases[i].says);
        json_decref(report);
    }
}

static void test_text_that_is_no_report_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "{", "[]", "{}", "null", "{\"schema\": NaN}", "{\"schema\": \"a\", \"schema\": \"a\"}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct miev_error err;
        json_t *report = NULL;
        assert_int_equal(read_text(texts[i], &report, &err), MIEV_ERR_INVALID);
        assert_null(report);
    }
}

static void test_what_steers_a_terminal_is_taken_out(void **state)
{
    (void)state;
    struct miev_error err;
    json_t *report = report_fixture(), *again = NULL;
    (void)json_object_set_new(report_fixture_at(report, "machine"), "cpu",
                              json_string("\x1b]0;gotcha\x07 \xe2\x80\xae CPU \xea\xb3\xa0"));
    (void)json_object_set_new(report, "later", json_pack("[s]", "\x1b[2J"));
    assert_ok(read_again(report, &again, &err), &err);
    assert_string_equal(json_string_value(report_fixture_at(again, "machine.cpu")),
                        "?]0;gotcha? ? CPU \xea\xb3\xa0");
    assert_string_equal(json_string_value(report_fixture_at(again, "later.0")), "?[2J");
    json_decref(report);
    json_decref(again);
}

static void test_depth_and_texts_have_bounds(void **state)
{
    (void)state;
    struct miev_error err;
    json_t *report = report_fixture(), *again = NULL, *deep = json_array();
    for (int i = 0; i < 30; i++)
        deep = json_pack("[o]", deep);
    (void)json_object_set_new(report, "deep", deep);
    assert_refused(read_again(report, &again, &err), MIEV_ERR_LIMIT, &err, "nested");
    (void)json_object_del(report, "deep");
    char *text = calloc(1, 9001);
    assert_non_null(text);
    (void)memset(text, 'x', 9000);
    (void)json_object_set_new(report, "long", json_string(text));
    assert_refused(read_again(report, &again, &err), MIEV_ERR_LIMIT, &err, "9000 bytes");
    free(text);
    assert_refused(miev_report_read("{}", MIEV_REPORT_MAX_BYTES + 1, &again, &err), MIEV_ERR_LIMIT,
                   &err, "16777216");
    json_decref(report);
}

/* Deeper than the parser could go on the stack of a server's thread. */
static void test_nesting_is_bounded_before_it_is_parsed(void **state)
{
    (void)state;
    struct miev_error err;
    json_t *report = NULL;
    static char text[100000];
    (void)memset(text, '[', sizeof(text));
    assert_refused(miev_report_read(text, sizeof(text), &report, &err), MIEV_ERR_LIMIT, &err,
                   "deeper than 64");
}

static void test_the_identity_does_not_depend_on_the_order_of_keys(void **state)
{
    (void)state;
    struct miev_error err;
    char first[65], second[65], third[65];
    json_t *report = report_fixture();
    assert_ok(miev_report_identity(report, first, &err), &err);
    json_t *schema = json_incref(json_object_get(report, "schema"));
    (void)json_object_del(report, "schema");
    (void)json_object_set_new(report, "schema", schema); /* now the last */
    assert_ok(miev_report_identity(report, second, &err), &err);
    assert_string_equal(first, second);
    report_fixture_scale(report, 0, 1 + 1e-15);
    assert_ok(miev_report_identity(report, third, &err), &err);
    assert_string_not_equal(first, third);
    json_decref(report);
}

static void test_a_report_without_joules_is_known(void **state)
{
    (void)state;
    json_t *report = report_fixture();
    for (size_t i = 0; i < 2; i++)
        (void)json_object_set_new(report_fixture_model(report, i), "energy",
                                  json_pack("{s:s, s:s}", "method", "unavailable", "reason", "x"));
    assert_false(miev_report_has_energy(report));
    json_decref(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_report_comes_back_equal),
        cmocka_unit_test(test_unknown_fields_are_kept),
        cmocka_unit_test(test_a_wrong_field_is_named),
        cmocka_unit_test(test_text_that_is_no_report_is_refused),
        cmocka_unit_test(test_what_steers_a_terminal_is_taken_out),
        cmocka_unit_test(test_depth_and_texts_have_bounds),
        cmocka_unit_test(test_the_identity_does_not_depend_on_the_order_of_keys),
        cmocka_unit_test(test_a_report_without_joules_is_known),
        cmocka_unit_test(test_nesting_is_bounded_before_it_is_parsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
