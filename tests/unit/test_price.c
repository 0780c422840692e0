/* SPDX-License-Identifier: Apache-2.0 */
#include "study/price.h"

#include <math.h>

#include "study/places.h"
#include "test.h"

static json_t *model(const char *name, double gross_j, double inference_s)
{
    return json_pack("{s:s, s:{s:s, s:f, s:{s:{s:f, s:{s:f, s:f}, s:{s:f, s:f}}}}}", "name", name,
                     "energy", "method", "estimated", "inference_s", inference_s, "gross",
                     "per_inference_j", "value", gross_j, "statistical", "low", 0.9 * gross_j,
                     "high", 1.1 * gross_j, "systematic", "low", 0.5 * gross_j, "high",
                     2 * gross_j);
}

/* A machine with two models that have energy, one that has none and one that failed. */
static json_t *report(bool virtual_machine)
{
    return json_pack(
        "{s:{s:s, s:b}, s:{s:i, s:i, s:b}, s:[o, o, {s:s, s:{s:s}}, {s:s, s:{s:s}}], s:[{s:s, "
        "s:s}, {s:s, s:s}]}",
        "machine", "class", "server", "virtual_machine", (int)virtual_machine, "settings",
        "reserved_cpus", 2, "logical_cpus", 8, "dedicated", 0, "models", model("a", 1, 0.01),
        model("b", 4, 0.01), "name", "none", "energy", "method", "unavailable", "name", "failed",
        "error", "code", "crashed", "comparison", "a", "a", "b", "b", "a", "a", "b", "none");
}

static const struct miev_site korea = {
    .zone = "South Korea", .intensity_g_per_kwh = 400, .year = 2024, .source = "s", .pue = 1.25};

static const json_t *footprint(const json_t *from, size_t i)
{
    return json_object_get(json_array_get(json_object_get(from, "models"), i), "footprint");
}

static double grams(const json_t *from, size_t i, const char *kind, const char *bound)
{
    const json_t *interval = json_object_get(footprint(from, i), kind);
    return json_number_value(json_object_get(interval, bound));
}

static void test_grams_are_energy_times_place(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_price_options options = {.site = &korea};
    json_t *priced = report(false);
    assert_ok(miev_report_price(priced, &options, &err), &err);
    assert_near(grams(priced, 0, "per_inference_g", "value"), 1 * 1.25 * 400 / 3.6e6, 1e-12);
    assert_near(grams(priced, 1, "per_inference_g", "value"), 4 * 1.25 * 400 / 3.6e6, 1e-12);
    assert_true(json_is_null(json_object_get(footprint(priced, 0), "embodied_g")));
    assert_null(json_object_get(footprint(priced, 0), "at_rate"));
    const json_t *site = json_object_get(priced, "site");
    assert_int_equal(json_integer_value(json_object_get(site, "year")), 2024);
    assert_true(json_is_null(json_object_get(site, "embodied")));
    const json_t *pair = json_array_get(json_object_get(priced, "comparison"), 0);
    assert_near(json_number_value(json_object_get(pair, "carbon_ratio")), 0.25, 1e-12);
    json_decref(priced);
}

static void test_grams_alone_are_those_of_the_report_and_leave_it_as_it_is(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_priceable taken[4];
    struct miev_interval alone[4];
    struct miev_price_options options = {.site = &korea, .embodied = true};
    json_t *priced = report(true), *untouched = report(true);
    assert_ok(miev_report_priceable(priced, &options, taken, 4, &err), &err);
    for (size_t i = 0; i < 4; i++)
        assert_ok(miev_priceable_grams(&taken[i], &korea, &alone[i], &err), &err);
    assert_true(json_equal(priced, untouched));
    assert_ok(miev_report_price(priced, &options, &err), &err);
    for (size_t i = 0; i < 2; i++) {
        assert_near(alone[i].value, grams(priced, i, "per_inference_g", "value"), 1e-15);
        assert_near(alone[i].low, grams(priced, i, "per_inference_g", "low"), 1e-15);
        assert_near(alone[i].high, grams(priced, i, "per_inference_g", "high"), 1e-15);
    }
    assert_true(isnan(alone[2].value) && isnan(alone[3].value));
    json_decref(priced);
    json_decref(untouched);
}

