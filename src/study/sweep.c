/* SPDX-License-Identifier: Apache-2.0 */
#include "study/sweep.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/field.h"
#include "core/units.h"
#include "study/study.h"

#define SAME_RATIO 1.03 /* as everywhere: less than 3 % decides nothing */

/* ---- the front and its knee ----------------------------------------------------------------- */

static bool takes_part(const struct miev_sweep_point *point)
{
    return point->item_j > 0 && point->items_per_s > 0 && isfinite(point->item_j) &&
           isfinite(point->items_per_s);
}

static bool beats(const struct miev_sweep_point *a, const struct miev_sweep_point *b)
{
    return a->item_j <= b->item_j && a->items_per_s >= b->items_per_s &&
           (a->item_j < b->item_j || a->items_per_s > b->items_per_s);
}

static bool is_beaten(const struct miev_sweep_point *points, size_t n, size_t i)
{
    for (size_t j = 0; j < n; j++)
        if (takes_part(&points[j]) && beats(&points[j], &points[i]))
            return true;
    return false;
}

/* How far below the chord of the front's ends, as a logarithm of energy. Along one chord this and
 * the distance at right angles to it are in proportion, whatever the scales of the axes. */
static double below_chord(const struct miev_sweep_point *least, const struct miev_sweep_point *most,
                          const struct miev_sweep_point *point)
{
    double span = log(most->items_per_s / least->items_per_s);
    if (!(span > 0))
        return 0;
    double along = log(point->items_per_s / least->items_per_s) / span;
    return log(least->item_j) + along * log(most->item_j / least->item_j) - log(point->item_j);
}

size_t miev_sweep_front(struct miev_sweep_point *points, size_t n)
{
    const struct miev_sweep_point *least = NULL, *most = NULL;
    size_t knee = MIEV_SWEEP_NO_KNEE;
    double farthest = log(SAME_RATIO);
    for (size_t i = 0; i < n; i++) {
        struct miev_sweep_point *point = &points[i];
        point->front = takes_part(point) && !is_beaten(points, n, i);
        if (!point->front)
            continue;
        if (!least || point->item_j < least->item_j)
            least = point;
        if (!most || point->items_per_s > most->items_per_s)
            most = point;
    }
    if (!least)
        return MIEV_SWEEP_NO_KNEE;
    if (least == most)
        return (size_t)(least - points);
    for (size_t i = 0; i < n; i++) {
        double below = points[i].front ? below_chord(least, most, &points[i]) : 0;
        if (below >= farthest) {
            farthest = below;
            knee = i;
        }
    }
    return knee;
}

/* ---- the report's rows ---------------------------------------------------------------------- */

/* What is known of a row against the default. */
struct against {
    double ratio, low, high; /* of energy, with the between-model factor; NAN: not compared */
    const char *verdict, *method;
    bool likely;
};

struct row {
    const json_t *model;
    const char *name;
    double p50_s, top1;
    struct against against;
};

struct sweep {
    struct row rows[MIEV_STUDY_MAX_MODELS];
    struct miev_sweep_point points[MIEV_STUDY_MAX_MODELS];
    size_t n;
    size_t standard; /* the default's row, n where it has no energy */
};

static const char *turned(const char *verdict)
{
    if (strcmp(verdict, "lower") == 0)
        return "higher";
    return strcmp(verdict, "higher") == 0 ? "lower" : verdict;
}

/* The pair of a row and the default, as "row over default". */
static struct against find_against(const json_t *report, const char *name, const char *standard)
{
    size_t i;
    const json_t *pair;
    json_array_foreach(json_object_get(report, "comparison"), i, pair)
    {
        bool straight = strcmp(miev_field_text(pair, "a"), name) == 0 &&
                        strcmp(miev_field_text(pair, "b"), standard) == 0;
        bool swapped = strcmp(miev_field_text(pair, "b"), name) == 0 &&
                       strcmp(miev_field_text(pair, "a"), standard) == 0;
        const json_t *bounds = json_object_get(pair, "systematic");
        double ratio = miev_field_number(pair, "ratio"), low = miev_field_number(bounds, "low"),
               high = miev_field_number(bounds, "high");
        const char *verdict = miev_field_text(pair, "verdict");
        if (!straight && !swapped)
            continue;
        return (struct against){
            .ratio = swapped ? 1 / ratio : ratio,
            .low = swapped ? 1 / high : low,
            .high = swapped ? 1 / low : high,
            .verdict = swapped ? turned(verdict) : verdict,
            .method = miev_field_text(pair, "method"),
            .likely = json_is_true(json_object_get(pair, "likely")),
        };
    }
    return (struct against){
        .ratio = NAN, .low = NAN, .high = NAN, .verdict = "unresolved", .method = ""};
}

