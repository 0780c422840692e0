/* SPDX-License-Identifier: Apache-2.0 */
/* The zones that other sources than the table of countries tell of: those of Electricity Maps
 * (countries and their parts) and of the US EPA's eGRID (states and subregions). For grid.c. */
#ifndef MIEV_GRID_PARTS_H
#define MIEV_GRID_PARTS_H

#include "grid/grid.h"

struct miev_parts_cursor {
    const char *at; /* NULL: at the beginning */
    enum miev_grid_basis basis;
};

/* Take the next zone and year; sorted by source, code and year. False at the end. */
bool miev_parts_next(struct miev_parts_cursor *cursor, struct miev_zone *out);

/* What a text asks for. */
struct miev_parts_wish {
    bool one_source;            /* only this one: the text began with "em:" or "egrid:" */
    enum miev_grid_basis basis; /* of one_source */
    const char *rest;           /* of the text, behind that */
};
struct miev_parts_wish miev_parts_wish_of(const char *text);

/* Call visit for every year of the first zone with this key (see grid/table.h), oldest first, until
 * it returns false; returns how many there were. A whole country is found only by naming the
 * source: without that, the table of countries has it. */
size_t miev_parts_each_year(const struct miev_parts_wish *wish, const char *key,
                            bool (*visit)(void *context, const struct miev_zone *zone),
                            void *context);

#endif
