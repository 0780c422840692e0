/* SPDX-License-Identifier: Apache-2.0 */
/* Machines whose power is known, so that every attributed joule can be told in advance. */
#include "meter/meter.h"

#include "machine_fixture.h"
#include "meter/meter_internal.h"
#include "test.h"

/* ---- a sensor whose readings the test sets ---- */

#define FAKE_MAX 6

struct fake {
    int open_status;
    size_t n_channels;
    struct miev_channel channels[FAKE_MAX];
    struct miev_reading readings[FAKE_MAX];
    bool read_fails;
    int open_count; /* opened less closed */
};

static struct fake counters, model;

static int fake_open(struct fake *fake, size_t *n_channels, struct miev_error *err)
{
    if (fake->open_status != MIEV_OK) {
        err->code = fake->open_status;
        (void)snprintf(err->message, sizeof(err->message), "no such thing here");
        return fake->open_status;
    }
    fake->open_count++;
    *n_channels = fake->n_channels;
    return MIEV_OK;
}

static int fake_read(struct fake *fake, struct miev_reading *out)
{
    if (fake->read_fails)
        return MIEV_ERR_BROKEN;
    memcpy(out, fake->readings, fake->n_channels * sizeof(*out));
    return MIEV_OK;
}

#define FAKE_SENSOR(fake)                                                                      \
    static int fake##_open(void *self, const struct miev_env *env, size_t *n_channels,         \
                           struct miev_error *err)                                             \
    {                                                                                          \
        (void)self;                                                                            \
        (void)env;                                                                             \
        return fake_open(&(fake), n_channels, err);                                            \
    }                                                                                          \
    static void fake##_describe(const void *self, size_t i, struct miev_channel *out)          \
    {                                                                                          \
        (void)self;                                                                            \
        *out = (fake).channels[i];                                                             \
    }                                                                                          \
    static int fake##_read(void *self, const struct miev_work *work, struct miev_reading *out, \
                           struct miev_error *err)                                             \
    {                                                                                          \
        (void)self;                                                                            \
        (void)work;                                                                            \
        (void)err;                                                                             \
        return fake_read(&(fake), out);                                                        \
    }                                                                                          \
    static void fake##_close(void *self)                                                       \
    {                                                                                          \
        (void)self;                                                                            \
        (fake).open_count--;                                                                   \
    }                                                                                          \
    static const struct miev_sensor_ops fake##_ops = {                                         \
        .name = #fake,                                                                         \
        .summary = "set by the test",                                                          \
        .open = fake##_open,                                                                   \
        .describe = fake##_describe,                                                           \
        .read = fake##_read,                                                                   \
        .close = fake##_close,                                                                 \
    }

FAKE_SENSOR(counters);
FAKE_SENSOR(model);

static const struct miev_sensor_ops *const both[] = {&counters_ops, &model_ops, NULL};

static void add_channel(struct fake *fake, const char *id, enum miev_part part,
                        enum miev_quality quality, const char *inside, double bound)
{
    struct miev_channel *channel = &fake->channels[fake->n_channels];
    *channel = (struct miev_channel){.part = part,
                                     .quality = quality,
                                     .package = -1,
                                     .systematic_low_ratio = 1.0 / bound,
                                     .systematic_high_ratio = bound,
                                     .own_work_only = quality == MIEV_ESTIMATED};
    (void)snprintf(channel->id, sizeof(channel->id), "%s", id);
    (void)snprintf(channel->inside, sizeof(channel->inside), "%s", inside);
    fake->readings[fake->n_channels++] = (struct miev_reading){.valid = true};
}

/* ---- one machine and one span of it ---- */

struct world {
    struct fixture *fixture;
    struct miev_meter *meter;
    struct miev_meter_sample start, stop;
    struct miev_idle idle;
    struct miev_share share;
    struct miev_span_energy span;
    struct miev_error err;
};

