/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine_fixture.h"
#include "meter/meter.h"
#include "sensor/rapl_zone.h"
#include "test.h"

extern const struct miev_sensor_ops miev_sensor_rapl;

#define ZONE     "/sys/class/powercap/"
#define PACKAGE  ZONE "intel-rapl:0/energy_uj"
#define RANGE_UJ 262143328850.0

/* ---- one machine with its sensor open ---- */

struct bench {
    struct fixture *fixture;
    void *self;
    size_t n;
    struct miev_reading readings[64];
    struct miev_error err;
};

static int try_open(struct bench *bench)
{
    return miev_sensor_rapl.open(bench->self, &bench->fixture->env, &bench->n, &bench->err);
}

static struct bench bench_of(const char *machine)
{
    struct bench bench = {.fixture = fixture_open(machine)};
    bench.self = calloc(1, miev_sensor_rapl.state_size);
    assert_non_null(bench.self);
    return bench;
}

static void bench_end(struct bench *bench)
{
    if (bench->n > 0)
        miev_sensor_rapl.close(bench->self);
    free(bench->self);
    fixture_close(bench->fixture);
}

static void read_all(struct bench *bench)
{
    assert_ok(miev_sensor_rapl.read(bench->self, &(struct miev_work){.cpu_s = 0.0}, bench->readings,
                                    &bench->err),
              &bench->err);
}

static struct miev_channel channel_at(const struct bench *bench, size_t i)
{
    struct miev_channel channel;
    miev_sensor_rapl.describe(bench->self, i, &channel);
    return channel;
}

static size_t index_of(const struct bench *bench, const char *id)
{
    for (size_t i = 0; i < bench->n; i++)
        if (strcmp(channel_at(bench, i).id, id) == 0)
            return i;
    fail_msg("there is no channel %s", id);
    return 0;
}

static bool has_channel(const struct bench *bench, const char *id)
{
    for (size_t i = 0; i < bench->n; i++)
        if (strcmp(channel_at(bench, i).id, id) == 0)
            return true;
    return false;
}

/* ---- machines ---- */

static void test_a_desktop_shows_package_core_and_uncore(void **state)
{
    (void)state;
    struct bench bench = bench_of("intel-one-socket");
    fixture_power(bench.fixture, PACKAGE, 40.0, RANGE_UJ);
    assert_ok(try_open(&bench), &bench.err);
    assert_int_equal(bench.n, 3);
    struct miev_channel core = channel_at(&bench, index_of(&bench, "core-0"));
    assert_string_equal(core.inside, "package-0");
    assert_string_equal(channel_at(&bench, index_of(&bench, "uncore-0")).inside, "package-0");
    struct miev_channel package = channel_at(&bench, index_of(&bench, "package-0"));
    assert_string_equal(package.inside, "");
    assert_int_equal(package.package, 0);
    assert_int_equal(package.quality, MIEV_MEASURED);
    assert_int_equal(package.part, MIEV_PART_CPU);
    bench_end(&bench);
}

static void test_sockets_are_known_by_name_and_not_by_number(void **state)
{
    (void)state;
    struct bench bench = bench_of("intel-two-sockets");
    fixture_power(bench.fixture, PACKAGE, 40.0, RANGE_UJ);
    assert_ok(try_open(&bench), &bench.err);
    assert_int_equal(bench.n, 4);
    struct miev_channel package = channel_at(&bench, index_of(&bench, "package-1"));
    assert_int_equal(package.package, 1);
    assert_non_null(strstr(package.source, "intel-rapl:0"));
    struct miev_channel dram = channel_at(&bench, index_of(&bench, "dram-1"));
    assert_int_equal(dram.part, MIEV_PART_MEMORY);
    assert_string_equal(dram.inside, ""); /* a package does not contain its memory */
    bench_end(&bench);
}

static void test_dies_of_one_socket_are_channels_of_their_own(void **state)
{
    (void)state;
    struct bench bench = bench_of("intel-multi-die");
    assert_ok(try_open(&bench), &bench.err);
    assert_int_equal(bench.n, 4);
    assert_true(has_channel(&bench, "package-0-die-0"));
    assert_true(has_channel(&bench, "package-0-die-1"));
    assert_true(has_channel(&bench, "dram-0-die-1"));
    bench_end(&bench);
}

