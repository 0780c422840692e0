/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "meter/meter.h"
#include "sensor_bench.h"

extern const struct miev_sensor_ops miev_sensor_hwmon;

#define CHIP      "/sys/class/hwmon/"
#define I915_UJ   CHIP "hwmon10/energy1_input"
#define AMDGPU_UW CHIP "hwmon1/power1_average"

static struct bench workstation(void)
{
    struct bench bench = bench_of(&miev_sensor_hwmon, "workstation-gpus");
    fixture_power(bench.fixture, I915_UJ, 25.0, 0.0);
    return bench;
}

static void test_a_card_of_intel_counts_and_one_of_amd_is_sampled(void **state)
{
    (void)state;
    struct bench bench = workstation();
    assert_ok(bench_open(&bench), &bench.err);
    assert_int_equal(bench.n, 2);
    assert_near(bench_joules(&bench, "i915-0", 4.0), 100.0, 1e-3);
    assert_near(bench_joules(&bench, "amdgpu-0", 4.0), 140.0, 1e-6);
    struct miev_channel channel = bench_channel(&bench, 0);
    assert_int_equal(channel.part, MIEV_PART_GPU);
    assert_non_null(strstr(channel.source, "hwmon1/power1_average, sampled"));
    bench_end(&bench);
}

static void test_graphics_inside_a_processor_are_left_out_in_words(void **state)
{
    (void)state;
    struct bench bench = workstation();
    assert_ok(bench_open(&bench), &bench.err);
    assert_int_equal(bench_find(&bench, "amdgpu-1"), -1);
    assert_non_null(strstr(miev_sensor_hwmon.remarks(bench.self),
                           "amdgpu-1 is left out: it sits in the processor"));
    bench_end(&bench);
}

static void test_what_stands_still_or_is_zero_is_left_out_in_words(void **state)
{
    (void)state;
    struct bench bench = bench_of(&miev_sensor_hwmon, "workstation-gpus");
    fixture_write(bench.fixture, AMDGPU_UW, "0\n");
    assert_refused(bench_open(&bench), MIEV_ERR_BROKEN, &bench.err, "amdgpu-0 is left out");
    assert_non_null(strstr(bench.err.message, "i915-0 is left out: its counter stood still"));
    fixture_write(bench.fixture, AMDGPU_UW, "much\n");
    fixture_power(bench.fixture, I915_UJ, 25.0, 0.0);
    assert_ok(bench_open(&bench), &bench.err);
    assert_int_equal(bench.n, 1);
    assert_non_null(strstr(miev_sensor_hwmon.remarks(bench.self), "cannot be read"));
    bench_end(&bench);
}

static void test_a_card_that_falls_asleep_leaves_a_gap(void **state)
{
    (void)state;
    struct bench bench = workstation();
    assert_ok(bench_open(&bench), &bench.err);
    fixture_write(bench.fixture, AMDGPU_UW, "");
    fixture_advance(bench.fixture, 1.0);
    assert_false(bench_read(&bench, "amdgpu-0").valid);
    fixture_write(bench.fixture, AMDGPU_UW, "30000000\n");
    fixture_advance(bench.fixture, 1.0);
    assert_int_equal(bench_read(&bench, "amdgpu-0").gaps, 1);
    assert_true(bench_read(&bench, "i915-0").valid);
    bench_end(&bench);
}

static void test_a_servers_meter_is_the_whole_and_never_added(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open("server-acpi-meter");
    struct miev_error err;
    struct miev_meter *meter = NULL;
    struct miev_meter_sample a, b;
    struct miev_span_energy span;
    fixture_power(fixture, "/sys/class/powercap/intel-rapl:0/energy_uj", 60.0, 262143328850.0);
    assert_ok(miev_meter_create(&fixture->env, miev_sensors, &meter, &err), &err);
    assert_ok(miev_meter_read(meter, 0.0, &a, &err), &err);
    fixture_advance(fixture, 10.0);
    assert_ok(miev_meter_read(meter, 1.0, &b, &err), &err);
    const struct miev_share share = {
        .reserved_cpus = 4, .logical_cpus = 4, .no_gpu = true, .dedicated = true};
    assert_ok(miev_meter_attribute(meter, &a, &b, NULL, &share, &span, &err), &err);
    assert_string_equal(span.parts[MIEV_PART_MACHINE].sensor, "hwmon");
    double memory_j = span.parts[MIEV_PART_MEMORY].gross_j;
    assert_near(span.gross_j, 600.0 + memory_j, 1e-3); /* 180 W are not in it, nor 90 W twice */
    assert_near(span.parts[MIEV_PART_MACHINE].gross_j, 1800.0 - 600.0 - memory_j, 1e-3);
    miev_meter_destroy(meter);
    fixture_close(fixture);
}