static void set_busy(struct world *world, double busy_s)
{
    char text[128];
    (void)snprintf(text, sizeof(text), "cpu  %.0f 0 0 1000 0 0 0 77 0 0\n", busy_s * 100.0);
    fixture_write(world->fixture, "/proc/stat", text);
}

static int set_up(void **state)
{
    memset(&counters, 0, sizeof(counters));
    memset(&model, 0, sizeof(model));
    struct world *world = calloc(1, sizeof(*world));
    world->fixture = fixture_open(NULL);
    world->share = (struct miev_share){.reserved_cpus = 2, .logical_cpus = 8};
    set_busy(world, 50.0);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    miev_meter_destroy(world->meter);
    assert_int_equal(counters.open_count, 0);
    assert_int_equal(model.open_count, 0);
    fixture_close(world->fixture);
    free(world);
    return 0;
}

static void begin(struct world *world)
{
    assert_ok(miev_meter_create(&world->fixture->env, both, &world->meter, &world->err),
              &world->err);
    assert_ok(miev_meter_read(world->meter, 3.0, &world->start, &world->err), &world->err);
}

/* The span takes 10 s, in which the work uses work_cpu_s and the machine busy_cpu_s. */
static int end(struct world *world, double work_cpu_s, double busy_cpu_s)
{
    fixture_advance(world->fixture, 10.0);
    set_busy(world, 50.0 + busy_cpu_s);
    assert_ok(miev_meter_read(world->meter, 3.0 + work_cpu_s, &world->stop, &world->err),
              &world->err);
    return miev_meter_attribute(world->meter, &world->start, &world->stop, &world->idle,
                                &world->share, &world->span, &world->err);
}

/* ---- tests ---- */

static void test_missing_hardware_is_a_finding_and_not_zero(void **state)
{
    struct world *world = *state;
    counters.open_status = MIEV_ERR_UNAVAILABLE;
    add_channel(&model, "cpu", MIEV_PART_CPU, MIEV_ESTIMATED, "", 2.0);
    begin(world);
    assert_int_equal(miev_meter_finding_count(world->meter), 2);
    const struct miev_meter_finding *finding = miev_meter_finding_at(world->meter, 0);
    assert_string_equal(finding->sensor, "counters");
    assert_int_equal(finding->status, MIEV_ERR_UNAVAILABLE);
    assert_string_equal(finding->message, "no such thing here");
    assert_int_equal(finding->n_channels, 0);
    model.readings[0].energy_j = 5.0;
    assert_ok(end(world, 1.0, 1.0), &world->err);
    assert_int_equal(world->span.parts[MIEV_PART_GPU].quality, MIEV_UNAVAILABLE);
    assert_int_equal(world->span.parts[MIEV_PART_MACHINE].quality, MIEV_UNAVAILABLE);
    assert_int_equal(world->span.quality, MIEV_ESTIMATED);
    assert_true(world->span.complete);
}

static void test_a_measured_source_is_chosen_before_an_estimate(void **state)
{
    struct world *world = *state;
    add_channel(&counters, "package-0", MIEV_PART_CPU, MIEV_MEASURED, "", 1.1);
    add_channel(&model, "cpu", MIEV_PART_CPU, MIEV_ESTIMATED, "", 2.0);
    add_channel(&model, "memory", MIEV_PART_MEMORY, MIEV_ESTIMATED, "", 3.0);
    begin(world);
    assert_true(miev_meter_channel_at(world->meter, 0)->counted);
    assert_false(miev_meter_channel_at(world->meter, 1)->counted);
    assert_true(miev_meter_channel_at(world->meter, 2)->counted);
    world->idle.power_w[0] = 4.0;
    world->idle.power_w[2] = 8.0;
    counters.readings[0].energy_j = 140.0; /* 100 J above the idle 40 J */
    model.readings[0].energy_j = 999.0;
    model.readings[1].energy_j = 80.0;
    assert_ok(end(world, 5.0, 10.0), &world->err);
    assert_near(world->span.parts[MIEV_PART_CPU].net_j, 50.0, 1e-12);
    assert_near(world->span.parts[MIEV_PART_CPU].gross_j, 50.0 + 40.0 / 4, 1e-12);
    assert_near(world->span.parts[MIEV_PART_MEMORY].net_j, 0.0, 0);
    assert_near(world->span.parts[MIEV_PART_MEMORY].gross_j, 80.0 / 4, 1e-12);
    assert_near(world->span.gross_j, 80.0, 1e-12);
    assert_true(world->span.mixed);
    assert_int_equal(world->span.quality, MIEV_MEASURED);
    /* 60 J known within a tenth and 20 J within a factor of three, independently. */
    assert_near(world->span.systematic_high_ratio, 1.0 + sqrt(6.0 * 6.0 + 40.0 * 40.0) / 80.0,
                1e-12);
}