static void test_a_core_counter_of_amd_is_left_out(void **state)
{
    (void)state;
    struct bench bench = bench_of("amd-server");
    assert_ok(try_open(&bench), &bench.err);
    assert_int_equal(bench.n, 1);
    struct miev_channel package = channel_at(&bench, 0);
    assert_string_equal(package.id, "package-0");
    assert_true(package.systematic_high_ratio > 1.2); /* modelled, so wider than Intel's */
    bench_end(&bench);
}

static void test_psys_holds_package_and_memory_and_mmio_repeats_nothing(void **state)
{
    (void)state;
    struct bench bench = bench_of("laptop-psys-mmio");
    assert_ok(try_open(&bench), &bench.err);
    assert_int_equal(bench.n, 5);
    assert_int_equal(channel_at(&bench, index_of(&bench, "psys")).part, MIEV_PART_MACHINE);
    assert_string_equal(channel_at(&bench, index_of(&bench, "package-0")).inside, "psys");
    assert_string_equal(channel_at(&bench, index_of(&bench, "dram-0")).inside, "psys");
    assert_string_equal(channel_at(&bench, index_of(&bench, "core-0")).inside, "package-0");
    bench_end(&bench);
}

static void test_mmio_serves_where_the_usual_path_is_missing(void **state)
{
    (void)state;
    struct bench bench = bench_of("laptop-mmio-only");
    assert_ok(try_open(&bench), &bench.err);
    assert_int_equal(bench.n, 1);
    assert_non_null(strstr(channel_at(&bench, 0).source, "intel-rapl-mmio:0"));
    bench_end(&bench);
}

/* ---- what is not there, what may not be read, what is broken ---- */

static void test_missing_hardware_is_unavailable_not_zero(void **state)
{
    (void)state;
    struct bench bench = bench_of("vm-epyc-milan");
    assert_refused(try_open(&bench), MIEV_ERR_UNAVAILABLE, &bench.err, "virtual machine");
    fixture_write(bench.fixture, ZONE "dtpm/enabled", "1\n");
    fixture_write(bench.fixture, ZONE "intel-rapl:a/name", "package-0\n");
    assert_refused(try_open(&bench), MIEV_ERR_UNAVAILABLE, &bench.err, "no zone of a processor");
    bench_end(&bench);
}

/* Root may read everything, so that another user has to try. */
static int open_as_nobody(struct bench *bench)
{
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        int rc = geteuid() == 0 && setuid(65534) != 0 ? 99 : -try_open(bench);
        bool says_rule = strstr(bench->err.message, "tmpfiles") != NULL &&
                         strstr(bench->err.message, "intel-rapl:0/energy_uj") != NULL &&
                         strlen(bench->err.message) < sizeof(bench->err.message) - 1;
        _exit(rc == -MIEV_ERR_PERMISSION && !says_rule ? 98 : rc);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return -WEXITSTATUS(status);
}

static void test_a_counter_only_root_may_read_names_the_rule_that_opens_it(void **state)
{
    (void)state;
    struct bench bench = bench_of("intel-one-socket");
    char path[256];
    (void)snprintf(path, sizeof(path), "%s" PACKAGE, bench.fixture->root);
    assert_int_equal(open_as_nobody(&bench), MIEV_OK);
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(open_as_nobody(&bench), MIEV_ERR_PERMISSION);
    bench_end(&bench);
}

static void assert_package_broken(const char *content, const char *words)
{
    struct bench bench = bench_of("intel-two-sockets");
    if (content)
        fixture_write(bench.fixture, PACKAGE, content);
    else
        fixture_break(bench.fixture, PACKAGE);
    assert_refused(try_open(&bench), MIEV_ERR_BROKEN, &bench.err, words);
    bench_end(&bench);
}

static void test_a_socket_that_answers_nonsense_breaks_the_sensor(void **state)
{
    (void)state;
    assert_package_broken("", "holds no number");
    assert_package_broken("a lot\n", "holds no number");
    assert_package_broken("-5\n", "holds no number");
    assert_package_broken("99999999999999999999999\n", "holds no number");
    assert_package_broken(NULL, "cannot read");
    assert_package_broken("0\n", "stands at 0");
}

