/* SPDX-License-Identifier: Apache-2.0 */
/* A simulated machine of known watts: the fit gives them back, and estimates then come from it. */
#include "meter/calibrate.h"

#include <time.h>

#include "machine_fixture.h"
#include "sensor/power_model.h"
#include "test.h"

#define CPUS    4
#define IDLE_W  100.0
#define BUSY_W  25.0
#define POWER   "/sys/class/hwmon/hwmon0/power1_average"
#define TICK_NS 500000000u /* a file a tick: disks are slow */

struct world {
    struct fixture *fixture;
    struct miev_machine machine;
    struct miev_meter *meter;
    struct miev_env_task *ticks;
    unsigned busy_cpus, neighbours;
    double busy_s, bend_w;
    bool vanishes, interrupts;
    struct miev_error err;
};

static void set_power(struct world *world)
{
    char text[32];
    unsigned busy = world->busy_cpus + world->neighbours;
    busy = busy > CPUS ? CPUS : busy;
    double power_w = IDLE_W + BUSY_W * busy + (busy == CPUS / 2 ? world->bend_w : 0.0);
    (void)snprintf(text, sizeof(text), "%.0f\n", power_w * 1e6);
    fixture_write(world->fixture, POWER, world->vanishes && busy > 0 ? "" : text);
}

static void tick(void *context)
{
    struct world *world = context;
    char text[96];
    unsigned busy = world->busy_cpus + world->neighbours;
    world->busy_s += (busy > CPUS ? CPUS : busy) * TICK_NS / 1e9;
    (void)snprintf(text, sizeof(text), "cpu  %.0f 0 0 1000 0 0 0 0 0 0\n", world->busy_s * 100.0);
    fixture_write(world->fixture, "/proc/stat", text);
}

static int start_load(void *context, unsigned n, struct miev_error *err)
{
    (void)err;
    struct world *world = context;
    world->busy_cpus = n;
    set_power(world);
    return MIEV_OK;
}

static void stop_load(void *context)
{
    (void)start_load(context, 0, NULL);
}

static bool progress(void *context, unsigned span, unsigned n_spans, unsigned busy_cpus,
                     double span_s)
{
    const struct world *world = context;
    assert_true(span < n_spans && busy_cpus <= CPUS && span_s >= 10.0); /* ten beats of 1 s */
    return !(world->interrupts && span == 2);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    world->fixture = fixture_open("server-acpi-meter");
    fixture_remove(world->fixture, "/sys/class/powercap");
    fixture_set(world->fixture, "XDG_DATA_HOME", world->fixture->root);
    set_power(world);
    miev_machine_read(&world->fixture->env, &world->machine);
    assert_int_equal(world->machine.logical_cpus, CPUS);
    assert_ok(miev_meter_create(&world->fixture->env, miev_sensors, &world->meter, &world->err),
              &world->err);
    assert_ok(
        miev_env_every(&world->fixture->env, TICK_NS, tick, world, &world->ticks, &world->err),
        &world->err);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    miev_env_cancel(&world->fixture->env, world->ticks);
    miev_meter_destroy(world->meter);
    fixture_close(world->fixture);
    free(world);
    return 0;
}

static int fit(struct world *world, const char *sensor, struct miev_profile *out)
{
    const struct miev_calibration_plan plan = {
        .sensor = sensor,
        .span_s = 5.0,
        .rounds = 2,
        .load = {.start = start_load, .stop = stop_load, .context = world},
        .progress = progress,
        .progress_context = world};
    return miev_calibrate(world->meter, &world->machine, &plan, out, &world->err);
}

/* ---- the fit ---- */

static void test_known_watts_come_back(void **state)
{
    struct world *world = *state;
    struct miev_profile profile;
    assert_ok(fit(world, NULL, &profile), &world->err);
    assert_int_equal(profile.covers, MIEV_PART_MACHINE);
    assert_string_equal(profile.sensor, "hwmon");
    assert_near(profile.idle_w.value, IDLE_W, 0.5);
    assert_near(profile.busy_w_per_cpu.value, BUSY_W, 0.3);
    assert_near(profile.idle_w.low, IDLE_W * 0.9, 1.0); /* the meter's own bounds */
    assert_near(profile.idle_w.high, IDLE_W * 1.1, 1.0);
    assert_int_equal(world->busy_cpus, 0);
}

