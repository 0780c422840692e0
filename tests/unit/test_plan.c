/* SPDX-License-Identifier: Apache-2.0 */
#include "study/plan.h"
#include "test.h"

static void test_a_seed_gives_the_same_numbers_for_ever(void **state)
{
    (void)state;
    /* The published outputs of SplitMix64 for this seed. */
    static const uint64_t want[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                    UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
                                    UINT64_C(16408922859458223821)};
    struct miev_random random = {1234567};
    for (size_t i = 0; i < 5; i++)
        assert_true(miev_random_next(&random) == want[i]);
}

static void test_a_seed_gives_the_same_blocks_for_ever(void **state)
{
    (void)state;
    struct miev_random random = {2026};
    char text[64] = "";
    for (size_t block = 0; block < 5; block++) {
        size_t order[4];
        miev_plan_block(&random, 3, order);
        for (size_t i = 0; i < 4; i++)
            text[block * 5 + i] = order[i] == MIEV_PLAN_IDLE ? '-' : (char)('A' + order[i]);
        text[block * 5 + 4] = ' ';
    }
    /* Reports name their seed: whoever repeats a study must get this order. */
    assert_string_equal(text, "BAC- -BAC -ABC -ABC -CBA ");
}

static void test_a_block_holds_each_model_and_idle_once(void **state)
{
    (void)state;
    struct miev_random random = {7};
    for (size_t n = 0; n <= 20; n++) {
        size_t order[22], seen[21] = {0};
        order[n + 1] = 4711;
        miev_plan_block(&random, n, order);
        assert_int_equal(order[n + 1], 4711);
        for (size_t i = 0; i <= n; i++) {
            assert_true(order[i] < n || order[i] == MIEV_PLAN_IDLE);
            seen[order[i] == MIEV_PLAN_IDLE ? n : order[i]]++;
        }
        for (size_t i = 0; i <= n; i++)
            assert_int_equal(seen[i], 1);
    }
}

/* Sum of (seen - expected)^2 / expected. */
static double chi_square(const size_t *seen, size_t n, double expected)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += ((double)seen[i] - expected) * ((double)seen[i] - expected) / expected;
    return sum;
}

static void test_every_order_is_as_likely_as_the_others(void **state)
{
    (void)state;
    enum { N_BLOCKS = 240000, N_ORDERS = 24 };
    struct miev_random random = {1};
    size_t seen[4 * 4 * 4 * 4] = {0}, orders[N_ORDERS], n_orders = 0;
    for (size_t block = 0; block < N_BLOCKS; block++) {
        size_t order[4], code = 0;
        miev_plan_block(&random, 3, order);
        for (size_t i = 0; i < 4; i++)
            code = code * 4 + (order[i] == MIEV_PLAN_IDLE ? 3 : order[i]);
        seen[code]++;
    }
    for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
        if (seen[i] > 0) {
            assert_true(n_orders < N_ORDERS);
            orders[n_orders++] = seen[i];
        }
    assert_int_equal(n_orders, N_ORDERS);
    /* 99.9 % point of chi-square with 23 degrees of freedom; the shuffle that draws from all places
     * every time gives about 60000 here. */
    assert_true(chi_square(orders, N_ORDERS, (double)N_BLOCKS / N_ORDERS) < 49.73);
}

static void test_numbers_below_a_bound_have_no_bias(void **state)
{
    (void)state;
    /* Three quarters of the range: the plain remainder would give the lower third twice as often
     * as each of the others. */
    const size_t bound = (SIZE_MAX / 4) * 3, third = bound / 3;
    struct miev_random random = {3};
    size_t seen[3] = {0};
    for (size_t i = 0; i < 30000; i++) {
        size_t number = miev_random_below(&random, bound);
        assert_true(number < bound);
        seen[number / third < 3 ? number / third : 2]++;
    }
    assert_true(chi_square(seen, 3, 10000) < 13.82); /* 99.9 %, 2 degrees of freedom */
    assert_int_equal(miev_random_below(&random, 1), 0);
}

static void test_repeats_fill_the_round(void **state)
{
    (void)state;
    assert_int_equal(miev_plan_repeats(0.005, 0.2), 40);
    assert_int_equal(miev_plan_repeats(0.03, 0.2), 7);
    assert_int_equal(miev_plan_repeats(3.0, 0.2), 1);
    assert_int_equal(miev_plan_repeats(1e-15, 1.0), MIEV_PLAN_MAX_REPEATS);
}

static void test_repeats_are_one_while_the_time_is_not_known(void **state)
{
    (void)state;
    assert_int_equal(miev_plan_repeats(0, 0.2), 1);
    assert_int_equal(miev_plan_repeats(-1, -0.2), 1);
    assert_int_equal(miev_plan_repeats((double)NAN, 0.2), 1);
    assert_int_equal(miev_plan_repeats(0.005, (double)NAN), 1);
    assert_int_equal(miev_plan_repeats((double)INFINITY, 0.2), 1);
}

static void test_a_round_outlasts_the_sensor_and_the_neighbours(void **state)
{
    (void)state;
    assert_near(miev_plan_round_s(0.001, 0), 0.2, 1e-12);
    assert_near(miev_plan_round_s(0.02, 0), 2.0, 1e-12);
    assert_near(miev_plan_round_s(0.001, 1), 1.0, 1e-12);
    assert_near(miev_plan_round_s(0.1, 1), 10.0, 1e-12);
    assert_near(miev_plan_round_s((double)NAN, 0), 0.2, 1e-12);
}

static void test_the_time_that_a_target_takes_by_hand(void **state)
{
    (void)state;
    /* Twice as wide as asked: four times the rounds, and a fifth more for luck: 10 + 1.2 x 4 x 40.
     */
    assert_near(miev_plan_needed_s(10, 40, 60, 2), 202, 1e-9);
    /* 1.2 x 16 x 100 = 1920 blocks can be made, 1.2 x 16 x 110 = 2112 cannot. */
    assert_near(miev_plan_needed_s(5, 50, 100, 4), 965, 1e-9);
    assert_true(isnan(miev_plan_needed_s(5, 50, 110, 4)));
    assert_true(isnan(miev_plan_needed_s(10, 40, 9, 2)));
    assert_true(isnan(miev_plan_needed_s(10, 40, 60, 0.9)));
    assert_true(isnan(miev_plan_needed_s(10, 40, 60, (double)INFINITY)));
    assert_true(isnan(miev_plan_needed_s(10, 40, 60, (double)NAN)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_seed_gives_the_same_numbers_for_ever),
        cmocka_unit_test(test_a_seed_gives_the_same_blocks_for_ever),
        cmocka_unit_test(test_a_block_holds_each_model_and_idle_once),
        cmocka_unit_test(test_every_order_is_as_likely_as_the_others),
        cmocka_unit_test(test_numbers_below_a_bound_have_no_bias),
        cmocka_unit_test(test_repeats_fill_the_round),
        cmocka_unit_test(test_repeats_are_one_while_the_time_is_not_known),
        cmocka_unit_test(test_the_time_that_a_target_takes_by_hand),
        cmocka_unit_test(test_a_round_outlasts_the_sensor_and_the_neighbours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
