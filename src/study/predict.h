/* SPDX-License-Identifier: Apache-2.0 */
/* A classifier's output tensor -> its best classes. Pure but for its scratch memory. */
#ifndef MIEV_STUDY_PREDICT_H
#define MIEV_STUDY_PREDICT_H

#include "engine/engine.h"

#define MIEV_PREDICT_TOP         5
#define MIEV_PREDICT_MAX_CLASSES 65536u

struct miev_prediction {
    size_t index;
    double score; /* 0..1 */
};

struct miev_predictor {
    bool logits; /* the card says: outputs need a softmax */
    bool guess; /* no card: a softmax when they are no probabilities (sum about 1, none negative) */
    double *scores; /* owned */
    size_t n_scores;
    bool *among; /* n_among classes: those that are chosen from; NULL: all; owned */
    size_t n_among;
    bool softmax_applied;
    struct miev_prediction best[MIEV_PREDICT_TOP]; /* best first; equal scores in index order */
    size_t n_best;
};

/* MIEV_ERR_UNSUPPORTED for a tensor that holds no class scores, MIEV_ERR_BROKEN for a score that is
 * not a finite number. */
MIEV_MUST_USE int miev_predict(struct miev_predictor *predictor, const struct miev_tensor *output,
                               struct miev_error *err);
/* From now on choose among these classes only, given as text (miev_classes_write), each below
 * n_scores. MIEV_ERR_INVALID: they are none such. */
MIEV_MUST_USE int miev_predictor_choose(struct miev_predictor *predictor, const char *text,
                                        size_t length, struct miev_error *err);
void miev_predictor_finish(struct miev_predictor *predictor);

/* Classes as text, between processes and in files: four hexadecimal digits each, "----" for -1,
 * which stands for none. A number of its own each would cost more than the fastest inferences. */
#define MIEV_CLASS_DIGITS 4u
/* The text of n classes, without an end; each is below MIEV_PREDICT_MAX_CLASSES, or -1. */
void miev_classes_write(const int32_t *classes, size_t n, char *out);
/* False, out undefined, when the text is not that of n classes below `below`, or -1. */
bool miev_classes_read(const char *text, size_t length, size_t n, size_t below, int32_t *out);

#endif