static void test_a_zone_without_its_counter_is_broken_and_not_missing(void **state)
{
    (void)state;
    struct bench bench = bench_of("intel-one-socket");
    fixture_remove(bench.fixture, PACKAGE);
    assert_refused(try_open(&bench), MIEV_ERR_BROKEN, &bench.err, "energy_uj");
    bench_end(&bench);
}

static void test_memory_of_one_socket_does_not_pass_for_all_of_it(void **state)
{
    (void)state;
    struct bench bench = bench_of("intel-two-sockets");
    fixture_write(bench.fixture, ZONE "intel-rapl:1:0/energy_uj", "none\n");
    assert_ok(try_open(&bench), &bench.err);
    assert_int_equal(bench.n, 2);
    assert_false(has_channel(&bench, "dram-1"));
    bench_end(&bench);
}

static void test_a_counter_that_leaps_is_broken(void **state)
{
    (void)state;
    struct bench bench = bench_of("intel-one-socket");
    fixture_power(bench.fixture, PACKAGE, 5e6, 0.0);
    assert_refused(try_open(&bench), MIEV_ERR_BROKEN, &bench.err, "rises by more than");
    bench_end(&bench);
}

/* ---- counting ---- */

static void test_power_by_time_comes_out_exactly(void **state)
{
    (void)state;
    struct bench bench = bench_of("intel-one-socket");
    fixture_power(bench.fixture, PACKAGE, 40.0, RANGE_UJ);
    assert_ok(try_open(&bench), &bench.err);
    size_t package = index_of(&bench, "package-0");
    read_all(&bench);
    double before_j = bench.readings[package].energy_j;
    fixture_advance(bench.fixture, 5.0);
    read_all(&bench);
    assert_true(bench.readings[package].valid);
    assert_near(bench.readings[package].energy_j - before_j, 200.0, 1e-9);
    assert_int_equal(bench.readings[package].gaps, 0);
    bench_end(&bench);
}

static void test_reads_energy_across_wraparound(void **state)
{
    (void)state;
    struct bench bench = bench_of("intel-before-wrap");
    fixture_power(bench.fixture, PACKAGE, 50.0, RANGE_UJ);
    assert_ok(try_open(&bench), &bench.err);
    read_all(&bench);
    double before_j = bench.readings[0].energy_j;
    fixture_advance(bench.fixture, 2.0);
    read_all(&bench);
    assert_true(bench.readings[0].valid);
    assert_int_equal(bench.readings[0].gaps, 0);
    assert_near(bench.readings[0].energy_j - before_j, 100.0, 1e-7);
    bench_end(&bench);
}

static void test_a_wrap_of_unknown_range_is_a_gap_and_never_negative(void **state)
{
    (void)state;
    struct bench bench = bench_of("intel-without-range");
    fixture_power(bench.fixture, PACKAGE, 1.0, RANGE_UJ);
    assert_ok(try_open(&bench), &bench.err);
    assert_non_null(strstr(channel_at(&bench, 0).source, "range is not known"));
    read_all(&bench);
    double before_j = bench.readings[0].energy_j;
    assert_int_equal(bench.readings[0].gaps, 0);
    fixture_advance(bench.fixture, 2.0);
    read_all(&bench);
    assert_int_equal(bench.readings[0].gaps, 1);
    assert_near(bench.readings[0].energy_j, before_j, 0);
    bench_end(&bench);
}

static void test_a_counter_left_alone_too_long_is_a_gap(void **state)
{
    (void)state;
    struct bench bench = bench_of("amd-server");
    fixture_power(bench.fixture, PACKAGE, 300.0, 65532610987.0);
    assert_ok(try_open(&bench), &bench.err);
    fixture_advance(bench.fixture, 60.0); /* the contract's minute */
    read_all(&bench);
    assert_int_equal(bench.readings[0].gaps, 0);
    fixture_advance(bench.fixture, 300.0);
    read_all(&bench);
    assert_int_equal(bench.readings[0].gaps, 1);
    bench_end(&bench);
}

static void test_a_counter_that_stands_still_is_not_zero_joules(void **state)
{
    (void)state;
    struct bench bench = bench_of("intel-one-socket");
    fixture_power(bench.fixture, PACKAGE, 40.0, RANGE_UJ);
    assert_ok(try_open(&bench), &bench.err);
    size_t package = index_of(&bench, "package-0"), uncore = index_of(&bench, "uncore-0");
    bench.fixture->counters[0].power_w = 0.0;
    fixture_advance(bench.fixture, 2.0);
    read_all(&bench);
    assert_false(bench.readings[package].valid);
    assert_true(bench.readings[uncore].valid); /* a graphics unit may sleep */
    bench_end(&bench);
}

