/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded look into an .onnx file before the runtime gets it: what the runtime would follow out
 * of the file, or say in words for its own developers, is refused here. Pure. */
#ifndef MIEV_ENGINE_ONNX_FILE_H
#define MIEV_ENGINE_ONNX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miev.h"

/* An ONNX file has no magic number: true when the bytes read as its outermost message up to a
 * graph, which may be cut short. */
bool miev_onnx_is_model(const void *head, size_t length);

/* Walk the graph, its subgraphs and functions. MIEV_ERR_BROKEN: damaged or cut short, or without
 * what every model has. MIEV_ERR_UNSUPPORTED: weights in another file, an operator of a domain that
 * ONNX Runtime does not carry, or a message that is no model. MIEV_ERR_LIMIT: more bytes than the
 * runtime reads, more fields or deeper subgraphs than any honest model has. */
MIEV_MUST_USE int miev_onnx_inspect(const void *model, size_t length, struct miev_error *err);

/* The scale and zero point of a quantised input or output, which ONNX keeps in the operator next to
 * it (DequantizeLinear, QuantizeLinear). False when that is not what stands there. The model is one
 * that miev_onnx_inspect accepted. */
bool miev_onnx_input_scale(const void *model, size_t length, const char *name, double *scale,
                           int64_t *zero_point);
bool miev_onnx_output_scale(const void *model, size_t length, const char *name, double *scale,
                            int64_t *zero_point);

#endif
