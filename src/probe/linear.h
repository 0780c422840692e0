/* SPDX-License-Identifier: Apache-2.0 */
/* A linear classifier on vectors of features: logistic regression with an L2 penalty, one class
 * against the others, by liblinear. Deterministic. */
#ifndef MIEV_PROBE_LINEAR_H
#define MIEV_PROBE_LINEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miev.h"

/* What is learnt from: rows of a matrix. */
struct miev_linear_set {
    const float *vectors;    /* `length` finite numbers an image */
    const uint32_t *classes; /* of each image */
    const size_t *rows;      /* n images */
    size_t n, length, n_classes;
};

struct miev_linear {
    double *weights; /* n_classes x length, for features as they are; owned */
    double *biases;  /* n_classes, owned */
    size_t length, n_classes;
    double c; /* weight of an error against the penalty on the weights */
};

/* Features are brought to mean 0 and standard deviation 1 over the set (constant ones are left out)
 * before it is trained; the weights are told for features as they are. Every class has to be in the
 * set. miev_linear_finish in any case. */
MIEV_MUST_USE int miev_linear_train(const struct miev_linear_set *set, double c,
                                    struct miev_linear *out, struct miev_error *err);
/* The class of the highest score; of equals the first. */
uint32_t miev_linear_predict(const struct miev_linear *linear, const float *vector);
void miev_linear_finish(struct miev_linear *linear);

/* The c, of powers of ten, that is right most often over three folds of the set itself; of equals
 * the smallest. Every class needs two images. MIEV_ERR_INTERRUPTED once stopped() says so. */
MIEV_MUST_USE int miev_linear_choose(const struct miev_linear_set *set,
                                     bool (*stopped)(void *context), void *context, double *c,
                                     struct miev_error *err);

#endif
