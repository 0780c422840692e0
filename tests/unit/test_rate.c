/* SPDX-License-Identifier: Apache-2.0 */
#include "study/rate.h"

#include "study/price.h"
#include "test.h"

#define INFERENCE_S 0.01

static json_t *channel(const char *part, double idle_w, double error_w)
{
    return json_pack("{s:s, s:b, s:f, s:f}", "part", part, "counted", 1, "idle_w", idle_w,
                     "idle_standard_error_w", error_w);
}

static json_t *part(const char *name, double gross_j, double net_j, double low, double high)
{
    return json_pack("{s:s, s:s, s:f, s:f, s:f, s:f}", "part", name, "method", "measured", "joules",
                     gross_j, "net_joules", net_j, "low", gross_j * low, "high", gross_j * high);
}

/* 2 of 8 CPUs are reserved, a quarter. CPU: 10 W idle, 2.5 W of them reserved, and 0.05 J above
 * idle in 10 ms: 0.075 J gross. Memory: 4 W idle, 1 W of them: 0.01 J. A GPU that nobody uses. */
static json_t *model(void)
{
    json_t *energy = json_pack("{s:s, s:f, s:[o, o, o]}", "method", "measured", "inference_s",
                               INFERENCE_S, "parts", part("cpu", 0.075, 0.05, 0.5, 2),
                               part("memory", 0.01, 0, 0.8, 1.25), part("gpu", 0, 0, 1, 1));
    (void)json_object_set_new(energy, "gross",
                              json_pack("{s:{s:f, s:{s:f, s:f}, s:{s:f, s:f}}}", "per_inference_j",
                                        "value", 0.085, "statistical", "low", 0.08, "high", 0.09,
                                        "systematic", "low", 0.05, "high", 0.16));
    (void)json_object_set_new(energy, "net",
                              json_pack("{s:{s:f, s:{s:f, s:f}}}", "per_inference_j", "value", 0.05,
                                        "statistical", "low", 0.046, "high", 0.054));
    return json_pack("{s:s, s:o, s:{s:f, s:{s:f, s:f, s:f}}}", "name", "m", "energy", energy,
                     "load", "cold_s", 2.0, "cold_j", "value", 3.6, "low", 1.8, "high", 7.2);
}

static json_t *report(void)
{
    json_t *own =
        json_pack("{s:i, s:i, s:b}", "reserved_cpus", 2, "logical_cpus", 8, "dedicated", 0);
    return json_pack("{s:{s:s, s:b}, s:o, s:{s:[o, o, o]}, s:[o]}", "machine", "class", "server",
                     "virtual_machine", 0, "settings", own, "meter", "channels",
                     channel("cpu", 10, 0.2), channel("memory", 4, 0), channel("gpu", 20, 0),
                     "models", model());
}

static json_t *first_model(const json_t *from)
{
    return json_array_get(json_object_get(from, "models"), 0);
}

static struct miev_reservation read_own(const json_t *from)
{
    struct miev_reservation own;
    struct miev_error err;
    assert_ok(miev_reservation_read(from, first_model(from), &own, &err), &err);
    return own;
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value))
        fail_msg("%s is no number", key);
    return json_number_value(value);
}

static const struct miev_site korea = {
    .zone = "South Korea", .intensity_g_per_kwh = 400, .year = 2024, .source = "s", .pue = 1.25};

/* The .at_rate of the only model, priced into the report. */
static const json_t *priced_rate(json_t *from, const struct miev_price_options *options)
{
    struct miev_error err;
    assert_ok(miev_report_price(from, options, &err), &err);
    return json_object_get(json_object_get(first_model(from), "footprint"), "at_rate");
}

static void test_between_requests_the_reserved_share_idles(void **state)
{
    (void)state;
    json_t *from = report();
    struct miev_reservation own = read_own(from);
    struct miev_energy_estimate energy;
    assert_near(own.idle_w, 3.5, 1e-12);
    assert_near(own.net_j, 0.05, 1e-12);
    /* One a minute: 60 s x 3.5 W + 0.05 J. CPU 150.05 J, memory 60 J. */
    miev_reservation_energy(&own, 60, &energy);
    assert_near(energy.value_j, 210.05, 1e-12);
    assert_near(energy.systematic_low_j, 210.05 - hypot(75.025, 12), 1e-12);
    assert_near(energy.systematic_high_j, 210.05 + hypot(150.05, 15), 1e-12);
    /* Rounds: 0.004 J; idle: 1.96 x 0.2 W x a quarter x 60 s. */
    assert_near(energy.statistical_high_j - 210.05, hypot(0.004, 5.88), 1e-9);
    assert_near(210.05 - energy.statistical_low_j, hypot(0.004, 5.88), 1e-9);
    json_decref(from);
}