static void test_what_is_inside_another_channel_is_never_added(void **state)
{
    struct world *world = *state;
    add_channel(&counters, "package-0", MIEV_PART_CPU, MIEV_MEASURED, "psys", 1.1);
    add_channel(&counters, "core-0", MIEV_PART_CPU, MIEV_MEASURED, "package-0", 1.1);
    add_channel(&counters, "package-1", MIEV_PART_CPU, MIEV_MEASURED, "psys", 1.1);
    add_channel(&counters, "dram-0", MIEV_PART_MEMORY, MIEV_MEASURED, "psys", 1.1);
    add_channel(&counters, "psys", MIEV_PART_MACHINE, MIEV_MEASURED, "", 1.1);
    begin(world);
    const double used_j[] = {100.0, 70.0, 50.0, 20.0, 260.0};
    for (size_t i = 0; i < 5; i++)
        counters.readings[i].energy_j = used_j[i];
    world->share.dedicated = true;
    assert_ok(end(world, 8.0, 8.0), &world->err);
    assert_near(world->span.parts[MIEV_PART_CPU].gross_j, 150.0, 1e-12);
    assert_near(world->span.gross_j, 170.0, 1e-12);
    assert_near(world->span.parts[MIEV_PART_MACHINE].gross_j, 90.0, 1e-12);
    assert_false(world->span.mixed);
    assert_false(miev_meter_channel_at(world->meter, 1)->counted);
    assert_false(miev_meter_channel_at(world->meter, 4)->counted);
}

static void test_the_work_pays_idle_by_the_cpus_it_reserves(void **state)
{
    struct world *world = *state;
    add_channel(&counters, "package-0", MIEV_PART_CPU, MIEV_MEASURED, "", 1.1);
    begin(world);
    world->idle.power_w[0] = 8.0;
    counters.readings[0].energy_j = 80.0;
    assert_ok(end(world, 0.0, 2.0), &world->err);
    assert_near(world->span.gross_j, 20.0, 1e-12);
    assert_near(world->span.net_j, 0.0, 0);
    assert_near(world->span.neighbour_cpu_s, 2.0, 1e-9);
    world->share.dedicated = true;
    assert_ok(miev_meter_attribute(world->meter, &world->start, &world->stop, &world->idle,
                                   &world->share, &world->span, &world->err),
              &world->err);
    assert_near(world->span.gross_j, 80.0, 1e-12);
}

static void test_a_share_of_cpu_time_is_never_more_than_all(void **state)
{
    struct world *world = *state;
    add_channel(&counters, "package-0", MIEV_PART_CPU, MIEV_MEASURED, "", 1.1);
    begin(world);
    counters.readings[0].energy_j = 60.0;
    /* Ticks of 10 ms lag behind the work's exact clock. */
    assert_ok(end(world, 3.004, 3.0), &world->err);
    assert_near(world->span.net_j, 60.0, 1e-12);
    assert_near(world->span.neighbour_cpu_s, 0.0, 0);
}

