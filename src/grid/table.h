/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in table of zones and years, and its other names. For grid.c and suggest.c. */
#ifndef MIEV_GRID_TABLE_H
#define MIEV_GRID_TABLE_H

#include "grid/grid.h"

/* What zones are compared by: a name as miev_text_fold leaves it. As wide as the longest name, and
 * a longer text from outside is refused before it is folded. */
#define MIEV_GRID_KEY_SIZE sizeof(((struct miev_zone *)0)->name)

/* The beginning of the table, for a cursor. */
const char *miev_grid_table(void);

/* Take the next zone and year; they are sorted by name, then year. False at the end. */
bool miev_grid_next(const char **cursor, struct miev_zone *out);

/* Take the next zone: its first year into out, *years to its first line for miev_grid_next, and
 * *cursor behind its last one. Quicker than reading every year. False at the end. */
bool miev_grid_next_zone(const char **cursor, const char **years, struct miev_zone *out);

/* The beginning of the other names, for a cursor. */
const char *miev_grid_aliases(void);

/* Take the next other name ("Holland") and the name or code it stands for ("NLD"). False at the
 * end. Both have room for MIEV_GRID_KEY_SIZE bytes. */
bool miev_grid_next_alias(const char **cursor, char *alias, char *zone);

/* The text folds to the key, and to something. */
bool miev_grid_folds_to(const char *text, const char *key);

/* One of the zone's codes or its name has this key. */
bool miev_grid_has_key(const struct miev_zone *zone, const char *key);

#endif