static void read_rows(const json_t *report, const char *standard, struct sweep *out)
{
    const json_t *models = json_object_get(report, "models");
    out->n = out->standard = json_array_size(models);
    for (size_t i = 0; i < out->n; i++) {
        const json_t *model = json_array_get(models, i);
        const json_t *energy = json_object_get(model, "energy");
        const json_t *gross = json_object_get(energy, "gross");
        struct row *row = &out->rows[i];
        *row = (struct row){
            .model = model,
            .name = miev_field_text(model, "name"),
            .p50_s = miev_field_number(json_object_get(model, "latency"), "p50_s"),
            .top1 = miev_field_number(json_object_get(model, "accuracy"), "top1"),
            .against = find_against(report, miev_field_text(model, "name"), standard),
        };
        out->points[i] = (struct miev_sweep_point){
            .item_j = miev_field_number(json_object_get(gross, "per_inference_j"), "value"),
            .items_per_s = 1 / miev_field_number(energy, "inference_s"),
        };
        if (strcmp(row->name, standard) == 0 && takes_part(&out->points[i]))
            out->standard = i;
    }
}

/* The row that takes surely least energy; of those within 3 % of it the one that answers soonest.
 * n where none surely takes less than the default. */
static size_t find_best(const struct sweep *sweep)
{
    double least_j = INFINITY;
    size_t best = sweep->n;
    for (size_t i = 0; i < sweep->n; i++)
        if (takes_part(&sweep->points[i]) && strcmp(sweep->rows[i].against.verdict, "lower") == 0)
            least_j = fmin(least_j, sweep->points[i].item_j);
    for (size_t i = 0; i < sweep->n; i++) {
        bool near = takes_part(&sweep->points[i]) &&
                    strcmp(sweep->rows[i].against.verdict, "lower") == 0 &&
                    sweep->points[i].item_j <= least_j * SAME_RATIO;
        if (near && (best == sweep->n || sweep->rows[i].p50_s < sweep->rows[best].p50_s))
            best = i;
    }
    return best;
}

/* ---- words ---------------------------------------------------------------------------------- */

#define SETTING_BYTES 224 /* delegate and precision have at most 64 each */
#define WORDS_BYTES   640

/* "2 threads, batch 8, xnnpack, int8". */
static void setting_words(const struct row *row, char *out, size_t capacity)
{
    const json_t *settings = json_object_get(row->model, "settings");
    const char *delegate = miev_field_text(json_object_get(row->model, "engine"), "delegate");
    const char *precision = miev_field_text(row->model, "precision");
    double threads = miev_field_number(settings, "threads");
    bool named = strcmp(precision, "as-is") != 0;
    (void)snprintf(out, capacity, "%.0f thread%s, batch %.0f%s%s%s%s", threads,
                   threads > 1 ? "s" : "", miev_field_number(settings, "batch"),
                   *delegate ? ", " : "", delegate, named ? ", " : "", named ? precision : "");
}

static void time_words(double seconds, char *out, size_t capacity)
{
    char number[MIEV_NUMBER_SIZE];
    struct miev_unit unit = miev_unit_for(MIEV_QUANTITY_TIME_S, &seconds, 1, true);
    miev_format_number(number, sizeof(number), seconds / unit.size);
    (void)snprintf(out, capacity, "%s %s", number, unit.name);
}

static void accuracy_words(const struct row *row, const struct row *standard, char *out,
                           size_t capacity)
{
    char own[16], usual[16];
    (void)snprintf(own, sizeof(own), "%.1f %%", row->top1 * 100);
    (void)snprintf(usual, sizeof(usual), "%.1f %%", standard->top1 * 100);
    out[0] = '\0';
    if (!isfinite(row->top1) || !isfinite(standard->top1) ||
        strcmp(miev_field_text(row->model, "precision"),
               miev_field_text(standard->model, "precision")) == 0)
        return; /* not known, or the same file */
    if (strcmp(own, usual) == 0)
        (void)snprintf(out, capacity, ", accuracy %s as well", own);
    else
        (void)snprintf(out, capacity, ", accuracy %s in place of %s", own, usual);
}

