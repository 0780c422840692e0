/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/show_parts.h"
#include "core/text.h"
#include "study/study.h"

#define NAME_BYTES 96

/* ---- rows in their order -------------------------------------------------------------------- */

struct row {
    const json_t *model;
    const char *front; /* "yes", "open", "no", "-" */
    double top1;       /* NAN: it failed */
    double joules, grams, latency_s, training_s;
};

static int place_of(const struct row *row)
{
    return !isfinite(row->top1)             ? 3
           : strcmp(row->front, "yes") == 0 ? 0
           : strcmp(row->front, "no") == 0  ? 2
                                            : 1;
}

/* The front first, then what is not settled, then what is surely worse; each by accuracy. */
static int by_front(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int order = place_of(a) - place_of(b);
    if (order != 0 || !isfinite(a->top1) || !isfinite(b->top1))
        return order;
    return (a->top1 < b->top1) - (a->top1 > b->top1);
}

static struct row read_row(const json_t *report, const json_t *model)
{
    const json_t *energy = miev_field_at(model, "energy");
    const json_t *footprint = miev_field_at(model, "footprint");
    return (struct row){
        .model = model,
        .front = pareto_word(report, miev_field_text(model, "name")),
        .top1 = miev_field_number(miev_field_at(model, "accuracy"), "top1"),
        .joules = miev_field_number(
            miev_field_at(miev_field_at(energy, "gross"), "per_inference_j"), "value"),
        .grams = miev_field_number(miev_field_at(footprint, "per_inference_g"), "value"),
        .latency_s = miev_field_number(miev_field_at(model, "latency"), "p50_s"),
        .training_s = miev_field_number(miev_field_at(model, "training"), "seconds"),
    };
}

/* ---- the table ------------------------------------------------------------------------------ */

struct units {
    struct miev_unit energy, mass, latency, training;
};

static struct units units_of(const struct row *rows, size_t n, bool ascii)
{
    double values[4][MIEV_STUDY_MAX_MODELS];
    for (size_t i = 0; i < n; i++) {
        values[0][i] = rows[i].joules;
        values[1][i] = rows[i].grams;
        values[2][i] = rows[i].latency_s;
        values[3][i] = rows[i].training_s;
    }
    return (struct units){.energy = miev_unit_for(MIEV_QUANTITY_ENERGY_J, values[0], n, ascii),
                          .mass = miev_unit_for(MIEV_QUANTITY_MASS_G, values[1], n, ascii),
                          .latency = miev_unit_for(MIEV_QUANTITY_TIME_S, values[2], n, ascii),
                          .training = miev_unit_for(MIEV_QUANTITY_TIME_S, values[3], n, ascii)};
}

struct columns {
    size_t name, accuracy, front, grams, energy, latency, features, training, method;
};

static void set_grams(struct table *table, size_t row, size_t column, const json_t *model,
                      const struct miev_unit *unit)
{
    char interval[MIEV_INTERVAL_SIZE];
    const json_t *grams = miev_field_at(miev_field_at(model, "footprint"), "per_inference_g");
    if (!grams) {
        table_set(table, row, column, "-");
        return;
    }
    miev_format_interval(interval, sizeof(interval), miev_field_number(grams, "value"),
                         miev_field_number(grams, "low"), miev_field_number(grams, "high"), unit);
    table_set(table, row, column, "%s", interval);
}

static void set_row(struct table *table, size_t i, const struct row *row, const struct columns *at,
                    const struct units *units)
{
    char name[NAME_BYTES];
    const json_t *accuracy = miev_field_at(row->model, "accuracy");
    miev_text_show(name, sizeof(name), miev_field_text(row->model, "name"));
    table_set(table, i, at->name, "%s", name);
    if (!isfinite(row->top1)) {
        table_set(table, i, at->accuracy, "failed: see below");
        return;
    }
    table_set(table, i, at->accuracy, "%.1f %% (%.1f to %.1f)", 100 * row->top1,
              100 * miev_field_number(accuracy, "top1_low"),
              100 * miev_field_number(accuracy, "top1_high"));
    table_set(table, i, at->front, "%s", row->front);
    set_grams(table, i, at->grams, row->model, &units->mass);
    field_set_number(table, i, at->energy, row->joules, &units->energy);
    field_set_number(table, i, at->latency, row->latency_s, &units->latency);
    table_set(table, i, at->features, "%.0f",
              miev_field_number(miev_field_at(row->model, "features"), "length"));
    field_set_number(table, i, at->training, row->training_s, &units->training);
    table_set(table, i, at->method, "%s",
              miev_field_text(miev_field_at(row->model, "energy"), "method"));
}

static void print_table(const struct row *rows, size_t n, const struct terminal *terminal)
{
    struct table table;
    char header[48];
    struct units units = units_of(rows, n, !terminal->utf8);
    if (!table_init(&table, n))
        return;
    (void)snprintf(header, sizeof(header), "%s CO2e each", units.mass.name);
    struct columns at = {.name = table_column(&table, "model", false),
                         .accuracy = table_column(&table, "accuracy (95 %)", false),
                         .front = table_column_if_wide(&table, "front", false, 5),
                         .grams = table_column(&table, header, false),
                         .energy = table_column_if_wide(&table, "energy each", true, 4),
                         .latency = table_column_if_wide(&table, "latency", true, 3),
                         .features = table_column_if_wide(&table, "features", true, 1),
                         .training = table_column_if_wide(&table, "training", true, 2),
                         .method = table_column_if_wide(&table, "energy is", false, 1)};
    for (size_t i = 0; i < n; i++)
        set_row(&table, i, &rows[i], &at, &units);
    show_table(&table, terminal);
    table_finish(&table);
}

