/* SPDX-License-Identifier: Apache-2.0 */
/* The statistics of right and wrong answers: equations and sources in docs/method-statistics.md.
 * Pure. */
#ifndef MIEV_CORE_PROPORTION_H
#define MIEV_CORE_PROPORTION_H

#include <stddef.h>
#include <stdint.h>

#include "miev.h"

/* right of n as a share with its 95 % Wilson score interval. All NAN for n = 0. */
struct miev_interval miev_wilson(uint64_t right, uint64_t n);

/* Two models on the same images. */
struct miev_paired {
    uint64_t both, only_a, only_b, neither; /* images that were answered right by ... */
};

/* Share right of a less that of b, with the 95 % interval of Newcombe's method 10 (hybrid score,
 * with his continuity correction of the correlation). All NAN without images. */
struct miev_interval miev_paired_difference(const struct miev_paired *paired);

/* Up to so many images that only one of two models answers right the exact test is used. */
#define MIEV_MCNEMAR_EXACT_UP_TO 25u

struct miev_mcnemar {
    double p_value;   /* two-sided, that both are right equally often */
    const char *test; /* "exact", "mid-p": a constant */
};
struct miev_mcnemar miev_mcnemar(uint64_t only_a, uint64_t only_b);

/* p values -> those adjusted for their number (Holm), in place. NAN entries do not count. */
void miev_holm(double *p_values, size_t n);

#endif
