/* SPDX-License-Identifier: Apache-2.0 */
/* The equations stand with their sources in docs/method-statistics.md. */
#include "study/stats.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "core/error.h"
#include "core/student.h"

#define FEWEST_ROUNDS        10
#define FEWEST_SKEWED_ROUNDS 20
#define FEWEST_BATCHES       5
#define HIGH_LAG1            0.1
#define HIGH_SKEWNESS        1.0
/* Standard errors that a normal series' skewness exceeds in 1 of 100. */
#define CHANCE_ERRORS 2.576
/* Chance that any one verdict of a study is wrong. Of a difference it is aimed lower, so that with
 * what batches and the end of a study add it stays below (docs/validation.md). */
#define FAMILY_ERROR     0.05
#define DIFFERENCE_ERROR 0.04
#define EQUIVALENT_RATIO 1.03

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double miev_quantile(double *values, size_t n, double q)
{
    if (n == 0 || !(q >= 0 && q <= 1))
        return (double)NAN;
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i]))
            return (double)NAN;
    qsort(values, n, sizeof(values[0]), compare_doubles);
    double place = q * (double)(n - 1);
    size_t below = (size_t)place;
    if (below + 1 >= n)
        return values[n - 1];
    double part = place - (double)below;
    return (1 - part) * values[below] + part * values[below + 1];
}

static double mean_of(const double *values, size_t n)
{
    double mean = 0;
    for (size_t i = 0; i < n; i++)
        mean += (values[i] - mean) / (double)(i + 1);
    return mean;
}

struct moments {
    double mean, lag1, skewness;
};

static struct moments moments_of(const double *values, size_t n)
{
    struct moments out = {.mean = mean_of(values, n)};
    double squares = 0, cubes = 0, products = 0, largest = fabs(out.mean);
    for (size_t i = 0; i < n; i++) {
        double d = values[i] - out.mean;
        squares += d * d;
        cubes += d * d * d;
        if (i > 0)
            products += d * (values[i - 1] - out.mean);
        largest = fmax(largest, fabs(values[i]));
    }
    /* Equal values differ from their mean by rounding, which is neither skewed nor correlated. */
    if (squares <= (double)n * pow(8 * DBL_EPSILON * largest, 2))
        return out;
    out.lag1 = products / squares;
    out.skewness = cubes / (double)n / pow(squares / (double)n, 1.5);
    return out;
}

/* Number of batches: each holds two correlation times of a first-order autoregressive series,
 * (1 + r) / (1 - r) rounds, but no fewer than FEWEST_BATCHES are left. n: no batches. */
static size_t count_batches(size_t n, double lag1)
{
    if (!(lag1 > HIGH_LAG1) || n < 2 * (size_t)FEWEST_BATCHES)
        return n;
    double rounds = ceil(2 * (1 + lag1) / (1 - fmin(lag1, 0.99)));
    size_t batches = (size_t)((double)n / rounds);
    return batches < FEWEST_BATCHES ? FEWEST_BATCHES : batches;
}

/* Standard error of the mean from the spread of batches that divide the series evenly. */
static double batch_error(const double *values, size_t n, size_t batches, double mean)
{
    double squares = 0;
    for (size_t i = 0; i < batches; i++) {
        size_t begin = i * n / batches, end = (i + 1) * n / batches;
        double d = mean_of(values + begin, end - begin) - mean;
        squares += d * d;
    }
    return sqrt(squares / (double)(batches - 1) / (double)batches);
}

/* Rounds that a t interval asks for. Ten normal rounds have a skewness beyond 1 in one of twelve
 * cases: only what chance hardly explains counts. */
static bool has_rounds(size_t n, double skewness)
{
    double rounds = (double)n;
    double error = sqrt(6 * (rounds - 2) / ((rounds + 1) * (rounds + 3)));
    bool skewed = fabs(skewness) > fmax(HIGH_SKEWNESS, CHANCE_ERRORS * error);
    return n >= (skewed ? FEWEST_SKEWED_ROUNDS : FEWEST_ROUNDS);
}

