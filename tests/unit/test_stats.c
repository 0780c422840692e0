/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>

#include "core/student.h"
#include "study/plan.h"
#include "study/stats.h"
#include "test.h"

#define CONFIDENCE 0.95

/* ---- against tables and worked examples ---- */

static void test_student_t_matches_the_tables(void **state)
{
    (void)state;
    static const struct {
        double confidence, df, t;
    } table[] = {
        {0.95, 1, 12.706204736432095},   {0.95, 2, 4.302652729911275},
        {0.95, 4, 2.7764451051977987},   {0.95, 9, 2.2621571627409915},
        {0.95, 19, 2.093024054408263},   {0.95, 30, 2.0422724563012373},
        {0.95, 120, 1.9799304050824413}, {0.99, 9, 3.2498355440153697},
        {0.90, 9, 1.8331129326536335},   {0.50, 3, 0.7648923284043453},
        {0.999, 5, 6.868826625877941},   {0.95, 1e12, 1.959963984540054},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        assert_near(miev_student_t(table[i].confidence, table[i].df), table[i].t, 1e-6);
    /* Closed forms: df 1 is the tangent, df 2 a root. */
    assert_near(miev_student_t(0.95, 1), tan(0.95 * acos(-1.0) / 2), 1e-11);
    assert_near(miev_student_t(0.99, 2), 0.99 * sqrt(2 / (1 - 0.99 * 0.99)), 1e-11);
}

static void test_student_t_of_nonsense_is_not_a_number(void **state)
{
    (void)state;
    assert_true(isnan(miev_student_t(0, 9)) && isnan(miev_student_t(1, 9)));
    assert_true(isnan(miev_student_t((double)NAN, 9)) && isnan(miev_student_t(0.95, 0)));
    assert_true(isnan(miev_student_t(0.95, (double)NAN)));
}

static void test_quantiles_lie_between_the_values(void **state)
{
    (void)state;
    double values[] = {4, 1, 3, 2};
    assert_near(miev_quantile(values, 4, 0.5), 2.5, 1e-15);
    assert_near(miev_quantile(values, 4, 0.9), 3.7, 1e-15);
    assert_near(miev_quantile(values, 4, 0), 1, 0);
    assert_near(miev_quantile(values, 4, 1), 4, 0);
    assert_near(miev_quantile(values, 1, 0.3), 1, 0);
    assert_true(isnan(miev_quantile(values, 0, 0.5)) && isnan(miev_quantile(values, 4, 1.1)));
    values[2] = (double)NAN;
    assert_true(isnan(miev_quantile(values, 4, 0.5)));
}

static void test_the_mean_of_a_worked_example(void **state)
{
    (void)state;
    /* 1..10 shuffled so that neighbours do not go together: s = 3.0277, t = 2.2622. */
    static const double values[] = {1, 10, 2, 9, 3, 8, 4, 7, 5, 6};
    struct miev_mean_interval out;
    struct miev_error err;
    assert_ok(miev_stats_mean(values, 10, CONFIDENCE, &out, &err), &err);
    assert_near(out.mean, 5.5, 1e-14);
    assert_near(out.high - out.mean, 2.262157162740992 * sqrt(55.0 / 6 / 10), 1e-9);
    assert_near(out.standard_error, sqrt(55.0 / 6 / 10), 1e-12);
    assert_near(out.mean - out.low, out.high - out.mean, 1e-12);
    assert_near(out.half_width_ratio, (out.high - out.low) / 11, 1e-12);
    assert_true(out.lag1 < -0.5 && fabs(out.skewness) < 1e-12);
    assert_true(out.enough && !out.batched && out.n_effective == 10);
}

static void test_skewed_rounds_must_be_twenty(void **state)
{
    (void)state;
    double values[20] = {0};
    struct miev_mean_interval out;
    struct miev_error err;
    for (size_t i = 0; i < 20; i++)
        values[i] = 100 + (i % 2 ? 1 : -1);
    values[5] = 140;
    assert_ok(miev_stats_mean(values, 12, CONFIDENCE, &out, &err), &err);
    assert_true(out.skewness > 1 && !out.enough);
    assert_ok(miev_stats_mean(values, 20, CONFIDENCE, &out, &err), &err);
    assert_true(out.skewness > 1 && out.enough);
}

/* What one of a hundred normal series of ten shows is no reason to ask for more rounds. */
static void test_ten_rounds_may_be_skewed_by_chance(void **state)
{
    (void)state;
    double values[10] = {-1, -1, -1, -1, 0, 0, 0, 1, 1, 2.8};
    struct miev_mean_interval out;
    struct miev_error err;
    assert_ok(miev_stats_mean(values, 10, CONFIDENCE, &out, &err), &err);
    assert_true(out.skewness > 1 && out.skewness < 1.49);
    values[9] = 7;
    assert_ok(miev_stats_mean(values, 10, CONFIDENCE, &out, &err), &err);
    assert_true(out.skewness > 1.5 && !out.enough);
}

static void test_correlated_rounds_count_as_fewer(void **state)
{
    (void)state;
    double values[80];
    struct miev_mean_interval out;
    struct miev_error err;
    for (size_t i = 0; i < 80; i++)
        values[i] = 100 + sin((double)i / 4);
    assert_ok(miev_stats_mean(values, 80, CONFIDENCE, &out, &err), &err);
    assert_true(out.lag1 > 0.9 && out.batched && out.n_effective == 5 && !out.enough);
    assert_ok(miev_stats_mean(values, 9, CONFIDENCE, &out, &err), &err);
    assert_true(!out.batched && !out.enough && out.n_effective == 9);
}

static void test_a_second_error_widens_by_welch_and_satterthwaite(void **state)
{
    (void)state;
    double values[10];
    struct miev_mean_interval interval;
    struct miev_error err;
    for (int i = 0; i < 10; i++)
        values[i] = i % 2 ? 11 : 9; /* s^2 = 10/9, error of the mean 1/3 */
    assert_ok(miev_stats_mean(values, 10, 0.95, &interval, &err), &err);
    assert_near(interval.standard_error, 1.0 / 3, 1e-12);
    struct miev_mean_interval alone = interval;
    miev_stats_widen(&interval, 0.95, 0, 9);
    assert_near(interval.high, alone.high, 0);
    /* As large an error of as many degrees of freedom: 18 of them, t = 2.100922. */
    miev_stats_widen(&interval, 0.95, 1.0 / 3, 9);
    assert_near(interval.high - 10, 2.100922 * sqrt(2.0) / 3, 1e-6);
    assert_near(interval.half_width_ratio, (interval.high - interval.low) / 20, 1e-12);
}

static void test_equal_rounds_have_no_width(void **state)
{
    (void)state;
    double values[12];
    struct miev_mean_interval out;
    struct miev_error err;
    for (size_t i = 0; i < 12; i++)
        values[i] = 0.1;
    assert_ok(miev_stats_mean(values, 12, CONFIDENCE, &out, &err), &err);
    assert_near(out.high, 0.1, 1e-15);
    assert_true(out.enough && out.lag1 == 0 && out.skewness == 0);
    memset(values, 0, sizeof(values));
    assert_ok(miev_stats_mean(values, 12, CONFIDENCE, &out, &err), &err);
    assert_true(out.half_width_ratio == 0);
    values[0] = 1;
    values[1] = -1;
    assert_ok(miev_stats_mean(values, 12, CONFIDENCE, &out, &err), &err);
    assert_true(isinf(out.half_width_ratio));
}

static void test_what_has_no_mean_is_refused(void **state)
{
    (void)state;
    double values[] = {1, (double)NAN, 3};
    struct miev_mean_interval out = {.mean = 42};
    struct miev_error err;
    assert_refused(miev_stats_mean(values, 1, CONFIDENCE, &out, &err), MIEV_ERR_INVALID, &err,
                   "2 rounds or more");
    assert_refused(miev_stats_mean(values, 3, CONFIDENCE, &out, &err), MIEV_ERR_INVALID, &err,
                   "round 2");
    values[1] = (double)INFINITY;
    assert_refused(miev_stats_mean(values, 3, CONFIDENCE, &out, &err), MIEV_ERR_INVALID, &err,
                   "round 2");
    values[1] = 2;
    assert_refused(miev_stats_mean(values, 3, 95, &out, &err), MIEV_ERR_INVALID, &err,
                   "confidence 95");
    assert_true(out.mean == 42);
}

static void test_a_ratio_is_taken_block_by_block(void **state)
{
    (void)state;
    /* Drift of the machine is common to both and cancels; the third block lacks one. */
    static const double a[] = {2, 4.4, (double)NAN, 12, 30};
    static const double b[] = {1, 2, 3, 6.6, 14};
    const double logs[] = {log(2), log(2.2), log(12 / 6.6), log(30.0 / 14)};
    struct miev_ratio out;
    struct miev_mean_interval mean;
    struct miev_error err;
    assert_ok(miev_stats_ratio(a, b, 5, CONFIDENCE, 1, &out, &err), &err);
    assert_ok(miev_stats_mean(logs, 4, CONFIDENCE, &mean, &err), &err);
    assert_near(out.ratio, exp(mean.mean), 1e-14);
    assert_near(out.statistical_low, exp(mean.low), 1e-14);
    assert_near(out.statistical_high, exp(mean.high), 1e-14);
    assert_true(out.systematic_low == out.statistical_low && !out.likely);
    assert_true(out.n == 4 && out.degrees_of_freedom == 3);
    assert_true(out.verdict == MIEV_VERDICT_UNRESOLVED);
}

static void test_the_p_value_meets_the_interval(void **state)
{
    (void)state;
    static const double a[] = {1.1, 1.3, 0.9, 1.4}, b[] = {1, 1, 1, 1};
    struct miev_ratio out, edge;
    struct miev_error err;
    assert_ok(miev_stats_ratio(a, b, 4, CONFIDENCE, 1, &out, &err), &err);
    /* An interval with confidence 1 - p ends at 1 exactly. */
    assert_ok(miev_stats_ratio(a, b, 4, 1 - out.p_value, 1, &edge, &err), &err);
    assert_near(edge.statistical_low, 1, 1e-9);
}

static void test_a_factor_between_models_widens_the_ratio(void **state)
{
    (void)state;
    static const double a[] = {1.1, 1.3, 0.9, 1.4}, b[] = {1, 1, 1, 1};
    struct miev_ratio out;
    struct miev_error err;
    assert_ok(miev_stats_ratio(a, b, 4, CONFIDENCE, 1.5, &out, &err), &err);
    assert_near(out.systematic_low, out.statistical_low / 1.5, 1e-14);
    assert_near(out.systematic_high, out.statistical_high * 1.5, 1e-14);
    assert_true(out.likely);
}

static void test_what_has_no_ratio_is_refused(void **state)
{
    (void)state;
    static const double a[] = {1, -0.1, 2}, b[] = {1, 1, 1}, none[] = {1, (double)NAN, (double)NAN};
    struct miev_ratio out = {.n = 42};
    struct miev_error err;
    assert_refused(miev_stats_ratio(a, b, 3, CONFIDENCE, 1, &out, &err), MIEV_ERR_INVALID, &err,
                   "block 2");
    assert_refused(miev_stats_ratio(b, none, 3, CONFIDENCE, 1, &out, &err), MIEV_ERR_INVALID, &err,
                   "2 rounds or more");
    assert_refused(miev_stats_ratio(NULL, NULL, 0, CONFIDENCE, 1, &out, &err), MIEV_ERR_INVALID,
                   &err, "2 rounds or more");
    assert_true(out.n == 42);
}

/* A ratio with 9 degrees of freedom. */
static struct miev_ratio ratio_of(double ratio, double log_standard_error)
{
    return (struct miev_ratio){.ratio = ratio,
                               .log_standard_error = log_standard_error,
                               .degrees_of_freedom = 9,
                               .n = 10,
                               .enough = true};
}

static void test_holm_decides_in_the_order_of_the_p_values(void **state)
{
    (void)state;
    /* t of 4.5, 2.6 and 2.4: p of 0.0015, 0.029 and 0.040. One alone, each would count; together
     * 0.0015 < 0.05 / 3 does, 0.029 > 0.05 / 2 does not, and so 0.040 does not either. */
    struct miev_ratio three[] = {ratio_of(exp(0.24), 0.1), ratio_of(exp(-0.45), 0.1),
                                 ratio_of(exp(0.26), 0.1)};
    miev_stats_verdicts(three, 3, 1);
    assert_int_equal(three[0].verdict, MIEV_VERDICT_UNRESOLVED);
    assert_int_equal(three[1].verdict, MIEV_VERDICT_LOWER);
    assert_int_equal(three[2].verdict, MIEV_VERDICT_UNRESOLVED);
    miev_stats_verdicts(three, 1, 1);
    assert_int_equal(three[0].verdict, MIEV_VERDICT_HIGHER);
    /* With the second at p = 0.02 < 0.05 / 2 the third faces 0.05 alone, where Bonferroni would
     * refuse both. */
    three[2] = ratio_of(exp(0.285), 0.1);
    miev_stats_verdicts(three, 3, 1);
    assert_int_equal(three[0].verdict, MIEV_VERDICT_HIGHER);
    assert_int_equal(three[2].verdict, MIEV_VERDICT_HIGHER);
}

static void test_a_difference_below_three_percent_is_equivalent(void **state)
{
    (void)state;
    struct miev_ratio ratios[] = {ratio_of(1.01, 0.001), ratio_of(1 / 1.029, 0.01),
                                  ratio_of(1, 0.0129), ratio_of(1, 0.0131), ratio_of(0.5, 0)};
    /* One by one: a half width of 2.262 errors must fit into log 1.03 = 0.02956. */
    static const enum miev_verdict want[] = {MIEV_VERDICT_EQUIVALENT, MIEV_VERDICT_LOWER,
                                             MIEV_VERDICT_EQUIVALENT, MIEV_VERDICT_UNRESOLVED,
                                             MIEV_VERDICT_LOWER};
    for (size_t i = 0; i < 5; i++) {
        miev_stats_verdicts(&ratios[i], 1, 1);
        assert_int_equal(ratios[i].verdict, want[i]);
    }
}

static void test_estimates_must_differ_by_more_than_their_factor(void **state)
{
    (void)state;
    struct miev_ratio ratios[] = {ratio_of(0.7, 0.001), ratio_of(0.6, 0.001), ratio_of(1, 0.001)};
    miev_stats_verdicts(ratios, 3, 1.5);
    assert_int_equal(ratios[0].verdict, MIEV_VERDICT_UNRESOLVED);
    assert_int_equal(ratios[1].verdict, MIEV_VERDICT_LOWER);
    assert_int_equal(ratios[2].verdict, MIEV_VERDICT_UNRESOLVED);
    assert_true(ratios[1].likely);
}

static void test_too_few_rounds_have_no_verdict(void **state)
{
    (void)state;
    double a[20], b[20];
    struct miev_ratio ratio;
    struct miev_error err;
    for (size_t i = 0; i < 20; i++) {
        a[i] = 10 + 0.01 * (double)(i % 3);
        b[i] = 20;
    }
    for (size_t n = 9; n <= 10; n++) {
        assert_ok(miev_stats_ratio(a, b, n, CONFIDENCE, 1, &ratio, &err), &err);
        miev_stats_verdicts(&ratio, 1, 1);
        assert_int_equal(ratio.verdict, n < 10 ? MIEV_VERDICT_UNRESOLVED : MIEV_VERDICT_LOWER);
    }
    a[4] = 15; /* skewed: 20 of them */
    for (size_t n = 19; n <= 20; n++) {
        assert_ok(miev_stats_ratio(a, b, n, CONFIDENCE, 1, &ratio, &err), &err);
        miev_stats_verdicts(&ratio, 1, 1);
        assert_int_equal(ratio.verdict, n < 20 ? MIEV_VERDICT_UNRESOLVED : MIEV_VERDICT_LOWER);
    }
    /* Both alike in each block: what is skewed in each is not in their ratio. */
    b[4] = 2 * a[4];
    assert_ok(miev_stats_ratio(a, b, 10, CONFIDENCE, 1, &ratio, &err), &err);
    miev_stats_verdicts(&ratio, 1, 1);
    assert_int_equal(ratio.verdict, MIEV_VERDICT_LOWER);
}

static void test_no_comparison_is_unresolved(void **state)
{
    (void)state;
    struct miev_ratio ratios[2] = {{0}, ratio_of(0.5, 0.01)};
    miev_stats_verdicts(ratios, 2, 1);
    assert_int_equal(ratios[0].verdict, MIEV_VERDICT_UNRESOLVED);
    assert_int_equal(ratios[1].verdict, MIEV_VERDICT_LOWER);
    miev_stats_verdicts(NULL, 0, 1);
    assert_string_equal(miev_verdict_name(ratios[0].verdict), "unresolved");
    assert_string_equal(miev_verdict_name(ratios[1].verdict), "lower");
    assert_string_equal(miev_verdict_name(MIEV_VERDICT_HIGHER), "higher");
    assert_string_equal(miev_verdict_name(MIEV_VERDICT_EQUIVALENT), "equivalent");
}

/* ---- by simulation: what the words promise, counted ---- */

/* Standard normal, by Box and Muller. */
static double normal(struct miev_random *random)
{
    double u = ((double)(miev_random_next(random) >> 11) + 0.5) / 9007199254740992.0;
    double v = (double)(miev_random_next(random) >> 11) / 9007199254740992.0;
    return sqrt(-2 * log(u)) * cos(2 * acos(-1.0) * v);
}

/* n rounds of mean 100 and spread sd whose neighbours correlate by rho. */
static void simulate_rounds(struct miev_random *random, size_t n, double sd, double rho,
                            double *out)
{
    double d = normal(random);
    for (size_t i = 0; i < n; i++) {
        out[i] = 100 + sd * d;
        d = rho * d + sqrt(1 - rho * rho) * normal(random);
    }
}

static double share(size_t part, size_t whole)
{
    return (double)part / (double)whole;
}

/* The plain t interval of the same rounds, for comparison. */
static bool plain_covers(const double *values, size_t n, double mean, double t)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return fabs(mean - 100) <= t * sqrt(squares / (double)(n - 1) / (double)n);
}

