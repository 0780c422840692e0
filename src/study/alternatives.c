/* SPDX-License-Identifier: Apache-2.0 */
#include "study/alternatives.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/field.h"
#include "core/json.h"
#include "grid/cloud.h"
#include "grid/grid.h"
#include "study/projection.h"
#include "study/study.h"

#define DAYS_PER_YEAR   365.25
#define HOURS_AHEAD     24
#define AHEAD_S         86400
#define COUNTRIES_BYTES 1024
/* The 27 members of the European Union */
#define EU_COUNTRIES \
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE "

/* What one inference costs, or one request where the report has a rate. */
struct cost {
    double value_g, low_g, high_g;
    double embodied_g;       /* of value_g */
    double requests_per_day; /* NAN without a rate */
};

struct search {
    const json_t *report, *model;
    const struct miev_alternatives_wish *wish;
    struct cost cost;                /* of model */
    char countries[COUNTRIES_BYTES]; /* "KR SE ": those to look at; "": all */
    json_t *items;
};

static struct cost cost_of(const json_t *model)
{
    const json_t *footprint = miev_field_at(model, "footprint"),
                 *rate = miev_field_at(footprint, "at_rate");
    const json_t *grams = json_is_object(rate) ? miev_field_at(rate, "per_request_g")
                                               : miev_field_at(footprint, "per_inference_g");
    const json_t *embodied = miev_field_at(json_is_object(rate) ? rate : footprint, "embodied_g");
    double of_making = miev_field_number(embodied, "value");
    return (struct cost){.value_g = miev_field_number(grams, "value"),
                         .low_g = miev_field_number(grams, "low"),
                         .high_g = miev_field_number(grams, "high"),
                         .embodied_g = isfinite(of_making) ? of_making : 0,
                         .requests_per_day = miev_field_number(rate, "requests_per_day")};
}

static json_t *interval_json(double scale, const struct cost *cost)
{
    return json_pack("{s:o, s:o, s:o}", "value", miev_json_real(scale * cost->value_g), "low",
                     miev_json_real(scale * cost->low_g), "high",
                     miev_json_real(scale * cost->high_g));
}

/* One alternative that costs `ratio` of what there is. What is saved has the relative interval of
 * what it is saved from: both share the machine's errors. */
static json_t *item_json(const struct search *search, const char *what, double ratio)
{
    double rate = search->cost.requests_per_day;
    return json_pack("{s:s, s:f, s:o}", "what", what, "ratio", ratio, "saved_year_g",
                     isfinite(rate)
                         ? interval_json((1 - ratio) * rate * DAYS_PER_YEAR, &search->cost)
                         : json_null());
}

static int by_ratio(const void *left, const void *right)
{
    double a = miev_field_number(*(json_t *const *)left, "ratio"),
           b = miev_field_number(*(json_t *const *)right, "ratio");
    return (a > b) - (a < b);
}

/* The kind with the items that were found, the best first; why: there are none. */
static json_t *kind_json(struct search *search, const char *kind, const char *basis,
                         const char *why)
{
    size_t n = json_array_size(search->items);
    json_t **order = calloc(n + 1, sizeof(json_t *)), *sorted = json_array();
    for (size_t i = 0; order && i < n; i++)
        order[i] = json_array_get(search->items, i);
    if (order && n > 0)
        qsort((void *)order, n, sizeof(json_t *), by_ratio);
    for (size_t i = 0; order && i < n; i++)
        (void)json_array_append(sorted, order[i]);
    free((void *)order);
    (void)json_array_clear(search->items);
    return json_pack("{s:s, s:s?, s:s?, s:o}", "kind", kind, "basis", n > 0 ? basis : NULL, "why",
                     n > 0 ? NULL : why, "items", sorted);
}

/* ---- what the report holds: settings, or other models ---------------------------------------- */

/* The comparison of two models; *turned: it tells of b against a. */
static const json_t *pair_of(const json_t *report, const char *a, const char *b, bool *turned)
{
    size_t i;
    const json_t *pair;
    json_array_foreach(miev_field_at(report, "comparison"), i, pair)
    {
        *turned = strcmp(miev_field_text(pair, "a"), b) == 0;
        if (*turned ? strcmp(miev_field_text(pair, "b"), a) == 0
                    : strcmp(miev_field_text(pair, "a"), a) == 0 &&
                          strcmp(miev_field_text(pair, "b"), b) == 0)
            return pair;
    }
    return NULL;
}

