/* SPDX-License-Identifier: Apache-2.0 */
/* TensorFlow Lite's model metadata: a FlatBuffer (identifier M001) in a buffer of the model that
 * tells how pixels are normalised and which file holds the labels; the files themselves are a zip
 * behind the model. Both are untrusted and read with bounds. Pure but for its memory. */
#ifndef MIEV_ENGINE_TFLITE_METADATA_H
#define MIEV_ENGINE_TFLITE_METADATA_H

#include "engine/engine.h"

#define MIEV_TFLITE_MAX_LABELS_BYTES ((size_t)1 << 20)

/* See miev_engine_ops.metadata. The model is one that miev_tflite_inspect accepted. */
MIEV_MUST_USE int miev_tflite_metadata(const void *model, size_t length,
                                       struct miev_engine_metadata *out, struct miev_error *err);

/* A file of the zip that lies behind other bytes (or alone), at most capacity bytes of it. *out:
 * fresh memory, the caller frees. MIEV_ERR_UNAVAILABLE: no zip, or no such file in it;
 * MIEV_ERR_LIMIT: it is longer; MIEV_ERR_BROKEN: damaged. */
MIEV_MUST_USE int miev_tflite_packed_file(const void *bytes, size_t length, const char *name,
                                          size_t capacity, char **out, size_t *out_bytes,
                                          struct miev_error *err);

#endif