static void test_a_counter_that_vanishes_leaves_no_valid_reading(void **state)
{
    (void)state;
    struct bench bench = bench_of("intel-one-socket");
    fixture_power(bench.fixture, PACKAGE, 40.0, RANGE_UJ);
    assert_ok(try_open(&bench), &bench.err);
    fixture_write(bench.fixture, PACKAGE, "");
    read_all(&bench);
    assert_false(bench.readings[index_of(&bench, "package-0")].valid);
    bench_end(&bench);
}

static void test_the_update_period_is_found_by_looking(void **state)
{
    (void)state;
    struct bench bench = bench_of("intel-one-socket");
    assert_ok(try_open(&bench), &bench.err);
    assert_int_equal(channel_at(&bench, 0).update_period_ns, 1000000);
    bench_end(&bench);
    bench = bench_of("intel-one-socket");
    /* 0.004 W: a microjoule every 250 us, seen in steps of 100 us. */
    fixture_power(bench.fixture, PACKAGE, 0.004, RANGE_UJ);
    uint64_t began_ns = bench.fixture->now_ns;
    assert_ok(try_open(&bench), &bench.err);
    uint64_t period_ns = channel_at(&bench, 0).update_period_ns;
    assert_true(period_ns >= 200000 && period_ns <= 300000);
    assert_true(bench.fixture->now_ns - began_ns <= 50000000);
    bench_end(&bench);
}

static void test_zone_names_are_understood_whole_or_not_at_all(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",           "package",      "package-",
                                        "package-x",  "package-0x",   "package-0-die-",
                                        "package--1", "package-9999", "package-0-die-1x",
                                        "core0",      "PSYS",         "package-00000000000000000"};
    struct miev_rapl_zone zone;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(miev_rapl_parse_name(wrong[i], "", &zone));
    assert_false(miev_rapl_parse_name("core", "", &zone));
    assert_false(miev_rapl_parse_name("core", "psys", &zone));
    assert_true(miev_rapl_parse_name("core", "package-12-die-3", &zone));
    char id[64];
    miev_rapl_zone_id(&zone, id);
    assert_string_equal(id, "core-12-die-3");
    bool mmio = false;
    char parent[64];
    assert_false(miev_rapl_split_folder("intel-rapl", &mmio, parent));
    assert_false(miev_rapl_split_folder("intel-rapl:", &mmio, parent));
    assert_false(miev_rapl_split_folder("intel-rapl:0:", &mmio, parent));
    assert_false(miev_rapl_split_folder("intel-rapl:0x", &mmio, parent));
    assert_true(miev_rapl_split_folder("intel-rapl-mmio:0:1", &mmio, parent));
    assert_true(mmio);
    assert_string_equal(parent, "intel-rapl-mmio:0");
}

/* ---- with the meter above it ---- */

static void test_a_known_power_is_attributed_to_the_last_joule(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open("laptop-psys-mmio");
    struct miev_error err;
    struct miev_meter *meter = NULL;
    fixture_power(fixture, PACKAGE, 10.0, RANGE_UJ);
    fixture_power(fixture, ZONE "intel-rapl:0:2/energy_uj", 2.0, RANGE_UJ);
    fixture_power(fixture, ZONE "intel-rapl:1/energy_uj", 20.0, RANGE_UJ);
    assert_ok(miev_meter_create(&fixture->env, miev_sensors, &meter, &err), &err);
    struct miev_meter_sample a, b, c;
    struct miev_idle idle;
    struct miev_span_energy span;
    assert_ok(miev_meter_read(meter, 0.0, &a, &err), &err);
    fixture_advance(fixture, 4.0);
    assert_ok(miev_meter_read(meter, 0.0, &b, &err), &err);
    miev_meter_idle_power(meter, &a, &b, &idle);
    fixture->counters[0].power_w = 26.0;
    fixture->counters[1].power_w = 3.0;
    fixture->counters[2].power_w = 40.0;
    fixture_advance(fixture, 5.0);
    /* 6 of 8 busy CPU seconds are the work's. */
    fixture_write(fixture, "/proc/stat", "cpu  1800 0 500 90000 10 0 5 0 0 0\n");
    assert_ok(miev_meter_read(meter, 6.0, &c, &err), &err);
    const struct miev_share share = {.reserved_cpus = 4, .logical_cpus = 8};
    assert_ok(miev_meter_attribute(meter, &b, &c, &idle, &share, &span, &err), &err);
    assert_near(span.parts[MIEV_PART_CPU].net_j, 16.0 * 5 * 0.75, 1e-9);
    assert_near(span.parts[MIEV_PART_CPU].gross_j, 60.0 + 10.0 * 5 / 2, 1e-9);
    assert_near(span.parts[MIEV_PART_MEMORY].gross_j, 1.0 * 5 * 0.75 + 2.0 * 5 / 2, 1e-9);
    assert_near(span.gross_j, 85.0 + 8.75, 1e-9);
    assert_near(span.parts[MIEV_PART_MACHINE].gross_j, 75.0 + 50.0 - 93.75, 1e-9);
    assert_near(span.neighbour_cpu_s, 2.0, 1e-9);
    assert_int_equal(span.quality, MIEV_MEASURED);
    assert_false(span.mixed);
    assert_true(span.complete);
    miev_meter_destroy(meter);
    fixture_close(fixture);
}