/* Of the other's energy against the model's, by the report's own test; NULL: there was none. */
static const char *verdict_of(const json_t *pair, bool turned)
{
    const char *verdict = miev_field_text(pair, "verdict");
    if (turned || (strcmp(verdict, "lower") != 0 && strcmp(verdict, "higher") != 0))
        return *verdict ? verdict : NULL;
    return strcmp(verdict, "lower") == 0 ? "higher" : "lower";
}

static bool allowed(const struct search *search, const json_t *other)
{
    double p99 = miev_field_number(miev_field_at(other, "latency"), "p99_s"),
           top1 = miev_field_number(miev_field_at(other, "accuracy"), "top1");
    if (search->wish->max_p99_s > 0 && !(p99 <= search->wish->max_p99_s))
        return false;
    return !(search->wish->min_top1 > 0) || top1 >= search->wish->min_top1;
}

static json_t *difference(double value, double from)
{
    return isfinite(value) && isfinite(from) ? json_real(value - from) : json_null();
}

static void add_entry(struct search *search, const json_t *other)
{
    struct cost cost = cost_of(other);
    double ratio = cost.value_g / search->cost.value_g;
    const json_t *mine = miev_field_at(search->model, "latency"),
                 *its = miev_field_at(other, "latency");
    bool turned = false;
    bool rated = isfinite(cost.requests_per_day);
    if (other == search->model || !(ratio < 1) || !allowed(search, other) ||
        rated != (bool)isfinite(search->cost.requests_per_day)) /* costs of two kinds */
        return;
    const json_t *pair = pair_of(search->report, miev_field_text(search->model, "name"),
                                 miev_field_text(other, "name"), &turned);
    const char *verdict = verdict_of(pair, turned);
    if (verdict && strcmp(verdict, "lower") != 0) /* the study could not tell it from none */
        return;
    json_t *item = item_json(search, miev_field_text(other, "name"), ratio);
    json_t *price =
        json_pack("{s:o, s:o, s:o, s:s?, s:b}", "p99_s",
                  miev_json_real(miev_field_number(its, "p99_s")), "p99_difference_s",
                  difference(miev_field_number(its, "p99_s"), miev_field_number(mine, "p99_s")),
                  "top1_difference",
                  difference(miev_field_number(miev_field_at(other, "accuracy"), "top1"),
                             miev_field_number(miev_field_at(search->model, "accuracy"), "top1")),
                  "energy_verdict", verdict, "likely", json_is_true(miev_field_at(pair, "likely")));
    (void)json_object_update(item, price);
    json_decref(price);
    (void)json_array_append_new(search->items, item);
}

/* The entry of a name in a list; NULL: none. */
static const json_t *named(const json_t *list, const char *name)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(list, i, entry)
    {
        if (strcmp(miev_field_text(entry, "name"), name) == 0)
            return entry;
    }
    return NULL;
}

static bool is_sweep(const json_t *report)
{
    return json_is_object(miev_field_at(report, "sweep"));
}

static json_t *settings_kind(struct search *search)
{
    size_t i;
    const json_t *other;
    if (!is_sweep(search->report))
        return kind_json(search, "settings", NULL,
                         "This report is of one setting a model: 'miev sweep MODEL --input FILE' "
                         "measures others");
    json_array_foreach(miev_field_at(search->report, "models"), i, other) add_entry(search, other);
    return kind_json(search, "settings", "measured in the same sweep",
                     "None of the sweep's settings costs less, within what was asked for");
}

