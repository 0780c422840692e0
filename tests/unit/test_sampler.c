/* SPDX-License-Identifier: Apache-2.0 */
/* Sources of known power, asked beside the work, and the look that tells them from nonsense. */
#include "sensor/sampler.h"

#include "machine_fixture.h"
#include "test.h"

#define PERIOD_NS 100000000u

/* ---- a source whose value the test sets ---- */

struct fake_source {
    const struct fixture *fixture;
    double power_w; /* what it tells, or what its counter counts by */
    bool counter, fails;
};

static int read_fake(void *source, uint64_t *out)
{
    const struct fake_source *fake = source;
    double now_s = fake->fixture ? (double)fake->fixture->now_ns / 1e9 : 1.0;
    if (fake->fails)
        return -1;
    *out = (uint64_t)((fake->counter ? fake->power_w * now_s : fake->power_w) * 1e6);
    return 0;
}

struct world {
    struct fixture *fixture;
    struct fake_source fake;
    struct miev_sampler *sampler;
    struct miev_error err;
};

static void begin(struct world *world, bool counter, double power_w, uint64_t stuck_ns)
{
    *world = (struct world){.fixture = fixture_open(NULL)};
    world->fake =
        (struct fake_source){.fixture = world->fixture, .power_w = power_w, .counter = counter};
    const struct miev_sampler_source source = {.read = read_fake,
                                               .source = &world->fake,
                                               .counter = counter,
                                               .max_w = 1000.0,
                                               .stuck_ns = stuck_ns};
    assert_ok(miev_sampler_start(&world->fixture->env, &source, 1, PERIOD_NS, &world->sampler,
                                 &world->err),
              &world->err);
}

static void end(struct world *world)
{
    miev_sampler_stop(world->sampler);
    fixture_close(world->fixture);
}

static struct miev_reading reading_of(struct world *world)
{
    struct miev_reading reading;
    miev_sampler_read(world->sampler, 0, &reading);
    return reading;
}

/* ---- integrating ---- */

static void test_a_steady_power_comes_out_as_power_by_time(void **state)
{
    (void)state;
    struct world world;
    begin(&world, false, 40.0, 0);
    double before_j = reading_of(&world).energy_j;
    fixture_advance(world.fixture, 3.05); /* between two samples */
    struct miev_reading reading = reading_of(&world);
    assert_true(reading.valid);
    assert_near(reading.energy_j - before_j, 40.0 * 3.05, 1e-6);
    end(&world);
}

static void test_a_step_is_known_to_half_a_period_and_never_falls(void **state)
{
    (void)state;
    struct world world;
    begin(&world, false, 100.0, 0);
    fixture_advance(world.fixture, 1.09);
    double high_j = reading_of(&world).energy_j; /* taken as 100 W to the end */
    assert_near(high_j, 109.0, 1e-6);
    world.fake.power_w = 0.5;
    fixture_advance(world.fixture, 0.01);
    struct miev_reading reading = reading_of(&world);
    assert_true(reading.energy_j >= high_j);
    fixture_advance(world.fixture, 10.0);
    reading = reading_of(&world);
    assert_near(reading.energy_j, 100.0 + 0.05 * 100.5 + 5.0, 1e-6);
    assert_int_equal(reading.gaps, 0);
    end(&world);
}

static void test_what_nobody_could_see_is_a_gap_and_not_zero(void **state)
{
    (void)state;
    struct world world;
    begin(&world, false, 40.0, 0);
    fixture_advance(world.fixture, 1.0);
    world.fake.fails = true;
    fixture_advance(world.fixture, 1.0);
    assert_false(reading_of(&world).valid);
    world.fake.fails = false;
    fixture_advance(world.fixture, 1.0);
    struct miev_reading reading = reading_of(&world);
    assert_true(reading.valid);
    assert_int_equal(reading.gaps, 1);
    world.fake.power_w = 5000.0; /* nothing draws so much */
    fixture_advance(world.fixture, 0.1);
    assert_true(reading_of(&world).gaps > 1);
    end(&world);
}

