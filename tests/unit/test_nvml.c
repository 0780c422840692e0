/* SPDX-License-Identifier: Apache-2.0 */
/* The sensor of NVIDIA GPUs with a library that the tests build, and with the real one where there
 * is one. */
#include <dlfcn.h>

#include "fake_nvml.h"
#include "machine_fixture.h"
#include "meter/meter.h"
#include "sensor/nvml_api.h"
#include "test.h"

extern const struct miev_sensor_ops miev_sensor_nvml;

struct bench {
    struct fixture *fixture;
    void *library, *self;
    struct fake_nvml *world;
    size_t n;
    struct miev_reading readings[16];
    struct miev_error err;
};

static struct bench bench_of(const char *which)
{
    struct bench bench = {.fixture = fixture_open("vm-epyc-milan")};
    const char *path = getenv(which);
    if (!path)
        fail_msg("%s is not set: run this test by meson", which);
    fixture_set(bench.fixture, "MIEV_NVML", path);
    bench.library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    assert_non_null(bench.library);
    struct fake_nvml *(*find)(void) = NULL;
    void *symbol = dlsym(bench.library, "fake_nvml_world");
    memcpy((void *)&find, &symbol, sizeof(symbol));
    assert_non_null(symbol);
    bench.world = find();
    *bench.world = (struct fake_nvml){
        .now_ns = &bench.fixture->now_ns,
        .n_gpus = 1,
        .gpus = {{.name = "Card A", .power_w = 70.0, .period_ns = 100000000u, .limit_mw = 300000},
                 {.name = "Card B", .power_w = 30.0, .period_ns = 20000000u}}};
    bench.self = calloc(1, miev_sensor_nvml.state_size);
    assert_non_null(bench.self);
    return bench;
}

static struct bench bench_new(void)
{
    return bench_of("MIEV_FAKE_NVML");
}

static int try_open(struct bench *bench)
{
    return miev_sensor_nvml.open(bench->self, &bench->fixture->env, &bench->n, &bench->err);
}

static void bench_end(struct bench *bench)
{
    if (bench->n > 0)
        miev_sensor_nvml.close(bench->self);
    assert_int_equal(bench->world->open_count, 0);
    free(bench->self);
    (void)dlclose(bench->library);
    fixture_close(bench->fixture);
}

static struct miev_reading *read_all(struct bench *bench)
{
    assert_ok(miev_sensor_nvml.read(bench->self, &(struct miev_work){.cpu_s = 0.0}, bench->readings,
                                    &bench->err),
              &bench->err);
    return bench->readings;
}

static struct miev_channel channel_at(const struct bench *bench, size_t i)
{
    struct miev_channel channel;
    miev_sensor_nvml.describe(bench->self, i, &channel);
    return channel;
}

static const char *remarks_of(const struct bench *bench)
{
    return miev_sensor_nvml.remarks(bench->self);
}

/* ---- cards that count ---- */

static void test_joules_of_a_counter_come_out_exactly(void **state)
{
    (void)state;
    struct bench bench = bench_new();
    assert_ok(try_open(&bench), &bench.err);
    assert_int_equal(bench.n, 1);
    struct miev_channel channel = channel_at(&bench, 0);
    assert_string_equal(channel.id, "gpu-0");
    assert_int_equal(channel.part, MIEV_PART_GPU);
    assert_int_equal(channel.quality, MIEV_MEASURED);
    assert_non_null(strstr(channel.source, "Card A: the driver's energy counter"));
    assert_string_equal(remarks_of(&bench), "");
    double before_j = read_all(&bench)[0].energy_j;
    fixture_advance(bench.fixture, 10.0);
    assert_true(read_all(&bench)[0].valid);
    assert_near(bench.readings[0].energy_j - before_j, 700.0, 1e-3);
    bench_end(&bench);
}

static void test_the_period_is_that_of_the_card(void **state)
{
    (void)state;
    struct bench bench = bench_new();
    bench.world->n_gpus = 2;
    assert_ok(try_open(&bench), &bench.err);
    assert_near((double)channel_at(&bench, 0).update_period_ns, 100e6, 2e6);
    assert_near((double)channel_at(&bench, 1).update_period_ns, 20e6, 2e6);
    bench_end(&bench);
}

static void test_a_counter_that_starts_anew_is_a_gap(void **state)
{
    (void)state;
    struct bench bench = bench_new();
    bench.world->gpus[0].counted_j = 1e6;
    assert_ok(try_open(&bench), &bench.err);
    bench.world->gpus[0].counted_j = 0.0; /* the driver was loaded anew */
    fixture_advance(bench.fixture, 1.0);
    assert_int_equal(read_all(&bench)[0].gaps, 1);
    double before_j = bench.readings[0].energy_j;
    fixture_advance(bench.fixture, 1.0);
    assert_int_equal(read_all(&bench)[0].gaps, 1);
    assert_near(bench.readings[0].energy_j - before_j, 70.0, 1e-3);
    bench_end(&bench);
}