/* What nothing beats, on the data sets that the model itself is on. */
static json_t *models_kind(struct search *search)
{
    size_t i, j;
    const json_t *front, *entry;
    if (is_sweep(search->report))
        return kind_json(search, "models", NULL,
                         "A sweep is of one model: 'miev compare' measures others beside it");
    json_array_foreach(miev_field_at(search->report, "pareto"), i, front)
    {
        if (!named(miev_field_at(front, "models"), miev_field_text(search->model, "name")))
            continue;
        json_array_foreach(miev_field_at(front, "models"), j, entry)
        {
            if (strcmp(miev_field_text(entry, "position"), "dominated") != 0)
                add_entry(search, named(miev_field_at(search->report, "models"),
                                        miev_field_text(entry, "name")));
        }
    }
    return kind_json(search, "models", "measured in the same study, accuracy on the same data set",
                     "No model of this study with an accuracy on the same data set costs less, "
                     "within what was asked for");
}

/* ---- elsewhere and later: only the electricity changes --------------------------------------- */

/* Of what there is, with electricity of `ratio` times the grams. */
static double with_electricity(const struct search *search, double ratio)
{
    const struct cost *cost = &search->cost;
    return ((cost->value_g - cost->embodied_g) * ratio + cost->embodied_g) / cost->value_g;
}

static void show_date(time_t at, char out[16])
{
    struct tm utc;
    (void)gmtime_r(&at, &utc);
    (void)strftime(out, 16, "%Y-%m-%d", &utc);
}

/* The least hour of a typical day against all of its hours. */
static json_t *typical_kind(struct search *search)
{
    const struct miev_typical_day *day = search->wish->day;
    double least = day->mean_g_per_kwh[day->least_hour];
    char what[64], basis[384], first[16], last[16];
    if (least < day->day_g_per_kwh) {
        (void)snprintf(what, sizeof(what), "%02u:00 to %02u:00 UTC of a typical day",
                       day->least_hour, (day->least_hour + 1) % MIEV_DAY_HOURS);
        json_t *item =
            item_json(search, what, with_electricity(search, least / day->day_g_per_kwh));
        json_t *more = json_pack(
            "{s:f, s:{s:f, s:f, s:f}, s:f, s:f, s:f, s:i, s:I, s:b}", "intensity_g_per_kwh", least,
            "least_hour_g_per_kwh", "value", least, "low", day->least_low_g_per_kwh, "high",
            day->least_high_g_per_kwh, "day_g_per_kwh", day->day_g_per_kwh, "ratio_low",
            with_electricity(search, day->least_low_g_per_kwh / day->day_g_per_kwh), "ratio_high",
            with_electricity(search, day->least_high_g_per_kwh / day->day_g_per_kwh), "most_hour",
            (int)day->most_hour, "days", (json_int_t)day->days, "zone_told", (int)day->zone_told);
        (void)json_object_update(item, more);
        json_decref(more);
        (void)json_array_append_new(search->items, item);
    }
    show_date(day->first, first);
    show_date(day->last, last);
    (void)snprintf(basis, sizeof(basis),
                   "typical day of %.100s (%s): %zu days from %s to %s, hours %s; its least hour "
                   "against the mean of all, most from %02u:00",
                   search->wish->day_source ? search->wish->day_source : "a file", day->column,
                   day->days, first, last, day->zone_told ? "by their offsets" : "taken as UTC",
                   day->most_hour);
    return kind_json(search, "hour", basis, "The typical day has no hour below its mean");
}

static json_t *hour_kind(struct search *search)
{
    const struct miev_live_point *hours = search->wish->hours, *least = NULL;
    double sum = 0;
    char when[32], basis[256];
    struct tm utc;
    size_t n = 0;
    for (size_t i = 0; i < search->wish->n_hours; i++) {
        if (hours[i].at - hours[0].at >= AHEAD_S)
            break;
        sum += hours[i].intensity_g_per_kwh;
        if (!least || hours[i].intensity_g_per_kwh < least->intensity_g_per_kwh)
            least = &hours[i];
        n++;
    }
    if (least && sum > 0 && least->intensity_g_per_kwh * (double)n < sum) {
        (void)gmtime_r(&least->at, &utc);
        (void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &utc);
        json_t *item = item_json(
            search, when, with_electricity(search, least->intensity_g_per_kwh * (double)n / sum));
        (void)json_object_set_new(item, "intensity_g_per_kwh",
                                  miev_json_real(least->intensity_g_per_kwh));
        (void)json_array_append_new(search->items, item);
    }
    (void)snprintf(basis, sizeof(basis),
                   "the forecast of %.160s: its least hour against the mean of the next %d hours",
                   search->wish->hours_source ? search->wish->hours_source : "", HOURS_AHEAD);
    return kind_json(
        search, "hour", basis,
        search->wish->n_hours > 0
            ? "The forecast has no hour below its mean"
            : "No forecast: --forecast PROVIDER asks for one, --typical-day FILE takes the hours "
              "of a file of your grid's past");
}

