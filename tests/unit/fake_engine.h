/* SPDX-License-Identifier: Apache-2.0 */
/* An engine whose "model file" is a word that says how it behaves, so that crashes, loops, greed
 * and attempts to break out can be tried in the real worker, in the real sandbox.
 *
 * - "FAKE fine": classifies, class 1 of 3
 * - "FAKE slow": as fine, with FAKE_SLOW_CPU_S of CPU time an inference
 * - "FAKE batches": as slow, of up to 4 pictures at once for the CPU time of one; "FAKE mixes": so
 *   too, but answers the last one otherwise
 * - "FAKE crash": dereferences NULL in its first inference; "FAKE late-crash": in its 50th
 * - "FAKE hang": never ends its first inference
 * - "FAKE eat": takes memory until there is none, then aborts as a C++ runtime does
 * - "FAKE break-out": tries a file, sockets, a program and a signal to its parent, and tells
 * - "FAKE babble": writes nonsense to its parent's socket
 * - "FAKE nan": answers with NaN
 * - "FAKE boast": its profiler tells of an operator that takes an hour
 * - "MUTE fine": as "FAKE fine", by an engine that tells no operator's time */
#ifndef MIEV_TESTS_FAKE_ENGINE_H
#define MIEV_TESTS_FAKE_ENGINE_H

#include "engine/engine.h"

#define FAKE_SLOW_CPU_S 0.002

extern const struct miev_engine_ops *const fake_engines[];

/* What "break-out" does: "file open, socket open, program started, parent signalled" for what
 * succeeds, "... refused" for what does not. */
void fake_break_out(char *out, size_t capacity);

#endif
