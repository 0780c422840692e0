/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/parts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/file.h"
#include "grid/table.h"

/* Columns of data/grid_zone_electricitymaps.csv and data/grid_us_egrid.csv. */
enum { CODE, EM_ISO2, EM_NAME, YEAR, INTENSITY };
enum { EGRID_NAME = 1 };

static const struct {
    const char *prefix;
    enum miev_grid_basis basis;
} prefixes[] = {{"em:", MIEV_GRID_ELECTRICITY_MAPS}, {"egrid:", MIEV_GRID_EGRID}};

const char *miev_grid_source_of(enum miev_grid_basis basis)
{
    switch (basis) {
    case MIEV_GRID_ELECTRICITY_MAPS:
        return "Electricity Maps, lifecycle, electricity used (flows traced), ODbL";
    case MIEV_GRID_EGRID:
        return "US EPA eGRID2022, what power plants burn (no lifecycle), electricity generated";
    case MIEV_GRID_EMBER:
        break;
    }
    return MIEV_GRID_SOURCE;
}

static bool parse_row(const struct miev_csv_row *row, enum miev_grid_basis basis,
                      struct miev_zone *out)
{
    bool egrid = basis == MIEV_GRID_EGRID;
    struct miev_zone zone = {.basis = basis};
    double year = 0;
    if (miev_parse_double(miev_csv_field(row, YEAR), &year, NULL) != MIEV_OK ||
        miev_parse_double(miev_csv_field(row, INTENSITY), &zone.intensity_g_per_kwh, NULL) !=
            MIEV_OK)
        return false; /* the line of column names */
    zone.year = (int)year;
    (void)snprintf(zone.code, sizeof(zone.code), "%.15s", miev_csv_field(row, CODE));
    (void)snprintf(zone.iso2, sizeof(zone.iso2), "%.2s",
                   egrid ? "US" : miev_csv_field(row, EM_ISO2));
    (void)snprintf(zone.name, sizeof(zone.name), "%.63s",
                   miev_csv_field(row, egrid ? EGRID_NAME : EM_NAME));
    *out = zone;
    return true;
}

bool miev_parts_next(struct miev_parts_cursor *cursor, struct miev_zone *out)
{
    struct miev_csv_row row;
    if (!cursor->at)
        *cursor = (struct miev_parts_cursor){miev_data_grid_zone_electricitymaps,
                                             MIEV_GRID_ELECTRICITY_MAPS};
    for (;;) {
        while (miev_csv_next(&cursor->at, &row))
            if (parse_row(&row, cursor->basis, out))
                return true;
        if (cursor->basis == MIEV_GRID_EGRID)
            return false;
        *cursor = (struct miev_parts_cursor){miev_data_grid_us_egrid, MIEV_GRID_EGRID};
    }
}

struct miev_parts_wish miev_parts_wish_of(const char *text)
{
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        size_t length = strlen(prefixes[i].prefix);
        if (strncasecmp(text, prefixes[i].prefix, length) == 0)
            return (struct miev_parts_wish){true, prefixes[i].basis, text + length};
    }
    return (struct miev_parts_wish){.rest = text};
}

/* By its code, its name, or its name without the country ("Bornholm, Denmark"). */
static bool has_key(const struct miev_zone *zone, const char *key)
{
    char part[sizeof(zone->name)];
    (void)snprintf(part, sizeof(part), "%.*s", (int)strcspn(zone->name, ","), zone->name);
    return miev_grid_folds_to(zone->code, key) || miev_grid_folds_to(zone->name, key) ||
           miev_grid_folds_to(part, key);
}

static bool is_wanted(const struct miev_parts_wish *wish, const struct miev_zone *zone)
{
    return wish->one_source ? zone->basis == wish->basis : strcmp(zone->code, zone->iso2) != 0;
}

size_t miev_parts_each_year(const struct miev_parts_wish *wish, const char *key,
                            bool (*visit)(void *context, const struct miev_zone *zone),
                            void *context)
{
    struct miev_parts_cursor cursor = {.at = NULL};
    struct miev_zone zone;
    char code[sizeof(zone.code)] = "";
    size_t n = 0;
    while (miev_parts_next(&cursor, &zone)) {
        bool same = n > 0 && strcmp(zone.code, code) == 0;
        if (n > 0 && !same)
            break;
        if (!same && (!is_wanted(wish, &zone) || !has_key(&zone, key)))
            continue;
        (void)snprintf(code, sizeof(code), "%s", zone.code);
        n++;
        if (!visit(context, &zone))
            break;
    }
    return n;
}

void miev_grid_list_parts(const char *iso2_or_null,
                          bool (*visit)(void *context, const struct miev_zone *zone), void *context)
{
    struct miev_parts_cursor cursor = {.at = NULL};
    struct miev_zone zone, next;
    bool more = miev_parts_next(&cursor, &zone);
    while (more) {
        more = miev_parts_next(&cursor, &next);
        bool last_year = !more || strcmp(next.code, zone.code) != 0 || next.basis != zone.basis;
        if (last_year && (!iso2_or_null || strcmp(zone.iso2, iso2_or_null) == 0) &&
            !visit(context, &zone))
            return;
        if (more)
            zone = next;
    }
}
