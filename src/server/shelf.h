/* SPDX-License-Identifier: Apache-2.0 */
/* The catalog as it is now: read anew when a model came or went, while others still look at the one
 * before. Callable from any thread. */
#ifndef MIEV_SERVER_SHELF_H
#define MIEV_SERVER_SHELF_H

#include "model/catalog.h"

struct miev_shelf;

MIEV_MUST_USE int miev_shelf_open(const struct miev_env *env, struct miev_shelf **out,
                                  struct miev_error *err);
void miev_shelf_close(struct miev_shelf *shelf); /* NULL allowed */

/* The catalog, which stays as it is until it is given back. A catalog that cannot be read anew is
 * the one before. */
const struct miev_catalog *miev_shelf_take(struct miev_shelf *shelf);
void miev_shelf_give(struct miev_shelf *shelf, const struct miev_catalog *catalog);
/* A model came or went: what its folder's time may be too coarse to tell. */
void miev_shelf_renew(struct miev_shelf *shelf);
/* A number that is another one after a model has come or gone, whoever did it. */
uint64_t miev_shelf_changes(struct miev_shelf *shelf);

#endif