static void test_the_meters_own_interval_is_its_period(void **state)
{
    (void)state;
    struct bench bench = bench_of(&miev_sensor_hwmon, "server-acpi-meter");
    assert_ok(bench_open(&bench), &bench.err);
    assert_int_equal(bench.n, 1);
    assert_int_equal(bench_channel(&bench, 0).update_period_ns, 1000000000);
    bench_end(&bench);
}

static void test_rails_of_a_board_are_volts_times_amperes(void **state)
{
    (void)state;
    struct bench bench = bench_of(&miev_sensor_hwmon, "jetson-orin");
    assert_ok(bench_open(&bench), &bench.err);
    assert_int_equal(bench.n, 2); /* the rail of the rest of the chip is no part of a report */
    assert_near(bench_joules(&bench, "VDD_IN", 10.0), 60.0, 1e-6);
    assert_near(bench_joules(&bench, "VDD_CPU_GPU_CV", 10.0), 20.0, 1e-6);
    struct miev_channel cpu = bench_channel(&bench, 1);
    assert_int_equal(cpu.part, MIEV_PART_CPU);
    assert_string_equal(cpu.inside, "VDD_IN");
    assert_int_equal(bench_channel(&bench, 0).part, MIEV_PART_MACHINE);
    assert_string_equal(bench_channel(&bench, 0).inside, "");
    bench_end(&bench);
}

static void test_missing_hardware_is_unavailable_not_zero(void **state)
{
    (void)state;
    struct bench bench = bench_of(&miev_sensor_hwmon, "vm-epyc-milan");
    assert_refused(bench_open(&bench), MIEV_ERR_UNAVAILABLE, &bench.err, "hwmon is not there");
    fixture_write(bench.fixture, CHIP "hwmon0/name", "coretemp\n");
    fixture_write(bench.fixture, CHIP "hwmon1/temp1_input", "40000\n");
    assert_refused(bench_open(&bench), MIEV_ERR_UNAVAILABLE, &bench.err, "none of the 2 chips");
    bench_end(&bench);
}

/* Root may read everything, so that another user has to try. */
static void test_a_file_only_root_may_read_names_what_opens_it(void **state)
{
    (void)state;
    struct bench bench = bench_of(&miev_sensor_hwmon, "server-acpi-meter");
    char path[256];
    (void)snprintf(path, sizeof(path), "%s" CHIP "hwmon0/power1_average", bench.fixture->root);
    assert_int_equal(chmod(path, 0), 0);
    (void)snprintf(path, sizeof(path), "%s" CHIP "hwmon1/power1_average", bench.fixture->root);
    assert_int_equal(chmod(path, 0), 0);
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(99);
        int rc = bench_open(&bench);
        _exit(rc == MIEV_ERR_PERMISSION && strstr(bench.err.message, "chmod 0444 /") ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_card_of_intel_counts_and_one_of_amd_is_sampled),
        cmocka_unit_test(test_graphics_inside_a_processor_are_left_out_in_words),
        cmocka_unit_test(test_what_stands_still_or_is_zero_is_left_out_in_words),
        cmocka_unit_test(test_a_card_that_falls_asleep_leaves_a_gap),
        cmocka_unit_test(test_a_servers_meter_is_the_whole_and_never_added),
        cmocka_unit_test(test_the_meters_own_interval_is_its_period),
        cmocka_unit_test(test_rails_of_a_board_are_volts_times_amperes),
        cmocka_unit_test(test_missing_hardware_is_unavailable_not_zero),
        cmocka_unit_test(test_a_file_only_root_may_read_names_what_opens_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
