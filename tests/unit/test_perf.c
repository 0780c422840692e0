/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "meter/meter.h"
#include "sensor_bench.h"

extern const struct miev_sensor_ops miev_sensor_perf;

#define DEVICE   "/sys/bus/event_source/devices/power/"
#define PKG_0    "/perf/2-cpu0"
#define PKG_1    "/perf/2-cpu2"
#define RAM_0    "/perf/3-cpu0"
#define RAM_1    "/perf/3-cpu2"
#define POWERCAP "/sys/class/powercap/intel-rapl:"
#define RANGE_UJ 262143328850.0

/* Two sockets of which perf and powercap tell the same watts. */
static struct bench server(double watts_of_powercap)
{
    struct bench bench = bench_of(&miev_sensor_perf, "server-perf");
    fixture_power(bench.fixture, PKG_0, 40.0, 0.0);
    fixture_power(bench.fixture, PKG_1, 60.0, 0.0);
    fixture_power(bench.fixture, RAM_0, 5.0, 0.0);
    fixture_power(bench.fixture, RAM_1, 5.0, 0.0);
    fixture_power(bench.fixture, POWERCAP "0/energy_uj", watts_of_powercap * 0.4, RANGE_UJ);
    fixture_power(bench.fixture, POWERCAP "1/energy_uj", watts_of_powercap * 0.6, RANGE_UJ);
    return bench;
}

static void test_packages_and_memory_come_out_exactly(void **state)
{
    (void)state;
    struct bench bench = server(100.0);
    assert_ok(bench_open(&bench), &bench.err);
    assert_int_equal(bench.n, 4);
    assert_near(bench_joules(&bench, "package-0", 10.0), 400.0, 1e-3);
    assert_near(bench_joules(&bench, "package-1", 10.0), 600.0, 1e-3);
    assert_near(bench_joules(&bench, "dram-1", 10.0), 50.0, 1e-3);
    struct miev_channel package = bench_channel(&bench, 1);
    assert_int_equal(package.package, 1);
    assert_int_equal(package.part, MIEV_PART_CPU);
    assert_near(package.systematic_high_ratio, 1.10, 0);
    assert_int_equal(package.update_period_ns, 100000);
    assert_string_equal(miev_sensor_perf.remarks(bench.self), "");
    bench_end(&bench);
}

static void test_it_is_preferred_to_powercap_which_is_shown(void **state)
{
    (void)state;
    struct bench bench = server(100.0);
    struct miev_meter *meter = NULL;
    assert_ok(miev_meter_create(&bench.fixture->env, miev_sensors, &meter, &bench.err), &bench.err);
    unsigned of_perf = 0, of_rapl = 0;
    for (size_t i = 0; i < miev_meter_channel_count(meter); i++) {
        const struct miev_meter_channel *channel = miev_meter_channel_at(meter, i);
        of_perf += strcmp(channel->sensor, "perf") == 0 && channel->counted;
        of_rapl += strcmp(channel->sensor, "rapl") == 0;
        assert_false(strcmp(channel->sensor, "rapl") == 0 && channel->counted);
    }
    assert_int_equal(of_perf, 4);
    assert_int_equal(of_rapl, 2);
    miev_meter_destroy(meter);
    bench_end(&bench);
}

static void test_what_powercap_contradicts_is_dropped_with_a_reason(void **state)
{
    (void)state;
    struct bench bench = server(200.0);
    assert_refused(bench_open(&bench), MIEV_ERR_BROKEN, &bench.err,
                   "perf counts 100 W while powercap tells 200 W");
    bench_end(&bench);
    bench = server(100.0);
    fixture_remove(bench.fixture, POWERCAP "1");
    assert_ok(bench_open(&bench), &bench.err);
    assert_non_null(strstr(miev_sensor_perf.remarks(bench.self), "Not compared with powercap"));
    bench_end(&bench);
}

