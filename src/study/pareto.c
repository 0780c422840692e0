/* SPDX-License-Identifier: Apache-2.0 */
#include "study/pareto.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/field.h"
#include "core/json.h"
#include "study/stats.h"
#include "study/study.h"

#define CONFIDENCE   0.95
#define FAMILY_ERROR 0.05 /* chance that any one pair of an axis is put in the wrong order */

/* One model of the report. */
struct point {
    const char *name, *dataset, *split; /* dataset NULL: no accuracy */
    double top1, images;
    double grams, operational_g; /* NAN: no footprint */
    bool failed;
};

/* What the study found about the energy of a against b; ratio NAN: nothing. */
struct relation {
    double ratio, low, high; /* low and high with the between-model factor */
    const char *verdict, *method;
    bool likely, settled;
};

struct axis {
    const json_t *comparison;
    struct point points[MIEV_STUDY_MAX_MODELS];
    size_t n;
    size_t members[MIEV_STUDY_MAX_MODELS]; /* of the data set at hand, most accurate first */
    size_t n_members;
};

static int read_point(const json_t *model, struct point *out, struct miev_error *err)
{
    const json_t *accuracy = json_object_get(model, "accuracy");
    const json_t *footprint = json_object_get(model, "footprint");
    *out = (struct point){
        .name = miev_field_text(model, "name"),
        .grams = miev_field_number(json_object_get(footprint, "per_inference_g"), "value"),
        .operational_g = miev_field_number(json_object_get(footprint, "operational_g"), "value"),
        .failed = json_object_get(model, "error") != NULL,
    };
    if (!json_is_object(accuracy))
        return MIEV_OK;
    out->dataset = miev_field_text(accuracy, "dataset");
    out->split = miev_field_text(accuracy, "split");
    int rc = miev_json_number(accuracy, "top1", 0, 1, &out->top1, err);
    return rc == MIEV_OK ? miev_json_number(accuracy, "images", 1, 1e15, &out->images, err) : rc;
}

static int read_points(const json_t *models, struct axis *axis, struct miev_error *err)
{
    size_t i;
    json_t *model;
    if (json_array_size(models) > MIEV_STUDY_MAX_MODELS)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the report has %zu models, at most %d are read",
                              json_array_size(models), MIEV_STUDY_MAX_MODELS);
    json_array_foreach(models, i, model)
    {
        int rc = read_point(model, &axis->points[axis->n++], err);
        if (rc != MIEV_OK)
            return rc;
    }
    return MIEV_OK;
}

/* ---- the energy of a pair ------------------------------------------------------------------- */

static const char *turned(const char *verdict)
{
    if (strcmp(verdict, "lower") == 0)
        return "higher";
    return strcmp(verdict, "higher") == 0 ? "lower" : verdict;
}

static struct relation read_relation(const json_t *pair, bool swap)
{
    const json_t *bounds = json_object_get(pair, "systematic");
    struct relation found = {
        .ratio = miev_field_number(pair, "ratio"),
        .low = miev_field_number(bounds, "low"),
        .high = miev_field_number(bounds, "high"),
        .verdict = miev_field_text(pair, "verdict"),
        .method = miev_field_text(pair, "method"),
        .likely = json_is_true(json_object_get(pair, "likely")),
    };
    found.settled = *found.verdict && strcmp(found.verdict, "unresolved") != 0;
    if (swap) {
        double low = found.low;
        found.ratio = 1 / found.ratio;
        found.low = 1 / found.high;
        found.high = 1 / low;
        found.verdict = turned(found.verdict);
    }
    return found;
}

static struct relation relation_of(const struct axis *axis, const struct point *a,
                                   const struct point *b)
{
    size_t i;
    const json_t *pair;
    json_array_foreach(axis->comparison, i, pair)
    {
        const char *first = miev_field_text(pair, "a"), *second = miev_field_text(pair, "b");
        if (strcmp(first, a->name) == 0 && strcmp(second, b->name) == 0)
            return read_relation(pair, false);
        if (strcmp(first, b->name) == 0 && strcmp(second, a->name) == 0)
            return read_relation(pair, true);
    }
    return (struct relation){.ratio = NAN, .low = NAN, .high = NAN, .verdict = "unresolved"};
}

/* Grams of a over grams of b when the joules of a are `factor` times what was found; manufacturing
 * is held fixed. */
static double carbon_ratio(const struct point *a, const struct point *b, double factor)
{
    return (a->operational_g * factor + a->grams - a->operational_g) / b->grams;
}

/* Surely less energy, and less carbon as well: where electricity is clean, manufacturing decides,
 * and it need not go with the energy. */
static bool surely_lower(const struct axis *axis, const struct point *a, const struct point *b)
{
    struct relation found = relation_of(axis, a, b);
    return found.settled && found.high < 1 && carbon_ratio(a, b, found.high / found.ratio) < 1;
}

/* The interval of all pairs of the axis together excludes 0 (Bonferroni). */
static bool surely_better(const struct axis *axis, const struct point *a, const struct point *b)
{
    double pairs = (double)(axis->n_members * (axis->n_members - 1)) / 2;
    struct miev_difference difference;
    return miev_stats_difference(a->top1, a->images, b->top1, b->images, 1 - FAMILY_ERROR / pairs,
                                 &difference, NULL) == MIEV_OK &&
           difference.low > 0;
}