static void test_a_neighbour_moves_no_watt(void **state)
{
    struct world *world = *state;
    struct miev_profile profile;
    world->neighbours = 1; /* of 0 to 4 CPUs, 1 to 4 are busy */
    set_power(world);
    assert_ok(fit(world, NULL, &profile), &world->err);
    assert_near(profile.idle_w.value, IDLE_W, 1.0);
    assert_near(profile.busy_w_per_cpu.value, BUSY_W, 0.5);
}

static void test_a_bend_widens_the_bounds(void **state)
{
    struct world *world = *state;
    struct miev_profile straight, bent;
    assert_ok(fit(world, NULL, &straight), &world->err);
    world->bend_w = 20.0;
    assert_ok(fit(world, NULL, &bent), &world->err);
    assert_true(bent.busy_w_per_cpu.high - bent.busy_w_per_cpu.low >
                1.5 * (straight.busy_w_per_cpu.high - straight.busy_w_per_cpu.low));
}

static void test_a_machine_that_is_busy_anyway_is_refused(void **state)
{
    struct world *world = *state;
    struct miev_profile profile = {.logical_cpus = 7};
    world->neighbours = CPUS;
    set_power(world);
    assert_refused(fit(world, NULL, &profile), MIEV_ERR_BROKEN, &world->err, "end the other work");
    assert_int_equal(profile.logical_cpus, 7);
}

static void test_a_meter_that_vanishes_or_is_not_there_is_told(void **state)
{
    struct world *world = *state;
    struct miev_profile profile;
    assert_refused(fit(world, "battery", &profile), MIEV_ERR_UNAVAILABLE, &world->err, "battery");
    world->vanishes = true;
    assert_refused(fit(world, NULL, &profile), MIEV_ERR_BROKEN, &world->err, "hwmon was lost");
    assert_int_equal(world->busy_cpus, 0);
    world->vanishes = false;
    set_power(world);
    fixture_advance(world->fixture, 5.0);
    world->interrupts = true;
    assert_refused(fit(world, NULL, &profile), MIEV_ERR_INTERRUPTED, &world->err, "no profile");
    fixture_remove(world->fixture, "/sys/class/hwmon");
    miev_meter_destroy(world->meter);
    assert_ok(miev_meter_create(&world->fixture->env, miev_sensors, &world->meter, &world->err),
              &world->err);
    assert_refused(fit(world, NULL, &profile), MIEV_ERR_UNAVAILABLE, &world->err, "--meter");
}

