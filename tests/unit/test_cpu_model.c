/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/power_model.h"

#include "core/csv.h"
#include "core/data.h"
#include "core/file.h"
#include "machine_fixture.h"
#include "sensor/cpu_table.h"
#include "sensor/sensor.h"
#include "sensor/server_power.h"
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
    assert_false(miev_cpu_tdp_find("Intel(R) Xeon(R) Processor @ 2.50GHz", &tdp)); /* a family */
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

/* What the fit says of a server, and its arithmetic here once more. */
static struct miev_server_power wall_of(const struct miev_server *server)
{
    struct miev_server_power wall;
    assert_true(miev_server_power_of(miev_data_server_power, server, &wall));
    assert_true(wall.idle.low_w < wall.idle.w && wall.idle.w < wall.idle.high_w);
    assert_true(wall.full.low_w < wall.full.w && wall.full.w < wall.full.high_w);
    assert_true(wall.idle.w < wall.full.w);
    return wall;
}

static void test_published_servers_are_estimated_within_their_intervals(void **state)
{
    (void)state;
    /* AMD EPYC 7763, two sockets, 512 GiB: 500 to 590 W at full load in its published results. */
    struct miev_server milan = {.cpu_name = "AMD EPYC 7763 64-Core Processor",
                                .design = "EPYC 3rd Gen",
                                .sockets = 2,
                                .cores = 128,
                                .memory_gib = 512};
    struct miev_server_power wall = wall_of(&milan);
    assert_int_equal(wall.known, MIEV_SERVER_RATING_AND_DESIGN);
    assert_near(wall.full.w, 545, 110);
    assert_true(wall.full.high_w / wall.full.low_w <= 2.5);
    assert_true(wall.idle.high_w / wall.idle.low_w <= 3.5);
}

static void test_the_less_is_known_the_wider_the_interval(void **state)
{
    (void)state;
    struct miev_server server = {
        .cpu_name = "Mystery 9000", .design = "Skylake", .sockets = 2, .cores = 40};
    struct miev_server_power design = wall_of(&server);
    assert_int_equal(design.known, MIEV_SERVER_DESIGN);
    server.design = "";
    struct miev_server_power neither = wall_of(&server);
    assert_int_equal(neither.known, MIEV_SERVER_NEITHER);
    assert_true(neither.full.high_w / neither.full.low_w > design.full.high_w / design.full.low_w);
    assert_true(neither.full.high_w / neither.full.low_w <= 2.5);
    assert_true(neither.idle.high_w / neither.idle.low_w <= 3.5);
    server.cpu_name = "AMD Ryzen 7 5800X 8-Core Processor";
    assert_int_equal(wall_of(&server).known, MIEV_SERVER_RATING);
}

static void test_a_table_without_its_lines_gives_no_watts(void **state)
{
    (void)state;
    struct miev_server server = {.cpu_name = "", .design = "", .sockets = 1, .cores = 4};
    struct miev_server_power wall = {.tdp_w = 7};
    assert_false(miev_server_power_of("watts,known,term,value\n", &server, &wall));
    assert_false(miev_server_power_of("idle,neither,constant,x\n", &server, &wall));
    server.cores = 0;
    assert_false(miev_server_power_of(miev_data_server_power, &server, &wall));
    assert_near(wall.tdp_w, 7, 0);
}

static void test_a_name_tells_its_design(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"Intel(R) Xeon(R) CPU E5-2699 v4 @ 2.20GHz", "Broadwell"},
        {"Intel(R) Xeon(R) Platinum 8280 CPU @ 2.70GHz", "Cascade Lake"},
        {"Intel(R) Xeon(R) Gold 6338N CPU @ 2.20GHz", "Ice Lake"},
        {"INTEL(R) XEON(R) PLATINUM 8592+", "Emerald Rapids"},
        {"AMD EPYC 9654 96-Core Processor", "EPYC 4th Gen"},
        {"AMD EPYC 9965 192-Core Processor", "EPYC 5th Gen"},
        {"Ampere(R) Altra(R) Max Processor", "Neoverse N1"},
        {"Intel(R) Xeon(R) 6780E", "Sierra Forest"},
    };
    char design[MIEV_CPU_DESIGN_MAX];
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        assert_true(miev_cpu_design_find(pairs[i][0], design));
        assert_string_equal(design, pairs[i][1]);
    }
    assert_false(miev_cpu_design_find("Mystery 9000", design));
    assert_false(miev_cpu_design_find("", design));
}