static void test_a_worker_that_never_waits_takes_the_gross_joules(void **state)
{
    (void)state;
    json_t *from = report();
    struct miev_reservation own = read_own(from);
    struct miev_energy_estimate energy;
    struct miev_load load = miev_load_at(&own, 8640000);
    assert_near(load.busy_ratio, 1, 1e-12);
    assert_near(load.workers, 1, 0);
    miev_reservation_energy(&own, load.provisioned_s, &energy);
    assert_near(energy.value_j, 0.085, 1e-12);
    json_decref(from);
}

static void test_more_than_one_worker_can_serve_needs_more_of_them(void **state)
{
    (void)state;
    json_t *from = report();
    struct miev_reservation own = read_own(from);
    struct miev_load load = miev_load_at(&own, 2.5 * 8640000);
    assert_near(load.busy_ratio, 2.5, 1e-12);
    assert_near(load.workers, 3, 0);
    assert_near(load.most_per_day, 8640000, 1e-12);
    assert_near(load.provisioned_s, 3 * INFERENCE_S / 2.5, 1e-12);
    load = miev_load_at(&own, 1);
    assert_near(load.workers, 1, 0);
    assert_near(load.provisioned_s, 86400, 0);
    json_decref(from);
}

static void test_a_dedicated_machine_idles_for_this_work_alone(void **state)
{
    (void)state;
    json_t *from = report();
    (void)json_object_set_new(json_object_get(from, "settings"), "dedicated", json_true());
    assert_near(read_own(from).idle_w, 34, 1e-12); /* the GPU's 20 W too */
    json_decref(from);
}

static void test_a_gpu_that_works_is_all_its_own(void **state)
{
    (void)state;
    json_t *from = report();
    json_t *parts = json_object_get(json_object_get(first_model(from), "energy"), "parts");
    assert_int_equal(json_array_set_new(parts, 2, part("gpu", 0.7, 0.5, 1, 1)), 0);
    struct miev_reservation own = read_own(from);
    assert_near(own.idle_w, 23.5, 1e-12);
    assert_near(own.net_j, 0.55, 1e-12);
    json_decref(from);
}

static void test_a_counter_inside_another_is_not_added(void **state)
{
    (void)state;
    json_t *from = report();
    json_t *inner = channel("cpu", 5, 0);
    (void)json_object_set_new(inner, "counted", json_false());
    json_t *channels = json_object_get(json_object_get(from, "meter"), "channels");
    assert_int_equal(json_array_append_new(channels, inner), 0);
    assert_near(read_own(from).idle_w, 3.5, 1e-12);
    json_decref(from);
}

static void test_unknown_idle_power_is_not_zero(void **state)
{
    (void)state;
    struct miev_reservation own;
    struct miev_error err;
    struct miev_price_options options = {.site = &korea, .requests_per_day = 10};
    json_t *from = report();
    json_t *channels = json_object_get(json_object_get(from, "meter"), "channels");
    (void)json_object_set_new(json_array_get(channels, 0), "idle_w", json_null());
    assert_refused(miev_reservation_read(from, first_model(from), &own, &err), MIEV_ERR_UNAVAILABLE,
                   &err, "idle round");
    const json_t *rate = priced_rate(from, &options);
    assert_true(json_is_string(json_object_get(rate, "reason")));
    assert_null(json_object_get(rate, "year_g"));
    json_decref(from);
}

