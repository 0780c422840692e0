/* SPDX-License-Identifier: Apache-2.0 */
/* The file that ONNX Runtime's profiler writes: events of Chrome's trace format, one a line. The
 * names in it come out of the model and are written as they are, so that a quote in one makes a
 * line that is no JSON. */
#ifndef MIEV_ENGINE_ONNX_PROFILE_H
#define MIEV_ENGINE_ONNX_PROFILE_H

#include <stddef.h>

#include "engine/op_times.h"

#define MIEV_ONNX_PROFILE_MAX_BYTES ((size_t)256 << 20)

/* Add the operators of the last times->n_runs runs; times->run_s stays as it is. What only holds
 * other operators (If, Loop, Scan) is left out. MIEV_ERR_BROKEN: cut off, not that format, or fewer
 * runs than that. */
MIEV_MUST_USE int miev_onnx_profile_read(const char *text, size_t length,
                                         struct miev_op_times *times, struct miev_error *err);

#endif