/* What a setting takes of the default's energy, and its price. */
static void row_words(const struct sweep *sweep, size_t i, char *out, size_t capacity)
{
    const struct row *row = &sweep->rows[i], *standard = &sweep->rows[sweep->standard];
    const struct against *against = &row->against;
    char setting[SETTING_BYTES], own[48], usual[48], rate[MIEV_NUMBER_SIZE],
        usual_rate[MIEV_NUMBER_SIZE], accuracy[96];
    bool settled = strcmp(against->verdict, "unresolved") != 0;
    setting_words(row, setting, sizeof(setting));
    time_words(row->p50_s, own, sizeof(own));
    time_words(standard->p50_s, usual, sizeof(usual));
    miev_format_number(rate, sizeof(rate), sweep->points[i].items_per_s);
    miev_format_number(usual_rate, sizeof(usual_rate), sweep->points[sweep->standard].items_per_s);
    accuracy_words(row, standard, accuracy, sizeof(accuracy));
    (void)snprintf(out, capacity,
                   "%s: %.3g %% of the default's energy an item (%.3g to %.3g %%: %s%s, %s); an "
                   "answer after %s in place of %s, %s items/s in place of %s%s",
                   setting, against->ratio * 100, against->low * 100, against->high * 100,
                   settled && against->likely ? "likely " : "",
                   settled ? against->verdict : "not resolved", against->method, own, usual, rate,
                   usual_rate, accuracy);
}

/* Of what is not settled, that with the fewest joules, when these are fewer than the default's. */
static size_t find_open(const struct sweep *sweep)
{
    size_t open = sweep->n;
    for (size_t i = 0; i < sweep->n; i++) {
        const struct against *against = &sweep->rows[i].against;
        if (against->ratio < 1 && strcmp(against->verdict, "unresolved") == 0 &&
            (open == sweep->n || against->ratio < sweep->rows[open].against.ratio))
            open = i;
    }
    return open;
}

static void advise(const struct sweep *sweep, size_t best, char *out, size_t capacity)
{
    char setting[SETTING_BYTES], words[WORDS_BYTES];
    if (sweep->standard == sweep->n) {
        (void)snprintf(out, capacity,
                       "The default has no energy, so nothing can be held against it");
        return;
    }
    if (best < sweep->n) {
        row_words(sweep, best, out, capacity);
        return;
    }
    size_t open = find_open(sweep);
    setting_words(&sweep->rows[sweep->standard], setting, sizeof(setting));
    if (open == sweep->n) {
        (void)snprintf(out, capacity,
                       "Keep the default (%s): nothing here was found to take less energy",
                       setting);
        return;
    }
    row_words(sweep, open, words, sizeof(words));
    (void)snprintf(out, capacity,
                   "Keep the default (%s): nothing here surely takes less energy, and more time "
                   "(--budget) may tell. Fewest joules: %s",
                   setting, words);
}

static json_t *front_json(const struct sweep *sweep)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sweep->n; i++)
        if (sweep->points[i].front)
            (void)json_array_append_new(list,
                                        json_pack("{s:s, s:f, s:f}", "name", sweep->rows[i].name,
                                                  "item_j", sweep->points[i].item_j, "items_per_s",
                                                  sweep->points[i].items_per_s));
    return list;
}

static json_t *name_json(const struct sweep *sweep, size_t i)
{
    return i < sweep->n ? json_string(sweep->rows[i].name) : json_null();
}

int miev_report_sweep(json_t *report, struct miev_error *err)
{
    char advice[WORDS_BYTES + SETTING_BYTES + 160], knee_words[WORDS_BYTES];
    struct sweep sweep = {.n = 0};
    json_t *out = json_object_get(report, "sweep");
    if (!json_is_object(out))
        return MIEV_OK;
    if (json_array_size(json_object_get(report, "models")) > MIEV_STUDY_MAX_MODELS)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the report has %zu models, at most %d are read",
                              json_array_size(json_object_get(report, "models")),
                              MIEV_STUDY_MAX_MODELS);
    read_rows(report, miev_field_text(out, "default"), &sweep);
    size_t knee = miev_sweep_front(sweep.points, sweep.n), best = find_best(&sweep);
    bool has_knee = knee < sweep.n && sweep.standard < sweep.n && knee != sweep.standard;
    advise(&sweep, best, advice, sizeof(advice));
    if (has_knee)
        row_words(&sweep, knee, knee_words, sizeof(knee_words));
    (void)json_object_set_new(out, "front", front_json(&sweep));
    (void)json_object_set_new(out, "knee", name_json(&sweep, knee));
    (void)json_object_set_new(out, "best", name_json(&sweep, best));
    (void)json_object_set_new(out, "knee_words", has_knee ? json_string(knee_words) : json_null());
    return json_object_set_new(out, "advice", json_string(advice)) == 0
               ? MIEV_OK
               : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the sweep's advice");
}