static void test_threads_of_load_use_cpu_time_and_end(void **state)
{
    (void)state;
    struct miev_spinners *spinners = NULL;
    struct miev_load load;
    struct miev_error err;
    struct timespec before, after;
    assert_ok(miev_spinners_create(&spinners, &load, &err), &err);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    assert_ok(load.start(load.context, 2, &err), &err);
    double used_s = 0.0;
    for (int i = 0; i < 3000 && used_s < 0.02; i++) {
        miev_env_sleep_ns(miev_env_host(), 10000000u);
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
        used_s =
            (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
    }
    load.stop(load.context);
    assert_true(used_s >= 0.02);
    miev_spinners_destroy(spinners);
    miev_spinners_destroy(NULL);
}

/* ---- the profile ---- */

static struct miev_profile profile_of(const struct world *world)
{
    struct miev_profile profile = {.covers = MIEV_PART_MACHINE,
                                   .sensor = "exec",
                                   .date = "2026-11-24",
                                   .idle_w = {100.0, 90.0, 110.0},
                                   .busy_w_per_cpu = {25.0, 22.0, 28.0}};
    miev_profile_own(&profile, &world->machine);
    return profile;
}

static void test_a_profile_is_kept_and_forgotten(void **state)
{
    struct world *world = *state;
    const struct miev_env *env = &world->fixture->env;
    struct miev_profile profile = profile_of(world), loaded;
    (void)snprintf(world->machine.cpu_name, sizeof(world->machine.cpu_name), "A \"quoted\", name");
    miev_profile_own(&profile, &world->machine);
    assert_refused(miev_profile_load(env, &world->machine, &loaded, &world->err),
                   MIEV_ERR_UNAVAILABLE, &world->err, "machine.csv");
    assert_ok(miev_profile_save(env, &profile, &world->err), &world->err);
    assert_ok(miev_profile_load(env, &world->machine, &loaded, &world->err), &world->err);
    assert_string_equal(loaded.cpu_name, profile.cpu_name);
    assert_near(loaded.busy_w_per_cpu.high, 28.0, 0);
    assert_int_equal(loaded.memory_bytes, profile.memory_bytes);
    assert_string_equal(loaded.date, "2026-11-24");
    assert_ok(miev_profile_forget(env, &world->err), &world->err);
    assert_refused(miev_profile_forget(env, &world->err), MIEV_ERR_UNAVAILABLE, &world->err,
                   "machine.csv");
}

static void test_a_profile_of_another_machine_is_refused(void **state)
{
    struct world *world = *state;
    const struct miev_env *env = &world->fixture->env;
    struct miev_profile profile = profile_of(world), loaded;
    struct miev_machine other = world->machine;
    assert_ok(miev_profile_save(env, &profile, &world->err), &world->err);
    other.logical_cpus = 8;
    assert_refused(miev_profile_load(env, &other, &loaded, &world->err), MIEV_ERR_UNSUPPORTED,
                   &world->err, "another machine");
    other = world->machine;
    other.memory_bytes *= 2;
    assert_refused(miev_profile_load(env, &other, &loaded, &world->err), MIEV_ERR_UNSUPPORTED,
                   &world->err, "another machine");
    other = world->machine;
    other.memory_bytes -= other.memory_bytes / 100; /* another kernel keeps more */
    assert_ok(miev_profile_load(env, &other, &loaded, &world->err), &world->err);
    other.cpu_name[0] = '?';
    assert_refused(miev_profile_load(env, &other, &loaded, &world->err), MIEV_ERR_UNSUPPORTED,
                   &world->err, "another machine");
}

static void test_a_profile_that_makes_no_sense_is_refused(void **state)
{
    struct world *world = *state;
    static const char head[] =
        "version,cpu_name,logical_cpus,memory_bytes,covers,sensor,date,i,i,i,b,b,b\n";
    static const struct {
        const char *row, *words;
    } wrong[] = {{"2,x,4,1,machine,exec,d,10,9,11,2,1,3", "version"},
                 {"1,x,0,1,machine,exec,d,10,9,11,2,1,3", "logical_cpus"},
                 {"1,x,4,-1,machine,exec,d,10,9,11,2,1,3", "memory_bytes"},
                 {"1,x,4,1,desk,exec,d,10,9,11,2,1,3", "covers"},
                 {"1,x,4,1,cpu,exec,d,10,11,11,2,1,3", "idle_w"},
                 {"1,x,4,1,cpu,exec,d,nan,9,11,2,1,3", "idle_w"},
                 {"1,x,4,1,cpu,exec,d,10,9,11,0,0,3", "busy_w_per_cpu"},
                 {"1,x,4,1,cpu,exec,d,10,9,11,2,1", "busy_w_per_cpu"}};
    struct miev_profile profile;
    char text[256];
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        (void)snprintf(text, sizeof(text), "%s%s\n", head, wrong[i].row);
        assert_refused(miev_profile_parse(text, &profile, &world->err), MIEV_ERR_BROKEN,
                       &world->err, wrong[i].words);
    }
    assert_refused(miev_profile_parse("", &profile, &world->err), MIEV_ERR_BROKEN, &world->err,
                   "no profile");
    fixture_write(world->fixture, "/miev/machine.csv", "no table\n");
    assert_refused(miev_profile_load(&world->fixture->env, &world->machine, &profile, &world->err),
                   MIEV_ERR_BROKEN, &world->err, "--forget");
}

/* ---- estimates from it ---- */

