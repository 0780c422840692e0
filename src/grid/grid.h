/* SPDX-License-Identifier: Apache-2.0 */
/* Zones and the grams of CO2 equivalent per kWh there. Data is built into the library; each call
 * reads it afresh (well under a millisecond), so that there is no state to guard. */
#ifndef MIEV_GRID_GRID_H
#define MIEV_GRID_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "miev.h"

/* Who tells a figure, and of what. Figures of two of them are never ranked beside each other. */
enum miev_grid_basis {
    MIEV_GRID_EMBER,            /* countries: lifecycle, electricity generated there */
    MIEV_GRID_ELECTRICITY_MAPS, /* zones: lifecycle, electricity used there (flows traced) */
    MIEV_GRID_EGRID,            /* of the United States: what power plants burn (no lifecycle) */
};
/* To be named wherever a figure is shown. */
const char *miev_grid_source_of(enum miev_grid_basis basis);

struct miev_zone {
    char iso3[4], iso2[3]; /* "" for aggregates; of a part of a country, the country's */
    char code[16];         /* what it is asked for by: "KR", "SE-SE3", "US-CA"; "": by its name */
    char name[64];         /* "South Korea", "World" */
    enum miev_grid_basis basis;
    bool aggregate; /* a group of countries, not a country */
    int year;
    double intensity_g_per_kwh;
};

#define MIEV_GRID_SOURCE "Our World in Data / Ember, lifecycle, electricity generated"
#define MIEV_GRID_LATEST 0

/* Find a zone by ISO 3166 code (2 or 3 letters), by name or by a common other name ("UK", "Korea",
 * "Deutschland"), a part of a country by its code or name ("SE-SE3", "US-CA", "Texas"), or the
 * country at a position ("59.33,18.07": latitude and longitude in degrees); letter case, accents
 * and punctuation are ignored. "em:" and "egrid:" before it ask for the figures of Electricity Maps
 * or eGRID alone ("em:DE"). Year or MIEV_GRID_LATEST. MIEV_ERR_INVALID for an unknown one, with the
 * nearest names in the message ("did you mean South Korea (KR)?"); MIEV_ERR_UNAVAILABLE when that
 * year is missing, with the years that are there. */
MIEV_MUST_USE int miev_grid_find(const char *zone, int year, struct miev_zone *out,
                                 struct miev_error *err);

/* The world average of the latest year. */
MIEV_MUST_USE int miev_grid_world(struct miev_zone *out, struct miev_error *err);

/* Call visit for the latest year of each country and group in alphabetical order (or, with a zone
 * code or name, for every year of that zone, oldest first) until it returns false. */
MIEV_MUST_USE int miev_grid_list(const char *zone_or_null,
                                 bool (*visit)(void *context, const struct miev_zone *zone),
                                 void *context, struct miev_error *err);

/* The same for the zones of Electricity Maps and eGRID, by source and code: of one country (its
 * ISO 3166 code of two letters, in capitals) or, with NULL, of all. */
void miev_grid_list_parts(const char *iso2_or_null,
                          bool (*visit)(void *context, const struct miev_zone *zone),
                          void *context);

#endif