static void test_ten_rounds_cover_the_truth_as_often_as_promised(void **state)
{
    (void)state;
    enum { STUDIES = 20000, ROUNDS = 10 };
    struct miev_random random = {1};
    size_t covered = 0, plain = 0;
    double t = miev_student_t(CONFIDENCE, ROUNDS - 1);
    for (size_t s = 0; s < STUDIES; s++) {
        double values[ROUNDS];
        struct miev_mean_interval out;
        struct miev_error err;
        simulate_rounds(&random, ROUNDS, 5, 0, values);
        assert_ok(miev_stats_mean(values, ROUNDS, CONFIDENCE, &out, &err), &err);
        covered += out.low <= 100 && 100 <= out.high;
        plain += plain_covers(values, ROUNDS, out.mean, t);
    }
    print_message("# coverage, 10 normal rounds: %.4f, plain t %.4f\n", share(covered, STUDIES),
                  share(plain, STUDIES));
    assert_true(share(plain, STUDIES) > 0.940 && share(plain, STUDIES) < 0.960);
    /* A quarter of such studies looks correlated by chance and gets the wider interval of batches,
     * which errs on the safe side. */
    assert_true(share(covered, STUDIES) > 0.940 && share(covered, STUDIES) < 0.965);
}

static void test_batches_cover_the_truth_where_rounds_are_correlated(void **state)
{
    (void)state;
    enum { STUDIES = 4000, ROUNDS = 80 };
    struct miev_random random = {2};
    size_t batched = 0, plain = 0;
    double t = miev_student_t(CONFIDENCE, ROUNDS - 1);
    for (size_t s = 0; s < STUDIES; s++) {
        double values[ROUNDS];
        struct miev_mean_interval out;
        struct miev_error err;
        simulate_rounds(&random, ROUNDS, 5, 0.6, values);
        assert_ok(miev_stats_mean(values, ROUNDS, CONFIDENCE, &out, &err), &err);
        batched += out.low <= 100 && 100 <= out.high;
        plain += plain_covers(values, ROUNDS, out.mean, t);
    }
    print_message("# coverage, 80 rounds correlated by 0.6: batches %.4f, plain t %.4f\n",
                  share(batched, STUDIES), share(plain, STUDIES));
    assert_true(share(plain, STUDIES) < 0.72);
    assert_true(share(batched, STUDIES) > 0.90 && share(batched, STUDIES) < 0.97);
}

