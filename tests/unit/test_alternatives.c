/* SPDX-License-Identifier: Apache-2.0 */
/* What would emit less: each kind by hand, and what is asked for beside it. */
#include <string.h>

#include "core/error.h"
#include "grid/grid.h"
#include "study/alternatives.h"
#include "test.h"

/* Three models on one data set, at 400 g/kWh: "big" takes 8 g of electricity and 2 of making. */
static const char report_text[] =
    "{\"site\":{\"zone\":\"X\",\"source\":\"" MIEV_GRID_SOURCE "\",\"intensity_g_per_kwh\":400,"
    "\"pue\":1.5,\"default\":false},\"models\":["
    "{\"name\":\"big\",\"latency\":{\"p99_s\":0.010},\"accuracy\":{\"top1\":0.9},\"footprint\":{"
    "\"per_inference_g\":{\"value\":10,\"low\":5,\"high\":20},\"embodied_g\":{\"value\":2}}},"
    "{\"name\":\"small\",\"latency\":{\"p99_s\":0.004},\"accuracy\":{\"top1\":0.8},\"footprint\":{"
    "\"per_inference_g\":{\"value\":4,\"low\":2,\"high\":8},\"embodied_g\":{\"value\":1}}},"
    "{\"name\":\"like\",\"latency\":{\"p99_s\":0.009},\"accuracy\":{\"top1\":0.9},\"footprint\":{"
    "\"per_inference_g\":{\"value\":9.9,\"low\":5,\"high\":20},\"embodied_g\":{\"value\":2}}}],"
    "\"comparison\":[{\"a\":\"big\",\"b\":\"small\",\"verdict\":\"higher\",\"likely\":true},"
    "{\"a\":\"like\",\"b\":\"big\",\"verdict\":\"unresolved\",\"likely\":false}],"
    "\"pareto\":[{\"models\":[{\"name\":\"big\",\"position\":\"front\"},"
    "{\"name\":\"small\",\"position\":\"front\"},{\"name\":\"like\",\"position\":\"front\"}]}]}";

static json_t *report_of(void)
{
    json_t *report = json_loads(report_text, 0, NULL);
    assert_non_null(report);
    return report;
}

static json_t *found(const json_t *report, const struct miev_alternatives_wish *wish)
{
    struct miev_error err;
    json_t *document = NULL;
    assert_ok(miev_report_alternatives(report, wish, &document, &err), &err);
    return document;
}

static const json_t *kind_of(const json_t *document, const char *kind)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(document, "kinds"), i, entry)
    {
        if (strcmp(json_string_value(json_object_get(entry, "kind")), kind) == 0)
            return entry;
    }
    return NULL;
}

static const json_t *item_of(const json_t *document, const char *kind, const char *what)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(kind_of(document, kind), "items"), i, item)
    {
        if (!what || strcmp(json_string_value(json_object_get(item, "what")), what) == 0)
            return item;
    }
    return NULL;
}

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static void test_other_models_tell_what_they_save_and_their_price(void **state)
{
    (void)state;
    json_t *report = report_of();
    json_t *document = found(report, &(struct miev_alternatives_wish){.model = NULL});
    const json_t *item = item_of(document, "models", "small");
    assert_string_equal(json_string_value(json_object_get(document, "model")), "big");
    assert_near(number(item, "ratio"), 0.4, 1e-12);
    assert_near(number(item, "top1_difference"), -0.1, 1e-9);
    assert_near(number(item, "p99_difference_s"), -0.006, 1e-9);
    assert_string_equal(json_string_value(json_object_get(item, "energy_verdict")), "lower");
    assert_true(json_is_true(json_object_get(item, "likely")));
    assert_true(json_is_null(json_object_get(item, "saved_year_g"))); /* no rate, no year */
    assert_null(item_of(document, "models", "like")); /* the study could not tell them apart */
    assert_null(item_of(document, "models", "big"));
    json_decref(document);
    json_decref(report);
}

static void test_what_was_not_asked_for_is_left_out(void **state)
{
    (void)state;
    json_t *report = report_of();
    const struct miev_alternatives_wish wishes[] = {{.min_top1 = 0.85}, {.max_p99_s = 0.003}};
    for (size_t i = 0; i < 2; i++) {
        json_t *document = found(report, &wishes[i]);
        assert_null(item_of(document, "models", NULL));
        assert_true(json_is_string(json_object_get(kind_of(document, "models"), "why")));
        json_decref(document);
    }
    json_decref(report);
}

