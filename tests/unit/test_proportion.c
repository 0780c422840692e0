/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proportion.h"

#include "test.h"

/* Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3. */
static void test_wilson_gives_the_published_intervals(void **state)
{
    static const struct {
        uint64_t right, n;
        double low, high;
    } published[] = {{81, 263, 0.2553, 0.3662},
                     {15, 148, 0.0624, 0.1605},
                     {0, 20, 0.0000, 0.1611},
                     {1, 29, 0.0061, 0.1718}};
    (void)state;
    for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
        struct miev_interval got = miev_wilson(published[i].right, published[i].n);
        assert_true(fabs(got.low - published[i].low) < 5e-5);
        assert_true(fabs(got.high - published[i].high) < 5e-5);
    }
    assert_near(miev_wilson(20, 20).high, 1, 0);
    assert_near(miev_wilson(20, 20).low, 1 - miev_wilson(0, 20).high, 1e-14);
    assert_true(isnan(miev_wilson(0, 0).value));
}

/* Newcombe, Statistics in Medicine 17 (1998) 2635-2650, method 10. */
static void test_paired_difference_gives_the_published_intervals(void **state)
{
    (void)state;
    struct miev_paired example = {36, 12, 2, 0};
    struct miev_interval got = miev_paired_difference(&example);
    assert_near(got.value, 0.2, 1e-12);
    assert_true(fabs(got.low - 0.0569) < 5e-5);
    assert_true(fabs(got.high - 0.3404) < 5e-5);
    /* No correlation can be told: the two intervals add in quadrature. */
    struct miev_paired alike = {53, 0, 0, 1};
    got = miev_paired_difference(&alike);
    assert_near(got.high, 0.07293814547857695, 1e-12);
    assert_near(got.low, -got.high, 1e-12);
    struct miev_paired turned = {36, 2, 12, 0};
    assert_near(miev_paired_difference(&turned).high, -0.05692958400323875, 1e-9);
    assert_true(isnan(miev_paired_difference(&(struct miev_paired){0}).low));
}

/* 1 to 7: Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13 (2013) 91; 12 to 2:
 * Armitage and Berry's media for tubercle bacilli; the others: binomial sums in whole numbers. */
static void test_mcnemar_gives_published_and_exact_p_values(void **state)
{
    static const struct {
        uint64_t only_a, only_b;
        double p;
        const char *test;
    } known[] = {
        {1, 7, 0.0703125, "exact"},
        {12, 2, 0.0129394531, "exact"},
        {10, 5, 0.3017578125, "exact"},
        {0, 4, 0.125, "exact"},
        {9, 9, 1, "exact"},
        {21, 9, 0.029449373483657837, "mid-p"},
        {300, 400, 0.00015498176361506452, "mid-p"},
        {568, 1094, 1.0811775608152984e-38, "mid-p"},
        {55, 56, 0.9247750936572269, "mid-p"},
        {900, 900, 1, "mid-p"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct miev_mcnemar got = miev_mcnemar(known[i].only_a, known[i].only_b);
        assert_near(got.p_value, known[i].p, 1e-8);
        assert_string_equal(got.test, known[i].test);
        assert_near(miev_mcnemar(known[i].only_b, known[i].only_a).p_value, got.p_value, 0);
    }
}

static void test_holm_adjusts_in_order_and_never_falls(void **state)
{
    double p[] = {0.01, (double)NAN, 0.04, 0.03, 0.005};
    (void)state;
    miev_holm(p, 5);
    assert_near(p[4], 0.02, 1e-12);
    assert_near(p[0], 0.03, 1e-12);
    assert_near(p[3], 0.06, 1e-12);
    assert_near(p[2], 0.06, 1e-12); /* 0.04 alone would be less than its neighbour */
    assert_true(isnan(p[1]));
    double large[] = {0.9, 0.8};
    miev_holm(large, 2);
    assert_near(large[0], 1, 1e-12);
    miev_holm(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wilson_gives_the_published_intervals),
        cmocka_unit_test(test_paired_difference_gives_the_published_intervals),
        cmocka_unit_test(test_mcnemar_gives_published_and_exact_p_values),
        cmocka_unit_test(test_holm_adjusts_in_order_and_never_falls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
