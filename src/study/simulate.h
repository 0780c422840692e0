/* SPDX-License-Identifier: Apache-2.0 */
/* Studies on a simulated machine whose truth is known: the real sensor, meter, attribution,
 * statistics and stop rule, on fake files that a generator moves along a known power curve.
 * docs/validation.md gives the scenarios and what came out. */
#ifndef MIEV_STUDY_SIMULATE_H
#define MIEV_STUDY_SIMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miev.h"
#include "study/stats.h"

/* The parameters of data/simulation.csv, each with the name that it has there. */
struct miev_scenario {
    char name[32];
    double logical_cpus, idle_w, busy_w, inference_s;
    double noise_ratio, noise_memory_s;
    double tick_s, range_uj, start_uj, gain_ratio;
    double burst_per_s, burst_s, burst_cpus, burst_w;
    double drift_ratio, drift_s;
    double step_per_s, step_speed, step_watts;
    double stall_per_s, stall_s;
    double takes_advice; /* not 0: measured again with the budget that the first study asked for */
};

/* Scenario number index in the order of the table; false behind the last. */
bool miev_scenario_at(size_t index, struct miev_scenario *out);

struct miev_simulator; /* opaque: the folder of the fake files */
MIEV_MUST_USE int miev_simulator_create(struct miev_simulator **out, struct miev_error *err);
/* NULL allowed. */
void miev_simulator_destroy(struct miev_simulator *simulator);

/* One study of two models that differ by the time, and so the energy, of an inference. */
struct miev_simulated {
    struct miev_mean_interval gross; /* of the first model: what the study says */
    struct miev_interval combined;   /* with the sensor's systematic factors */
    double true_j;           /* mean of what the executed inferences used, by their own watts */
    double gain;             /* of the sensor: its joules over the true ones */
    struct miev_ratio ratio; /* first over second */
    double ratio_half_width;
    size_t blocks, void_rounds;
    double needed_budget_s; /* asked for by the study (and given: takes_advice); NAN: nothing */
    bool precise;           /* stopped because of that, not by the budget */
    bool has_energy;        /* false: too few rounds were usable, and all joules are undefined */
};

/* The same seed gives the same study on every machine. second_over_first: 1 for equal models. */
MIEV_MUST_USE int miev_simulate(struct miev_simulator *simulator,
                                const struct miev_scenario *scenario, double second_over_first,
                                uint64_t seed, struct miev_simulated *out, struct miev_error *err);

/* What a scenario's studies came to. */
struct miev_simulated_sum {
    size_t studies, without_energy;
    size_t covered;          /* the statistical interval holds the rule's own truth */
    size_t combined_covered; /* the combined one holds the true energy */
    double true_bias_ratio;  /* mean of estimate / (gain x true energy), less 1 */
    double bias_ratio;       /* mean of estimate / rule's own truth, less 1 */
    size_t lower, higher, equivalent, unresolved; /* verdicts on the first model */
    double mean_blocks, mean_half_width_ratio, mean_ratio_half_width;
    size_t precise;
    size_t advised;       /* asked for more time */
    double mean_budget_s; /* of those; NAN: none */
    double rule_j;        /* the rule's own truth, NAN where it is the executed inferences' */
};

/* So many studies, of seeds that follow from `seed`. */
MIEV_MUST_USE int miev_simulate_many(struct miev_simulator *simulator,
                                     const struct miev_scenario *scenario, double second_over_first,
                                     size_t n, uint64_t seed, struct miev_simulated_sum *out,
                                     struct miev_error *err);

#endif