/* ---- sentences ------------------------------------------------------------------------------ */

static void say_header(const json_t *report, const struct terminal *terminal)
{
    const json_t *dataset = miev_field_at(report, "dataset");
    const json_t *folds = miev_field_at(miev_field_at(report, "settings"), "folds");
    double images = miev_field_number(dataset, "images");
    char name[128];
    miev_text_show(name, sizeof(name), miev_field_text(dataset, "name"));
    say(terminal, "%s%s%s: %.0f images of %.0f classes, %.0f to %.0f of each.",
        terminal_bold(terminal), name, terminal_reset(terminal), images,
        miev_field_number(dataset, "classes"), miev_field_number(dataset, "smallest_class_images"),
        miev_field_number(dataset, "largest_class_images"));
    if (json_is_integer(folds))
        say(terminal,
            "Each is judged by a classifier that learnt from the other %.0f of %.0f folds. ",
            json_number_value(folds) - 1, json_number_value(folds));
    else
        say(terminal,
            "%.0f %% of each class are held out and judged by a classifier that learnt from "
            "the others.",
            100 * miev_field_number(miev_field_at(report, "settings"), "holdout_ratio"));
    (void)fputc('\n', terminal->file);
}

static void say_copies(const json_t *dataset, const struct terminal *terminal)
{
    double copies = miev_field_number(dataset, "copies");
    double contradictory = miev_field_number(dataset, "contradictory");
    if (copies > 0)
        say(terminal, "%.0f file%s the same as another one of the class and left out.", copies,
            copies > 1 ? "s are" : " is");
    if (contradictory > 0)
        say(terminal,
            "%.0f files stand in more than one class and are left out: nobody can say which "
            "is right.",
            contradictory);
}

static const char *reason_of(const json_t *model)
{
    return miev_field_text(miev_field_at(model, "energy"), "reason");
}

/* Why no model has joules, where it is one reason for all of them. */
static const char *common_reason(const struct row *rows, size_t n)
{
    const char *common = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(rows[i].top1))
            continue;
        if (common && strcmp(common, reason_of(rows[i].model)) != 0)
            return "";
        common = reason_of(rows[i].model);
    }
    return common ? common : "";
}

static void say_model(const json_t *model, bool say_reason, const struct terminal *terminal)
{
    char name[NAME_BYTES], message[512];
    const json_t *error = miev_field_at(model, "error");
    const json_t *failed = miev_field_at(model, "not_evaluated");
    const char *reason = say_reason ? reason_of(model) : "";
    miev_text_show(name, sizeof(name), miev_field_text(model, "name"));
    if (error) {
        miev_text_show(message, sizeof(message), miev_field_text(error, "message"));
        say(terminal, "%s failed (%s): %s.", name, miev_field_text(error, "code"), message);
        return;
    }
    if (miev_field_number(failed, "images") > 0)
        say(terminal, "%s: %.0f images could not be used, the first is %s: %s.", name,
            miev_field_number(failed, "images"),
            miev_field_text(json_array_get(miev_field_at(failed, "first"), 0), "image"),
            miev_field_text(json_array_get(miev_field_at(failed, "first"), 0), "message"));
    if (*reason) {
        miev_text_show(message, sizeof(message), reason);
        say(terminal, "%s has no energy of an inference: %s.", name, message);
    }
}

static void say_chance(const json_t *report, const struct terminal *terminal)
{
    const json_t *dataset = miev_field_at(report, "dataset");
    say(terminal,
        "Who always names the largest class is right for %.1f %%. An inference is that of the "
        "whole "
        "model; the linear classifier takes the place of its last layer.",
        100 * miev_field_number(dataset, "largest_class_images") /
            miev_field_number(dataset, "images"));
}

void show_probe(const json_t *report, const struct terminal *terminal, bool quiet)
{
    struct row rows[MIEV_STUDY_MAX_MODELS];
    size_t i, n = 0;
    json_t *item;
    json_array_foreach(miev_field_at(report, "models"), i, item) if (n < MIEV_STUDY_MAX_MODELS)
        rows[n++] = read_row(report, item);
    qsort(rows, n, sizeof(rows[0]), by_front);
    if (!quiet)
        say_header(report, terminal);
    print_table(rows, n, terminal);
    if (quiet)
        return;
    json_array_foreach(miev_field_at(report, "remarks"), i, item)
        say(terminal, "%s.", json_string_value(item));
    const char *common = common_reason(rows, n);
    if (*common)
        say(terminal, "No joules of an inference: %s.", common);
    for (i = 0; i < n; i++)
        say_model(rows[i].model, !*common, terminal);
    say_copies(miev_field_at(report, "dataset"), terminal);
    say_pareto(report, terminal);
    say_chance(report, terminal);
    say_site(report, terminal);
}
