/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine has drawn since somebody first asked: for a MIEV on another machine whose model
 * is served here. */
#ifndef MIEV_SERVER_JOULES_H
#define MIEV_SERVER_JOULES_H

#include <jansson.h>

#include "core/env.h"

/* Readings are at most so fresh: counters read by the millisecond tell more of other people's work
 * than their joules. */
#define MIEV_JOULES_EVERY_NS UINT64_C(100000000)

struct miev_joules; /* opaque */

/* Opens no sensor yet. NULL without memory. miev_joules_destroy (NULL allowed). */
struct miev_joules *miev_joules_create(const struct miev_env *env);
void miev_joules_destroy(struct miev_joules *joules);

/* The document of /api/v1/energy, new reference. Callable from any thread. */
MIEV_MUST_USE int miev_joules_read(struct miev_joules *joules, json_t **out,
                                   struct miev_error *err);

#endif
