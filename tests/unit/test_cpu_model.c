/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/cpu_model.h"

#include "core/csv.h"
#include "core/data.h"
#include "core/file.h"
#include "machine_fixture.h"
#include "sensor/cpu_table.h"
#include "sensor/sensor.h"
#include "test.h"

extern const struct miev_sensor_ops miev_sensor_cpu_model;

static void assert_normalises(const char *name, const char *want)
{
    char got[MIEV_CPU_NAME_MAX];
    miev_cpu_name_normalise(name, got);
    assert_string_equal(got, want);
}

static void test_names_lose_makers_marks_and_speeds(void **state)
{
    (void)state;
    assert_normalises("Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz", "core i7-8650u");
    assert_normalises("12th Gen Intel(R) Core(TM) i7-1260P", "core i7-1260p");
    assert_normalises("AMD EPYC 7763 64-Core Processor", "epyc 7763");
    assert_normalises("AMD Ryzen 7 PRO 5850U with Radeon Graphics", "ryzen 7 pro 5850u");
    assert_normalises("Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz", "xeon e5-2686 v4");
    assert_normalises("", "");
    assert_normalises("(R)(TM) CPU", "");
}

static void test_a_name_without_end_is_cut(void **state)
{
    (void)state;
    char name[5000], got[MIEV_CPU_NAME_MAX];
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    miev_cpu_name_normalise(name, got);
    assert_true(strlen(got) < sizeof(got));
}

static void test_rated_power_is_found_by_the_name_the_kernel_shows(void **state)
{
    (void)state;
    struct miev_cpu_tdp tdp;
    assert_true(miev_cpu_tdp_find("AMD EPYC 7763 64-Core Processor", &tdp));
    assert_near(tdp.tdp_w, 280.0, 0);
    assert_int_equal(tdp.cores, 64);
    assert_true(miev_cpu_tdp_find("Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz", &tdp));
    assert_near(tdp.tdp_w, 15.0, 0);
    assert_false(miev_cpu_tdp_find("AMD EPYC", &tdp));
    assert_false(miev_cpu_tdp_find("", &tdp));
}

/* The form of the table's key is made elsewhere: it must be a fixed point of the look-up's. */
static void test_every_row_of_the_table_can_be_found(void **state)
{
    (void)state;
    const char *cursor = miev_data_cpu_tdp;
    struct miev_csv_row row;
    size_t n = 0;
    assert_true(miev_csv_next(&cursor, &row));
    while (miev_csv_next(&cursor, &row)) {
        char name[MIEV_CPU_NAME_MAX];
        double tdp_w = 0.0;
        miev_cpu_name_normalise(miev_csv_field(&row, 0), name);
        assert_string_equal(name, miev_csv_field(&row, 0));
        assert_int_equal(miev_parse_double(miev_csv_field(&row, 1), &tdp_w, NULL), MIEV_OK);
        assert_true(tdp_w >= 1.0 && tdp_w <= 600.0);
        n++;
    }
    assert_true(n > 5000);
}

static void test_every_design_idles_below_its_full_power(void **state)
{
    (void)state;
    const char *cursor = miev_data_cpu_microarch_w;
    struct miev_csv_row row;
    assert_true(miev_csv_next(&cursor, &row));
    while (miev_csv_next(&cursor, &row)) {
        struct miev_thread_power power;
        assert_true(miev_thread_power_find(miev_csv_field(&row, 0), &power));
        assert_true(power.idle_w > 0.1 && power.idle_w < power.full_w && power.full_w < 10.0);
    }
}

static void test_a_guest_gets_its_share_of_a_host(void **state)
{
    (void)state;
    struct miev_machine guest = {.logical_cpus = 2,
                                 .sockets = 1,
                                 .virtual_machine = true,
                                 .cpu_name = "AMD EPYC",
                                 .microarchitecture = "EPYC 3rd Gen"};
    struct miev_power_model model;
    miev_power_model_of_cpu(&guest, &model);
    assert_near(model.idle_w, 2 * 0.456, 1e-12);
    assert_near(model.busy_w_per_cpu, 1.957 - 0.456, 1e-12);
    assert_non_null(strstr(model.source, "EPYC 3rd Gen"));
}