/* Fills all of *out; the standard error goes to *error. */
static void describe(const double *values, size_t n, double confidence,
                     struct miev_mean_interval *out, double *error)
{
    struct moments moments = moments_of(values, n);
    size_t batches = count_batches(n, moments.lag1);
    *error = batch_error(values, n, batches, moments.mean);
    double student_t = miev_student_t(confidence, (double)(batches - 1));
    double half = student_t * *error;
    *out = (struct miev_mean_interval){
        .mean = moments.mean,
        .low = moments.mean - half,
        .high = moments.mean + half,
        .half_width_ratio = half > 0 ? half / fabs(moments.mean) : 0,
        .standard_error = *error,
        .student_t = student_t,
        .n = n,
        .n_effective = batches,
        .lag1 = moments.lag1,
        .skewness = moments.skewness,
        .batched = batches < n,
        .enough = has_rounds(n, moments.skewness) && batches >= FEWEST_ROUNDS,
    };
}

int miev_stats_mean(const double *values, size_t n, double confidence,
                    struct miev_mean_interval *out, struct miev_error *err)
{
    if (n < 2)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "an interval takes 2 rounds or more, here are %zu", n);
    if (!(confidence > 0 && confidence < 1))
        return miev_error_set(err, MIEV_ERR_INVALID, "confidence %g is not between 0 and 1",
                              confidence);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return miev_error_set(err, MIEV_ERR_INVALID, "round %zu is no finite number", i + 1);
    double error;
    describe(values, n, confidence, out, &error);
    return MIEV_OK;
}

void miev_stats_widen(struct miev_mean_interval *interval, double confidence, double standard_error,
                      double df)
{
    double own = pow(interval->standard_error, 2), other = pow(standard_error, 2);
    if (!(other > 0 && df > 0))
        return;
    double own_df = (double)(interval->n_effective - 1);
    double together = pow(own + other, 2) / (own * own / own_df + other * other / df);
    interval->student_t = miev_student_t(confidence, together);
    double half = interval->student_t * sqrt(own + other);
    interval->low = interval->mean - half;
    interval->high = interval->mean + half;
    interval->half_width_ratio = half / fabs(interval->mean);
}

const char *miev_verdict_name(enum miev_verdict verdict)
{
    switch (verdict) {
    case MIEV_VERDICT_LOWER:
        return "lower";
    case MIEV_VERDICT_HIGHER:
        return "higher";
    case MIEV_VERDICT_EQUIVALENT:
        return "equivalent";
    case MIEV_VERDICT_UNRESOLVED:
        break;
    }
    return "unresolved";
}

/* How far apart two models may seem on logs although they are not; 0 when energy is measured. */
static double log_factor(double between_model_factor)
{
    return between_model_factor > 1 ? log(between_model_factor) : 0;
}

/* Two-sided p of "the true log ratio lies within -margin .. margin". */
static double p_beyond(double log_ratio, double error, double df, double margin)
{
    double distance = fabs(log_ratio) - margin;
    if (!(distance > 0))
        return 1;
    return error > 0 ? miev_student_tail(distance / error, df) : 0;
}

/* Log ratios of the pairs that are there, into fresh memory that the caller frees. */
static int log_ratios(const double *a, const double *b, size_t n, double **out, size_t *n_pairs,
                      struct miev_error *err)
{
    size_t pairs = 0;
    double *logs = calloc(n > 0 ? n : 1, sizeof(*logs));
    if (!logs)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory to compare %zu rounds", n);
    for (size_t i = 0; i < n; i++) {
        if (isnan(a[i]) || isnan(b[i]))
            continue;
        if (!(a[i] > 0 && b[i] > 0 && isfinite(a[i]) && isfinite(b[i]))) {
            free(logs);
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "block %zu has no ratio of %g to %g: both must be above zero",
                                  i + 1, a[i], b[i]);
        }
        logs[pairs++] = log(a[i]) - log(b[i]);
    }
    *out = logs;
    *n_pairs = pairs;
    return MIEV_OK;
}