static void test_a_tick_of_difference_is_no_neighbour(void **state)
{
    struct world *world = *state;
    add_channel(&counters, "package-0", MIEV_PART_CPU, MIEV_MEASURED, "", 1.1);
    begin(world);
    counters.readings[0].energy_j = 60.0;
    /* Ticks may also fall late: that took up to 5 % from a round of 200 ms, and never gave it back.
     */
    assert_ok(end(world, 2.992, 3.0), &world->err);
    assert_near(world->span.net_j, 60.0, 1e-12);
}

static void test_a_net_below_zero_is_not_clamped(void **state)
{
    struct world *world = *state;
    add_channel(&counters, "package-0", MIEV_PART_CPU, MIEV_MEASURED, "", 1.1);
    begin(world);
    world->idle.power_w[0] = 10.0;
    counters.readings[0].energy_j = 98.0;
    assert_ok(end(world, 1.0, 2.0), &world->err);
    assert_near(world->span.net_j, -1.0, 1e-12);
    assert_near(world->span.gross_j, -1.0 + 25.0, 1e-12);
}

static void test_an_estimate_of_own_work_is_not_shared_with_neighbours(void **state)
{
    struct world *world = *state;
    counters.open_status = MIEV_ERR_PERMISSION;
    add_channel(&model, "cpu", MIEV_PART_CPU, MIEV_ESTIMATED, "", 2.0);
    begin(world);
    world->idle.power_w[0] = 1.0;
    model.readings[0].energy_j = 10.0 + 6.0;
    assert_ok(end(world, 4.0, 16.0), &world->err);
    assert_near(world->span.net_j, 6.0, 1e-12);
    assert_near(world->span.gross_j, 6.0 + 10.0 / 4, 1e-12);
    assert_near(world->span.systematic_low_ratio, 0.5, 1e-12);
    assert_near(world->span.systematic_high_ratio, 2.0, 1e-12);
}

static void test_a_part_is_the_sum_of_its_channels_taken_apart(void **state)
{
    struct world *world = *state;
    struct miev_channel_energy first, second;
    add_channel(&counters, "package-0", MIEV_PART_CPU, MIEV_MEASURED, "", 1.1);
    add_channel(&counters, "package-1", MIEV_PART_CPU, MIEV_MEASURED, "", 1.1);
    begin(world);
    world->idle.power_w[0] = 8.0;
    world->idle.power_w[1] = (double)NAN;
    counters.readings[0].energy_j = 120.0;
    counters.readings[1].energy_j = 60.0;
    assert_ok(end(world, 1.0, 4.0), &world->err);
    miev_meter_attribute_channel(world->meter, 0, &world->start, &world->stop, &world->idle,
                                 &world->share, &first);
    miev_meter_attribute_channel(world->meter, 1, &world->start, &world->stop, &world->idle,
                                 &world->share, &second);
    assert_near(first.reading_j, 120.0, 1e-12);
    assert_near(first.idle_j, 80.0, 1e-12);
    assert_near(first.idle_ratio, 0.25, 1e-12);
    assert_near(first.net_j, 10.0, 1e-12);
    assert_near(first.gross_j, 30.0, 1e-12);
    assert_near(second.reading_j, 60.0, 1e-12);
    assert_true(isnan(second.idle_j) && isnan(second.net_j));
    assert_near(second.gross_j, 15.0, 1e-12);
    assert_near(world->span.parts[MIEV_PART_CPU].gross_j, 45.0, 1e-12);
}

static void test_without_idle_rounds_there_is_no_net(void **state)
{
    struct world *world = *state;
    add_channel(&counters, "package-0", MIEV_PART_CPU, MIEV_MEASURED, "", 1.1);
    begin(world);
    counters.readings[0].energy_j = 100.0;
    world->idle.power_w[0] = (double)NAN;
    assert_ok(end(world, 1.0, 4.0), &world->err);
    assert_true(isnan(world->span.net_j));
    assert_near(world->span.gross_j, 25.0, 1e-12);
    assert_ok(miev_meter_attribute(world->meter, &world->start, &world->stop, NULL, &world->share,
                                   &world->span, &world->err),
              &world->err);
    assert_near(world->span.gross_j, 25.0, 1e-12);
}