/* ---- one data set --------------------------------------------------------------------------- */

static bool same_set(const struct point *a, const struct point *b)
{
    return a->dataset && b->dataset && strcmp(a->dataset, b->dataset) == 0 &&
           strcmp(a->split, b->split) == 0;
}

/* Most accurate first; of equals the one that emits less. */
static bool goes_before(const struct point *a, const struct point *b)
{
    return a->top1 > b->top1 || (!(a->top1 < b->top1) && a->grams < b->grams);
}

static void gather(struct axis *axis, const struct point *set)
{
    axis->n_members = 0;
    for (size_t i = 0; i < axis->n; i++) {
        const struct point *point = &axis->points[i];
        if (!same_set(point, set) || !(point->grams > 0))
            continue;
        size_t at = axis->n_members++;
        for (; at > 0 && goes_before(point, &axis->points[axis->members[at - 1]]); at--)
            axis->members[at] = axis->members[at - 1];
        axis->members[at] = i;
    }
}

static const struct point *member(const struct axis *axis, size_t i)
{
    return &axis->points[axis->members[i]];
}

/* "front": every other one is surely less accurate or surely takes more. "dominated": some other
 * one is surely better in both. Else it is not settled. by: names of those that dominate it. */
static const char *position_of(const struct axis *axis, const struct point *point, json_t *by)
{
    bool open = false;
    for (size_t i = 0; i < axis->n_members; i++) {
        const struct point *other = member(axis, i);
        if (other == point)
            continue;
        if (surely_better(axis, other, point) && surely_lower(axis, other, point))
            (void)json_array_append_new(by, json_string(other->name));
        open = open || !(surely_better(axis, point, other) || surely_lower(axis, point, other));
    }
    if (json_array_size(by) > 0)
        return "dominated";
    return open ? "unresolved" : "front";
}

static json_t *against_json(const struct axis *axis, const struct point *point,
                            const struct point *best)
{
    struct relation found = relation_of(axis, point, best);
    struct miev_difference points;
    if (point == best || miev_stats_difference(point->top1, point->images, best->top1, best->images,
                                               CONFIDENCE, &points, NULL) != MIEV_OK)
        return json_null();
    json_t *carbon =
        isfinite(found.ratio)
            ? miev_json_interval((struct miev_interval){
                  carbon_ratio(point, best, 1), carbon_ratio(point, best, found.low / found.ratio),
                  carbon_ratio(point, best, found.high / found.ratio)})
            : json_null();
    return json_pack(
        "{s:o, s:o, s:s, s:b, s:o}", "top1_difference",
        miev_json_interval((struct miev_interval){points.value, points.low, points.high}),
        "carbon_ratio", carbon, "verdict", found.verdict, "likely", (int)found.likely, "method",
        found.method ? json_string(found.method) : json_null());
}

static json_t *member_json(const struct axis *axis, size_t i)
{
    const struct point *point = member(axis, i);
    json_t *by = json_array();
    const char *position = position_of(axis, point, by);
    return json_pack("{s:s, s:f, s:f, s:s, s:o, s:o}", "name", point->name, "top1", point->top1,
                     "per_inference_g", point->grams, "position", position, "dominated_by", by,
                     "against_most_accurate", against_json(axis, point, member(axis, 0)));
}

static const char *why_absent(const struct point *point, const struct point *set)
{
    if (point->failed)
        return "failed";
    if (!point->dataset)
        return "no-accuracy";
    return same_set(point, set) ? "no-carbon" : "another-dataset";
}

static json_t *absent_json(const struct axis *axis, const struct point *set)
{
    json_t *list = json_array();
    for (size_t i = 0; i < axis->n; i++) {
        const struct point *point = &axis->points[i];
        if (same_set(point, set) && point->grams > 0)
            continue;
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s}", "name", point->name, "reason", why_absent(point, set)));
    }
    return list;
}

static json_t *front_json(struct axis *axis, const struct point *set)
{
    gather(axis, set);
    if (axis->n_members == 0)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < axis->n_members; i++)
        (void)json_array_append_new(list, member_json(axis, i));
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "dataset", set->dataset, "split", set->split,
                     "most_accurate", member(axis, 0)->name, "models", list, "not_on_axis",
                     absent_json(axis, set));
}

/* True for the first model of its data set. */
static bool begins_set(const struct axis *axis, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (same_set(&axis->points[j], &axis->points[i]))
            return false;
    return axis->points[i].dataset != NULL;
}

int miev_report_pareto(json_t *report, struct miev_error *err)
{
    struct axis *axis = calloc(1, sizeof(*axis));
    if (!axis)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for accuracy beside carbon");
    axis->comparison = json_object_get(report, "comparison");
    int rc = read_points(json_object_get(report, "models"), axis, err);
    json_t *list = json_array();
    for (size_t i = 0; rc == MIEV_OK && i < axis->n; i++) {
        json_t *front = begins_set(axis, i) ? front_json(axis, &axis->points[i]) : NULL;
        if (front && json_array_append_new(list, front) != 0)
            rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for accuracy beside carbon");
    }
    free(axis);
    if (rc != MIEV_OK) {
        json_decref(list);
        return rc;
    }
    return json_object_set_new(report, "pareto", list) == 0
               ? MIEV_OK
               : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for accuracy beside carbon");
}