static void test_stopping_when_precise_costs_little_coverage(void **state)
{
    (void)state;
    enum { STUDIES = 4000, MOST = 60 };
    struct miev_random random = {3};
    size_t covered = 0;
    for (size_t s = 0; s < STUDIES; s++) {
        double values[MOST];
        struct miev_mean_interval out = {0};
        struct miev_error err;
        simulate_rounds(&random, MOST, 5, 0, values);
        for (size_t n = 10; n <= MOST && !(out.enough && out.half_width_ratio <= 0.03); n++)
            assert_ok(miev_stats_mean(values, n, CONFIDENCE, &out, &err), &err);
        covered += out.low <= 100 && 100 <= out.high;
    }
    print_message("# coverage, stopped at a half width of 3 %%: %.4f\n", share(covered, STUDIES));
    assert_true(share(covered, STUDIES) > 0.92);
}

enum { MODELS = 4, BLOCKS = 10, PAIRS = MODELS * (MODELS - 1) / 2 };

/* All pairs of MODELS models over BLOCKS blocks; the blocks drift by 20 %, each round by 5 %. */
static void simulate_pairs(struct miev_random *random, const double *energy, struct miev_ratio *out)
{
    double rounds[MODELS][BLOCKS];
    struct miev_error err;
    for (size_t block = 0; block < BLOCKS; block++) {
        double drift = exp(0.2 * normal(random));
        for (size_t m = 0; m < MODELS; m++)
            rounds[m][block] = energy[m] * drift * exp(0.05 * normal(random));
    }
    for (size_t a = 0, pair = 0; a < MODELS; a++)
        for (size_t b = a + 1; b < MODELS; b++, pair++)
            assert_ok(
                miev_stats_ratio(rounds[a], rounds[b], BLOCKS, CONFIDENCE, 1, &out[pair], &err),
                &err);
}

