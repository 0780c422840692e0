/* SPDX-License-Identifier: Apache-2.0 */
/* Zones and the grams of CO2 equivalent per kWh there. Data is built into the library; each call
 * reads it afresh (well under a millisecond), so that there is no state to guard. */
#ifndef MIEV_GRID_GRID_H
#define MIEV_GRID_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "miev.h"

struct miev_zone {
    char iso3[4], iso2[3]; /* "" for aggregates */
    char name[64];         /* "South Korea", "World" */
    bool aggregate;        /* a group of countries, not a country */
    int year;
    double intensity_g_per_kwh;
};

#define MIEV_GRID_SOURCE "Our World in Data / Ember, lifecycle, electricity generated"
#define MIEV_GRID_LATEST 0

/* Find a zone by ISO 3166 code (2 or 3 letters), by name or by a common other name ("UK", "Korea",
 * "Deutschland"); letter case, accents and punctuation are ignored. Year or MIEV_GRID_LATEST.
 * MIEV_ERR_INVALID for an unknown one, with the nearest names in the message ("did you mean South
 * Korea (KR)?"); MIEV_ERR_UNAVAILABLE when that year is missing, with the years that are there. */
MIEV_MUST_USE int miev_grid_find(const char *zone, int year, struct miev_zone *out,
                                 struct miev_error *err);

/* The world average of the latest year. */
MIEV_MUST_USE int miev_grid_world(struct miev_zone *out, struct miev_error *err);

/* Call visit for each zone's latest year in alphabetical order (or, with a zone code or name, for
 * every year of that zone, oldest first) until it returns false. */
MIEV_MUST_USE int miev_grid_list(const char *zone_or_null,
                                 bool (*visit)(void *context, const struct miev_zone *zone),
                                 void *context, struct miev_error *err);

#endif
