/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded look into a .tflite file before the runtime gets it: what the runtime would say with a
 * number, or not at all, is said here in words. */
#ifndef MIEV_ENGINE_TFLITE_FILE_H
#define MIEV_ENGINE_TFLITE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/op_times.h"
#include "miev.h"

/* Eight bytes are enough: a FlatBuffer with the identifier TFL3. */
bool miev_tflite_is_model(const void *head, size_t length);

struct miev_tflite_file {
    char custom_op[64]; /* the first operator that is not TensorFlow Lite's own, "" when none */
    size_t n_stateful;  /* fields that LiteRT's loader refuses, see miev_tflite_hide_state */
};

/* Walk the tables, every offset checked, and see that no number chooses a tensor, a buffer or an
 * operator that is not there (tflite_verify.h). MIEV_ERR_BROKEN: damaged or cut short.
 * MIEV_ERR_UNSUPPORTED: well formed, and made for another runtime (Edge TPU, Ethos-U, Flex) or
 * without a graph. MIEV_ERR_LIMIT: more tables than any honest model has. */
MIEV_MUST_USE int miev_tflite_inspect(const void *model, size_t length,
                                      struct miev_tflite_file *out, struct miev_error *err);

/* The shape of a tensor of the first subgraph with -1 for what the file leaves open
 * ("shape_signature"); out has room for capacity numbers. Returns how many dimensions there are, 0
 * when the file says nothing. LiteRT tells this only of files that also carry "has_rank", which
 * converters before TensorFlow 2.8 did not write. The model is one that miev_tflite_inspect
 * accepted. */
size_t miev_tflite_open_shape(const void *model, size_t length, size_t tensor, int32_t *out,
                              size_t capacity);

/* Name and shape (as of miev_op_show_shape) of the first output of an operator, by its number in a
 * subgraph; out stays as it is when there is no such operator. The model as above. */
void miev_tflite_show_output(const void *model, size_t length, size_t subgraph, size_t op,
                             struct miev_op *out);

/* LiteRT 2.3's loader refuses models with variable tensors or operator intermediates (LSTMs have
 * both), although its interpreter runs them. So the loader is shown a copy in which those fields
 * read "none", and they are put back before the interpreter is made from the same bytes.
 * Zeroes the fields in model, which miev_tflite_inspect accepted, and remembers up to n of them.
 * Returns how many there were. */
struct miev_tflite_patch {
    size_t at, size;
    uint8_t old[4];
};
size_t miev_tflite_hide_state(void *model, size_t length, struct miev_tflite_patch *patches,
                              size_t n);
void miev_tflite_restore_state(void *model, const struct miev_tflite_patch *patches, size_t n);

#endif