static void test_memory_without_a_counter_is_estimated_beside_a_measured_package(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open("intel-one-socket");
    struct miev_error err;
    struct miev_meter *meter = NULL;
    fixture_power(fixture, PACKAGE, 10.0, RANGE_UJ);
    assert_ok(miev_meter_create(&fixture->env, miev_sensors, &meter, &err), &err);
    struct miev_meter_sample a, b;
    struct miev_span_energy span;
    assert_ok(miev_meter_read(meter, 0.0, &a, &err), &err);
    fixture_advance(fixture, 4.0);
    assert_ok(miev_meter_read(meter, 1.0, &b, &err), &err);
    const struct miev_share share = {.reserved_cpus = 12, .logical_cpus = 12};
    assert_ok(miev_meter_attribute(meter, &a, &b, NULL, &share, &span, &err), &err);
    assert_string_equal(span.parts[MIEV_PART_CPU].sensor, "rapl");
    assert_string_equal(span.parts[MIEV_PART_MEMORY].sensor, "cpu_model");
    assert_true(span.mixed);
    assert_int_equal(span.quality, MIEV_MEASURED);
    miev_meter_destroy(meter);
    fixture_close(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_desktop_shows_package_core_and_uncore),
        cmocka_unit_test(test_sockets_are_known_by_name_and_not_by_number),
        cmocka_unit_test(test_dies_of_one_socket_are_channels_of_their_own),
        cmocka_unit_test(test_a_core_counter_of_amd_is_left_out),
        cmocka_unit_test(test_psys_holds_package_and_memory_and_mmio_repeats_nothing),
        cmocka_unit_test(test_mmio_serves_where_the_usual_path_is_missing),
        cmocka_unit_test(test_missing_hardware_is_unavailable_not_zero),
        cmocka_unit_test(test_a_counter_only_root_may_read_names_the_rule_that_opens_it),
        cmocka_unit_test(test_a_socket_that_answers_nonsense_breaks_the_sensor),
        cmocka_unit_test(test_a_zone_without_its_counter_is_broken_and_not_missing),
        cmocka_unit_test(test_memory_of_one_socket_does_not_pass_for_all_of_it),
        cmocka_unit_test(test_a_counter_that_leaps_is_broken),
        cmocka_unit_test(test_power_by_time_comes_out_exactly),
        cmocka_unit_test(test_reads_energy_across_wraparound),
        cmocka_unit_test(test_a_wrap_of_unknown_range_is_a_gap_and_never_negative),
        cmocka_unit_test(test_a_counter_left_alone_too_long_is_a_gap),
        cmocka_unit_test(test_a_counter_that_stands_still_is_not_zero_joules),
        cmocka_unit_test(test_a_counter_that_vanishes_leaves_no_valid_reading),
        cmocka_unit_test(test_the_update_period_is_found_by_looking),
        cmocka_unit_test(test_zone_names_are_understood_whole_or_not_at_all),
        cmocka_unit_test(test_a_known_power_is_attributed_to_the_last_joule),
        cmocka_unit_test(test_memory_without_a_counter_is_estimated_beside_a_measured_package),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
