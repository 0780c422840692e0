/* SPDX-License-Identifier: Apache-2.0 */
/* All model cards known here. */
#ifndef MIEV_MODEL_CATALOG_H
#define MIEV_MODEL_CATALOG_H

#include "core/env.h"
#include "model/card.h"

struct miev_catalog {
    struct miev_card *cards; /* cheapest first (by macs, unknown ones last), then by name */
    size_t n;
    size_t n_skipped;          /* cards of the user's own that were left out, */
    struct miev_error skipped; /* and what is wrong with the first of them */
};

/* The folder that holds "models" and "runtime" of this installation: $MIEV_HOME, else
 * <prefix>/share/miev beside an installed program, else the source tree that the program was built
 * in. MIEV_ERR_UNAVAILABLE when none of them is there. */
MIEV_MUST_USE int miev_home(const struct miev_env *env, char *out, size_t capacity,
                            struct miev_error *err);

/* The folder of the engines' runtimes of this installation. Statuses as above. */
MIEV_MUST_USE int miev_runtime_dir(const struct miev_env *env, char *out, size_t capacity,
                                   struct miev_error *err);

/* Read every card (*.json) of a folder. A broken card fails the whole, naming it: a catalog that
 * silently misses a model would make a wrong comparison. miev_catalog_finish when done. */
MIEV_MUST_USE int miev_catalog_load(const char *folder, struct miev_catalog *out,
                                    struct miev_error *err);

/* Add those of a folder that somebody else fills: a broken one is left out and counted. On failure
 * the catalog still is to be finished. */
MIEV_MUST_USE int miev_catalog_add(struct miev_catalog *catalog, const char *folder,
                                   struct miev_error *err);

/* All models of this installation and this user: "models" (bundled), "models/known" (known by
 * address) and the depot. A known model whose file is in the depot has its path and is
 * MIEV_PLACE_PULLED; so is every other card of the depot, unless its name is a bundled model's. */
MIEV_MUST_USE int miev_catalog_load_home(const struct miev_env *env, struct miev_catalog *out,
                                         struct miev_error *err);
void miev_catalog_finish(struct miev_catalog *catalog);

/* The card of that name; MIEV_ERR_INVALID with the names of the bundled ones. */
MIEV_MUST_USE int miev_catalog_find(const struct miev_catalog *catalog, const char *name,
                                    const struct miev_card **out, struct miev_error *err);

#endif