static void test_a_lost_reading_voids_the_span_and_is_not_zero(void **state)
{
    struct world *world = *state;
    add_channel(&counters, "package-0", MIEV_PART_CPU, MIEV_MEASURED, "", 1.1);
    add_channel(&counters, "package-1", MIEV_PART_CPU, MIEV_MEASURED, "", 1.1);
    begin(world);
    counters.readings[0].energy_j = 100.0;
    counters.readings[1].energy_j = 100.0;
    counters.readings[1].gaps = 1;
    assert_ok(end(world, 1.0, 1.0), &world->err);
    assert_false(world->span.complete);
    assert_true(isnan(world->span.gross_j));
    assert_int_equal(world->span.parts[MIEV_PART_CPU].quality, MIEV_UNAVAILABLE);
    struct miev_idle idle;
    miev_meter_idle_power(world->meter, &world->start, &world->stop, &idle);
    assert_near(idle.power_w[0], 10.0, 1e-12);
    assert_true(isnan(idle.power_w[1]));
}

static void test_a_sensor_that_fails_leaves_the_others_readable(void **state)
{
    struct world *world = *state;
    add_channel(&counters, "package-0", MIEV_PART_CPU, MIEV_MEASURED, "", 1.1);
    add_channel(&model, "memory", MIEV_PART_MEMORY, MIEV_ESTIMATED, "", 3.0);
    begin(world);
    counters.read_fails = true;
    model.readings[0].energy_j = 8.0;
    assert_ok(end(world, 1.0, 1.0), &world->err);
    assert_false(world->span.complete);
    assert_int_equal(world->span.parts[MIEV_PART_MEMORY].quality, MIEV_ESTIMATED);
}

static void test_a_gpu_belongs_wholly_to_the_work_that_uses_it(void **state)
{
    struct world *world = *state;
    add_channel(&counters, "gpu-0", MIEV_PART_GPU, MIEV_MEASURED, "", 1.1);
    begin(world);
    world->idle.power_w[0] = 20.0;
    counters.readings[0].energy_j = 700.0;
    assert_ok(end(world, 1.0, 4.0), &world->err);
    assert_near(world->span.gross_j, 700.0, 1e-12);
    assert_near(world->span.net_j, 500.0, 1e-12);
    world->share.no_gpu = true;
    assert_ok(end(world, 1.0, 4.0), &world->err);
    assert_near(world->span.gross_j, 0.0, 0);
    assert_int_equal(world->span.parts[MIEV_PART_GPU].quality, MIEV_UNAVAILABLE);
    assert_false(miev_meter_adds(miev_meter_channel_at(world->meter, 0), &world->share));
    world->share.dedicated = true;
    assert_true(miev_meter_adds(miev_meter_channel_at(world->meter, 0), &world->share));
    assert_ok(end(world, 1.0, 4.0), &world->err);
    assert_near(world->span.parts[MIEV_PART_GPU].net_j, 0.0, 0);
    assert_true(world->span.gross_j > 0.0);
}

static void test_a_gpu_that_is_lost_does_not_void_work_that_uses_none(void **state)
{
    struct world *world = *state;
    add_channel(&counters, "gpu-0", MIEV_PART_GPU, MIEV_MEASURED, "", 1.1);
    add_channel(&model, "cpu", MIEV_PART_CPU, MIEV_ESTIMATED, "", 2.0);
    begin(world);
    counters.readings[0].valid = false;
    model.readings[0].energy_j = 8.0;
    assert_ok(end(world, 1.0, 4.0), &world->err);
    assert_false(world->span.complete);
    world->share.no_gpu = true;
    assert_ok(end(world, 1.0, 4.0), &world->err);
    assert_true(world->span.complete);
    assert_false(world->span.mixed);
    assert_int_equal(world->span.quality, MIEV_ESTIMATED);
}