static void test_a_year_is_that_of_the_rate(void **state)
{
    (void)state;
    json_t *report = report_of();
    size_t i;
    json_t *model;
    json_array_foreach(json_object_get(report, "models"), i, model)
    {
        json_t *rate = json_pack("{s:f, s:{s:f, s:f, s:f}, s:{s:f}}", "requests_per_day", 1000.0,
                                 "per_request_g", "value", i == 1 ? 30.0 : 40.0, "low", 20.0,
                                 "high", 80.0, "embodied_g", "value", 8.0);
        (void)json_object_set_new(json_object_get(model, "footprint"), "at_rate", rate);
    }
    json_t *document = found(report, &(struct miev_alternatives_wish){.model = "big"});
    const json_t *saved = json_object_get(item_of(document, "models", "small"), "saved_year_g");
    assert_near(number(saved, "value"), 10 * 1000 * 365.25, 1e-9);
    assert_near(number(saved, "low"), 5 * 1000 * 365.25, 1e-9);
    assert_near(number(saved, "high"), 20 * 1000 * 365.25, 1e-9);
    assert_near(number(json_object_get(document, "year_g"), "value"), 40 * 1000 * 365.25, 1e-9);
    json_decref(document);
    json_decref(report);
}

static void test_elsewhere_only_the_electricity_changes(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_zone norway;
    json_t *report = report_of();
    assert_ok(miev_grid_find("NO", MIEV_GRID_LATEST, &norway, &err), &err);
    json_t *document = found(report, &(struct miev_alternatives_wish){.regions = "eu,NO"});
    const json_t *item = item_of(document, "place", "Norway");
    /* the same machine with its PUE; 2 of 10 g are of making it */
    assert_near(number(item, "ratio"), (8 * norway.intensity_g_per_kwh / 400 + 2) / 10, 1e-9);
    assert_non_null(item_of(document, "place", "France"));
    assert_null(item_of(document, "place", "Iceland"));
    const json_t *region = item_of(document, "place", "aws:eu-north-1");
    assert_near(number(region, "ratio"),
                (8 * number(region, "intensity_g_per_kwh") * number(region, "pue") / 600 + 2) / 10,
                1e-9);
    json_decref(document);
    (void)json_object_set_new(json_object_get(report, "site"), "source", json_string("a live one"));
    document = found(report, &(struct miev_alternatives_wish){.model = NULL});
    assert_null(item_of(document, "place", NULL)); /* two bases are never ranked together */
    json_decref(document);
    json_decref(report);
}

static void test_places_are_ranked_by_the_year_of_the_reports_own_figure(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_zone then, latest;
    json_t *report = report_of(), *site = json_object_get(report, "site");
    assert_ok(miev_grid_find("NO", 2015, &then, &err), &err);
    assert_ok(miev_grid_find("NO", MIEV_GRID_LATEST, &latest, &err), &err);
    assert_true(latest.year > 2015 && latest.intensity_g_per_kwh != then.intensity_g_per_kwh);
    (void)json_object_set_new(site, "year", json_integer(2015));
    json_t *document = found(report, &(struct miev_alternatives_wish){.regions = "NO"});
    const json_t *item = item_of(document, "place", "Norway");
    assert_int_equal(number(item, "year"), 2015);
    assert_near(number(item, "ratio"), (8 * then.intensity_g_per_kwh / 400 + 2) / 10, 1e-9);
    assert_true(json_is_true(json_object_get(item, "same_year")));
    json_decref(document);
    /* no figure of that year: the latest one, which is marked */
    (void)json_object_set_new(site, "year", json_integer(latest.year + 1));
    document = found(report, &(struct miev_alternatives_wish){.regions = "NO"});
    item = item_of(document, "place", "Norway");
    assert_int_equal(number(item, "year"), latest.year);
    assert_true(json_is_false(json_object_get(item, "same_year")));
    json_decref(document);
    json_decref(report);
}

