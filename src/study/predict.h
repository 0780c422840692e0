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
    bool softmax_applied;
    struct miev_prediction best[MIEV_PREDICT_TOP]; /* best first; equal scores in index order */
    size_t n_best;
};

/* MIEV_ERR_UNSUPPORTED for a tensor that holds no class scores, MIEV_ERR_BROKEN for a score that is
 * not a finite number. */
MIEV_MUST_USE int miev_predict(struct miev_predictor *predictor, const struct miev_tensor *output,
                               struct miev_error *err);
void miev_predictor_finish(struct miev_predictor *predictor);

#endif
