/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a probe, shared by the files of this folder. */
#ifndef MIEV_PROBE_STATE_H
#define MIEV_PROBE_STATE_H

#include "eval/pass.h"
#include "probe/linear.h"
#include "probe/probe.h"

#define MIEV_PROBE_UNSEEN UINT32_MAX

struct miev_probe_model {
    float *vectors; /* of each image; owned, NULL once it is trained */
    size_t length;
    json_t *tensor;            /* where they come from, as the engine tells it; owned */
    uint32_t *predicted;       /* of each image by a classifier that has not seen it, else
                                * MIEV_PROBE_UNSEEN; owned */
    double *c;                 /* that was chosen, of each fold; owned */
    struct miev_linear linear; /* learnt from all images */
    struct miev_eval_energy validation, training;
};

struct miev_probe {
    struct miev_eval eval; /* the first member: what works on it finds the rest */
    const struct miev_probe_options *options;
    struct miev_probe_model *models; /* eval.run.n_models of them, owned */
    struct miev_dataset_copies copies;
    uint32_t *classes; /* of each image, owned */
    unsigned char
        *fold_of;     /* of each image, owned; a classifier of fold f learns from the others */
    unsigned n_folds; /* that are judged: 1 where a part is held out */
};

/* split.c: put each class of the shuffled dataset into folds by turns, or its share of the images
 * into fold 0 and the others into fold 1. */
void miev_probe_split(struct miev_probe *probe);

/* train.c: judge by folds, then learn from all images. */
MIEV_MUST_USE int miev_probe_train(struct miev_probe *probe, size_t model, struct miev_error *err);

/* report.c */
json_t *miev_probe_report(const struct miev_probe *probe, const char *stop_reason);
/* Take over what a study of the models found of an inference's cost; NULL: there was none. */
void miev_probe_add_study(json_t *report, const json_t *study, const char *why_not);

#endif
