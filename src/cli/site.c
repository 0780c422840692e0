/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/site.h"

#include <stdio.h>

#include "core/error.h"
#include "grid/grid.h"

static int find_site(const struct site_settings *settings, struct miev_site *site,
                     struct miev_error *err)
{
    struct miev_zone zone;
    *site = (struct miev_site){.pue = settings->pue};
    if (settings->intensity >= 0) {
        if (settings->zone)
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "--zone and --intensity say the same thing: give one of them");
        (void)snprintf(site->zone, sizeof(site->zone), "custom");
        (void)snprintf(site->source, sizeof(site->source), "given by --intensity");
        site->intensity_g_per_kwh = settings->intensity;
        return MIEV_OK;
    }
    int rc =
        miev_grid_find(settings->zone ? settings->zone : "world", (int)settings->year, &zone, err);
    if (rc != MIEV_OK)
        return rc;
    (void)snprintf(site->zone, sizeof(site->zone), "%s", zone.name);
    (void)snprintf(site->source, sizeof(site->source), "%s", MIEV_GRID_SOURCE);
    site->intensity_g_per_kwh = zone.intensity_g_per_kwh;
    site->year = zone.year;
    return MIEV_OK;
}

int site_options(const struct site_settings *settings, struct miev_site *site,
                 struct miev_price_options *out, struct miev_error *err)
{
    int rc = find_site(settings, site, err);
    if (rc == MIEV_OK)
        *out = (struct miev_price_options){
            .site = site,
            .default_site = !settings->zone && settings->intensity < 0,
            .embodied = !settings->no_embodied,
            .requests_per_day = settings->requests_per_day,
        };
    return rc;
}