static void test_grams_of_a_request_hold_the_waiting_and_the_making(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_embodied server;
    struct miev_interval made_g;
    struct miev_price_options options = {
        .site = &korea, .embodied = true, .requests_per_day = 1440};
    json_t *from = report();
    const json_t *rate = priced_rate(from, &options);
    assert_ok(miev_embodied_default(MIEV_MACHINE_SERVER, &server, &err), &err);
    assert_ok(miev_embodied_share(&server, 60, 0.25, &made_g, &err), &err);
    assert_near(number(json_object_get(rate, "embodied_g"), "value"), made_g.value, 1e-12);
    double request_g = 210.05 / 3.6e6 * 1.25 * 400 + made_g.value;
    assert_near(number(json_object_get(rate, "per_request_g"), "value"), request_g, 1e-12);
    assert_near(number(json_object_get(rate, "per_request_j"), "value"), 210.05, 1e-12);
    assert_near(number(rate, "flat_out_ratio"), 210.05 / 0.085, 1e-12);
    assert_near(number(rate, "idle_ratio"), 210 / 210.05, 1e-12);
    assert_near(number(rate, "busy_ratio"), 0.01 / 60, 1e-12);
    assert_near(number(rate, "idle_w"), 3.5, 1e-12);
    assert_near(number(rate, "year_g"), request_g * 1440 * 365.25, 1e-12);
    json_decref(from);
}

static void test_where_electricity_has_no_carbon_a_lamp_has_no_hours(void **state)
{
    (void)state;
    struct miev_site clean = korea;
    clean.intensity_g_per_kwh = 0;
    struct miev_price_options options = {.site = &clean, .requests_per_day = 1000};
    json_t *from = report();
    const json_t *rate = priced_rate(from, &options);
    assert_near(number(rate, "year_g"), 0, 0);
    assert_true(json_is_null(json_object_get(rate, "lamp_10w_h")));
    json_decref(from);
}

static void test_the_curve_falls_from_one_a_day_to_flat_out(void **state)
{
    (void)state;
    json_t *from = report();
    struct miev_reservation own = read_own(from);
    json_t *curve = miev_rate_curve(&own);
    const json_t *rates = json_object_get(curve, "requests_per_day");
    const json_t *joules = json_object_get(curve, "joules_per_request");
    size_t n = json_array_size(rates);
    assert_int_equal(n, 15); /* 10^0, 10^0.5 ... 10^6.5 and 8.64e6 */
    assert_int_equal(json_array_size(joules), n);
    assert_near(json_number_value(json_array_get(joules, 0)), 86400 * 3.5 + 0.05, 1e-12);
    assert_near(json_number_value(json_array_get(rates, n - 1)), 8640000, 1e-12);
    assert_near(json_number_value(json_array_get(joules, n - 1)), 0.085, 1e-12);
    for (size_t i = 1; i < n; i++)
        assert_true(json_number_value(json_array_get(joules, i)) <
                    json_number_value(json_array_get(joules, i - 1)));
    json_decref(curve);
    json_decref(from);
}

static void test_first_use_is_priced_where_its_joules_are_known(void **state)
{
    (void)state;
    struct miev_price_options options = {.site = &korea};
    json_t *from = report();
    (void)priced_rate(from, &options);
    const json_t *footprint = json_object_get(first_model(from), "footprint");
    const json_t *cold = json_object_get(footprint, "cold_g");
    assert_null(json_object_get(footprint, "at_rate"));
    assert_near(number(cold, "value"), 3.6 / 3.6e6 * 1.25 * 400, 1e-12);
    assert_near(number(cold, "low"), 1.8 / 3.6e6 * 1.25 * 400, 1e-12);
    (void)json_object_set_new(json_object_get(first_model(from), "load"), "cold_j", json_null());
    (void)priced_rate(from, &options);
    footprint = json_object_get(first_model(from), "footprint");
    assert_true(json_is_null(json_object_get(footprint, "cold_g")));
    json_decref(from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_between_requests_the_reserved_share_idles),
        cmocka_unit_test(test_a_worker_that_never_waits_takes_the_gross_joules),
        cmocka_unit_test(test_more_than_one_worker_can_serve_needs_more_of_them),
        cmocka_unit_test(test_a_dedicated_machine_idles_for_this_work_alone),
        cmocka_unit_test(test_a_gpu_that_works_is_all_its_own),
        cmocka_unit_test(test_a_counter_inside_another_is_not_added),
        cmocka_unit_test(test_unknown_idle_power_is_not_zero),
        cmocka_unit_test(test_grams_of_a_request_hold_the_waiting_and_the_making),
        cmocka_unit_test(test_where_electricity_has_no_carbon_a_lamp_has_no_hours),
        cmocka_unit_test(test_the_curve_falls_from_one_a_day_to_flat_out),
        cmocka_unit_test(test_first_use_is_priced_where_its_joules_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
