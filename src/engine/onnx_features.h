/* SPDX-License-Identifier: Apache-2.0 */
/* What the last layer of an ONNX classifier is fed with, made an output. Pure but for its memory.
 */
#ifndef MIEV_ENGINE_ONNX_FEATURES_H
#define MIEV_ENGINE_ONNX_FEATURES_H

#include <stddef.h>

#include "miev.h"

#define MIEV_ONNX_MAX_NAME 1024u /* of a tensor, with its end */

/* The tensor that goes into the last dense layer (or the last convolution of 1 x 1) before the
 * first output, by name. MIEV_ERR_UNSUPPORTED when none is found. The model is one that
 * miev_onnx_inspect accepted. */
MIEV_MUST_USE int miev_onnx_find_features(const void *model, size_t length,
                                          char name[MIEV_ONNX_MAX_NAME], struct miev_error *err);

/* The model with that tensor among its outputs (fresh memory, caller frees): at the end, unless it
 * is one already. A message that stands twice in Protocol Buffers is merged, lists are joined: so a
 * second graph that holds nothing but one output, behind the whole file, adds that output. */
MIEV_MUST_USE int miev_onnx_add_output(const void *model, size_t length, const char *name,
                                       void **out, size_t *out_length, struct miev_error *err);

#endif
