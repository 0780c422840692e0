/* SPDX-License-Identifier: Apache-2.0 */
/* What LiteRT follows without a look: numbers in a model that choose a tensor, a buffer, an
 * operator or a place in the file. That every table, vector and text lies inside the file LiteRT
 * verifies itself, with FlatBuffers' own verifier, but only below MIEV_TFLITE_MAX_BYTES. */
#ifndef MIEV_ENGINE_TFLITE_VERIFY_H
#define MIEV_ENGINE_TFLITE_VERIFY_H

#include <stddef.h>

#include "miev.h"

#define MIEV_TFLITE_MAX_BYTES ((size_t)2000000000)

/* MIEV_ERR_BROKEN names the first number that leads nowhere; MIEV_ERR_LIMIT: too large for LiteRT's
 * verifier. */
MIEV_MUST_USE int miev_tflite_verify(const void *model, size_t length, struct miev_error *err);

#endif