static void test_ratios_cover_the_truth_under_drift(void **state)
{
    (void)state;
    enum { STUDIES = 4000 };
    static const double energy[MODELS] = {0.8, 1, 1, 1};
    struct miev_random random = {4};
    size_t covered = 0;
    for (size_t s = 0; s < STUDIES; s++) {
        struct miev_ratio ratios[PAIRS];
        simulate_pairs(&random, energy, ratios);
        covered += ratios[0].statistical_low <= 0.8 && 0.8 <= ratios[0].statistical_high;
    }
    print_message("# coverage, ratio of 10 blocks: %.4f\n", share(covered, STUDIES));
    assert_true(share(covered, STUDIES) > 0.94 && share(covered, STUDIES) < 0.965);
}

/* Share of studies in which any pair of equal models is called different. */
static double family_error(const double *energy, uint64_t seed)
{
    enum { STUDIES = 4000 };
    struct miev_random random = {seed};
    size_t wrong = 0;
    for (size_t s = 0; s < STUDIES; s++) {
        struct miev_ratio ratios[PAIRS];
        bool any = false;
        simulate_pairs(&random, energy, ratios);
        miev_stats_verdicts(ratios, PAIRS, 1);
        for (size_t a = 0, pair = 0; a < MODELS; a++)
            for (size_t b = a + 1; b < MODELS; b++, pair++)
                any |= energy[a] <= energy[b] && energy[a] >= energy[b] &&
                       (ratios[pair].verdict == MIEV_VERDICT_LOWER ||
                        ratios[pair].verdict == MIEV_VERDICT_HIGHER);
        wrong += any;
    }
    return share(wrong, STUDIES);
}

