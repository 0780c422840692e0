/* SPDX-License-Identifier: Apache-2.0 */
/* The short form of docs/validation.md: studies on simulated machines whose truth is known. The
 * same checks are compiled against sources with one fault each (tests/mutate.py), and then
 * `test_simulate --must-fail NAME` shows that a check finds it. */
#include "study/simulate.h"

#include <unistd.h>

#include "test.h"

#define SEED 20260309u
/* Studies of which a check counts a share, and standard errors that chance adds to the limits. */
#define STUDIES 300
#define ERRORS  3.0
/* As many as the limits are for. */
#define ALL_STUDIES 4000

static struct miev_scenario scenario_of(const char *name)
{
    struct miev_scenario scenario;
    for (size_t i = 0; miev_scenario_at(i, &scenario); i++)
        if (strcmp(scenario.name, name) == 0)
            return scenario;
    fail_msg("data/simulation.csv has no scenario %s", name);
    return scenario;
}

static struct miev_simulated_sum many(const char *name, double second_over_first, size_t n)
{
    struct miev_simulator *simulator = NULL;
    struct miev_simulated_sum sum;
    struct miev_error err;
    struct miev_scenario scenario = scenario_of(name);
    assert_ok(miev_simulator_create(&simulator, &err), &err);
    assert_ok(miev_simulate_many(simulator, &scenario, second_over_first, n, SEED, &sum, &err),
              &err);
    miev_simulator_destroy(simulator);
    print_message("%s, second model x %g, %zu studies: covered %zu, combined %zu, lower %zu, "
                  "higher %zu, bias %+.3f %%\n",
                  name, second_over_first, n, sum.covered, sum.combined_covered, sum.lower,
                  sum.higher, 100 * sum.bias_ratio);
    return sum;
}

/* The share of n lies within the limits, or as far outside as chance explains. */
static bool within(size_t count, size_t n, double low, double high)
{
    double share = (double)count / (double)n, least = fmin(low, 1 - high);
    double chance = n < ALL_STUDIES
                        ? ERRORS * sqrt(fmax(least, 0.01) * (1 - fmax(least, 0.01)) / (double)n)
                        : 0;
    return share >= low - chance && share <= high + chance;
}

/* ---- the checks ----------------------------------------------------------------------------- */

/* Where the budget holds ten blocks, so that t differs most from a normal quantile. */
static bool intervals_of_few_rounds_cover(void)
{
    struct miev_simulated_sum sum = many("slow models", 1, ALL_STUDIES);
    return within(sum.covered, sum.studies, 0.935, 0.965);
}

/* Where idle power's own error is as large as that of the rounds. */
static bool intervals_over_much_idle_power_cover(void)
{
    struct miev_simulated_sum sum = many("large server", 1, 2 * STUDIES);
    return within(sum.covered, sum.studies, 0.935, 0.965);
}

/* Without a target within reach, so that all that could stop it early is the verdict. */
static bool equal_models_are_not_called_different(void)
{
    struct miev_simulated_sum sum = many("noisy", 1, STUDIES);
    return within(sum.lower + sum.higher, sum.studies, 0, 0.05);
}

static void test_few_rounds(void **state)
{
    (void)state;
    assert_true(intervals_of_few_rounds_cover());
}

static void test_much_idle_power(void **state)
{
    (void)state;
    assert_true(intervals_over_much_idle_power_cover());
}

static void test_equal_models(void **state)
{
    (void)state;
    assert_true(equal_models_are_not_called_different());
}

static void test_every_machine_is_measured_without_bias_and_compared_rightly(void **state)
{
    (void)state;
    struct miev_scenario scenario;
    for (size_t i = 0; miev_scenario_at(i, &scenario); i++) {
        struct miev_simulated_sum sum = many(scenario.name, 1.03, STUDIES / 4);
        assert_int_equal(sum.without_energy, 0);
        assert_true(within(sum.covered, sum.studies, 0.935, 0.965));
        assert_true(within(sum.combined_covered, sum.studies, 0.95, 1));
        /* The mean of the studies has an error of its own. */
        assert_true(fabs(sum.bias_ratio) <
                    0.005 + 2 * sum.mean_half_width_ratio / sqrt((double)sum.studies));
        assert_true(within(sum.higher, sum.studies, 0, 0.01));
        /* This one's target lies beyond the default budget, and its studies say so: "noisy, as
         * advised" takes them at their word. docs/validation.md. */
        if (strcmp(scenario.name, "noisy") == 0)
            assert_int_equal(sum.advised, sum.studies);
        else
            assert_true(within(sum.lower, sum.studies, 0.90, 1));
        if (scenario.takes_advice <= 0)
            assert_true(sum.advised + sum.precise <= sum.studies);
    }
}

static void test_a_study_is_the_same_for_the_same_seed(void **state)
{
    (void)state;
    struct miev_simulator *simulator = NULL;
    struct miev_simulated first, again, other;
    struct miev_error err;
    struct miev_scenario scenario = scenario_of("neighbours");
    assert_ok(miev_simulator_create(&simulator, &err), &err);
    assert_ok(miev_simulate(simulator, &scenario, 1, 7, &first, &err), &err);
    assert_ok(miev_simulate(simulator, &scenario, 1, 8, &other, &err), &err);
    assert_ok(miev_simulate(simulator, &scenario, 1, 7, &again, &err), &err);
    miev_simulator_destroy(simulator);
    assert_near(again.gross.mean, first.gross.mean, 0);
    assert_near(again.ratio.ratio, first.ratio.ratio, 0);
    assert_true(fabs(other.gross.mean - first.gross.mean) > 0);
}

/* The parameters can be worked out by hand: 18 W of the work, an eighth of 12 W at rest. */
static void test_the_truth_is_that_of_the_parameters(void **state)
{
    (void)state;
    struct miev_simulated_sum sum = many("calm", 1, 1);
    assert_near(sum.rule_j, (18 + 12.0 / 8) * 0.004, 0.002);
}

/* ---- faults --------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    bool (*check)(void);
} faults[] = {
    {"t-is-1.96", intervals_of_few_rounds_cover},
    {"idle-is-exact", intervals_over_much_idle_power_cover},
    {"stop-when-1-is-excluded", equal_models_are_not_called_different},
};

static bool (*check_that_must_fail)(void);

static void test_the_fault_is_found(void **state)
{
    (void)state;
    assert_false(check_that_must_fail());
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_truth_is_that_of_the_parameters),
        cmocka_unit_test(test_a_study_is_the_same_for_the_same_seed),
        cmocka_unit_test(test_few_rounds),
        cmocka_unit_test(test_much_idle_power),
        cmocka_unit_test(test_equal_models),
        cmocka_unit_test(test_every_machine_is_measured_without_bias_and_compared_rightly),
    };
    const struct CMUnitTest fault_tests[] = {cmocka_unit_test(test_the_fault_is_found)};
    if (argc < 3 || strcmp(argv[1], "--must-fail") != 0)
        return cmocka_run_group_tests(tests, NULL, NULL);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        if (strcmp(faults[i].name, argv[2]) == 0)
            check_that_must_fail = faults[i].check;
    return check_that_must_fail ? cmocka_run_group_tests(fault_tests, NULL, NULL) : 2;
}
