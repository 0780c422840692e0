/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors on the wire: their element types, and numbers as JSON text or as bytes. Pure. */
#ifndef MIEV_REMOTE_VALUES_H
#define MIEV_REMOTE_VALUES_H

#include <jansson.h>
#include <stdio.h>

#include "engine/ports.h"

/* Element types that are read and written. */
enum miev_wire {
    MIEV_WIRE_FP32,
    MIEV_WIRE_FP64, /* a float32 tensor on this side: scores need no more */
    MIEV_WIRE_FP16, /* float16 as bytes, float32 as JSON */
    MIEV_WIRE_UINT8,
    MIEV_WIRE_INT8,
    MIEV_WIRE_INT32,
    MIEV_WIRE_INT64,
    MIEV_WIRE_OTHER,
};

/* By the name of the Open Inference Protocol ("FP32") or of TensorFlow ("DT_FLOAT"). */
enum miev_wire miev_wire_named(const char *name);
/* Its name in the Open Inference Protocol. */
const char *miev_wire_name(enum miev_wire wire);
enum miev_dtype miev_wire_dtype(enum miev_wire wire, bool binary);
/* Bytes of one element in the binary tensor extension; 0 for MIEV_WIRE_OTHER. */
size_t miev_wire_size(enum miev_wire wire);

/* The body of an answer as JSON. Bare NaN and Infinity, which TensorFlow Serving and Python's
 * servers write, are taken as numbers. */
MIEV_MUST_USE int miev_remote_parse(const char *text, size_t length, json_t **out,
                                    struct miev_error *err);

/* A tensor as a list of its numbers, nested as its dimensions from `from` on (n_dims: flat). */
void miev_values_write(FILE *file, const struct miev_tensor *tensor, size_t from);
/* The tensor's bytes as the binary tensor extension has them. */
void miev_values_write_binary(FILE *file, const struct miev_tensor *tensor, enum miev_wire wire);

/* Exactly count numbers out of lists that are nested anyhow, into the tensor's memory. `name` is
 * for the message. */
MIEV_MUST_USE int miev_values_read(const json_t *data, struct miev_tensor *tensor, size_t count,
                                   struct miev_error *err);
MIEV_MUST_USE int miev_values_read_binary(const char *bytes, size_t length, enum miev_wire wire,
                                          struct miev_tensor *tensor, size_t count,
                                          struct miev_error *err);
/* The shape of nested lists by their first items; -1 where they are nested deeper than tensors. */
int miev_values_shape(const json_t *data, int64_t dims[MIEV_TENSOR_MAX_DIMS]);

#endif
