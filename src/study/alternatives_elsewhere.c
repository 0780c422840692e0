/* SPDX-License-Identifier: Apache-2.0 */
/* Another hour and another place: the joules stay, and only the electricity changes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/field.h"
#include "core/json.h"
#include "grid/cloud.h"
#include "grid/grid.h"
#include "study/alternatives_parts.h"

#define HOURS_AHEAD 24
#define AHEAD_S     86400

double miev_alternatives_with_electricity(const struct miev_alternatives_search *search,
                                          double ratio)
{
    const struct miev_alternatives_cost *cost = &search->cost;
    return ((cost->value_g - cost->embodied_g) * ratio + cost->embodied_g) / cost->value_g;
}

/* ---- hour ------------------------------------------------------------------------------------ */

static void utc_words(time_t at, char out[32])
{
    struct tm utc;
    (void)gmtime_r(&at, &utc);
    (void)strftime(out, 32, "%Y-%m-%d %H:%M UTC", &utc);
}

/* How many of the forecast's hours begin within a day of its first, and the mean of their figures.
 */
static size_t next_day(const struct miev_alternatives_wish *wish, double *mean)
{
    double sum = 0;
    size_t n = 0;
    while (n < wish->n_hours && wish->hours[n].at - wish->hours[0].at < AHEAD_S)
        sum += wish->hours[n++].intensity_g_per_kwh;
    *mean = n > 0 ? sum / (double)n : 0;
    return n;
}

/* Every hour of the day ahead, so that a surface can draw them; null without a forecast. */
static json_t *hours_json(const struct miev_alternatives_search *search, size_t n, double mean)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        const struct miev_live_point *hour = &search->wish->hours[i];
        double ratio = miev_alternatives_with_electricity(search, hour->intensity_g_per_kwh / mean);
        (void)json_array_append_new(
            list,
            json_pack("{s:I, s:I, s:f, s:o, s:b}", "at_unix_s", (json_int_t)hour->at, "span_s",
                      (json_int_t)hour->span_s, "intensity_g_per_kwh", hour->intensity_g_per_kwh,
                      "ratio", miev_json_real(ratio), "estimated", (int)hour->estimated));
    }
    return list;
}

static void add_least_hour(struct miev_alternatives_search *search, size_t n, double mean)
{
    const struct miev_live_point *least = search->wish->hours;
    char when[32];
    for (size_t i = 1; i < n; i++)
        if (search->wish->hours[i].intensity_g_per_kwh < least->intensity_g_per_kwh)
            least = &search->wish->hours[i];
    if (n == 0 || !(least->intensity_g_per_kwh < mean))
        return;
    utc_words(least->at, when);
    json_t *item = miev_alternatives_item(
        search, when,
        miev_alternatives_with_electricity(search, least->intensity_g_per_kwh / mean));
    (void)json_object_set_new(item, "intensity_g_per_kwh",
                              miev_json_real(least->intensity_g_per_kwh));
    (void)json_object_set_new(item, "at_unix_s", json_integer(least->at));
    (void)json_array_append_new(search->items, item);
}

json_t *miev_alternatives_hour(struct miev_alternatives_search *search)
{
    const struct miev_alternatives_wish *wish = search->wish;
    const char *source = wish->hours_source ? wish->hours_source : "";
    double mean = 0;
    char basis[256];
    if (wish->n_hours == 0 && wish->day)
        return miev_alternatives_typical_day(search);
    struct miev_alternatives_none none = {"flat", "The forecast has no hour below its mean"};
    size_t n = next_day(wish, &mean);
    add_least_hour(search, n, mean);
    if (n == 0)
        none = (struct miev_alternatives_none){
            "no-forecast",
            wish->hours_why ? wish->hours_why
                            : "No forecast: --forecast PROVIDER asks for one, --typical-day FILE "
                              "takes the hours of a file of your grid's past"};
    (void)snprintf(basis, sizeof(basis),
                   "the forecast of %.160s: its least hour against the mean of the next %d hours",
                   source, HOURS_AHEAD);
    json_t *kind = miev_alternatives_kind(search, "hour", basis, none);
    (void)json_object_set_new(kind, "source", n > 0 ? json_string(source) : json_null());
    (void)json_object_set_new(kind, "mean_g_per_kwh", n > 0 ? miev_json_real(mean) : json_null());
    (void)json_object_set_new(kind, "hours", hours_json(search, n, mean));
    return kind;
}

