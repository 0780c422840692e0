/* SPDX-License-Identifier: Apache-2.0 */
/* What a study can reach on this machine: two equal loads that need no model, by the real meter,
 * rounds, statistics and stop rule. */
#ifndef MIEV_STUDY_SELFTEST_H
#define MIEV_STUDY_SELFTEST_H

#include <stdatomic.h>

#include "sensor/sensor.h"
#include "study/stats.h"

struct miev_selftest {
    bool has_energy; /* false: too few rounds were usable; the rest but the counts is undefined */
    enum miev_quality quality;
    bool mixed;
    double systematic_low_ratio, systematic_high_ratio, between_model_factor;
    struct miev_mean_interval gross; /* of the first load */
    struct miev_ratio ratio;         /* of the two, which are equal */
    double ratio_half_width;
    double update_period_s; /* of the counter, 0: it moves at every reading */
    double seconds, block_s;
    size_t blocks, rounds, disturbed;
    /* What the default budget would reach, by the scatter seen here. */
    double budget_s, budget_half_width_ratio, budget_ratio_half_width;
};

/* Takes about duration_s (1 to 60); keeps one thread busy for most of it. */
MIEV_MUST_USE int miev_selftest_run(const struct miev_env *env,
                                    const struct miev_sensor_ops *const *sensors, double duration_s,
                                    const atomic_bool *stop, struct miev_selftest *out,
                                    struct miev_error *err);

#endif
