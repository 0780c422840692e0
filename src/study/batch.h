/* SPDX-License-Identifier: Apache-2.0 */
/* A batch: one picture n times in one input, so that one run answers n pictures. Which part of a
 * tensor is one item's, and whether its answer is that of a picture by itself. Pure. */
#ifndef MIEV_STUDY_BATCH_H
#define MIEV_STUDY_BATCH_H

#include "engine/engine.h"

#define MIEV_BATCH_MAX 1024

/* Item i of a tensor of n items, which lie one behind the other along the first dimension. For n of
 * 1 the tensor itself. MIEV_ERR_UNSUPPORTED where it has not n of them. */
MIEV_MUST_USE int miev_batch_item(const struct miev_tensor *tensor, size_t n, size_t i,
                                  struct miev_tensor *out, struct miev_error *err);
/* Copy the first item of an input of n items into the others. */
void miev_batch_spread(const struct miev_tensor *first, size_t n);
/* MIEV_ERR_UNSUPPORTED where a score (0..1) of item i of a batch of n is not that of the picture by
 * itself, but for rounding: the graph mixes its items. */
MIEV_MUST_USE int miev_batch_compare(const double *scores, const double *alone, size_t n_scores,
                                     size_t i, size_t n, struct miev_error *err);

#endif