static void test_a_guest_gets_its_share_of_a_host(void **state)
{
    (void)state;
    struct miev_machine guest = {.logical_cpus = 2,
                                 .sockets = 1,
                                 .virtual_machine = true,
                                 .cpu_name = "AMD EPYC",
                                 .microarchitecture = "EPYC 3rd Gen"};
    struct miev_usual_server usual;
    assert_true(miev_usual_server_of(miev_data_server_power, "EPYC 3rd Gen", &usual));
    unsigned cores = usual.sockets * usual.cores_per_socket;
    struct miev_server host = {.cpu_name = "AMD EPYC",
                               .design = "EPYC 3rd Gen",
                               .sockets = usual.sockets,
                               .cores = cores,
                               .memory_gib = usual.gib_per_core * cores};
    struct miev_server_power wall = wall_of(&host);
    struct miev_power_model model;
    miev_power_model_of_cpu(&guest, &model);
    double threads = cores * usual.threads_per_core;
    double idle_w = 0.45 * wall.idle.w - 0.04 * host.memory_gib;
    double full_w = 0.68 * wall.full.w - 0.25 * host.memory_gib;
    assert_near(model.idle_w, idle_w * 2 / threads, 1e-9);
    assert_near(model.busy_w_per_cpu, (full_w - idle_w) / threads, 1e-9);
    assert_non_null(strstr(model.source, "EPYC 3rd Gen"));
}

static void test_an_instance_type_tells_the_size_of_its_host(void **state)
{
    (void)state;
    struct miev_machine guest = {.logical_cpus = 4,
                                 .sockets = 1,
                                 .virtual_machine = true,
                                 .cpu_name = "Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz",
                                 .microarchitecture = "Cascade Lake",
                                 .vendor = "Amazon EC2",
                                 .product = "m5.xlarge"};
    struct miev_power_model of_type, of_usual;
    miev_power_model_of_cpu(&guest, &of_type);
    assert_non_null(strstr(of_type.source, "4 of the 96 logical CPUs"));
    (void)snprintf(guest.product, sizeof(guest.product), "m5y.xlarge");
    miev_power_model_of_cpu(&guest, &of_usual);
    assert_null(strstr(of_usual.source, "instance type"));
    assert_true(of_usual.high_ratio > of_type.high_ratio);
    assert_true(of_usual.low_ratio < of_type.low_ratio);
}

static void test_a_server_gets_all_of_its_power_but_what_the_wall_adds(void **state)
{
    (void)state;
    struct miev_machine machine = {.logical_cpus = 256,
                                   .sockets = 2,
                                   .cores = 128,
                                   .memory_bytes = 512ull << 30,
                                   .cpu_name = "AMD EPYC 7763 64-Core Processor"};
    struct miev_server server = {
        .cpu_name = machine.cpu_name, .design = "", .sockets = 2, .cores = 128, .memory_gib = 512};
    struct miev_server_power wall = wall_of(&server);
    struct miev_power_model cpu, memory;
    miev_power_model_of_cpu(&machine, &cpu);
    miev_power_model_of_memory(&machine, &memory);
    assert_near(cpu.idle_w + memory.idle_w, 0.45 * wall.idle.w, 1e-9);
    assert_near(cpu.idle_w + memory.idle_w + 256 * (cpu.busy_w_per_cpu + memory.busy_w_per_cpu),
                0.68 * wall.full.w, 1e-9);
}

static void test_memory_never_takes_all_of_a_servers_power(void **state)
{
    (void)state;
    struct miev_machine machine = {.logical_cpus = 256,
                                   .sockets = 2,
                                   .cores = 128,
                                   .memory_bytes = 8192ull << 30,
                                   .cpu_name = "AMD EPYC 7763 64-Core Processor"};
    struct miev_power_model cpu;
    miev_power_model_of_cpu(&machine, &cpu);
    assert_true(cpu.idle_w > 10 && cpu.busy_w_per_cpu > 0);
}

