/* SPDX-License-Identifier: Apache-2.0 */
/* The last figure of a provider and place, kept in a small file. */
#ifndef MIEV_GRID_LIVE_CACHE_H
#define MIEV_GRID_LIVE_CACHE_H

#include "grid/live.h"

/* folder NULL: nothing is kept. False when there is none, or what is there makes no sense. */
bool miev_live_cache_read(const char *folder, const char *provider, const char *place,
                          struct miev_live_point *out);
/* A figure that cannot be kept is asked for again: no harm is done. */
void miev_live_cache_write(const char *folder, const char *provider, const char *place,
                           const struct miev_live_point *point);

#endif
