/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_GRID_SUGGEST_H
#define MIEV_GRID_SUGGEST_H

#include "grid/grid.h"

/* How many single-letter changes (put in, leave out, replace, swap two neighbours) turn a into b;
 * limit + 1 when it is more than limit. Both shorter than the name of a zone. */
size_t miev_grid_distance(const char *a, const char *b, size_t limit);

/* The zones whose names are nearest to a folded text, best first; returns how many, at most
 * capacity (which is at most 8) and none when nothing is near. */
size_t miev_grid_suggest(const char *key, struct miev_zone *out, size_t capacity);

#endif
