/* SPDX-License-Identifier: Apache-2.0 */
#include "study/site.h"

#include <stdio.h>

#include "core/error.h"
#include "grid/cloud.h"
#include "grid/grid.h"
#include "study/site_live.h"

static int use_own_figure(const struct miev_site_wish *wish, struct miev_site *site,
                          struct miev_error *err)
{
    if (wish->zone)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a zone and an intensity say the same thing: give one of them");
    (void)snprintf(site->zone, sizeof(site->zone), "custom");
    (void)snprintf(site->source, sizeof(site->source), "given by the user");
    site->intensity_g_per_kwh = wish->intensity_g_per_kwh;
    return MIEV_OK;
}

static int use_zone(const char *name, int year, struct miev_site *site, struct miev_error *err)
{
    struct miev_zone zone;
    int rc = miev_grid_find(name, year, &zone, err);
    if (rc != MIEV_OK)
        return rc;
    (void)snprintf(site->zone, sizeof(site->zone), "%s", zone.name);
    (void)snprintf(site->source, sizeof(site->source), "%s", miev_grid_source_of(zone.basis));
    site->intensity_g_per_kwh = zone.intensity_g_per_kwh;
    site->year = zone.year;
    return MIEV_OK;
}

/* A region has the electricity of its country, and the PUE that its provider published. */
static int use_region(const struct miev_site_wish *wish, struct miev_site *site,
                      struct miev_error *err)
{
    struct miev_cloud_region region;
    int rc = miev_cloud_find(wish->zone, &region, err);
    if (rc == MIEV_OK)
        rc = use_zone(region.iso3, wish->year, site, err);
    if (rc != MIEV_OK)
        return rc;
    char country[sizeof(site->zone)];
    (void)snprintf(country, sizeof(country), "%s", site->zone);
    (void)snprintf(site->zone, sizeof(site->zone), "%.24s (%s:%.20s)", country, region.provider,
                   region.region);
    if (wish->pue <= 0 && region.pue > 0)
        site->pue = region.pue;
    return MIEV_OK;
}

static int find_place(const struct miev_site_wish *wish, struct miev_site *site,
                      struct miev_error *err)
{
    *site = (struct miev_site){.pue = wish->pue > 0 ? wish->pue : 1};
    if (wish->intensity_g_per_kwh >= 0)
        return use_own_figure(wish, site, err);
    if (wish->zone && miev_cloud_is_region(wish->zone))
        return use_region(wish, site, err);
    return use_zone(wish->zone ? wish->zone : "world", wish->year, site, err);
}

/* The figure of now in place of the year's, if it can be had: the source says which it is. */
static int go_live(const struct miev_site_wish *wish, struct miev_site *site,
                   struct miev_error *err)
{
    if (!wish->live)
        return MIEV_OK;
    if (wish->intensity_g_per_kwh >= 0 || wish->year != 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a live figure, an intensity of your own and a year say different "
                              "things: give one of them");
    return miev_site_live(wish->live, wish->zone, site, err);
}

int miev_site_find(const struct miev_site_wish *wish, struct miev_site *site,
                   struct miev_price_options *out, struct miev_error *err)
{
    int rc = find_place(wish, site, err);
    if (rc == MIEV_OK)
        rc = go_live(wish, site, err);
    if (rc == MIEV_OK)
        *out = (struct miev_price_options){
            .site = site,
            .default_site = !wish->zone && wish->intensity_g_per_kwh < 0,
            .embodied = !wish->no_embodied,
            .lifetime_s = wish->lifetime_s,
            .requests_per_day = wish->requests_per_day,
        };
    return rc;
}