static void test_an_estimate_comes_from_the_profile_and_says_so(void **state)
{
    struct world *world = *state;
    const struct miev_env *env = &world->fixture->env;
    struct miev_profile profile = profile_of(world);
    struct miev_meter_sample a, b;
    struct miev_span_energy span;
    const struct miev_share share = {
        .reserved_cpus = CPUS, .logical_cpus = CPUS, .dedicated = true, .no_gpu = true};
    fixture_remove(world->fixture, "/sys/class/hwmon");
    assert_ok(miev_profile_save(env, &profile, &world->err), &world->err);
    miev_meter_destroy(world->meter);
    assert_ok(miev_meter_create(env, miev_sensors, &world->meter, &world->err), &world->err);
    assert_ok(miev_meter_read(world->meter, 0.0, &a, &world->err), &world->err);
    fixture_advance(world->fixture, 10.0);
    assert_ok(miev_meter_read(world->meter, 20.0, &b, &world->err), &world->err);
    assert_ok(miev_meter_attribute(world->meter, &a, &b, NULL, &share, &span, &world->err),
              &world->err);
    const struct miev_part_energy *cpu = &span.parts[MIEV_PART_CPU];
    const struct miev_part_energy *rest = &span.parts[MIEV_PART_MACHINE];
    assert_int_equal(cpu->quality, MIEV_ESTIMATED);
    assert_int_equal(rest->quality, MIEV_ESTIMATED);
    /* 20 CPU seconds at 25 W and 10 s at rest: together 1500 J, however they are parted. */
    assert_near(cpu->gross_j + span.parts[MIEV_PART_MEMORY].gross_j + rest->gross_j, 1500.0, 1e-6);
    assert_true(cpu->gross_j > 500.0 && cpu->gross_j < 1500.0);
    assert_true(cpu->systematic_low_ratio > 0.5 && cpu->systematic_high_ratio < 2.4);
    bool told = false;
    for (size_t i = 0; i < miev_meter_channel_count(world->meter); i++)
        told |= strstr(miev_meter_channel_at(world->meter, i)->channel.source,
                       "profile of this machine, 2026-11-24 with exec") != NULL;
    assert_true(told);
}

static void test_a_profile_of_processors_alone_replaces_the_table(void **state)
{
    struct world *world = *state;
    struct miev_profile profile = profile_of(world);
    struct miev_power_model model, whole;
    profile.covers = MIEV_PART_CPU;
    miev_power_model_of_cpu(&world->machine, &model);
    assert_false(miev_power_model_refine(&profile, &model, &whole));
    assert_near(model.idle_w, 100.0, 0);
    assert_near(model.busy_w_per_cpu, 25.0, 0);
    assert_near(model.low_ratio, (90.0 + 2 * 22.0) / 150.0, 1e-12);
    assert_near(model.high_ratio, (110.0 + 2 * 28.0) / 150.0, 1e-12);
}

static void test_a_profile_that_is_not_used_is_told(void **state)
{
    struct world *world = *state;
    struct miev_profile profile = profile_of(world);
    profile.logical_cpus = 99;
    assert_ok(miev_profile_save(&world->fixture->env, &profile, &world->err), &world->err);
    miev_meter_destroy(world->meter);
    assert_ok(miev_meter_create(&world->fixture->env, miev_sensors, &world->meter, &world->err),
              &world->err);
    size_t n = miev_meter_finding_count(world->meter);
    const struct miev_meter_finding *last = miev_meter_finding_at(world->meter, n - 1);
    assert_string_equal(last->sensor, "cpu_model");
    assert_int_equal(last->status, MIEV_OK);
    assert_non_null(strstr(last->message, "another machine"));
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_known_watts_come_back),
        WORLD_TEST(test_a_neighbour_moves_no_watt),
        WORLD_TEST(test_a_bend_widens_the_bounds),
        WORLD_TEST(test_a_machine_that_is_busy_anyway_is_refused),
        WORLD_TEST(test_a_meter_that_vanishes_or_is_not_there_is_told),
        cmocka_unit_test(test_threads_of_load_use_cpu_time_and_end),
        WORLD_TEST(test_a_profile_is_kept_and_forgotten),
        WORLD_TEST(test_a_profile_of_another_machine_is_refused),
        WORLD_TEST(test_a_profile_that_makes_no_sense_is_refused),
        WORLD_TEST(test_an_estimate_comes_from_the_profile_and_says_so),
        WORLD_TEST(test_a_profile_of_processors_alone_replaces_the_table),
        WORLD_TEST(test_a_profile_that_is_not_used_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
