/* SPDX-License-Identifier: Apache-2.0 */
#include "study/alternatives_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/field.h"
#include "core/json.h"
#include "grid/grid.h"
#include "study/study.h"

/* The 27 members of the European Union */
#define EU_COUNTRIES \
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE "

static struct miev_alternatives_cost cost_of(const json_t *model)
{
    const json_t *footprint = miev_field_at(model, "footprint"),
                 *rate = miev_field_at(footprint, "at_rate");
    const json_t *grams = json_is_object(rate) ? miev_field_at(rate, "per_request_g")
                                               : miev_field_at(footprint, "per_inference_g");
    const json_t *embodied = miev_field_at(json_is_object(rate) ? rate : footprint, "embodied_g");
    double of_making = miev_field_number(embodied, "value");
    return (struct miev_alternatives_cost){.value_g = miev_field_number(grams, "value"),
                                           .low_g = miev_field_number(grams, "low"),
                                           .high_g = miev_field_number(grams, "high"),
                                           .embodied_g = isfinite(of_making) ? of_making : 0,
                                           .requests_per_day =
                                               miev_field_number(rate, "requests_per_day")};
}

static json_t *interval_json(double scale, const struct miev_alternatives_cost *cost)
{
    return miev_json_interval(
        (struct miev_interval){scale * cost->value_g, scale * cost->low_g, scale * cost->high_g});
}

/* One alternative that costs `ratio` of what there is. What is saved has the relative interval of
 * what it is saved from: both share the machine's errors. */
json_t *miev_alternatives_item(const struct miev_alternatives_search *search, const char *what,
                               double ratio)
{
    double rate = search->cost.requests_per_day;
    return json_pack(
        "{s:s, s:f, s:o}", "what", what, "ratio", ratio, "saved_year_g",
        isfinite(rate)
            ? interval_json((1 - ratio) * rate * MIEV_ALTERNATIVES_DAYS_PER_YEAR, &search->cost)
            : json_null());
}

static int by_ratio(const void *left, const void *right)
{
    double a = miev_field_number(*(json_t *const *)left, "ratio"),
           b = miev_field_number(*(json_t *const *)right, "ratio");
    return (a > b) - (a < b);
}

json_t *miev_alternatives_kind(struct miev_alternatives_search *search, const char *kind,
                               const char *basis, struct miev_alternatives_none none)
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
    return json_pack("{s:s, s:s?, s:s?, s:s?, s:o}", "kind", kind, "basis", n > 0 ? basis : NULL,
                     "reason", n > 0 ? NULL : none.reason, "why", n > 0 ? NULL : none.why, "items",
                     sorted);
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

static bool allowed(const struct miev_alternatives_search *search, const json_t *other)
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

static void add_entry(struct miev_alternatives_search *search, const json_t *other)
{
    struct miev_alternatives_cost cost = cost_of(other);
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
    json_t *item = miev_alternatives_item(search, miev_field_text(other, "name"), ratio);
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

static json_t *settings_kind(struct miev_alternatives_search *search)
{
    size_t i;
    const json_t *other;
    if (!is_sweep(search->report))
        return miev_alternatives_kind(
            search, "settings", NULL,
            (struct miev_alternatives_none){
                "no-sweep",
                "This report is of one setting a model: 'miev sweep MODEL --input FILE' "
                "measures others"});
    json_array_foreach(miev_field_at(search->report, "models"), i, other) add_entry(search, other);
    return miev_alternatives_kind(
        search, "settings", "measured in the same sweep",
        (struct miev_alternatives_none){
            "none", "The sweep tells of none of its settings that it costs less and is within what "
                    "was asked for"});
}

/* What nothing beats, on the data sets that the model itself is on. */
static json_t *models_kind(struct miev_alternatives_search *search)
{
    size_t i, j;
    const json_t *front, *entry;
    if (is_sweep(search->report))
        return miev_alternatives_kind(
            search, "models", NULL,
            (struct miev_alternatives_none){
                "of-one-model",
                "A sweep is of one model: 'miev compare' measures others beside it"});
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
    return miev_alternatives_kind(
        search, "models", "measured in the same study, accuracy on the same data set",
        (struct miev_alternatives_none){
            "none", "The study tells of no model with an accuracy on the same data set that it "
                    "costs less and is within what was asked for"});
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* "eu,KR,Norway" -> "AT BE ... KR NO ". */
static int read_regions(struct miev_alternatives_search *search, const char *words,
                        struct miev_error *err)
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
                                "regions are eu and countries, and '%.60s' is neither", word);
        if (rc == MIEV_OK && snprintf(search->countries + used, sizeof(search->countries) - used,
                                      "%s%s", eu ? EU_COUNTRIES : zone.iso2,
                                      eu ? "" : " ") >= (int)(sizeof(search->countries) - used))
            rc = miev_error_set(err, MIEV_ERR_LIMIT, "too many regions");
    }
    free(copy);
    return rc;
}

static int choose_model(struct miev_alternatives_search *search, struct miev_error *err)
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
    if (!search->model && !search->wish->model)
        return miev_error_set(err, MIEV_ERR_INVALID, "no model of the report has grams");
    if (!search->model)
        return miev_error_set(err, MIEV_ERR_INVALID, "the report has no model '%.100s'",
                              search->wish->model);
    search->cost = cost_of(search->model);
    if (!(search->cost.value_g > 0))
        return miev_error_set(err, MIEV_ERR_INVALID, "the report has no grams of %.100s",
                              miev_field_text(search->model, "name"));
    return MIEV_OK;
}

static json_t *document(const struct miev_alternatives_search *search, json_t *kinds)
{
    double rate = search->cost.requests_per_day;
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "model", miev_field_text(search->model, "name"),
                     "requests_per_day", miev_json_real(rate), "cost_g",
                     interval_json(1, &search->cost), "year_g",
                     isfinite(rate)
                         ? interval_json(rate * MIEV_ALTERNATIVES_DAYS_PER_YEAR, &search->cost)
                         : json_null(),
                     "kinds", kinds);
}

int miev_report_alternatives(const json_t *report, const struct miev_alternatives_wish *wish,
                             json_t **out, struct miev_error *err)
{
    struct miev_alternatives_search search = {
        .report = report, .wish = wish, .items = json_array()};
    json_t *kinds = json_array();
    int rc = choose_model(&search, err);
    if (rc == MIEV_OK && wish->regions)
        rc = read_regions(&search, wish->regions, err);
    if (rc == MIEV_OK) {
        (void)json_array_append_new(kinds, settings_kind(&search));
        (void)json_array_append_new(kinds, models_kind(&search));
        (void)json_array_append_new(kinds, miev_alternatives_hour(&search));
        rc = miev_alternatives_place(&search, kinds, err);
    }
    if (rc == MIEV_OK) {
        (void)json_array_append_new(kinds, miev_alternatives_hardware(&search));
        *out = document(&search, kinds);
    } else {
        json_decref(kinds);
    }
    json_decref(search.items);
    if (rc == MIEV_OK && !*out)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the alternatives");
    return rc;
}
