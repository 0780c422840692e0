/* SPDX-License-Identifier: Apache-2.0 */
/* The statistics of a study: equations, sources and known errors in docs/method-statistics.md.
 * Pure, callable from any thread. */
#ifndef MIEV_STUDY_STATS_H
#define MIEV_STUDY_STATS_H

#include <stdbool.h>
#include <stddef.h>

#include "miev.h"

/* Watts per CPU second differ between models by vector width and memory traffic, so that a ratio of
 * estimated energies is uncertain by this factor (90 %); docs/method.md says where it is from. */
#define MIEV_BETWEEN_MODEL_FACTOR 1.9

/* Quantile q (0..1) by linear interpolation; sorts values in place. NAN when n is 0, q
 * is outside or a value is NAN. */
double miev_quantile(double *values, size_t n, double q);

struct miev_mean_interval {
    double mean, low, high;  /* of the confidence asked for */
    double half_width_ratio; /* (high - low) / 2 / |mean|; INFINITY when the mean alone is 0 */
    double standard_error;   /* of the mean, with n_effective - 1 degrees of freedom */
    double student_t;        /* what the half width is of all standard errors together */
    size_t n;                /* rounds */
    size_t n_effective;      /* batches when correlated, else n */
    double lag1;             /* correlation of successive rounds */
    double skewness;
    bool batched;
    bool enough; /* n at least 10, 20 when skewed beyond 1 and chance; n_effective at least 10 */
};

/* Student-t interval of the mean of round values in the order they were taken; batch means when the
 * lag-1 correlation exceeds 0.1 and there are 10 values or more. MIEV_ERR_INVALID for fewer than 2
 * values or a value that is not finite. */
MIEV_MUST_USE int miev_stats_mean(const double *values, size_t n, double confidence,
                                  struct miev_mean_interval *out, struct miev_error *err);

/* Widen the interval by an independent error of the mean, `standard_error` with `df` degrees of
 * freedom (Welch and Satterthwaite). Nothing happens for an error or df that is not above zero. */
void miev_stats_widen(struct miev_mean_interval *interval, double confidence, double standard_error,
                      double df);

enum miev_verdict {
    MIEV_VERDICT_LOWER,
    MIEV_VERDICT_HIGHER,
    MIEV_VERDICT_EQUIVALENT,
    MIEV_VERDICT_UNRESOLVED
};
const char *miev_verdict_name(enum miev_verdict verdict);

struct miev_ratio {
    double ratio;                             /* geometric mean of a / b of the same block */
    double statistical_low, statistical_high; /* not corrected for the number of pairs */
    double systematic_low, systematic_high;   /* with the between-model factor, when estimated */
    double p_value;                           /* two-sided, of ratio = 1, not corrected */
    double log_standard_error;                /* of the mean log ratio */
    double degrees_of_freedom;                /* of its t; 0: no comparison was possible */
    size_t n;                                 /* pairs */
    bool enough;                              /* 10 of them, 20 when their logs are skewed */
    enum miev_verdict verdict;                /* of a against b, set by miev_stats_verdicts */
    bool likely; /* the energies are estimated: the verdict is at most "likely" */
};

/* Paired log-ratio of a over b, block by block, interval as by miev_stats_mean. Entries that are
 * NAN in either are left out. A between_model_factor of 1 or less: none. MIEV_ERR_INVALID for fewer
 * than 2 pairs or a value that is not above zero. */
MIEV_MUST_USE int miev_stats_ratio(const double *a, const double *b, size_t n, double confidence,
                                   double between_model_factor, struct miev_ratio *out,
                                   struct miev_error *err);

/* Decide all pairs together, at most 5 % wrong in any of them: equivalent when the whole
 * (Bonferroni-corrected) interval lies within 3 % either way, which also holds where a smaller
 * difference is certain; else lower / higher by Holm's correction over the p-values; else
 * unresolved. A between-model factor f > 1 widens each interval on both sides before it is judged:
 * the pair must differ by more than f. Pairs of too few rounds, and entries that are all zero (no
 * comparison), stay unresolved. */
void miev_stats_verdicts(struct miev_ratio *ratios, size_t n, double between_model_factor);

/* Difference of two shares of right answers (0..1), `a` of images_a less `b` of images_b:
 * Newcombe's hybrid score interval for independent samples. Where both judged the same images the
 * true interval is narrower. MIEV_ERR_INVALID for a share outside 0..1, no images, or a confidence
 * outside 0..1 (both excluded). */
struct miev_difference {
    double value, low, high;
};
MIEV_MUST_USE int miev_stats_difference(double a, double images_a, double b, double images_b,
                                        double confidence, struct miev_difference *out,
                                        struct miev_error *err);

#endif