static void test_a_whole_study_is_wrong_in_one_of_twenty_at_most(void **state)
{
    (void)state;
    static const double equal[MODELS] = {1, 1, 1, 1}, mixed[MODELS] = {1, 1, 2, 4};
    double all = family_error(equal, 5), some = family_error(mixed, 6);
    print_message("# family-wise error of 6 pairs: %.4f all equal, %.4f one equal\n", all, some);
    assert_true(all <= 0.05 && some <= 0.058); /* the second is exact: 0.05 and its noise */
}

static void test_three_percent_apart_is_seldom_called_equivalent(void **state)
{
    (void)state;
    enum { STUDIES = 4000, ROUNDS = 10 };
    struct miev_random random = {7};
    size_t wrong = 0, right = 0;
    for (size_t s = 0; s < STUDIES; s++) {
        double a[ROUNDS], b[ROUNDS], c[ROUNDS];
        struct miev_ratio ratio;
        struct miev_error err;
        for (size_t i = 0; i < ROUNDS; i++) {
            b[i] = exp(0.005 * normal(&random));
            a[i] = 1.03 * exp(0.005 * normal(&random));
            c[i] = exp(0.005 * normal(&random));
        }
        assert_ok(miev_stats_ratio(a, b, ROUNDS, CONFIDENCE, 1, &ratio, &err), &err);
        miev_stats_verdicts(&ratio, 1, 1);
        wrong += ratio.verdict == MIEV_VERDICT_EQUIVALENT;
        assert_ok(miev_stats_ratio(c, b, ROUNDS, CONFIDENCE, 1, &ratio, &err), &err);
        miev_stats_verdicts(&ratio, 1, 1);
        right += ratio.verdict == MIEV_VERDICT_EQUIVALENT;
    }
    print_message("# called equivalent: %.4f at 3 %% apart, %.4f at 0\n", share(wrong, STUDIES),
                  share(right, STUDIES));
    assert_true(share(wrong, STUDIES) <= 0.032 && share(right, STUDIES) > 0.975);
}

