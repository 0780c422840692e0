/* SPDX-License-Identifier: Apache-2.0 */
/* How right models are on pictures whose answers are known, and what finding that out cost. Its
 * result is a JSON document (docs/eval.schema.json). */
#ifndef MIEV_EVAL_EVAL_H
#define MIEV_EVAL_EVAL_H

#include <jansson.h>

#include "eval/mapping.h"
#include "study/price.h"
#include "study/study.h"

enum miev_eval_phase {
    MIEV_EVAL_READING, /* the dataset, to know it again */
    MIEV_EVAL_IDLE,    /* the machine's idle power */
    MIEV_EVAL_LOADING,
    MIEV_EVAL_PICTURES,
};

struct miev_eval_progress {
    enum miev_eval_phase phase;
    const char *model; /* NULL before the first one */
    size_t model_index, n_models;
    size_t done, n_images, right; /* of this model, with what an earlier run did */
    double images_per_s;          /* of this run, NAN before there is one */
};

struct miev_eval_options {
    /* How models are loaded and stopped; input_path, budget_s, target_ratio and progress are not
     * used. */
    struct miev_study_options study;
    const char *dataset_path;
    size_t limit;             /* images, 0: all */
    unsigned decoders;        /* processes that decode ahead, 0: as the machine allows */
    const char *state_folder; /* where answers are kept until all are there; NULL: nowhere */
    bool fresh;               /* begin anew, whatever the folder holds */
    const struct miev_mapping *mapping; /* folders in terms of labels; NULL: folders are labels */
    bool map_only; /* with a mapping: the best of the mapped classes, as if there were no others */
    void (*progress)(void *context, const struct miev_eval_progress *progress); /* may be NULL */
    void *progress_context;
};

/* Evaluate the entries one after the other. A model that fails costs its own row only. Fails as a
 * whole when the dataset cannot be read, for what the entries of a study may not be, and without
 * memory. *report: new reference; not priced yet. */
MIEV_MUST_USE int miev_eval_run(const struct miev_eval_options *options,
                                const struct miev_study_entry *entries, size_t n_entries,
                                json_t **report, struct miev_error *err);

/* What a mapping of this dataset for the first entry may look like, as text for people to edit
 * (eval/groups.h; caller frees). The model is loaded, since its file may be what names its classes.
 */
MIEV_MUST_USE int miev_eval_draft(const struct miev_eval_options *options,
                                  const struct miev_study_entry *entry, char **out,
                                  struct miev_error *err);

/* Set .site, each model's .footprint, and its .total_g for all images whose energy is known. */
MIEV_MUST_USE int miev_eval_price(json_t *report, const struct miev_price_options *options,
                                  struct miev_error *err);

#endif
