/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/cloud.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "grid/suggest.h"

#define NEAR_CHANGES 4 /* of a region's name, to be worth a suggestion */

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

static const char *const providers[] = {"aws", "azure", "gcp", "ovh"};

const char *miev_cloud_provider(const char *text, const char **rest)
{
    const char *colon = strchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : 0;
    *rest = colon ? colon + 1 : text;
    if (length == 6 && strncasecmp(text, "google", length) == 0)
        return "gcp";
    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++)
        if (strlen(providers[i]) == length && strncasecmp(text, providers[i], length) == 0)
            return providers[i];
    return NULL;
}

bool miev_cloud_is_region(const char *text)
{
    const char *rest;
    return miev_cloud_provider(text, &rest) != NULL;
}

static int refuse(const char *provider, const char *name, const struct miev_cloud_region *near,
                  struct miev_error *err)
{
    char shown[64];
    miev_text_show(shown, sizeof(shown), name);
    if (*near->region)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%s has no region '%s': did you mean %s:%s (%s)?", provider, shown,
                              provider, near->region, near->location);
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "%s has no region '%s': 'miev zones --cloud %s' lists those there are",
                          provider, shown, provider);
}

int miev_cloud_find(const char *text, struct miev_cloud_region *out, struct miev_error *err)
{
    const char *name, *provider = miev_cloud_provider(text, &name), *cursor = miev_cloud_table();
    struct miev_cloud_region region, near = {.region = ""};
    size_t best = NEAR_CHANGES;
    if (!provider)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a region begins with aws:, azure:, gcp: or ovh:");
    bool fits = strlen(name) < sizeof(region.region); /* nothing longer is near anything */
    while (miev_cloud_next(&cursor, &region)) {
        if (strcmp(region.provider, provider) != 0)
            continue;
        if (strcasecmp(region.region, name) == 0) {
            *out = region;
            return MIEV_OK;
        }
        size_t distance = fits ? miev_grid_distance(name, region.region, best) : best;
        if (distance < best) {
            best = distance;
            near = region;
        }
    }
    return refuse(provider, name, &near, err);
}
