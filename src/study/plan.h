/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which models take turns: blocks, each model once a block and one idle round,
 * shuffled by a recorded seed. Pure. */
#ifndef MIEV_STUDY_PLAN_H
#define MIEV_STUDY_PLAN_H

#include <stddef.h>
#include <stdint.h>

#define MIEV_PLAN_IDLE SIZE_MAX

/* A small generator whose sequence is fixed for ever by its seed (SplitMix64). */
struct miev_random {
    uint64_t state;
};
uint64_t miev_random_next(struct miev_random *random);
/* Uniform in [0, n), n > 0, without modulo bias. */
size_t miev_random_below(struct miev_random *random, size_t n);

/* Order of one block: the numbers 0..n_models-1 and MIEV_PLAN_IDLE, n_models + 1 entries. */
void miev_plan_block(struct miev_random *random, size_t n_models, size_t *out);

/* A model that answers in no time must not make a round that never ends. */
#define MIEV_PLAN_MAX_REPEATS ((size_t)100000000)

/* Inferences of one round: enough for min_round_s at seconds_per_inference, at least 1 (also when
 * the time is not a positive number), at most MIEV_PLAN_MAX_REPEATS. */
size_t miev_plan_repeats(double seconds_per_inference, double min_round_s);

#define MIEV_PLAN_PERIODS 100.0 /* of the counter in a round */

/* Shortest round: 0.2 s, 100 update periods of the fastest usable sensor (0 or NAN: not known), 1 s
 * while neighbours are busy. */
double miev_plan_round_s(double update_period_s, int neighbours_busy);

#define MIEV_PLAN_MIN_BLOCKS ((size_t)10) /* before a study may say that it is precise */
#define MIEV_PLAN_MAX_BLOCKS ((size_t)2000)

/* Seconds of a study after which its intervals are as narrow as was asked, from rounds_s seconds of
 * blocks behind before_s seconds of preparation that left the widest too_wide times as wide.
 * docs/method-statistics.md, section 4. NAN: it is not too wide, there are fewer than
 * MIEV_PLAN_MIN_BLOCKS to tell from, or it would take more than MIEV_PLAN_MAX_BLOCKS. */
double miev_plan_needed_s(double before_s, double rounds_s, size_t blocks, double too_wide);

#endif