static bool wanted(const struct search *search, const char *iso2)
{
    return !*search->countries || (*iso2 && strstr(search->countries, iso2));
}

static void add_place(struct search *search, const char *what, double intensity, double pue,
                      int year)
{
    const json_t *site = miev_field_at(search->report, "site");
    double here = miev_field_number(site, "intensity_g_per_kwh") * miev_field_number(site, "pue");
    double ratio = with_electricity(search, intensity * pue / here);
    if (!(ratio < 1))
        return;
    json_t *item = item_json(search, what, ratio);
    json_t *more =
        json_pack("{s:f, s:f, s:i}", "intensity_g_per_kwh", intensity, "pue", pue, "year", year);
    (void)json_object_update(item, more);
    json_decref(more);
    (void)json_array_append_new(search->items, item);
}

static bool add_zone(void *context, const struct miev_zone *zone)
{
    struct search *search = context;
    if (!zone->aggregate && wanted(search, zone->iso2))
        add_place(search, zone->name, zone->intensity_g_per_kwh,
                  miev_field_number(miev_field_at(search->report, "site"), "pue"), zone->year);
    return true;
}

static void add_regions(struct search *search)
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
        (void)snprintf(what, sizeof(what), "%s:%s", region.provider, region.region);
        add_place(search, what, zone.intensity_g_per_kwh, region.pue, zone.year);
    }
}

static int place_kind(struct search *search, json_t *kinds, struct miev_error *err)
{
    const json_t *site = miev_field_at(search->report, "site");
    const char *why = "No country or cloud region has less, within what was asked for";
    int rc = MIEV_OK;
    if (strncmp(miev_field_text(site, "source"), MIEV_GRID_SOURCE, strlen(MIEV_GRID_SOURCE)) != 0)
        why = "The figure of this place is of another basis than those of the others: name its "
              "country with --zone";
    else if (miev_field_number(site, "intensity_g_per_kwh") > 0) {
        rc = miev_grid_list(NULL, add_zone, search, err);
        add_regions(search);
    }
    (void)json_array_append_new(kinds, kind_json(search, "place",
                                                 MIEV_GRID_SOURCE
                                                 "; cloud regions with the PUE that their provider "
                                                 "published; the same machine there",
                                                 why));
    return rc;
}

/* ---- other hardware: projected, in a list of its own ------------------------------------------
 */

/* What is saved, both sides erring by themselves: two machines share no error. */
static json_t *saved_json(const struct search *search, double low_g, double value_g, double high_g)
{
    const struct cost *cost = &search->cost;
    double year = cost->requests_per_day * DAYS_PER_YEAR, saved_g = cost->value_g - value_g;
    if (!isfinite(year))
        return json_null();
    return json_pack("{s:f, s:f, s:f}", "value", year * saved_g, "low",
                     year * (saved_g - hypot(cost->value_g - cost->low_g, high_g - value_g)),
                     "high",
                     year * (saved_g + hypot(cost->high_g - cost->value_g, value_g - low_g)));
}

/* Whether the two intervals leave it open which costs less. */
static const char *told_by(const struct cost *cost, double low_g, double high_g)
{
    if (high_g < cost->low_g)
        return "lower";
    return low_g > cost->high_g ? "higher" : "open";
}