static void test_a_rated_machine_gets_all_of_its_power(void **state)
{
    (void)state;
    struct miev_machine machine = {
        .logical_cpus = 256, .sockets = 2, .cpu_name = "AMD EPYC 7763 64-Core Processor"};
    struct miev_power_model model;
    miev_power_model_of_cpu(&machine, &model);
    assert_near(model.idle_w, 2 * 280.0 * 0.12, 1e-12);
    assert_near(model.busy_w_per_cpu, 2 * 280.0 * 1.26 / 256, 1e-12);
}

static void test_a_guest_on_a_rated_part_of_unknown_design_gets_threads_of_it(void **state)
{
    (void)state;
    struct miev_machine guest = {.logical_cpus = 4,
                                 .virtual_machine = true,
                                 .cpu_name = "AMD Ryzen 7 5800X 8-Core Processor",
                                 .microarchitecture = "Zen 3"};
    struct miev_power_model model;
    miev_power_model_of_cpu(&guest, &model);
    assert_near(model.idle_w + 4 * model.busy_w_per_cpu, 105.0 * 4 / 16, 0.1);
}

static void test_what_is_not_known_has_the_widest_bounds(void **state)
{
    (void)state;
    struct miev_machine unknown = {.logical_cpus = 4, .sockets = 1, .cpu_name = "Mystery 9000"};
    struct miev_machine known = {.logical_cpus = 4, .microarchitecture = "Skylake"};
    struct miev_power_model prior, model;
    miev_power_model_of_cpu(&unknown, &prior);
    miev_power_model_of_cpu(&known, &model);
    assert_true(prior.low_ratio < model.low_ratio && model.low_ratio < 1.0);
    assert_true(prior.high_ratio > model.high_ratio && model.high_ratio > 1.0);
    assert_non_null(strstr(prior.source, "'Mystery 9000' is in no table"));
}

static void test_joules_are_watts_by_time_and_by_cpu_time(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open("vm-epyc-milan");
    const struct miev_sensor_ops *ops = &miev_sensor_cpu_model;
    void *self = calloc(1, ops->state_size);
    struct miev_error err;
    size_t n = 0;
    assert_ok(ops->open(self, &fixture->env, &n, &err), &err);
    assert_int_equal(n, 2);
    fixture_advance(fixture, 10.0);
    struct miev_reading readings[2];
    assert_ok(ops->read(self, &(struct miev_work){.cpu_s = 4.0}, readings, &err), &err);
    assert_near(readings[0].energy_j, 0.912 * 10 + 1.501 * 4, 1e-12);
    assert_near(readings[1].energy_j, 0.3725 * 24684096.0 / 1048576.0 * 10, 1e-12);
    ops->close(self);
    free(self);
    fixture_close(fixture);
}

static void test_an_estimate_is_never_unavailable_and_never_without_bounds(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open(NULL);
    const struct miev_sensor_ops *ops = &miev_sensor_cpu_model;
    void *self = calloc(1, ops->state_size);
    struct miev_error err;
    size_t n = 0;
    assert_ok(ops->open(self, &fixture->env, &n, &err), &err);
    for (size_t i = 0; i < n; i++) {
        struct miev_channel channel;
        ops->describe(self, i, &channel);
        assert_int_equal(channel.quality, MIEV_ESTIMATED);
        assert_true(channel.own_work_only);
        assert_true(channel.systematic_low_ratio > 0.0 && channel.systematic_low_ratio < 1.0);
        assert_true(channel.systematic_high_ratio > 1.0);
        assert_true(channel.source[0] != '\0');
    }
    ops->close(self);
    free(self);
    fixture_close(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_lose_makers_marks_and_speeds),
        cmocka_unit_test(test_a_name_without_end_is_cut),
        cmocka_unit_test(test_rated_power_is_found_by_the_name_the_kernel_shows),
        cmocka_unit_test(test_every_row_of_the_table_can_be_found),
        cmocka_unit_test(test_every_design_idles_below_its_full_power),
        cmocka_unit_test(test_a_guest_gets_its_share_of_a_host),
        cmocka_unit_test(test_a_rated_machine_gets_all_of_its_power),
        cmocka_unit_test(test_a_guest_on_a_rated_part_of_unknown_design_gets_threads_of_it),
        cmocka_unit_test(test_what_is_not_known_has_the_widest_bounds),
        cmocka_unit_test(test_joules_are_watts_by_time_and_by_cpu_time),
        cmocka_unit_test(test_an_estimate_is_never_unavailable_and_never_without_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
