/* SPDX-License-Identifier: Apache-2.0 */
/* What a report's alternatives are held against: its own place and rate, unless others are asked
 * for. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/field.h"
#include "grid/cloud.h"
#include "study/alternatives.h"

/* Nobody asked for another place, or for another share of manufacturing. */
static bool stays(const struct miev_site_wish *wish)
{
    return !wish->zone && !wish->live && wish->intensity_g_per_kwh < 0 && wish->pue <= 0 &&
           wish->year <= 0 && wish->lifetime_s <= 0 && !wish->no_embodied;
}

/* The rate that the report was priced at; 0: none. */
static double own_rate(const json_t *report)
{
    size_t i;
    const json_t *model;
    json_array_foreach(miev_field_at(report, "models"), i, model)
    {
        double rate = miev_field_number(miev_field_at(miev_field_at(model, "footprint"), "at_rate"),
                                        "requests_per_day");
        if (isfinite(rate))
            return rate;
    }
    return 0;
}

int miev_alternatives_price(json_t *report, const struct miev_site_wish *wish,
                            const struct miev_price_options *asked, struct miev_error *err)
{
    struct miev_site own;
    struct miev_price_options place = *asked;
    if (stays(wish))
        miev_report_priced_by(report, &own, &place);
    place.requests_per_day = asked->requests_per_day;
    if (!(asked->requests_per_day > 0))
        place.requests_per_day = asked->requests_per_day < 0 ? 0 : own_rate(report);
    return miev_report_price(report, &place, err);
}

/* "Sweden (aws:eu-north-1)" is a cloud's region. */
static void zone_of_region(char zone[64])
{
    char *open = strrchr(zone, '('), *end = open ? strchr(open, ')') : NULL;
    if (!end)
        return;
    *end = '\0';
    if (miev_cloud_is_region(open + 1))
        memmove(zone, open + 1, strlen(open + 1) + 1);
    else
        *end = ')';
}

void miev_alternatives_zone(const json_t *report, const struct miev_site_wish *wish, char out[64])
{
    const json_t *site = miev_field_at(report, "site");
    bool nowhere = json_is_true(miev_field_at(site, "default")) || wish->intensity_g_per_kwh >= 0;
    (void)snprintf(out, 64, "%s",
                   wish->zone ? wish->zone
                   : nowhere  ? ""
                              : miev_field_text(site, "zone"));
    if (!wish->zone)
        zone_of_region(out);
}
