/* SPDX-License-Identifier: Apache-2.0 */
/* What the last layer of a TensorFlow Lite classifier is fed with, made the output. Pure. */
#ifndef MIEV_ENGINE_TFLITE_FEATURES_H
#define MIEV_ENGINE_TFLITE_FEATURES_H

#include <stddef.h>

#include "miev.h"

/* Change the number of the output in the subgraph's list and in the signature to that of the tensor
 * that goes into the last dense layer (or the last convolution of 1 x 1) before it. The model is a
 * private copy of one that miev_tflite_inspect accepted, and is to be inspected again.
 * MIEV_ERR_UNSUPPORTED: no such layer, more than one output, or a file whose numbers cannot be
 * changed where they stand. */
MIEV_MUST_USE int miev_tflite_expose_features(void *model, size_t length, struct miev_error *err);

#endif
