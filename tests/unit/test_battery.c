/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor_bench.h"

extern const struct miev_sensor_ops miev_sensor_battery;

#define SUPPLY "/sys/class/power_supply/"

static struct bench laptop(void)
{
    return bench_of(&miev_sensor_battery, "laptop-on-battery");
}

static void test_what_the_battery_gives_is_what_the_machine_draws(void **state)
{
    (void)state;
    struct bench bench = laptop();
    assert_ok(bench_open(&bench), &bench.err);
    struct miev_channel channel = bench_channel(&bench, 0);
    assert_int_equal(channel.part, MIEV_PART_MACHINE);
    assert_true(channel.update_period_ns >= 1000000000u);
    assert_non_null(strstr(channel.source, "BAT0"));
    assert_near(bench_joules(&bench, "battery", 60.0), 60 * 8.5, 1e-6);
    bench_end(&bench);
}

static void test_on_the_mains_it_is_unavailable_not_zero(void **state)
{
    (void)state;
    struct bench bench = laptop();
    fixture_write(bench.fixture, SUPPLY "BAT0/status", "Full\n");
    assert_refused(bench_open(&bench), MIEV_ERR_UNAVAILABLE, &bench.err, "pull the plug");
    fixture_write(bench.fixture, SUPPLY "BAT0/status", "Charging\n");
    assert_refused(bench_open(&bench), MIEV_ERR_UNAVAILABLE, &bench.err, "'Charging'");
    bench_end(&bench);
}

static void test_the_plug_in_a_study_is_a_gap(void **state)
{
    (void)state;
    struct bench bench = laptop();
    assert_ok(bench_open(&bench), &bench.err);
    fixture_write(bench.fixture, SUPPLY "BAT0/status", "Charging\n");
    fixture_advance(bench.fixture, 3.0);
    assert_false(bench_read(&bench, "battery").valid);
    fixture_write(bench.fixture, SUPPLY "BAT0/status", "Discharging\n");
    fixture_advance(bench.fixture, 3.0);
    assert_int_equal(bench_read(&bench, "battery").gaps, 1);
    bench_end(&bench);
}

static void test_amperes_and_volts_do_where_there_is_no_power(void **state)
{
    (void)state;
    struct bench bench = laptop();
    fixture_remove(bench.fixture, SUPPLY "BAT0/power_now");
    fixture_write(bench.fixture, SUPPLY "BAT0/current_now", "-1000000\n"); /* some are negative */
    fixture_write(bench.fixture, SUPPLY "BAT0/voltage_now", "12000000\n");
    assert_ok(bench_open(&bench), &bench.err);
    assert_near(bench_joules(&bench, "battery", 10.0), 120.0, 1e-6);
    bench_end(&bench);
}

static void test_a_gauge_that_never_answers_is_passed_over(void **state)
{
    (void)state;
    struct bench bench = laptop();
    fixture_write(bench.fixture, SUPPLY "BAT0/power_now", "\n");
    fixture_write(bench.fixture, SUPPLY "BAT0/current_now", "1000000\n");
    fixture_write(bench.fixture, SUPPLY "BAT0/voltage_now", "12000000\n");
    assert_ok(bench_open(&bench), &bench.err);
    assert_non_null(strstr(bench_channel(&bench, 0).source, "amperes x volts"));
    assert_near(bench_joules(&bench, "battery", 10.0), 120.0, 1e-6);
    bench_end(&bench);
}

static void test_what_is_left_does_where_there_is_nothing_else(void **state)
{
    (void)state;
    struct bench bench = laptop();
    fixture_remove(bench.fixture, SUPPLY "BAT0/power_now");
    assert_ok(bench_open(&bench), &bench.err);
    double before_j = bench_read(&bench, "battery").energy_j;
    fixture_advance(bench.fixture, 60.0);
    fixture_write(bench.fixture, SUPPLY "BAT0/energy_now", "29900000\n"); /* of 30 Wh */
    fixture_advance(bench.fixture, 4.0);
    assert_near(bench_read(&bench, "battery").energy_j - before_j, 360.0, 1e-6);
    fixture_advance(bench.fixture, 200.0); /* a gauge that has died */
    assert_false(bench_read(&bench, "battery").valid);
    bench_end(&bench);
}

static void test_two_batteries_are_one_machine_and_a_mouse_is_none(void **state)
{
    (void)state;
    struct bench bench = laptop();
    fixture_write(bench.fixture, SUPPLY "BAT1/type", "Battery\n");
    fixture_write(bench.fixture, SUPPLY "BAT1/status", "Not charging\n");
    fixture_write(bench.fixture, SUPPLY "BAT1/power_now", "4000000\n");
    assert_ok(bench_open(&bench), &bench.err);
    assert_int_equal(bench.n, 1);
    assert_near(bench_joules(&bench, "battery", 10.0), 85.0, 1e-6); /* the other rests */
    fixture_write(bench.fixture, SUPPLY "BAT1/status", "Discharging\n");
    fixture_advance(bench.fixture, 5.0);
    assert_near(bench_joules(&bench, "battery", 10.0), 125.0, 1e-6);
    bench_end(&bench);
    bench = laptop();
    fixture_remove(bench.fixture, SUPPLY "BAT0");
    assert_refused(bench_open(&bench), MIEV_ERR_UNAVAILABLE, &bench.err, "no battery");
    bench_end(&bench);
}

static void test_nonsense_is_refused(void **state)
{
    (void)state;
    struct bench bench = laptop();
    fixture_write(bench.fixture, SUPPLY "BAT0/power_now", "0\n");
    assert_refused(bench_open(&bench), MIEV_ERR_BROKEN, &bench.err, "0 W");
    fixture_write(bench.fixture, SUPPLY "BAT0/power_now", "900000000\n");
    assert_refused(bench_open(&bench), MIEV_ERR_BROKEN, &bench.err, "900 W");
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_battery_gives_is_what_the_machine_draws),
        cmocka_unit_test(test_on_the_mains_it_is_unavailable_not_zero),
        cmocka_unit_test(test_the_plug_in_a_study_is_a_gap),
        cmocka_unit_test(test_amperes_and_volts_do_where_there_is_no_power),
        cmocka_unit_test(test_a_gauge_that_never_answers_is_passed_over),
        cmocka_unit_test(test_what_is_left_does_where_there_is_nothing_else),
        cmocka_unit_test(test_two_batteries_are_one_machine_and_a_mouse_is_none),
        cmocka_unit_test(test_nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