static void test_a_card_that_is_lost_leaves_no_valid_reading(void **state)
{
    (void)state;
    struct bench bench = bench_new();
    bench.world->n_gpus = 2;
    assert_ok(try_open(&bench), &bench.err);
    bench.world->gpus[0].energy_result = 15;
    bench.world->gpus[1].power_w = 0.0; /* its counter stands still */
    fixture_advance(bench.fixture, 1.0);
    (void)read_all(&bench);
    fixture_advance(bench.fixture, 4.0);
    assert_false(read_all(&bench)[0].valid);
    assert_false(bench.readings[1].valid);
    bench_end(&bench);
}

/* ---- cards that only tell their power ---- */

static void test_power_of_an_old_card_is_integrated(void **state)
{
    (void)state;
    struct bench bench = bench_new();
    bench.world->gpus[0].energy_result = NVML_NOT_SUPPORTED;
    assert_ok(try_open(&bench), &bench.err);
    struct miev_channel channel = channel_at(&bench, 0);
    assert_non_null(strstr(channel.source, "sampled and integrated"));
    assert_true(channel.systematic_high_ratio > 1.15); /* wider than a counter's */
    assert_string_equal(remarks_of(&bench), "");       /* as it should be with such a card */
    double before_j = read_all(&bench)[0].energy_j;
    fixture_advance(bench.fixture, 5.0);
    assert_near(read_all(&bench)[0].energy_j - before_j, 350.0, 1e-6);
    bench.world->gpus[0].power_result = 15;
    fixture_advance(bench.fixture, 1.0);
    assert_false(read_all(&bench)[0].valid);
    bench_end(&bench);
}

static void test_a_counter_its_power_contradicts_is_dropped_with_a_reason(void **state)
{
    (void)state;
    struct bench bench = bench_new();
    bench.world->gpus[0].told_w = 10.0;
    assert_ok(try_open(&bench), &bench.err);
    assert_non_null(strstr(channel_at(&bench, 0).source, "sampled and integrated"));
    assert_non_null(strstr(remarks_of(&bench), "gpu-0 is sampled"));
    assert_non_null(strstr(remarks_of(&bench), "its power tells 10 W"));
    bench_end(&bench);
}

static void test_a_counter_beyond_the_cards_limit_is_dropped(void **state)
{
    (void)state;
    struct bench bench = bench_new();
    bench.world->gpus[0].power_w = 900.0;
    assert_refused(try_open(&bench), MIEV_ERR_BROKEN, &bench.err, "900 W, more than the 600 W");
    bench_end(&bench);
}

/* ---- what is shared, missing or broken ---- */

static void test_cards_that_others_share_are_left_out_in_words(void **state)
{
    (void)state;
    struct bench bench = bench_new();
    bench.world->n_gpus = 2;
    bench.world->gpus[0].mig = true;
    assert_ok(try_open(&bench), &bench.err);
    assert_int_equal(bench.n, 1);
    assert_string_equal(channel_at(&bench, 0).id, "gpu-1");
    assert_non_null(strstr(remarks_of(&bench), "gpu-0 (Card A) is left out: it is cut into"));
    assert_non_null(strstr(remarks_of(&bench), "nvidia-smi -i 0 -mig 0"));
    bench_end(&bench);
    static const int modes[] = {NVML_VIRTUAL_GPU, NVML_HOST_OF_VIRTUAL_GPUS};
    for (size_t i = 0; i < 2; i++) {
        bench = bench_new();
        bench.world->gpus[0].virtualization = modes[i];
        assert_refused(try_open(&bench), MIEV_ERR_UNSUPPORTED, &bench.err, "virtual GPU");
        bench_end(&bench);
    }
}

static void test_a_card_that_does_not_answer_leaves_the_other(void **state)
{
    (void)state;
    struct bench bench = bench_new();
    bench.world->n_gpus = 2;
    bench.world->gpus[0].name = NULL;
    assert_ok(try_open(&bench), &bench.err);
    assert_int_equal(bench.n, 1);
    assert_non_null(strstr(remarks_of(&bench), "does not answer (NVML error 15)"));
    bench_end(&bench);
}

static void test_an_old_library_without_the_functions_is_told(void **state)
{
    (void)state;
    struct bench bench = bench_of("MIEV_FAKE_NVML_OLD");
    assert_refused(try_open(&bench), MIEV_ERR_UNSUPPORTED, &bench.err, "neither its energy nor");
    bench_end(&bench);
}

