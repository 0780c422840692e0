/* SPDX-License-Identifier: Apache-2.0 */
/* What LiteRT's profiler tells of a run. */
#ifndef MIEV_ENGINE_LITERT_PROFILE_H
#define MIEV_ENGINE_LITERT_PROFILE_H

#include "engine/litert_api.h"
#include "engine/op_times.h"

/* Add the operators of one run's events, which stand in the order of their beginning. What only
 * holds other operators (WHILE, IF, CALL) is left out. */
MIEV_MUST_USE int miev_litert_profile_take(const struct litert_event *events, size_t n, size_t run,
                                           struct miev_op_times *times, struct miev_error *err);

#endif