/* What has a long tail to one side has no t distribution, and ten rounds are few. Still no more
 * verdicts are wrong than may be. */
static void test_skewed_rounds_are_seldom_called_different(void **state)
{
    (void)state;
    enum { STUDIES = 10000, ROUNDS = 10 };
    struct miev_random random = {8};
    size_t wrong[2] = {0};
    for (size_t s = 0; s < STUDIES; s++) {
        double a[ROUNDS], b[ROUNDS], c[ROUNDS];
        struct miev_error err;
        for (size_t i = 0; i < ROUNDS; i++) { /* exponential, exponential, normal */
            a[i] = 1 + 0.03 * (pow(normal(&random), 2) + pow(normal(&random), 2) - 2) / 2;
            b[i] = 1 + 0.03 * (pow(normal(&random), 2) + pow(normal(&random), 2) - 2) / 2;
            c[i] = 1 + 0.03 * normal(&random);
        }
        for (size_t k = 0; k < 2; k++) {
            struct miev_ratio ratio;
            assert_ok(miev_stats_ratio(a, k == 0 ? b : c, ROUNDS, CONFIDENCE, 1, &ratio, &err),
                      &err);
            miev_stats_verdicts(&ratio, 1, 1);
            wrong[k] += ratio.verdict == MIEV_VERDICT_LOWER || ratio.verdict == MIEV_VERDICT_HIGHER;
        }
    }
    print_message("# called different, equal and skewed: %.4f both, %.4f one of them\n",
                  share(wrong[0], STUDIES), share(wrong[1], STUDIES));
    assert_true(share(wrong[0], STUDIES) <= 0.05 && share(wrong[1], STUDIES) <= 0.05);
}

