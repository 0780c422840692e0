/* SPDX-License-Identifier: Apache-2.0 */
/* A study: models x one input x rounds, interleaved, until the answer is precise enough
 * (design.md 5). Its result is the report, a JSON document (docs/report.schema.json). */
#ifndef MIEV_STUDY_STUDY_H
#define MIEV_STUDY_STUDY_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "core/env.h"
#include "engine/engine.h"
#include "model/card.h"
#include "sensor/sensor.h"

#define MIEV_STUDY_MAX_MODELS 64

/* One row of the study: a card and which of its files, and with which settings where it has its
 * own (a sweep: study/sweep.h). */
struct miev_study_entry {
    const struct miev_card *card;
    const struct miev_card_file *file; /* of that card */
    unsigned batch;       /* pictures of one inference; 0: one, with the settings of the study */
    unsigned threads;     /* >= 1 where batch is not 0 */
    const char *delegate; /* NULL: the engine's best, where batch is not 0 */
};

/* "cifar10-nano:int8", and with settings of its own "cifar10-nano:int8 t2 b8 none": what a report
 * calls an entry. */
void miev_study_entry_name(const struct miev_study_entry *entry, char *out, size_t capacity);

enum miev_study_phase {
    MIEV_PHASE_LOAD,
    MIEV_PHASE_WARM_UP,
    MIEV_PHASE_LATENCY,
    MIEV_PHASE_STAGES,
    MIEV_PHASE_ROUNDS,
};
const char *miev_study_phase_name(enum miev_study_phase phase);

struct miev_study_progress {
    enum miev_study_phase phase;
    const char *model; /* NULL: idle round */
    size_t model_index, n_models;
    size_t block;            /* from 1, 0 before the rounds */
    double half_width_ratio; /* widest interval so far, NAN before there is one */
    double elapsed_s, budget_s;
};

struct miev_study_options {
    const struct miev_env *env;
    const struct miev_engine_ops *const *engines;
    const struct miev_sensor_ops *const *sensors;
    const char *worker_program; /* NULL: the running program */
    const char *runtime_dir;    /* folder of the engines' runtimes, or NULL */
    const char *input_path;
    unsigned threads;     /* >= 1 */
    const char *delegate; /* NULL: the engine's best */
    double budget_s;      /* 0: predictions and latency only */
    double target_ratio;  /* wanted half-width of the interval, 0.03 */
    uint64_t seed;
    bool against_first;    /* a sweep: the first entry is what each other is compared with */
    bool dedicated;        /* the machine is there for this work alone */
    bool fast_decode;      /* shrink-on-load */
    bool profile;          /* runtimes keep the time of each operator: for profile/ */
    uint64_t memory_bytes; /* limit of one worker */
    double timeout_s;      /* longest wait for one load or one inference */
    /* Of models that are served elsewhere. */
    const char *meter;       /* address of the meter of their machine, or NULL */
    double traffic_per_s;    /* requests of an open loop, 0: none */
    unsigned connections;    /* of that loop: at most so many requests at once, >= 1 */
    const atomic_bool *stop; /* set to end the study with what there is; may be NULL */
    void (*progress)(void *context, const struct miev_study_progress *progress); /* may be NULL */
    void *progress_context;
    /* Called with what is known so far (not priced yet, stop.reason "running"; a borrowed
     * reference): when the models are named and nothing has run, then between two rounds or steps,
     * never within one, once MIEV_CHECKPOINT_AFTER_S have passed since the last. May be NULL. */
    void (*checkpoint)(void *context, json_t *report);
    void *checkpoint_context;
};

/* So much that with a round of its usual length less than a second lies between two. */
#define MIEV_CHECKPOINT_AFTER_S 0.5

/* Sensible values for everything but env, engines, sensors and input_path. */
#define MIEV_STUDY_OPTIONS_INIT                                                         \
    {                                                                                   \
        .threads = 1, .budget_s = 60, .target_ratio = 0.03, .memory_bytes = 4ull << 30, \
        .timeout_s = 60, .connections = 8                                               \
    }

/* The seed of a study: the one that is wanted, or, below 0, one drawn by chance, small enough for
 * JSON readers that keep numbers as doubles. */
uint64_t miev_study_seed(double wanted);

/* Run a study. A model that fails costs its own row only, which then holds its error. Fails as a
 * whole when the input cannot be read, when there is no memory, or when the entries are none or
 * more than MIEV_STUDY_MAX_MODELS. *report: new reference; it has no site yet (study/price.h). */
MIEV_MUST_USE int miev_study_run(const struct miev_study_options *options,
                                 const struct miev_study_entry *entries, size_t n_entries,
                                 json_t **report, struct miev_error *err);

#endif
