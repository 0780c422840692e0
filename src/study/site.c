/* SPDX-License-Identifier: Apache-2.0 */
#include "study/site.h"

#include <stdio.h>

#include "core/error.h"
#include "grid/grid.h"

static int find_place(const struct miev_site_wish *wish, struct miev_site *site,
                      struct miev_error *err)
{
    struct miev_zone zone;
    *site = (struct miev_site){.pue = wish->pue};
    if (wish->intensity_g_per_kwh >= 0) {
        if (wish->zone)
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "a zone and an intensity say the same thing: give one of them");
        (void)snprintf(site->zone, sizeof(site->zone), "custom");
        (void)snprintf(site->source, sizeof(site->source), "given by the user");
        site->intensity_g_per_kwh = wish->intensity_g_per_kwh;
        return MIEV_OK;
    }
    int rc = miev_grid_find(wish->zone ? wish->zone : "world", wish->year, &zone, err);
    if (rc != MIEV_OK)
        return rc;
    (void)snprintf(site->zone, sizeof(site->zone), "%s", zone.name);
    (void)snprintf(site->source, sizeof(site->source), "%s", MIEV_GRID_SOURCE);
    site->intensity_g_per_kwh = zone.intensity_g_per_kwh;
    site->year = zone.year;
    return MIEV_OK;
}

int miev_site_find(const struct miev_site_wish *wish, struct miev_site *site,
                   struct miev_price_options *out, struct miev_error *err)
{
    int rc = find_place(wish, site, err);
    if (rc == MIEV_OK)
        *out = (struct miev_price_options){
            .site = site,
            .default_site = !wish->zone && wish->intensity_g_per_kwh < 0,
            .embodied = !wish->no_embodied,
            .requests_per_day = wish->requests_per_day,
        };
    return rc;
}