static void test_a_sampler_that_was_held_up_says_so(void **state)
{
    (void)state;
    struct world world;
    begin(&world, false, 40.0, 0);
    assert_true(reading_of(&world).valid);
    world.fixture->now_ns += 5000000000u; /* the task did not run */
    assert_false(reading_of(&world).valid);
    fixture_advance(world.fixture, 0.2);
    assert_int_equal(reading_of(&world).gaps, 1);
    end(&world);
    begin(&world, true, 40.0, 60000000000u);
    world.fixture->now_ns += 5000000000u; /* a meter that takes its time to answer */
    assert_true(reading_of(&world).valid);
    fixture_advance(world.fixture, 0.1);
    assert_int_equal(reading_of(&world).gaps, 0);
    assert_near(reading_of(&world).energy_j, 204.0, 1e-3);
    end(&world);
}

static void test_a_slow_counter_adds_up_and_a_reset_is_a_gap(void **state)
{
    (void)state;
    struct world world;
    begin(&world, true, 60.0, 10000000000u);
    fixture_advance(world.fixture, 2.0);
    struct miev_reading reading = reading_of(&world);
    assert_near(reading.energy_j, 120.0, 1e-3);
    assert_true(reading.valid);
    world.fake.fails = true; /* a counter keeps what it counts meanwhile */
    fixture_advance(world.fixture, 1.0);
    assert_false(reading_of(&world).valid);
    world.fake.fails = false;
    fixture_advance(world.fixture, 1.0);
    reading = reading_of(&world);
    assert_near(reading.energy_j, 240.0, 1e-3);
    assert_int_equal(reading.gaps, 0);
    world.fake.power_w = 1.0; /* all it has counted is lower at once */
    fixture_advance(world.fixture, 0.1);
    assert_int_equal(reading_of(&world).gaps, 1);
    end(&world);
}

static void test_a_counter_that_stands_still_is_not_zero_joules(void **state)
{
    (void)state;
    struct world world;
    begin(&world, true, 0.0, 2000000000u);
    assert_true(reading_of(&world).valid);
    fixture_advance(world.fixture, 3.0);
    assert_false(reading_of(&world).valid);
    end(&world);
}

static void test_it_asks_twice_as_often_as_the_source_moves(void **state)
{
    (void)state;
    assert_int_equal(miev_sampler_period_ns(100000000), 50000000);
    assert_int_equal(miev_sampler_period_ns(0), 20000000);
    assert_int_equal(miev_sampler_period_ns(60000000000u), 1000000000);
}

/* A thread of its own on the real clock: joules rise while somebody reads all the time. */
static void test_a_real_thread_and_its_reader_do_not_meet(void **state)
{
    (void)state;
    struct fake_source fake = {.power_w = 10.0};
    const struct miev_sampler_source source = {.read = read_fake, .source = &fake, .max_w = 1000.0};
    struct miev_sampler *sampler = NULL;
    struct miev_error err;
    assert_ok(miev_sampler_start(miev_env_host(), &source, 1, 20000000u, &sampler, &err), &err);
    struct miev_reading reading = {.energy_j = 0.0};
    double before_j = 0.0;
    for (int i = 0; i < 200000 && reading.energy_j < 0.5; i++) {
        miev_sampler_read(sampler, 0, &reading);
        assert_true(reading.energy_j >= before_j);
        before_j = reading.energy_j;
        if (i % 100 == 0)
            miev_env_sleep_ns(miev_env_host(), 1000000u);
    }
    assert_true(reading.energy_j > 0.0);
    miev_sampler_stop(sampler);
}

/* ---- looking before believing ---- */

static const struct miev_look_plan plan = {
    .step_ns = 1000000u, .max_ns = 500000000u, .max_changes = 5};

