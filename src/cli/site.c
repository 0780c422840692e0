/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/site.h"

#include "study/site.h"

#define S_PER_YEAR (365.25 * 86400)

int site_options(const struct site_settings *settings, struct miev_site *site,
                 struct miev_price_options *out, struct miev_error *err)
{
    const struct miev_site_wish wish = {
        .zone = settings->zone,
        .intensity_g_per_kwh = settings->intensity,
        .year = (int)settings->year,
        .live = settings->live,
        .pue = settings->pue,
        .requests_per_day = settings->requests_per_day,
        .lifetime_s = settings->lifetime_years * S_PER_YEAR,
        .no_embodied = settings->no_embodied,
    };
    return miev_site_find(&wish, site, out, err);
}
