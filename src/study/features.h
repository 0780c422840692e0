/* SPDX-License-Identifier: Apache-2.0 */
/* A tensor as a vector of features. Pure. */
#ifndef MIEV_STUDY_FEATURES_H
#define MIEV_STUDY_FEATURES_H

#include "engine/engine.h"

#define MIEV_FEATURES_MAX 65536u

/* How many features a tensor gives: a map (four dimensions) one a channel, its mean over all
 * places; any other one a number. MIEV_ERR_UNSUPPORTED: no numbers, or more than MIEV_FEATURES_MAX.
 */
MIEV_MUST_USE int miev_features_count(const struct miev_tensor *tensor, bool channels_first,
                                      size_t *out, struct miev_error *err);

/* Those of a tensor that has n of them. False, all out NAN, where one is not a finite number. */
bool miev_features_read(const struct miev_tensor *tensor, bool channels_first, size_t n,
                        float *out);

#endif
