/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/site.h"

struct miev_site_wish site_wish(const struct site_settings *settings)
{
    return (struct miev_site_wish){
        .zone = settings->zone,
        .intensity_g_per_kwh = settings->intensity,
        .year = (int)settings->year,
        .live = settings->live,
        .pue = settings->pue,
        .requests_per_day = settings->requests_per_day,
        .lifetime_s = settings->lifetime_years * MIEV_SITE_YEAR_S,
        .no_embodied = settings->no_embodied,
    };
}

int site_options(const struct site_settings *settings, struct miev_site *site,
                 struct miev_price_options *out, struct miev_error *err)
{
    const struct miev_site_wish wish = site_wish(settings);
    return miev_site_find(&wish, site, out, err);
}