static void test_a_look_finds_beat_and_watts_of_a_counter(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open(NULL);
    struct fake_source fake = {.fixture = fixture, .power_w = 50.0, .counter = true};
    struct miev_look look;
    struct miev_error err;
    miev_look_at(&fixture->env, read_fake, &fake, &plan, &look);
    assert_int_equal(look.period_ns, 1000000);
    assert_near(miev_look_power_w(&look), 50.0, 0.1);
    assert_ok(miev_judge_counter(&look, "it", 1000.0, &err), &err);
    assert_refused(miev_judge_counter(&look, "it", 10.0, &err), MIEV_ERR_BROKEN, &err, "50 W");
    assert_ok(miev_judge_second("it", 50.0, "the other", 60.0, 1.5, &err), &err);
    assert_refused(miev_judge_second("it", 50.0, "the other", 5.0, 1.5, &err), MIEV_ERR_BROKEN,
                   &err, "the other tells 5 W");
    assert_refused(miev_judge_second("it", 0.0, "the other", 5.0, 1.5, &err), MIEV_ERR_BROKEN, &err,
                   "it counts 0 W");
    fixture_close(fixture);
}

static void test_what_stands_still_falls_or_fails_is_no_counter(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open(NULL);
    struct fake_source fake = {.fixture = fixture, .counter = true};
    struct miev_look look;
    struct miev_error err;
    miev_look_at(&fixture->env, read_fake, &fake, &plan, &look);
    assert_refused(miev_judge_counter(&look, "it", 1e3, &err), MIEV_ERR_BROKEN, &err,
                   "it stood still for 500 ms");
    fake.power_w = 7.0;
    miev_look_at(&fixture->env, read_fake, &fake, &plan, &look);
    look.fell = true;
    assert_refused(miev_judge_counter(&look, "it", 1e3, &err), MIEV_ERR_BROKEN, &err, "falls");
    fake.fails = true;
    miev_look_at(&fixture->env, read_fake, &fake, &plan, &look);
    assert_refused(miev_judge_counter(&look, "it", 1e3, &err), MIEV_ERR_BROKEN, &err, "cannot be");
    assert_refused(miev_judge_power(&look, "it", 1e3, &err), MIEV_ERR_BROKEN, &err, "cannot be");
    fake = (struct fake_source){.fixture = fixture};
    miev_look_at(&fixture->env, read_fake, &fake, &plan, &look);
    assert_refused(miev_judge_power(&look, "it", 1e3, &err), MIEV_ERR_BROKEN, &err, "0 W");
    fake.power_w = 2e3;
    miev_look_at(&fixture->env, read_fake, &fake, &plan, &look);
    assert_refused(miev_judge_power(&look, "it", 1e3, &err), MIEV_ERR_BROKEN, &err, "2000 W");
    fake.power_w = 20;
    miev_look_at(&fixture->env, read_fake, &fake, &plan, &look);
    assert_ok(miev_judge_power(&look, "it", 1e3, &err), &err);
    fixture_close(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_steady_power_comes_out_as_power_by_time),
        cmocka_unit_test(test_a_step_is_known_to_half_a_period_and_never_falls),
        cmocka_unit_test(test_what_nobody_could_see_is_a_gap_and_not_zero),
        cmocka_unit_test(test_a_sampler_that_was_held_up_says_so),
        cmocka_unit_test(test_a_slow_counter_adds_up_and_a_reset_is_a_gap),
        cmocka_unit_test(test_a_counter_that_stands_still_is_not_zero_joules),
        cmocka_unit_test(test_it_asks_twice_as_often_as_the_source_moves),
        cmocka_unit_test(test_a_real_thread_and_its_reader_do_not_meet),
        cmocka_unit_test(test_a_look_finds_beat_and_watts_of_a_counter),
        cmocka_unit_test(test_what_stands_still_falls_or_fails_is_no_counter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
