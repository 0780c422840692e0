/* SPDX-License-Identifier: Apache-2.0 */
/* Each tool's own table of grids, data/method_grid.csv. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/file.h"
#include "footprint/formula.h"

enum { METHOD, PLACE, INTENSITY, YEAR };

static bool find(const char *method, const char *place, struct miev_formula_answer *out)
{
    const char *cursor = miev_data_method_grid;
    struct miev_csv_row row;
    if (*place == '\0')
        return false;
    while (miev_csv_next(&cursor, &row)) {
        if (strcmp(miev_csv_field(&row, METHOD), method) != 0 ||
            strcmp(miev_csv_field(&row, PLACE), place) != 0 ||
            miev_parse_double(miev_csv_field(&row, INTENSITY), &out->intensity_g_per_kwh, NULL) !=
                MIEV_OK)
            continue;
        (void)snprintf(out->place, sizeof(out->place), "%s", place);
        out->year = (int)strtol(miev_csv_field(&row, YEAR), NULL, 10);
        return true;
    }
    return false;
}

bool miev_formula_grid(const char *method, const struct miev_formula_work *work,
                       struct miev_formula_answer *out)
{
    char country[3] = "";
    (void)snprintf(country, sizeof(country), "%.2s", work->place);
    return find(method, work->region, out) || find(method, work->place, out) ||
           find(method, country, out) || find(method, "WORLD", out);
}
