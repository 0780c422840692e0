/* SPDX-License-Identifier: Apache-2.0 */
/* The least hour of a typical day, where there is no forecast. */
#include <stdio.h>

#include "core/json.h"
#include "study/alternatives_parts.h"
#include "study/typical_day.h"

static void show_date(time_t at, char out[16])
{
    struct tm utc;
    (void)gmtime_r(&at, &utc);
    (void)strftime(out, 16, "%Y-%m-%d", &utc);
}

/* Of the grams at the mean of the day; null where that is 0. */
static json_t *ratio_at(const struct miev_alternatives_search *search, double g_per_kwh)
{
    return miev_json_real(
        miev_alternatives_with_electricity(search, g_per_kwh / search->wish->day->day_g_per_kwh));
}

static void add_least_hour(struct miev_alternatives_search *search)
{
    const struct miev_typical_day *day = search->wish->day;
    double least = day->mean_g_per_kwh[day->least_hour];
    char what[64];
    if (!(least < day->day_g_per_kwh))
        return;
    (void)snprintf(what, sizeof(what), "%02u:00 to %02u:00 UTC of a typical day", day->least_hour,
                   (day->least_hour + 1) % MIEV_DAY_HOURS);
    json_t *item = miev_alternatives_item(
        search, what, miev_alternatives_with_electricity(search, least / day->day_g_per_kwh));
    json_t *more =
        json_pack("{s:f, s:{s:f, s:f, s:f}, s:f, s:o, s:o, s:i, s:I, s:b}", "intensity_g_per_kwh",
                  least, "least_hour_g_per_kwh", "value", least, "low", day->least_low_g_per_kwh,
                  "high", day->least_high_g_per_kwh, "day_g_per_kwh", day->day_g_per_kwh,
                  "ratio_low", ratio_at(search, day->least_low_g_per_kwh), "ratio_high",
                  ratio_at(search, day->least_high_g_per_kwh), "most_hour", (int)day->most_hour,
                  "days", (json_int_t)day->days, "zone_told", (int)day->zone_told);
    (void)json_object_update(item, more);
    json_decref(more);
    (void)json_array_append_new(search->items, item);
}

static json_t *hours_json(const struct miev_alternatives_search *search)
{
    const struct miev_typical_day *day = search->wish->day;
    json_t *list = json_array();
    for (unsigned hour = 0; hour < MIEV_DAY_HOURS; hour++)
        (void)json_array_append_new(list, json_pack("{s:i, s:f, s:o}", "hour_utc", (int)hour,
                                                    "g_per_kwh", day->mean_g_per_kwh[hour], "ratio",
                                                    ratio_at(search, day->mean_g_per_kwh[hour])));
    return list;
}

/* The least hour of a typical day against all of its hours. */
json_t *miev_alternatives_typical_day(struct miev_alternatives_search *search)
{
    const struct miev_typical_day *day = search->wish->day;
    char basis[384], first[16], last[16];
    add_least_hour(search);
    show_date(day->first, first);
    show_date(day->last, last);
    (void)snprintf(basis, sizeof(basis),
                   "typical day of %.100s (%s): %zu days from %s to %s, hours %s; its least hour "
                   "against the mean of all, most from %02u:00",
                   search->wish->day_source ? search->wish->day_source : "a file", day->column,
                   day->days, first, last, day->zone_told ? "by their offsets" : "taken as UTC",
                   day->most_hour);
    json_t *kind = miev_alternatives_kind(
        search, "hour", basis,
        (struct miev_alternatives_none){"flat", "The typical day has no hour below its mean"});
    (void)json_object_set_new(kind, "source", json_string(day->column));
    (void)json_object_set_new(kind, "mean_g_per_kwh", json_real(day->day_g_per_kwh));
    (void)json_object_set_new(kind, "hours", json_array()); /* of no date */
    (void)json_object_set_new(kind, "typical_day",
                              json_pack("{s:I, s:s, s:s, s:b, s:o}", "days", (json_int_t)day->days,
                                        "first_date", first, "last_date", last, "zone_told",
                                        (int)day->zone_told, "hours", hours_json(search)));
    return kind;
}