static json_t *hardware_kind(struct search *search)
{
    char why[MIEV_PROJECTION_WHY];
    size_t i;
    json_t *item;
    json_t *found =
        miev_projections(search->report, search->model, search->cost.requests_per_day, why);
    json_array_foreach(found, i, item)
    {
        const json_t *per_g = miev_field_at(item, "per_g");
        double low_g = miev_field_number(per_g, "low"), value_g = miev_field_number(per_g, "value"),
               high_g = miev_field_number(per_g, "high");
        (void)json_object_set_new(item, "ratio", json_real(value_g / search->cost.value_g));
        (void)json_object_set_new(item, "told", json_string(told_by(&search->cost, low_g, high_g)));
        (void)json_object_set_new(item, "saved_year_g", saved_json(search, low_g, value_g, high_g));
        (void)json_array_append(search->items, item);
    }
    json_decref(found);
    return kind_json(search, "hardware",
                     "a projection, not a measurement: published times of the same network on "
                     "another runtime, estimated watts of the whole machine",
                     why);
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* "eu,KR,Norway" -> "AT BE ... KR NO ". */
static int read_regions(struct search *search, const char *words, struct miev_error *err)
{
    char *copy = strdup(words), *rest = NULL;
    int rc = copy ? MIEV_OK : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the regions");
    for (char *word = copy ? strtok_r(copy, ",", &rest) : NULL; word && rc == MIEV_OK;
         word = strtok_r(NULL, ",", &rest)) {
        struct miev_zone zone = {.iso2 = ""};
        size_t used = strlen(search->countries);
        bool eu = strcmp(word, "eu") == 0 || strcmp(word, "EU") == 0;
        rc = eu ? MIEV_OK : miev_grid_find(word, MIEV_GRID_LATEST, &zone, err);
        if (rc == MIEV_OK && !eu && !*zone.iso2)
            rc = miev_error_set(err, MIEV_ERR_INVALID,
                                "--regions takes eu and countries, and '%.60s' is neither", word);
        if (rc == MIEV_OK &&
            snprintf(search->countries + used, COUNTRIES_BYTES - used, "%s%s",
                     eu ? EU_COUNTRIES : zone.iso2, eu ? "" : " ") >= (int)(COUNTRIES_BYTES - used))
            rc = miev_error_set(err, MIEV_ERR_LIMIT, "too many regions");
    }
    free(copy);
    return rc;
}

static int choose_model(struct search *search, struct miev_error *err)
{
    size_t i;
    const json_t *model;
    json_array_foreach(miev_field_at(search->report, "models"), i, model)
    {
        if (search->wish->model ? strcmp(miev_field_text(model, "name"), search->wish->model) == 0
                                : json_is_object(miev_field_at(model, "footprint")))
            search->model = model;
        if (search->model)
            break;
    }
    if (!search->model)
        return miev_error_set(err, MIEV_ERR_INVALID, "the report has no model '%.100s'",
                              search->wish->model ? search->wish->model : "");
    search->cost = cost_of(search->model);
    if (!(search->cost.value_g > 0))
        return miev_error_set(err, MIEV_ERR_INVALID, "the report has no grams of %.100s",
                              miev_field_text(search->model, "name"));
    return MIEV_OK;
}

static json_t *document(const struct search *search, json_t *kinds)
{
    double rate = search->cost.requests_per_day;
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o}", "model", miev_field_text(search->model, "name"),
        "requests_per_day", miev_json_real(rate), "cost_g", interval_json(1, &search->cost),
        "year_g", isfinite(rate) ? interval_json(rate * DAYS_PER_YEAR, &search->cost) : json_null(),
        "kinds", kinds);
}

int miev_report_alternatives(const json_t *report, const struct miev_alternatives_wish *wish,
                             json_t **out, struct miev_error *err)
{
    struct search search = {.report = report, .wish = wish, .items = json_array()};
    json_t *kinds = json_array();
    int rc = choose_model(&search, err);
    if (rc == MIEV_OK && wish->regions)
        rc = read_regions(&search, wish->regions, err);
    if (rc == MIEV_OK) {
        (void)json_array_append_new(kinds, settings_kind(&search));
        (void)json_array_append_new(kinds, models_kind(&search));
        (void)json_array_append_new(kinds, wish->n_hours == 0 && wish->day ? typical_kind(&search)
                                                                           : hour_kind(&search));
        rc = place_kind(&search, kinds, err);
    }
    if (rc == MIEV_OK) {
        (void)json_array_append_new(kinds, hardware_kind(&search));
        *out = document(&search, kinds);
    } else {
        json_decref(kinds);
    }
    json_decref(search.items);
    if (rc == MIEV_OK && !*out)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the alternatives");
    return rc;
}