static void test_a_closed_event_names_what_opens_it(void **state)
{
    (void)state;
    struct bench bench = server(100.0);
    bench.fixture->perf_errno = EACCES;
    assert_refused(bench_open(&bench), MIEV_ERR_PERMISSION, &bench.err, "setcap cap_perfmon=ep");
    assert_true(strlen(bench.err.message) < sizeof(bench.err.message) - 1);
    bench.fixture->perf_errno = ENOENT;
    assert_refused(bench_open(&bench), MIEV_ERR_BROKEN, &bench.err, "energy-pkg");
    bench_end(&bench);
}

static void test_missing_hardware_is_unavailable_not_zero(void **state)
{
    (void)state;
    struct bench bench = bench_of(&miev_sensor_perf, "vm-epyc-milan");
    assert_refused(bench_open(&bench), MIEV_ERR_UNAVAILABLE, &bench.err, "virtual machine");
    bench_end(&bench);
    bench = server(100.0);
    bench.fixture->env.perf_open = NULL;
    assert_refused(bench_open(&bench), MIEV_ERR_UNAVAILABLE, &bench.err, "recorded");
    bench_end(&bench);
    bench = server(100.0);
    fixture_write(bench.fixture, DEVICE "events/energy-pkg.unit", "Volts\n");
    assert_refused(bench_open(&bench), MIEV_ERR_UNAVAILABLE, &bench.err, "no event energy-pkg");
    bench_end(&bench);
}

static void test_a_package_that_stands_still_is_broken(void **state)
{
    (void)state;
    struct bench bench = server(100.0);
    bench.fixture->counters[1].power_w = 0.0;
    assert_refused(bench_open(&bench), MIEV_ERR_BROKEN, &bench.err, "package-1 does not count");
    bench_end(&bench);
}

static void test_memory_of_one_socket_does_not_pass_for_all_of_it(void **state)
{
    (void)state;
    struct bench bench = server(100.0);
    bench.fixture->counters[3].power_w = 0.0;
    assert_ok(bench_open(&bench), &bench.err);
    assert_int_equal(bench.n, 2);
    assert_non_null(strstr(miev_sensor_perf.remarks(bench.self), "dram-1 is left out"));
    bench_end(&bench);
}

static void test_a_counter_that_vanishes_leaves_no_valid_reading(void **state)
{
    (void)state;
    struct bench bench = server(100.0);
    assert_ok(bench_open(&bench), &bench.err);
    fixture_write(bench.fixture, PKG_0, "");
    assert_false(bench_read(&bench, "package-0").valid);
    assert_true(bench_read(&bench, "package-1").valid);
    bench_end(&bench);
}

static void test_lists_of_cpus_are_understood_or_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "x", "0;2", "-1", "0,x", "99999999"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct bench bench = server(100.0);
        fixture_write(bench.fixture, DEVICE "cpumask", wrong[i]);
        assert_refused(bench_open(&bench), MIEV_ERR_BROKEN, &bench.err, "no list of CPUs");
        bench_end(&bench);
    }
    struct bench bench = server(100.0); /* cpu 1 has no event of its own */
    fixture_write(bench.fixture, DEVICE "cpumask", "0-2\n");
    assert_refused(bench_open(&bench), MIEV_ERR_BROKEN, &bench.err, "cannot open perf event");
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packages_and_memory_come_out_exactly),
        cmocka_unit_test(test_it_is_preferred_to_powercap_which_is_shown),
        cmocka_unit_test(test_what_powercap_contradicts_is_dropped_with_a_reason),
        cmocka_unit_test(test_a_closed_event_names_what_opens_it),
        cmocka_unit_test(test_missing_hardware_is_unavailable_not_zero),
        cmocka_unit_test(test_a_package_that_stands_still_is_broken),
        cmocka_unit_test(test_memory_of_one_socket_does_not_pass_for_all_of_it),
        cmocka_unit_test(test_a_counter_that_vanishes_leaves_no_valid_reading),
        cmocka_unit_test(test_lists_of_cpus_are_understood_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
