/* SPDX-License-Identifier: Apache-2.0 */
/* Regions of cloud providers: where they are, and how much of their electricity the machines get.
 */
#ifndef MIEV_GRID_CLOUD_H
#define MIEV_GRID_CLOUD_H

#include <stdbool.h>

#include "miev.h"

#define MIEV_CLOUD_SOURCE "the providers' own lists and published PUE; see data/SOURCES.md"

struct miev_cloud_region {
    char provider[16], region[32]; /* "aws", "eu-west-1" */
    char location[48];             /* the city */
    double lat_deg, lon_deg;       /* of that; NAN: not told */
    char iso3[4];                  /* country, whose grid it is reckoned by */
    double pue;                    /* as published; 0: nobody published any */
    int pue_year;                  /* 0: as above */
};

/* The beginning of the table, for a cursor. */
const char *miev_cloud_table(void);
/* Take the next region, by provider and name. False at the end. A line that makes no sense is
 * passed over. */
bool miev_cloud_next(const char **cursor, struct miev_cloud_region *out);

/* The provider that a text begins with ("aws:", "azure:", "gcp:" or "google:", "ovh:"), with
 * *rest behind the colon; NULL: none. */
const char *miev_cloud_provider(const char *text, const char **rest);
bool miev_cloud_is_region(const char *text);
/* The region of "aws:eu-north-1"; letter case is ignored.
 * MIEV_ERR_INVALID when that provider has none of that name, with one that is near. */
MIEV_MUST_USE int miev_cloud_find(const char *text, struct miev_cloud_region *out,
                                  struct miev_error *err);

#endif