int miev_stats_ratio(const double *a, const double *b, size_t n, double confidence,
                     double between_model_factor, struct miev_ratio *out, struct miev_error *err)
{
    double *logs = NULL;
    size_t pairs = 0;
    int rc = log_ratios(a, b, n, &logs, &pairs, err);
    if (rc != MIEV_OK)
        return rc;
    struct miev_mean_interval mean;
    rc = miev_stats_mean(logs, pairs, confidence, &mean, err);
    if (rc == MIEV_OK) {
        double error, margin = log_factor(between_model_factor);
        describe(logs, pairs, confidence, &mean, &error);
        double df = (double)(mean.n_effective - 1);
        *out = (struct miev_ratio){
            .ratio = exp(mean.mean),
            .statistical_low = exp(mean.low),
            .statistical_high = exp(mean.high),
            .systematic_low = exp(mean.low - margin),
            .systematic_high = exp(mean.high + margin),
            .p_value = p_beyond(mean.mean, error, df, 0),
            .log_standard_error = error,
            .degrees_of_freedom = df,
            .n = pairs,
            .enough = has_rounds(pairs, mean.skewness),
            .verdict = MIEV_VERDICT_UNRESOLVED,
            .likely = margin > 0,
        };
    }
    free(logs);
    return rc;
}

static bool is_comparison(const struct miev_ratio *ratio)
{
    return ratio->degrees_of_freedom > 0 && ratio->ratio > 0;
}

/* Holm: the smallest p against error / n, the next against error / (n - 1), until one is too
 * large. Decided ones carry their verdict, so that no list of their order is needed. */
static void decide_differences(struct miev_ratio *ratios, size_t n, double margin)
{
    for (size_t left = n; left > 0; left--) {
        struct miev_ratio *best = NULL;
        double best_p = 2;
        for (size_t i = 0; i < n; i++) {
            struct miev_ratio *r = &ratios[i];
            if (r->verdict != MIEV_VERDICT_UNRESOLVED || !is_comparison(r))
                continue;
            double p =
                p_beyond(log(r->ratio), r->log_standard_error, r->degrees_of_freedom, margin);
            if (p < best_p) {
                best = r;
                best_p = p;
            }
        }
        if (!best || best_p > DIFFERENCE_ERROR / (double)left)
            return;
        best->verdict = best->ratio < 1 ? MIEV_VERDICT_LOWER : MIEV_VERDICT_HIGHER;
    }
}

void miev_stats_verdicts(struct miev_ratio *ratios, size_t n, double between_model_factor)
{
    double margin = log_factor(between_model_factor);
    for (size_t i = 0; i < n; i++) {
        ratios[i].verdict = MIEV_VERDICT_UNRESOLVED;
        ratios[i].likely = margin > 0;
    }
    decide_differences(ratios, n, margin);
    for (size_t i = 0; i < n; i++) {
        struct miev_ratio *r = &ratios[i];
        if (!is_comparison(r))
            continue;
        double t = miev_student_t(1 - FAMILY_ERROR / (double)n, r->degrees_of_freedom);
        double farthest = fabs(log(r->ratio)) + t * r->log_standard_error + margin;
        if (farthest <= log(EQUIVALENT_RATIO))
            r->verdict = MIEV_VERDICT_EQUIVALENT;
        if (!r->enough)
            r->verdict = MIEV_VERDICT_UNRESOLVED;
    }
}

/* Wilson's score interval of one share. */
static void wilson(double share, double n, double z, double *low, double *high)
{
    double shrink = 1 + z * z / n;
    double middle = (share + z * z / (2 * n)) / shrink;
    double half = z / shrink * sqrt(share * (1 - share) / n + z * z / (4 * n * n));
    *low = middle - half;
    *high = middle + half;
}

int miev_stats_difference(double a, double images_a, double b, double images_b, double confidence,
                          struct miev_difference *out, struct miev_error *err)
{
    double z = miev_student_t(confidence, INFINITY), a_low, a_high, b_low, b_high;
    if (!(a >= 0 && a <= 1 && b >= 0 && b <= 1))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a share of right answers must lie within 0 and 1, not %g and %g", a,
                              b);
    if (!(images_a >= 1 && images_b >= 1) || !isfinite(z))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a share of %g and one of %g images cannot be compared", images_a,
                              images_b);
    wilson(a, images_a, z, &a_low, &a_high);
    wilson(b, images_b, z, &b_low, &b_high);
    *out = (struct miev_difference){.value = a - b,
                                    .low = a - b - hypot(a - a_low, b_high - b),
                                    .high = a - b + hypot(a_high - a, b - b_low)};
    return MIEV_OK;
}
