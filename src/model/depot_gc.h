/* SPDX-License-Identifier: Apache-2.0 */
/* What no card names any more, and downloads that nobody went on with. */
#ifndef MIEV_MODEL_DEPOT_GC_H
#define MIEV_MODEL_DEPOT_GC_H

#include <stdint.h>
#include <time.h>

#include "model/depot.h"

#define MIEV_GC_PARTIAL_KEPT_S ((time_t)7 * 86400)

struct miev_gc {
    bool dry_run;  /* tell, and remove nothing */
    time_t now_s;  /* partials untouched for MIEV_GC_PARTIAL_KEPT_S before go */
    bool partials; /* younger ones too */
    /* Each thing that goes: its part, its name there, its bytes. */
    void (*goes)(void *context, enum miev_depot_part part, const char *name, uint64_t bytes);
    void *context;
};

/* depot is opened alone. MIEV_ERR_INVALID, before anything is removed, when a card cannot be read:
 * what it names is not known. */
MIEV_MUST_USE int miev_depot_gc(const struct miev_depot *depot, const struct miev_gc *gc,
                                struct miev_error *err);

#endif
