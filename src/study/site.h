/* SPDX-License-Identifier: Apache-2.0 */
/* Where a model runs, as people name it: a zone or an intensity of their own. */
#ifndef MIEV_STUDY_SITE_H
#define MIEV_STUDY_SITE_H

#include "study/price.h"

#define MIEV_SITE_YEAR_S             (365.25 * 86400)
#define MIEV_SITE_MIN_LIFETIME_YEARS 0.1
#define MIEV_SITE_MAX_LIFETIME_YEARS 100.0

struct miev_site_wish {
    const char *zone;           /* as miev_grid_find takes it, or a region of a cloud provider as
                                 * miev_cloud_find does; NULL: not said */
    double intensity_g_per_kwh; /* in place of a zone; below 0: not said */
    int year;                   /* of the zone's figure; 0: the latest */
    double pue;                 /* 1 and up; 0: not said, which is a region's own, else 1 */
    const char *live;           /* "neso", "electricitymaps:DE": a provider of live figures, with
                                 * its own name of the place when that is another; NULL: none */
    double requests_per_day;    /* 0: not said */
    double lifetime_s;          /* that the machine is planned to be in use; 0: not said */
    bool no_embodied;           /* leave out the share of the machine's manufacturing */
};

#define MIEV_SITE_WISH_INIT       \
    {                             \
        .intensity_g_per_kwh = -1 \
    }

/* What a wish means, for miev_report_price and its like; *out refers to *site. Nobody having named
 * a place, it is the world. MIEV_ERR_INVALID when the zone is unknown or stands beside an
 * intensity. */
MIEV_MUST_USE int miev_site_find(const struct miev_site_wish *wish, struct miev_site *site,
                                 struct miev_price_options *out, struct miev_error *err);

#endif