/* Newcombe (1998), table II, method 10: 56/70 against 48/80, 9/10 against 3/10, 10/10 against 0/20.
 */
static void test_difference_of_shares_matches_the_published_table(void **state)
{
    (void)state;
    static const struct {
        double a, images_a, b, images_b, low, high;
    } table[] = {{56 / 70.0, 70, 48 / 80.0, 80, 0.0524, 0.3339},
                 {9 / 10.0, 10, 3 / 10.0, 10, 0.1705, 0.8090},
                 {10 / 10.0, 10, 0, 20, 0.6791, 1.0}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct miev_error err;
        struct miev_difference out, back;
        assert_ok(miev_stats_difference(table[i].a, table[i].images_a, table[i].b,
                                        table[i].images_b, CONFIDENCE, &out, &err),
                  &err);
        assert_true(fabs(out.low - table[i].low) < 6e-5 && fabs(out.high - table[i].high) < 6e-5);
        assert_ok(miev_stats_difference(table[i].b, table[i].images_b, table[i].a,
                                        table[i].images_a, CONFIDENCE, &back, &err),
                  &err);
        assert_near(back.low, -out.high, 1e-12);
        assert_near(back.value, -out.value, 1e-12);
    }
}

static void test_shares_that_are_none_are_refused(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_difference out;
    assert_refused(miev_stats_difference(1.1, 10, 0, 10, CONFIDENCE, &out, &err), MIEV_ERR_INVALID,
                   &err, "within 0 and 1");
    assert_refused(miev_stats_difference((double)NAN, 10, 0, 10, CONFIDENCE, &out, &err),
                   MIEV_ERR_INVALID, &err, "within 0 and 1");
    assert_refused(miev_stats_difference(1, 10, 0, 0, CONFIDENCE, &out, &err), MIEV_ERR_INVALID,
                   &err, "cannot be compared");
    assert_refused(miev_stats_difference(1, 10, 0, 10, 1, &out, &err), MIEV_ERR_INVALID, &err,
                   "cannot be compared");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_difference_of_shares_matches_the_published_table),
        cmocka_unit_test(test_shares_that_are_none_are_refused),
        cmocka_unit_test(test_student_t_matches_the_tables),
        cmocka_unit_test(test_student_t_of_nonsense_is_not_a_number),
        cmocka_unit_test(test_a_second_error_widens_by_welch_and_satterthwaite),
        cmocka_unit_test(test_quantiles_lie_between_the_values),
        cmocka_unit_test(test_the_mean_of_a_worked_example),
        cmocka_unit_test(test_skewed_rounds_must_be_twenty),
        cmocka_unit_test(test_ten_rounds_may_be_skewed_by_chance),
        cmocka_unit_test(test_correlated_rounds_count_as_fewer),
        cmocka_unit_test(test_equal_rounds_have_no_width),
        cmocka_unit_test(test_what_has_no_mean_is_refused),
        cmocka_unit_test(test_a_ratio_is_taken_block_by_block),
        cmocka_unit_test(test_the_p_value_meets_the_interval),
        cmocka_unit_test(test_a_factor_between_models_widens_the_ratio),
        cmocka_unit_test(test_what_has_no_ratio_is_refused),
        cmocka_unit_test(test_holm_decides_in_the_order_of_the_p_values),
        cmocka_unit_test(test_a_difference_below_three_percent_is_equivalent),
        cmocka_unit_test(test_estimates_must_differ_by_more_than_their_factor),
        cmocka_unit_test(test_too_few_rounds_have_no_verdict),
        cmocka_unit_test(test_no_comparison_is_unresolved),
        cmocka_unit_test(test_ten_rounds_cover_the_truth_as_often_as_promised),
        cmocka_unit_test(test_batches_cover_the_truth_where_rounds_are_correlated),
        cmocka_unit_test(test_stopping_when_precise_costs_little_coverage),
        cmocka_unit_test(test_ratios_cover_the_truth_under_drift),
        cmocka_unit_test(test_a_whole_study_is_wrong_in_one_of_twenty_at_most),
        cmocka_unit_test(test_three_percent_apart_is_seldom_called_equivalent),
        cmocka_unit_test(test_skewed_rounds_are_seldom_called_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