static void test_busy_time_leaves_out_idle_waiting_and_stolen_time(void **state)
{
    (void)state;
    assert_near(miev_meter_busy_cpu_s("cpu  1 20 300 4000 50000 600000 7000000 8 9 9\n", 100.0),
                76003.21, 1e-12);
    assert_true(isnan(miev_meter_busy_cpu_s("cpu0 1 2 3\n", 100.0)));
    assert_true(isnan(miev_meter_busy_cpu_s("", 100.0)));
}

static void test_a_machine_without_proc_stat_has_unknown_neighbours(void **state)
{
    struct world *world = *state;
    add_channel(&counters, "package-0", MIEV_PART_CPU, MIEV_MEASURED, "", 1.1);
    fixture_remove(world->fixture, "/proc/stat");
    begin(world);
    world->start.machine_cpu_s = (double)NAN;
    counters.readings[0].energy_j = 10.0;
    assert_ok(end(world, 1.0, 1.0), &world->err);
    assert_true(isnan(world->span.neighbour_cpu_s));
    assert_near(world->span.gross_j, 10.0, 1e-12);
}

static void test_spans_that_make_no_sense_are_refused(void **state)
{
    struct world *world = *state;
    add_channel(&model, "cpu", MIEV_PART_CPU, MIEV_ESTIMATED, "", 2.0);
    begin(world);
    assert_ok(end(world, 1.0, 1.0), &world->err);
    assert_refused(miev_meter_attribute(world->meter, &world->stop, &world->start, NULL,
                                        &world->share, &world->span, &world->err),
                   MIEV_ERR_INVALID, &world->err, "end after it began");
    world->share.reserved_cpus = 9;
    assert_refused(miev_meter_attribute(world->meter, &world->start, &world->stop, NULL,
                                        &world->share, &world->span, &world->err),
                   MIEV_ERR_INVALID, &world->err, "9 reserved of 8");
    world->stop.work_cpu_s = 1.0;
    assert_refused(miev_meter_attribute(world->meter, &world->start, &world->stop, NULL,
                                        &world->share, &world->span, &world->err),
                   MIEV_ERR_INVALID, &world->err, "two works");
    assert_refused(miev_meter_read(world->meter, (double)NAN, &world->stop, &world->err),
                   MIEV_ERR_INVALID, &world->err, "CPU time");
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_missing_hardware_is_a_finding_and_not_zero),
        WORLD_TEST(test_a_measured_source_is_chosen_before_an_estimate),
        WORLD_TEST(test_what_is_inside_another_channel_is_never_added),
        WORLD_TEST(test_the_work_pays_idle_by_the_cpus_it_reserves),
        WORLD_TEST(test_a_share_of_cpu_time_is_never_more_than_all),
        WORLD_TEST(test_a_tick_of_difference_is_no_neighbour),
        WORLD_TEST(test_a_net_below_zero_is_not_clamped),
        WORLD_TEST(test_an_estimate_of_own_work_is_not_shared_with_neighbours),
        WORLD_TEST(test_a_part_is_the_sum_of_its_channels_taken_apart),
        WORLD_TEST(test_without_idle_rounds_there_is_no_net),
        WORLD_TEST(test_a_lost_reading_voids_the_span_and_is_not_zero),
        WORLD_TEST(test_a_sensor_that_fails_leaves_the_others_readable),
        WORLD_TEST(test_a_gpu_belongs_wholly_to_the_work_that_uses_it),
        WORLD_TEST(test_a_gpu_that_is_lost_does_not_void_work_that_uses_none),
        WORLD_TEST(test_busy_time_leaves_out_idle_waiting_and_stolen_time),
        WORLD_TEST(test_a_machine_without_proc_stat_has_unknown_neighbours),
        WORLD_TEST(test_spans_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