static void test_the_least_hour_is_held_against_the_mean_of_a_day(void **state)
{
    (void)state;
    json_t *report = report_of();
    /* the last is more than a day ahead */
    const struct miev_live_point hours[] = {{.at = 0, .intensity_g_per_kwh = 300},
                                            {.at = 3600, .intensity_g_per_kwh = 100},
                                            {.at = 7200, .intensity_g_per_kwh = 200},
                                            {.at = 86400, .intensity_g_per_kwh = 1}};
    json_t *document =
        found(report,
              &(struct miev_alternatives_wish){.hours = hours, .n_hours = 4, .hours_source = "S"});
    const json_t *item = item_of(document, "hour", "1970-01-01 01:00 UTC");
    assert_near(number(item, "ratio"), (8 * 0.5 + 2) / 10, 1e-9);
    const json_t *kind = kind_of(document, "hour"), *all = json_object_get(kind, "hours");
    assert_int_equal(json_array_size(all), 3); /* a day ahead and no more */
    assert_near(number(kind, "mean_g_per_kwh"), 200, 1e-9);
    assert_near(number(json_array_get(all, 0), "ratio"), (8 * 1.5 + 2) / 10, 1e-9);
    json_decref(document);
    document = found(report, &(struct miev_alternatives_wish){.hours_why = "the net is down"});
    kind = kind_of(document, "hour");
    assert_string_equal(json_string_value(json_object_get(kind, "why")), "the net is down");
    assert_string_equal(json_string_value(json_object_get(kind, "reason")), "no-forecast");
    json_decref(document);
    json_decref(report);
}

/* A report at 400 g/kWh whose wish says nothing, or says where. */
static void test_the_zone_of_a_forecast_is_that_of_the_wish_or_the_report(void **state)
{
    (void)state;
    char zone[64];
    struct miev_site_wish wish = MIEV_SITE_WISH_INIT;
    json_t *report = report_of(), *site = json_object_get(report, "site");
    miev_alternatives_zone(report, &wish, zone);
    assert_string_equal(zone, "X");
    (void)json_object_set_new(site, "zone", json_string("Sweden (aws:eu-north-1)"));
    miev_alternatives_zone(report, &wish, zone);
    assert_string_equal(zone, "aws:eu-north-1");
    (void)json_object_set_new(site, "zone", json_string("Congo (DRC)"));
    miev_alternatives_zone(report, &wish, zone);
    assert_string_equal(zone, "Congo (DRC)");
    (void)json_object_set_new(site, "default", json_true());
    miev_alternatives_zone(report, &wish, zone);
    assert_string_equal(zone, "");
    wish.zone = "KR";
    miev_alternatives_zone(report, &wish, zone);
    assert_string_equal(zone, "KR");
    json_decref(report);
}

static void test_what_is_not_there_is_told(void **state)
{
    (void)state;
    struct miev_error err;
    json_t *report = report_of(), *document = NULL;
    assert_refused(miev_report_alternatives(
                       report, &(struct miev_alternatives_wish){.model = "none"}, &document, &err),
                   MIEV_ERR_INVALID, &err, "no model 'none'");
    assert_refused(miev_report_alternatives(report,
                                            &(struct miev_alternatives_wish){.regions = "eu,World"},
                                            &document, &err),
                   MIEV_ERR_INVALID, &err, "'World' is neither");
    (void)json_object_del(json_array_get(json_object_get(report, "models"), 0), "footprint");
    assert_refused(miev_report_alternatives(
                       report, &(struct miev_alternatives_wish){.model = "big"}, &document, &err),
                   MIEV_ERR_INVALID, &err, "no grams of big");
    json_decref(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_models_tell_what_they_save_and_their_price),
        cmocka_unit_test(test_what_was_not_asked_for_is_left_out),
        cmocka_unit_test(test_a_year_is_that_of_the_rate),
        cmocka_unit_test(test_elsewhere_only_the_electricity_changes),
        cmocka_unit_test(test_places_are_ranked_by_the_year_of_the_reports_own_figure),
        cmocka_unit_test(test_the_zone_of_a_forecast_is_that_of_the_wish_or_the_report),
        cmocka_unit_test(test_the_least_hour_is_held_against_the_mean_of_a_day),
        cmocka_unit_test(test_what_is_not_there_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
