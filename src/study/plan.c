/* SPDX-License-Identifier: Apache-2.0 */
#include "study/plan.h"

#include <math.h>

#define NEEDED_MARGIN         1.2 /* a half width of ten rounds is itself known to a quarter */
#define SHORTEST_ROUND_S      0.2
#define SHORTEST_BUSY_ROUND_S 1.0

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): eight
 * lines that anyone can repeat in any language from the seed in a report. */
uint64_t miev_random_next(struct miev_random *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

size_t miev_random_below(struct miev_random *random, size_t n)
{
    /* 2^64 mod n numbers too many: refused, so that each remainder is as likely as the others. */
    uint64_t bound = n, surplus = (UINT64_MAX - bound + 1) % bound;
    uint64_t number;
    do
        number = miev_random_next(random);
    while (number < surplus);
    return (size_t)(number % bound);
}

void miev_plan_block(struct miev_random *random, size_t n_models, size_t *out)
{
    for (size_t i = 0; i < n_models; i++)
        out[i] = i;
    out[n_models] = MIEV_PLAN_IDLE;
    for (size_t i = n_models; i > 0; i--) {
        size_t j = miev_random_below(random, i + 1), kept = out[i];
        out[i] = out[j];
        out[j] = kept;
    }
}

size_t miev_plan_repeats(double seconds_per_inference, double min_round_s)
{
    double repeats = ceil(min_round_s / seconds_per_inference);
    /* Also where the time is not known yet, or too short for the clock. */
    if (!(repeats >= 1) || !(seconds_per_inference > 0))
        return 1;
    return repeats < MIEV_PLAN_MAX_REPEATS ? (size_t)repeats : MIEV_PLAN_MAX_REPEATS;
}

double miev_plan_round_s(double update_period_s, int neighbours_busy)
{
    double round_s = neighbours_busy ? SHORTEST_BUSY_ROUND_S : SHORTEST_ROUND_S;
    double sensor_s = MIEV_PLAN_PERIODS * update_period_s;
    return sensor_s > round_s ? sensor_s : round_s;
}

double miev_plan_needed_s(double before_s, double rounds_s, size_t blocks, double too_wide)
{
    double more = NEEDED_MARGIN * too_wide * too_wide;
    if (!isfinite(more) || more <= 1 || blocks < MIEV_PLAN_MIN_BLOCKS ||
        more * (double)blocks > (double)MIEV_PLAN_MAX_BLOCKS)
        return NAN;
    return before_s + more * rounds_s;
}