/* Everywhere at once, held against one country and one region by themselves. */
static void test_every_place_is_priced_as_it_would_be_alone(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_site_wish wish = MIEV_SITE_WISH_INIT;
    json_t *measured = report(false), *places = NULL, *item;
    size_t i, seen = 0;
    wish.pue = 1.5;
    wish.no_embodied = true;
    assert_ok(miev_report_places(measured, &wish, &places, &err), &err);
    json_array_foreach(json_object_get(json_object_get(places, "zones"), "items"), i, item)
    {
        double value = json_number_value(
            json_object_get(json_array_get(json_object_get(item, "per_inference_g"), 0), "value"));
        assert_near(value,
                    1.5 * json_number_value(json_object_get(item, "intensity_g_per_kwh")) / 3.6e6,
                    1e-12);
        assert_true(json_is_null(json_array_get(json_object_get(item, "per_inference_g"), 2)));
    }
    assert_true(i > 200);
    json_array_foreach(json_object_get(json_object_get(places, "regions"), "items"), i, item)
    {
        bool published = json_is_integer(json_object_get(item, "pue_year"));
        double pue = json_number_value(json_object_get(item, "pue"));
        double value = json_number_value(
            json_object_get(json_array_get(json_object_get(item, "per_inference_g"), 0), "value"));
        assert_true(published ? pue < 2 : pue == 1.5);
        assert_near(value,
                    pue * json_number_value(json_object_get(item, "intensity_g_per_kwh")) / 3.6e6,
                    1e-12);
        seen += published;
    }
    assert_int_equal(i, 158);
    assert_int_equal(seen, 62);
    json_decref(measured);
    json_decref(places);
}

static void test_a_model_without_energy_gets_no_grams(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_price_options options = {.site = &korea, .embodied = true, .requests_per_day = 5};
    json_t *priced = report(false);
    assert_ok(miev_report_price(priced, &options, &err), &err);
    assert_true(json_is_null(footprint(priced, 2)));
    assert_null(footprint(priced, 3)); /* it has its error in place of figures */
    const json_t *pair = json_array_get(json_object_get(priced, "comparison"), 1);
    assert_true(json_is_null(json_object_get(pair, "carbon_ratio")));
    json_decref(priced);
}

static void test_pricing_again_changes_only_the_grams(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_site clean = korea;
    clean.intensity_g_per_kwh = 40;
    (void)snprintf(clean.zone, sizeof(clean.zone), "custom");
    struct miev_price_options first = {.site = &korea, .embodied = true, .requests_per_day = 100},
                              second = {.site = &clean};
    json_t *again = report(false), *once = report(false);
    assert_ok(miev_report_price(again, &first, &err), &err);
    assert_ok(miev_report_price(again, &second, &err), &err);
    assert_ok(miev_report_price(once, &second, &err), &err);
    assert_true(json_equal(again, once)); /* nothing of the first place is left */
    static const char *const kept[] = {"machine", "settings"};
    json_t *fresh = report(false);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        assert_true(json_equal(json_object_get(again, kept[i]), json_object_get(fresh, kept[i])));
    assert_true(
        json_equal(json_object_get(json_array_get(json_object_get(again, "models"), 0), "energy"),
                   json_object_get(json_array_get(json_object_get(fresh, "models"), 0), "energy")));
    json_decref(fresh);
    json_decref(once);
    json_decref(again);
}

static void test_the_machines_making_is_added(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_price_options options = {.site = &korea, .embodied = true};
    struct miev_embodied server;
    struct miev_interval want;
    json_t *priced = report(false);
    assert_ok(miev_report_price(priced, &options, &err), &err);
    assert_ok(miev_embodied_default(MIEV_MACHINE_SERVER, &server, &err), &err);
    assert_ok(miev_embodied_share(&server, 0.01, 2.0 / 8, &want, &err), &err);
    assert_near(grams(priced, 0, "embodied_g", "value"), want.value, 1e-12);
    assert_near(grams(priced, 0, "embodied_g", "high"), want.high, 1e-12);
    assert_near(grams(priced, 0, "per_inference_g", "value"),
                grams(priced, 0, "operational_g", "value") + want.value, 1e-12);
    json_decref(priced);
}

/* 2 of 8 CPUs for 0.01 s of two years; and a report that is priced again keeps that plan. */
static void test_a_planned_lifetime_takes_the_place_of_the_range(void **state)
{
    (void)state;
    struct miev_error err;
    const double two_years_s = 2 * 365.25 * 86400;
    struct miev_price_options again,
        options = {.site = &korea, .embodied = true, .lifetime_s = two_years_s};
    struct miev_embodied server;
    struct miev_site site;
    json_t *priced = report(false);
    assert_ok(miev_report_price(priced, &options, &err), &err);
    assert_ok(miev_embodied_default(MIEV_MACHINE_SERVER, &server, &err), &err);
    const double share = 0.01 / two_years_s * 2 / 8;
    assert_near(grams(priced, 0, "embodied_g", "value"), server.total_g.value * share, 1e-12);
    assert_near(grams(priced, 0, "embodied_g", "low"), server.total_g.low * share, 1e-12);
    assert_near(grams(priced, 0, "embodied_g", "high"), server.total_g.high * share, 1e-12);
    miev_report_priced_by(priced, &site, &again);
    assert_near(again.lifetime_s, two_years_s, 1e-12);
    options.lifetime_s = 0;
    assert_ok(miev_report_price(priced, &options, &err), &err);
    miev_report_priced_by(priced, &site, &again);
    assert_near(again.lifetime_s, 0, 0);
    json_decref(priced);
}

