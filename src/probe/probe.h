/* SPDX-License-Identifier: Apache-2.0 */
/* How well models would do on one's own classes: a linear classifier is trained on the features of
 * each and judged on images that it has not seen, beside what an inference costs. Its result is a
 * JSON document (docs/probe.schema.json). */
#ifndef MIEV_PROBE_PROBE_H
#define MIEV_PROBE_PROBE_H

#include "eval/eval.h"

#define MIEV_PROBE_MIN_IMAGES  5u /* of a class */
#define MIEV_PROBE_MAX_FOLDS   20u
#define MIEV_PROBE_MAX_CLASSES 1000u

struct miev_probe_options {
    /* Dataset, limit, decoders, progress and how models are loaded; mapping and state_folder are
     * not used. study.budget_s, target_ratio and progress are those of the study of all models that
     * ends it; budget_s 0: no joules of an inference. */
    struct miev_eval_options eval;
    bool output;          /* features are the model's output, not what its last layer is fed with */
    unsigned folds;       /* 2 to MIEV_PROBE_MAX_FOLDS; 0: a part is held out instead */
    double holdout_ratio; /* of each class, 0.05 to 0.5; folds 0 */
    bool keep_weights;    /* what was learnt from all images goes into the report's `.probes` */
};

/* Probe the entries one after the other. A model that fails costs its own row only. Fails as a
 * whole when the dataset cannot be read or has too few images of a class, for what the entries of a
 * study may not be, and without memory. *report: new reference; not priced yet. */
MIEV_MUST_USE int miev_probe_run(const struct miev_probe_options *options,
                                 const struct miev_study_entry *entries, size_t n_entries,
                                 json_t **report, struct miev_error *err);

/* Set .site, .pareto and each model's .footprint. */
MIEV_MUST_USE int miev_probe_price(json_t *report, const struct miev_price_options *options,
                                   struct miev_error *err);

#endif