/* ---- place ----------------------------------------------------------------------------------- */

static bool wanted(const struct miev_alternatives_search *search, const char *iso2)
{
    return !*search->countries || (*iso2 && strstr(search->countries, iso2));
}

static int own_year(const struct miev_alternatives_search *search)
{
    double year = miev_field_number(miev_field_at(search->report, "site"), "year");
    return isfinite(year) ? (int)year : 0;
}

/* A country by the year of the report's own figure, where the table has it, because a grid that got
 * cleaner since is no better place. Else its latest stays, which says its year. */
static void turn_to_year(int year, struct miev_zone *zone)
{
    struct miev_error ignored;
    struct miev_zone then;
    if (year <= 0 || zone->year <= year) /* the latest is of that year, or older */
        return;
    if (miev_grid_find(*zone->iso3 ? zone->iso3 : zone->name, year, &then, &ignored) == MIEV_OK)
        *zone = then;
}

static void add_place(struct miev_alternatives_search *search, const char *what,
                      const struct miev_zone *zone, double pue)
{
    const json_t *site = miev_field_at(search->report, "site");
    double here = miev_field_number(site, "intensity_g_per_kwh") * miev_field_number(site, "pue");
    double ratio =
        miev_alternatives_with_electricity(search, zone->intensity_g_per_kwh * pue / here);
    int year = own_year(search);
    if (!(ratio < 1))
        return;
    json_t *item = miev_alternatives_item(search, what, ratio);
    json_t *more = json_pack("{s:f, s:f, s:i, s:b, s:s?}", "intensity_g_per_kwh",
                             zone->intensity_g_per_kwh, "pue", pue, "year", zone->year, "same_year",
                             (int)(zone->year == year), "iso2", *zone->iso2 ? zone->iso2 : NULL);
    (void)json_object_update(item, more);
    json_decref(more);
    (void)json_array_append_new(search->items, item);
}

static bool add_zone(void *context, const struct miev_zone *latest)
{
    struct miev_alternatives_search *search = context;
    struct miev_zone zone = *latest;
    if (zone.aggregate || !wanted(search, zone.iso2))
        return true;
    turn_to_year(own_year(search), &zone);
    add_place(search, zone.name, &zone,
              miev_field_number(miev_field_at(search->report, "site"), "pue"));
    return true;
}

static void add_regions(struct miev_alternatives_search *search)
{
    struct miev_error ignored;
    struct miev_cloud_region region;
    struct miev_zone zone;
    char what[160];
    const char *cursor = miev_cloud_table();
    while (miev_cloud_next(&cursor, &region)) {
        if (!(region.pue > 0) ||
            miev_grid_find(region.iso3, MIEV_GRID_LATEST, &zone, &ignored) != MIEV_OK ||
            !wanted(search, zone.iso2))
            continue;
        turn_to_year(own_year(search), &zone);
        (void)snprintf(what, sizeof(what), "%s:%s", region.provider, region.region);
        add_place(search, what, &zone, region.pue);
    }
}

int miev_alternatives_place(struct miev_alternatives_search *search, json_t *kinds,
                            struct miev_error *err)
{
    const json_t *site = miev_field_at(search->report, "site");
    struct miev_alternatives_none none = {
        "none", "No country or cloud region has less, within what was asked for"};
    int rc = MIEV_OK;
    if (strncmp(miev_field_text(site, "source"), MIEV_GRID_SOURCE, strlen(MIEV_GRID_SOURCE)) != 0)
        none = (struct miev_alternatives_none){
            "other-basis", "The figure of this place is of another basis than those of the others: "
                           "name its country with --zone"};
    else if (miev_field_number(site, "intensity_g_per_kwh") > 0) {
        rc = miev_grid_list(NULL, add_zone, search, err);
        add_regions(search);
    }
    (void)json_array_append_new(
        kinds, miev_alternatives_kind(search, "place",
                                      MIEV_GRID_SOURCE
                                      "; cloud regions with the PUE that their provider published; "
                                      "the same machine there",
                                      none));
    return rc;
}
