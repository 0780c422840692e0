/* SPDX-License-Identifier: Apache-2.0 */
/* The statistics of a study (design.md 5.7 to 5.9). Pure. */
#ifndef MIEV_STUDY_STATS_H
#define MIEV_STUDY_STATS_H

#include <stdbool.h>
#include <stddef.h>

#include "miev.h"

/* Two-sided Student-t quantile: P(|T| <= t) = confidence with df > 0 degrees of freedom. */
double miev_student_t(double confidence, double df);

/* Quantile q (0..1) by linear interpolation; sorts values in place. NAN when n is 0. */
double miev_quantile(double *values, size_t n, double q);

struct miev_mean_interval {
    double mean, low, high;  /* 95 % */
    double half_width_ratio; /* (high - low) / 2 / |mean| */
    size_t n;                /* rounds */
    size_t n_effective;      /* batches when correlated, else n */
    double lag1;             /* correlation of successive rounds */
    double skewness;
    bool batched;
    bool enough; /* at least 10 rounds, 20 when |skewness| > 1 */
};

/* Student-t interval of the mean of round values in the order they were taken; batch means when the
 * lag-1 correlation exceeds 0.1. MIEV_ERR_INVALID for fewer than 2 values or a value that is not
 * finite. */
MIEV_MUST_USE int miev_stats_mean(const double *values, size_t n, double confidence,
                                  struct miev_mean_interval *out, struct miev_error *err);

enum miev_verdict {
    MIEV_VERDICT_LOWER,
    MIEV_VERDICT_HIGHER,
    MIEV_VERDICT_EQUIVALENT,
    MIEV_VERDICT_UNRESOLVED
};
const char *miev_verdict_name(enum miev_verdict verdict);

struct miev_ratio {
    double ratio;                             /* geometric mean of a / b of the same block */
    double statistical_low, statistical_high; /* 95 %, not corrected for the number of pairs */
    double systematic_low, systematic_high;   /* with the between-model factor, when estimated */
    double p_value;                           /* two-sided, of ratio = 1 */
    size_t n;
    enum miev_verdict verdict; /* of a against b, set by miev_stats_verdicts */
    bool likely;               /* the energies are estimated: the verdict is at most "likely" */
};

/* Paired log-ratio of a over b, block by block. Entries that are NAN in either are left out. */
MIEV_MUST_USE int miev_stats_ratio(const double *a, const double *b, size_t n, double confidence,
                                   double between_model_factor, struct miev_ratio *out,
                                   struct miev_error *err);

/* Decide all pairs together: Holm's correction over their p-values for lower / higher, equivalent
 * when the whole (Bonferroni-corrected) interval lies within 3 %, else unresolved. With a
 * between-model factor f > 1 the interval is widened by it before it is judged. */
void miev_stats_verdicts(struct miev_ratio *ratios, size_t n, double between_model_factor);

#endif