static void test_what_the_library_answers_at_its_start_is_told(void **state)
{
    (void)state;
    static const struct {
        int result, status;
        const char *words;
    } cases[] = {{NVML_DRIVER_NOT_LOADED, MIEV_ERR_UNAVAILABLE, "modprobe nvidia"},
                 {NVML_NO_PERMISSION, MIEV_ERR_PERMISSION, "/dev/nvidiactl"},
                 {NVML_VERSION_MISMATCH, MIEV_ERR_BROKEN, "restart"},
                 {999, MIEV_ERR_BROKEN, "error 999"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bench bench = bench_new();
        bench.world->init_result = cases[i].result;
        assert_refused(try_open(&bench), cases[i].status, &bench.err, cases[i].words);
        bench_end(&bench);
    }
}

static void test_no_card_and_no_library_are_unavailable_not_zero(void **state)
{
    (void)state;
    struct bench bench = bench_new();
    bench.world->n_gpus = 0;
    assert_refused(try_open(&bench), MIEV_ERR_UNAVAILABLE, &bench.err, "no card");
    fixture_set(bench.fixture, "MIEV_NVML", "/nowhere/libnvidia-ml.so.1");
    assert_refused(try_open(&bench), MIEV_ERR_BROKEN, &bench.err, "/nowhere/");
    fixture_set(bench.fixture, "MIEV_NVML", "libm.so.6");
    assert_refused(try_open(&bench), MIEV_ERR_BROKEN, &bench.err, "no function nvmlInit_v2");
    bench.fixture->n_variables = 0;
    assert_refused(try_open(&bench), MIEV_ERR_UNAVAILABLE, &bench.err, "recorded machine");
    bench_end(&bench);
}

/* ---- with the meter above it, and on a real card ---- */

static void test_a_gpu_is_counted_for_work_that_uses_it(void **state)
{
    (void)state;
    struct bench bench = bench_new();
    struct miev_meter *meter = NULL;
    struct miev_meter_sample a, b;
    struct miev_span_energy span;
    assert_ok(miev_meter_create(&bench.fixture->env, miev_sensors, &meter, &bench.err), &bench.err);
    assert_ok(miev_meter_read(meter, 0.0, &a, &bench.err), &bench.err);
    fixture_advance(bench.fixture, 10.0);
    assert_ok(miev_meter_read(meter, 1.0, &b, &bench.err), &bench.err);
    struct miev_share share = {.reserved_cpus = 1, .logical_cpus = 1};
    assert_ok(miev_meter_attribute(meter, &a, &b, NULL, &share, &span, &bench.err), &bench.err);
    assert_near(span.parts[MIEV_PART_GPU].gross_j, 700.0, 1e-3);
    assert_string_equal(span.parts[MIEV_PART_GPU].sensor, "nvml");
    share.no_gpu = true;
    assert_ok(miev_meter_attribute(meter, &a, &b, NULL, &share, &span, &bench.err), &bench.err);
    assert_int_equal(span.parts[MIEV_PART_GPU].quality, MIEV_UNAVAILABLE);
    assert_int_equal(span.quality, MIEV_ESTIMATED);
    miev_meter_destroy(meter);
    bench_end(&bench);
}

static void test_a_real_card_counts(void **state)
{
    (void)state;
    struct miev_error err = {.code = MIEV_OK};
    struct miev_reading a[16], b[16];
    const struct miev_work none = {.cpu_s = 0.0};
    size_t n = 0;
    void *self = calloc(1, miev_sensor_nvml.state_size);
    assert_non_null(self);
    if (miev_sensor_nvml.open(self, miev_env_host(), &n, &err) != MIEV_OK) {
        free(self);
        print_message("skipped: %s\n", err.message);
        skip();
    }
    assert_ok(miev_sensor_nvml.read(self, &none, a, &err), &err);
    miev_env_sleep_ns(miev_env_host(), 1000000000u);
    assert_ok(miev_sensor_nvml.read(self, &none, b, &err), &err);
    for (size_t i = 0; i < n; i++) {
        assert_true(b[i].valid);
        double power_w = b[i].energy_j - a[i].energy_j;
        print_message("gpu %zu: %.1f W\n", i, power_w);
        assert_true(power_w > 1.0 && power_w < 2000.0);
    }
    miev_sensor_nvml.close(self);
    free(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_joules_of_a_counter_come_out_exactly),
        cmocka_unit_test(test_the_period_is_that_of_the_card),
        cmocka_unit_test(test_a_counter_that_starts_anew_is_a_gap),
        cmocka_unit_test(test_a_card_that_is_lost_leaves_no_valid_reading),
        cmocka_unit_test(test_power_of_an_old_card_is_integrated),
        cmocka_unit_test(test_a_counter_its_power_contradicts_is_dropped_with_a_reason),
        cmocka_unit_test(test_a_counter_beyond_the_cards_limit_is_dropped),
        cmocka_unit_test(test_cards_that_others_share_are_left_out_in_words),
        cmocka_unit_test(test_a_card_that_does_not_answer_leaves_the_other),
        cmocka_unit_test(test_an_old_library_without_the_functions_is_told),
        cmocka_unit_test(test_what_the_library_answers_at_its_start_is_told),
        cmocka_unit_test(test_no_card_and_no_library_are_unavailable_not_zero),
        cmocka_unit_test(test_a_gpu_is_counted_for_work_that_uses_it),
        cmocka_unit_test(test_a_real_card_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