static void test_a_client_part_gets_its_rating(void **state)
{
    (void)state;
    struct miev_machine machine = {
        .logical_cpus = 12, .sockets = 1, .cores = 6, .cpu_name = "Intel(R) Core(TM) i7-8700"};
    struct miev_power_model model;
    miev_power_model_of_cpu(&machine, &model);
    assert_near(model.idle_w, 65.0 * 0.12, 1e-12);
    assert_near(model.busy_w_per_cpu, 65.0 * 1.26 / 12, 1e-12);
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
    struct miev_machine known = {
        .logical_cpus = 4, .virtual_machine = true, .microarchitecture = "Skylake"};
    struct miev_power_model prior, model;
    miev_power_model_of_cpu(&unknown, &prior);
    miev_power_model_of_cpu(&known, &model);
    assert_true(prior.low_ratio < model.low_ratio && model.low_ratio < 1.0);
    assert_true(prior.high_ratio > model.high_ratio && model.high_ratio > 1.0);
    assert_non_null(strstr(prior.source, "Mystery 9000 is in no table"));
}

static void test_a_server_of_unknown_design_is_estimated_by_its_size(void **state)
{
    (void)state;
    struct miev_machine machine = {.logical_cpus = 128,
                                   .sockets = 2,
                                   .cores = 64,
                                   .memory_bytes = 512ull << 30,
                                   .cpu_name = "Intel(R) Xeon(R) 9Z99X+"};
    struct miev_power_model model;
    miev_power_model_of_cpu(&machine, &model);
    assert_non_null(strstr(model.source, "by cores and memory (it is in no table)"));
    /* Of two sockets with 64 cores, results since 2016 lie at 90 to 350 W at rest at the wall. */
    assert_true(model.idle_w > 0.45 * 90 - 21 && model.idle_w < 0.45 * 350);
    assert_true(model.low_ratio > 0.35 && model.low_ratio < 0.5);
    assert_true(model.high_ratio > 2 && model.high_ratio < 2.9);
}

static void test_a_doubted_design_is_named_with_the_estimate(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open("vm-wrong-number");
    struct miev_machine machine;
    struct miev_power_model doubted, believed;
    miev_machine_read(&fixture->env, &machine);
    miev_power_model_of_cpu(&machine, &doubted);
    assert_non_null(strstr(doubted.source, "Sapphire Rapids"));
    assert_non_null(
        strstr(doubted.source, "; its number is Rocket Lake's, which its flags contradict"));
    machine.disbelieved[0] = '\0';
    miev_power_model_of_cpu(&machine, &believed);
    assert_null(strstr(believed.source, "Rocket Lake"));
    assert_near(believed.busy_w_per_cpu, doubted.busy_w_per_cpu, 0);
    fixture_close(fixture);
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
    struct miev_machine machine;
    struct miev_power_model cpu;
    miev_machine_read(&fixture->env, &machine);
    miev_power_model_of_cpu(&machine, &cpu);
    assert_near(readings[0].energy_j, cpu.idle_w * 10 + cpu.busy_w_per_cpu * 4, 1e-12);
    double memory_gib = 24684096.0 / 1048576.0;
    assert_near(readings[1].energy_j, memory_gib * (0.04 * 10 + 0.21 / 2 * 4), 1e-9);
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
        cmocka_unit_test(test_published_servers_are_estimated_within_their_intervals),
        cmocka_unit_test(test_the_less_is_known_the_wider_the_interval),
        cmocka_unit_test(test_a_table_without_its_lines_gives_no_watts),
        cmocka_unit_test(test_a_name_tells_its_design),
        cmocka_unit_test(test_an_instance_type_tells_the_size_of_its_host),
        cmocka_unit_test(test_a_server_gets_all_of_its_power_but_what_the_wall_adds),
        cmocka_unit_test(test_memory_never_takes_all_of_a_servers_power),
        cmocka_unit_test(test_a_client_part_gets_its_rating),
        cmocka_unit_test(test_a_guest_on_a_rated_part_of_unknown_design_gets_threads_of_it),
        cmocka_unit_test(test_what_is_not_known_has_the_widest_bounds),
        cmocka_unit_test(test_a_server_of_unknown_design_is_estimated_by_its_size),
        cmocka_unit_test(test_a_doubted_design_is_named_with_the_estimate),
        cmocka_unit_test(test_joules_are_watts_by_time_and_by_cpu_time),
        cmocka_unit_test(test_an_estimate_is_never_unavailable_and_never_without_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