static void test_a_virtual_machine_is_a_share_of_its_host(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_price_options options = {.site = &korea, .embodied = true};
    struct miev_embodied server;
    struct miev_interval of_host;
    json_t *priced = report(true);
    assert_ok(miev_report_price(priced, &options, &err), &err);
    const json_t *cost = json_object_get(json_object_get(priced, "site"), "embodied");
    double host_cpus = json_number_value(json_object_get(cost, "host_logical_cpus"));
    assert_true(json_is_true(json_object_get(cost, "host_guessed")));
    assert_true(host_cpus > 8);
    assert_ok(miev_embodied_default(MIEV_MACHINE_SERVER, &server, &err), &err);
    assert_ok(miev_embodied_share(&server, 0.01, 2 / host_cpus, &of_host, &err), &err);
    assert_near(grams(priced, 0, "embodied_g", "value"), of_host.value, 1e-12);
    const json_t *machine = json_object_get(cost, "machine_g");
    assert_near(json_number_value(json_object_get(machine, "value")), server.total_g.value, 1e-6);
    const json_t *lifetime = json_object_get(cost, "lifetime_s");
    assert_near(json_number_value(json_object_get(lifetime, "low")), server.lifetime_s.low, 1e-6);
    /* The guess widens the interval. */
    assert_true(grams(priced, 0, "embodied_g", "low") < of_host.low);
    assert_true(grams(priced, 0, "embodied_g", "high") > of_host.high);
    json_decref(priced);
}

static void test_a_dedicated_machine_carries_all_of_its_making(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_price_options options = {.site = &korea, .embodied = true};
    json_t *shared = report(false), *own = report(false);
    (void)json_object_set_new(json_object_get(own, "settings"), "dedicated", json_true());
    assert_ok(miev_report_price(shared, &options, &err), &err);
    assert_ok(miev_report_price(own, &options, &err), &err);
    assert_near(grams(own, 0, "embodied_g", "value"), 4 * grams(shared, 0, "embodied_g", "value"),
                1e-12);
    json_decref(shared);
    json_decref(own);
}

static void test_an_unknown_class_has_no_making(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_price_options options = {.site = &korea, .embodied = true};
    json_t *priced = report(false);
    (void)json_object_set_new(json_object_get(priced, "machine"), "class", json_string("unknown"));
    assert_ok(miev_report_price(priced, &options, &err), &err);
    assert_true(json_is_null(json_object_get(footprint(priced, 0), "embodied_g")));
    assert_true(json_is_null(json_object_get(json_object_get(priced, "site"), "embodied")));
    json_decref(priced);
}

static void test_joules_below_zero_cost_their_own_row_only(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_price_options options = {.site = &korea};
    json_t *priced = report(false);
    json_t *noisy = model("a", -1, 0.01);
    assert_int_equal(json_array_set_new(json_object_get(priced, "models"), 0, noisy), 0);
    assert_ok(miev_report_price(priced, &options, &err), &err);
    assert_true(json_is_null(footprint(priced, 0)));
    assert_true(grams(priced, 1, "per_inference_g", "value") > 0);
    json_decref(priced);
}

static void test_what_is_no_report_is_refused(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_price_options options = {.site = &korea};
    json_t *none = json_object(), *priced = report(false);
    assert_refused(miev_report_price(none, &options, &err), MIEV_ERR_INVALID, &err, "models");
    json_t *energy =
        json_object_get(json_array_get(json_object_get(priced, "models"), 0), "energy");
    json_t *gross = json_object_get(json_object_get(energy, "gross"), "per_inference_j");
    assert_int_equal(json_object_del(gross, "systematic"), 0);
    assert_refused(miev_report_price(priced, &options, &err), MIEV_ERR_INVALID, &err, "low");
    json_decref(none);
    json_decref(priced);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grams_are_energy_times_place),
        cmocka_unit_test(test_grams_alone_are_those_of_the_report_and_leave_it_as_it_is),
        cmocka_unit_test(test_every_place_is_priced_as_it_would_be_alone),
        cmocka_unit_test(test_a_model_without_energy_gets_no_grams),
        cmocka_unit_test(test_pricing_again_changes_only_the_grams),
        cmocka_unit_test(test_the_machines_making_is_added),
        cmocka_unit_test(test_a_planned_lifetime_takes_the_place_of_the_range),
        cmocka_unit_test(test_a_virtual_machine_is_a_share_of_its_host),
        cmocka_unit_test(test_a_dedicated_machine_carries_all_of_its_making),
        cmocka_unit_test(test_an_unknown_class_has_no_making),
        cmocka_unit_test(test_joules_below_zero_cost_their_own_row_only),
        cmocka_unit_test(test_what_is_no_report_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
