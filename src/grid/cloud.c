/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/cloud.h"

#include <math.h>
#include <stdio.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/file.h"

/* Columns of data/cloud_region.csv. */
enum { PROVIDER, REGION, LOCATION, LAT, LON, ISO3, PUE, PUE_YEAR };

const char *miev_cloud_table(void)
{
    return miev_data_cloud_region;
}

/* An empty cell is something that nobody published. */
static bool read_number(const struct miev_csv_row *row, size_t column, double otherwise,
                        double *out)
{
    const char *text = miev_csv_field(row, column);
    *out = otherwise;
    return *text == '\0' || miev_parse_double(text, out, NULL) == MIEV_OK;
}

static bool parse_row(const struct miev_csv_row *row, struct miev_cloud_region *out)
{
    struct miev_cloud_region region = {.pue = 0};
    double year = 0;
    if (!read_number(row, LAT, NAN, &region.lat_deg) ||
        !read_number(row, LON, NAN, &region.lon_deg) || !read_number(row, PUE, 0, &region.pue) ||
        !read_number(row, PUE_YEAR, 0, &year))
        return false; /* the line of column names */
    region.pue_year = (int)year;
    (void)snprintf(region.provider, sizeof(region.provider), "%s", miev_csv_field(row, PROVIDER));
    (void)snprintf(region.region, sizeof(region.region), "%s", miev_csv_field(row, REGION));
    (void)snprintf(region.location, sizeof(region.location), "%s", miev_csv_field(row, LOCATION));
    (void)snprintf(region.iso3, sizeof(region.iso3), "%.3s", miev_csv_field(row, ISO3));
    *out = region;
    return true;
}

bool miev_cloud_next(const char **cursor, struct miev_cloud_region *out)
{
    struct miev_csv_row row;
    while (miev_csv_next(cursor, &row))
        if (parse_row(&row, out))
            return true;
    return false;
}
