/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/file.h"
#include "core/text.h"

/* Columns of data/grid_country_year.csv. */
enum { COLUMN_ISO3, COLUMN_ISO2, COLUMN_NAME, COLUMN_KIND, COLUMN_YEAR, COLUMN_INTENSITY };

const char *miev_grid_table(void)
{
    return miev_data_grid_country_year;
}

static bool parse_row(const struct miev_csv_row *row, struct miev_zone *out)
{
    double year = 0;
    if (miev_parse_double(miev_csv_field(row, COLUMN_YEAR), &year, NULL) != MIEV_OK ||
        miev_parse_double(miev_csv_field(row, COLUMN_INTENSITY), &out->intensity_g_per_kwh, NULL) !=
            MIEV_OK)
        return false; /* the line of column names */
    out->year = (int)year;
    out->aggregate = strcmp(miev_csv_field(row, COLUMN_KIND), "aggregate") == 0;
    /* The source's own codes for groups ("OWID_WRL") are no ISO codes. */
    (void)snprintf(out->iso3, sizeof(out->iso3), "%.3s",
                   out->aggregate ? "" : miev_csv_field(row, COLUMN_ISO3));
    (void)snprintf(out->iso2, sizeof(out->iso2), "%.2s",
                   out->aggregate ? "" : miev_csv_field(row, COLUMN_ISO2));
    (void)snprintf(out->code, sizeof(out->code), "%s", out->iso2);
    (void)snprintf(out->name, sizeof(out->name), "%s", miev_csv_field(row, COLUMN_NAME));
    out->basis = MIEV_GRID_EMBER;
    return true;
}

bool miev_grid_next(const char **cursor, struct miev_zone *out)
{
    struct miev_csv_row row;
    while (miev_csv_next(cursor, &row))
        if (parse_row(&row, out))
            return true;
    return false;
}

/* How much of a line says which zone it is for: all but the year and the value. Only for a line
 * that parse_row took, which has these columns. */
static size_t zone_length(const char *line, const char *end)
{
    for (int commas = 0; end > line; end--)
        if (end[-1] == ',' && ++commas == 2)
            break;
    return (size_t)(end - line);
}

bool miev_grid_next_zone(const char **cursor, const char **years, struct miev_zone *out)
{
    const char *begin = *cursor;
    if (!miev_grid_next(cursor, out))
        return false;
    const char *end = *cursor, *line;
    while (end > begin && end[-1] == '\n')
        end--;
    for (line = end; line > begin && line[-1] != '\n';)
        line--;
    size_t length = zone_length(line, end);
    while (strncmp(*cursor, line, length) == 0) {
        *cursor += strcspn(*cursor, "\n");
        *cursor += strspn(*cursor, "\n");
    }
    *years = line;
    return true;
}

const char *miev_grid_aliases(void)
{
    const char *cursor = miev_data_zone_aliases;
    struct miev_csv_row column_names;
    (void)miev_csv_next(&cursor, &column_names);
    return cursor;
}

bool miev_grid_next_alias(const char **cursor, char *alias, char *zone)
{
    struct miev_csv_row row;
    if (!miev_csv_next(cursor, &row))
        return false;
    (void)snprintf(alias, MIEV_GRID_KEY_SIZE, "%s", miev_csv_field(&row, 0));
    (void)snprintf(zone, MIEV_GRID_KEY_SIZE, "%s", miev_csv_field(&row, 1));
    return true;
}

bool miev_grid_folds_to(const char *text, const char *key)
{
    char folded[MIEV_GRID_KEY_SIZE];
    miev_text_fold(folded, sizeof(folded), text);
    return folded[0] != '\0' && strcmp(folded, key) == 0;
}

bool miev_grid_has_key(const struct miev_zone *zone, const char *key)
{
    return miev_grid_folds_to(zone->iso2, key) || miev_grid_folds_to(zone->iso3, key) ||
           miev_grid_folds_to(zone->name, key);
}
