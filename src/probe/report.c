/* SPDX-License-Identifier: Apache-2.0 */
/* What a probe found, as the JSON document of docs/probe.schema.json. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "core/json.h"
#include "probe/state.h"

#define WIDE_RATIO 0.1 /* half an interval of this and more is worth a warning */

/* ---- right answers -------------------------------------------------------------------------- */

static bool is_judged(const struct miev_probe *probe, size_t model, size_t image)
{
    const uint32_t *predicted = probe->models[model].predicted;
    return predicted && predicted[image] != MIEV_PROBE_UNSEEN;
}

static bool is_right(const struct miev_probe *probe, size_t model, size_t image)
{
    return probe->models[model].predicted[image] == probe->classes[image];
}

struct tally {
    uint64_t judged, right;
};

static struct tally count(const struct miev_probe *probe, size_t model, uint32_t class_index,
                          bool all)
{
    struct tally out = {0, 0};
    for (size_t i = 0; i < probe->eval.dataset.n; i++) {
        if (!is_judged(probe, model, i) || (!all && probe->classes[i] != class_index))
            continue;
        out.judged++;
        out.right += is_right(probe, model, i);
    }
    return out;
}

static void name_split(const struct miev_probe *probe, char *out, size_t capacity)
{
    const struct miev_probe_options *options = probe->options;
    if (options->folds)
        (void)snprintf(out, capacity, "%u folds", options->folds);
    else
        (void)snprintf(out, capacity, "%.3g held out", options->holdout_ratio);
}

/* As a study tells a card's accuracy, so that it can stand beside the carbon. */
static json_t *accuracy_json(const struct miev_probe *probe, size_t model)
{
    char split[48];
    struct tally all = count(probe, model, 0, true);
    struct miev_interval share = miev_wilson(all.right, all.judged);
    name_split(probe, split, sizeof(split));
    return json_pack("{s:o, s:s, s:I, s:I, s:o, s:o, s:o, s:s}", "dataset",
                     miev_eval_text_json(probe->eval.dataset.name), "split", split, "images",
                     (json_int_t)all.judged, "right", (json_int_t)all.right, "top1",
                     miev_json_real(share.value), "top1_low", miev_json_real(share.low),
                     "top1_high", miev_json_real(share.high), "source", "miev probe");
}

static json_t *classes_json(const struct miev_probe *probe, size_t model)
{
    json_t *list = json_array();
    for (uint32_t c = 0; c < probe->eval.dataset.n_classes; c++) {
        struct tally one = count(probe, model, c, false);
        (void)json_array_append_new(list,
                                    json_pack("{s:o, s:I, s:o}", "label",
                                              miev_eval_text_json(probe->eval.dataset.classes[c]),
                                              "images", (json_int_t)one.judged, "top1",
                                              miev_eval_share_json(one.right, one.judged)));
    }
    return list;
}

/* Cells of the matrix that are not empty. */
static json_t *confusion_json(const struct miev_probe *probe, size_t model)
{
    const struct miev_dataset *dataset = &probe->eval.dataset;
    size_t n = dataset->n_classes;
    json_t *list = json_array();
    uint32_t *cells = calloc(n * n, sizeof(*cells));
    for (size_t i = 0; cells && i < dataset->n; i++)
        if (is_judged(probe, model, i))
            cells[probe->classes[i] * n + probe->models[model].predicted[i]]++;
    for (size_t i = 0; cells && i < n * n; i++)
        if (cells[i] > 0)
            (void)json_array_append_new(
                list,
                json_pack("{s:o, s:o, s:I}", "class", miev_eval_text_json(dataset->classes[i / n]),
                          "predicted", miev_eval_text_json(dataset->classes[i % n]), "images",
                          (json_int_t)cells[i]));
    free(cells);
    return list;
}

/* ---- one model ------------------------------------------------------------------------------ */

static json_t *work_json(const struct miev_eval_energy *energy)
{
    return json_pack("{s:o, s:o}", "seconds",
                     miev_json_real(energy->images > 0 ? energy->seconds : (double)NAN), "energy",
                     miev_eval_energy_json(energy, 1));
}

static json_t *numbers_json(const double *values, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, miev_json_real(values[i]));
    return list;
}

static json_t *features_json(const struct miev_probe *probe, size_t model)
{
    const struct miev_eval_model *eval = &probe->eval.models[model];
    return json_pack(
        "{s:s, s:O, s:I, s:o, s:o}", "from", probe->options->output ? "output" : "last_layer",
        "tensor", probe->models[model].tensor, "length", (json_int_t)eval->n_features, "seconds",
        miev_json_real(eval->seconds), "energy", miev_eval_energy_json(&eval->energy, eval->done));
}

static json_t *model_json(const struct miev_probe *probe, size_t index)
{
    const struct miev_eval_model *eval = &probe->eval.models[index];
    const struct miev_probe_model *model = &probe->models[index];
    json_t *out = miev_eval_identity_json(eval);
    if (eval->run->status != MIEV_OK) {
        (void)json_object_set_new(out, "error", miev_eval_error_json(eval->run));
        return out;
    }
    json_t *validation = work_json(&model->validation), *training = work_json(&model->training);
    (void)json_object_set_new(validation, "c", numbers_json(model->c, probe->n_folds));
    (void)json_object_set_new(training, "c", miev_json_real(model->linear.c));
    (void)json_object_set_new(out, "features", features_json(probe, index));
    (void)json_object_set_new(out, "accuracy", accuracy_json(probe, index));
    (void)json_object_set_new(out, "classes", classes_json(probe, index));
    (void)json_object_set_new(out, "confusion", confusion_json(probe, index));
    (void)json_object_set_new(out, "not_evaluated", miev_eval_failed_json(eval));
    (void)json_object_set_new(out, "validation", validation);
    (void)json_object_set_new(out, "training", training);
    (void)json_object_set_new(
        out, "peak_memory_bytes",
        eval->run->peak_bytes ? json_integer((json_int_t)eval->run->peak_bytes) : json_null());
    return out;
}

/* ---- what was learnt ------------------------------------------------------------------------ */

static json_t *weights_json(const struct miev_probe *probe, size_t index)
{
    const struct miev_probe_model *model = &probe->models[index];
    const struct miev_run_model *run = probe->eval.models[index].run;
    const struct miev_linear *linear = &model->linear;
    json_t *weights = json_array(), *classes = json_array();
    for (size_t k = 0; k < linear->n_classes; k++) {
        (void)json_array_append_new(classes, miev_eval_text_json(probe->eval.dataset.classes[k]));
        (void)json_array_append_new(
            weights, numbers_json(linear->weights + k * linear->length, linear->length));
    }
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "schema",
                     "miev.probe-weights/1", "model", run->name, "sha256", run->file.sha256,
                     "preprocessing", json_incref(json_object_get(run->facts, "preprocessing")),
                     "features", features_json(probe, index), "accuracy",
                     accuracy_json(probe, index), "classes", classes, "weights", weights, "biases",
                     numbers_json(linear->biases, linear->n_classes));
}

static json_t *all_weights_json(const struct miev_probe *probe)
{
    json_t *list = json_array();
    for (size_t i = 0; i < probe->eval.run.n_models; i++)
        if (probe->eval.run.models[i].status == MIEV_OK)
            (void)json_array_append_new(list, weights_json(probe, i));
    return list;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static json_t *pairs_json(const struct miev_probe *probe)
{
    size_t n = probe->eval.run.n_models, pair = 0;
    struct miev_paired *paired = calloc(n * (n - 1) / 2 + 1, sizeof(*paired));
    const char *names[MIEV_STUDY_MAX_MODELS];
    for (size_t a = 0; paired && a < n; a++) {
        names[a] = probe->eval.run.models[a].name;
        for (size_t b = a + 1; b < n; b++, pair++) {
            for (size_t i = 0; i < probe->eval.dataset.n; i++) {
                if (!is_judged(probe, a, i) || !is_judged(probe, b, i))
                    continue;
                bool right_a = is_right(probe, a, i), right_b = is_right(probe, b, i);
                paired[pair].both += right_a && right_b;
                paired[pair].only_a += right_a && !right_b;
                paired[pair].only_b += right_b && !right_a;
                paired[pair].neither += !right_a && !right_b;
            }
        }
    }
    json_t *list = paired ? miev_eval_pairs_json(names, n, paired) : json_array();
    free(paired);
    return list;
}

static json_t *dataset_json(const struct miev_probe *probe)
{
    const struct miev_dataset *dataset = &probe->eval.dataset;
    json_t *out = miev_eval_dataset_json(dataset);
    size_t largest = 0, smallest = dataset->n;
    for (uint32_t c = 0; c < dataset->n_classes; c++) {
        size_t n = 0;
        for (size_t i = 0; i < dataset->n; i++)
            n += probe->classes[i] == c;
        largest = n > largest ? n : largest;
        smallest = n < smallest ? n : smallest;
    }
    (void)json_object_set_new(out, "smallest_class_images", json_integer((json_int_t)smallest));
    (void)json_object_set_new(out, "largest_class_images", json_integer((json_int_t)largest));
    (void)json_object_set_new(out, "copies", json_integer((json_int_t)probe->copies.dropped));
    (void)json_object_set_new(out, "contradictory",
                              json_integer((json_int_t)probe->copies.contradictory));
    return out;
}

static json_t *settings_json(const struct miev_probe *probe)
{
    const struct miev_eval_options *options = probe->eval.options;
    const struct miev_study_options *study = &options->study;
    double none = (double)NAN;
    return json_pack(
        "{s:i, s:s?, s:i, s:I, s:I, s:f, s:f, s:b, s:b, s:I, s:i, s:i, s:o, s:o}", "threads",
        (int)study->threads, "delegate", study->delegate, "decoders", (int)probe->eval.n_decoders,
        "seed", (json_int_t)study->seed, "limit", (json_int_t)options->limit, "budget_s",
        probe->options->eval.study.budget_s, "target_ratio", study->target_ratio, "dedicated",
        (int)study->dedicated, "fast_decode", (int)study->fast_decode, "memory_bytes",
        (json_int_t)study->memory_bytes, "reserved_cpus",
        (int)(study->threads < probe->eval.run.share.logical_cpus
                  ? study->threads
                  : probe->eval.run.share.logical_cpus),
        "logical_cpus", (int)probe->eval.run.share.logical_cpus, "folds",
        probe->options->folds ? json_integer(probe->options->folds) : json_null(), "holdout_ratio",
        miev_json_real(probe->options->folds ? none : probe->options->holdout_ratio));
}

/* What makes the figures less than they look. */
static json_t *remarks_json(const json_t *models)
{
    char text[256];
    double widest = 0, images = 0;
    size_t i;
    json_t *model, *list = json_array();
    json_array_foreach(models, i, model)
    {
        const json_t *accuracy = json_object_get(model, "accuracy");
        double low = json_number_value(json_object_get(accuracy, "top1_low"));
        double half = (json_number_value(json_object_get(accuracy, "top1_high")) - low) / 2;
        if (accuracy && half > widest) {
            widest = half;
            images = json_number_value(json_object_get(accuracy, "images"));
        }
    }
    if (widest < WIDE_RATIO)
        return list;
    (void)snprintf(text, sizeof(text),
                   "%.0f images are few: an accuracy is known to %.0f points either way only, so "
                   "that models which differ by less are not told apart",
                   images, 100 * widest);
    (void)json_array_append_new(list, json_string(text));
    return list;
}

json_t *miev_probe_report(const struct miev_probe *probe, const char *stop_reason)
{
    const struct miev_run *run = &probe->eval.run;
    json_t *models = json_array();
    for (size_t i = 0; i < run->n_models; i++)
        (void)json_array_append_new(models, model_json(probe, i));
    json_t *report =
        json_pack("{s:s, s:s, s:I, s:o, s:o, s:o, s:{s:s, s:f}, s:o, s:o}", "schema",
                  "miev.probe/1", "miev_version", miev_version(), "created_unix_s",
                  (json_int_t)time(NULL), "settings", settings_json(probe), "dataset",
                  dataset_json(probe), "remarks", remarks_json(models), "stop", "reason",
                  stop_reason, "elapsed_s", (double)(run->finished_ns - run->started_ns) * 1e-9,
                  "models", models, "pairs", pairs_json(probe));
    json_t *surroundings = miev_run_surroundings(run);
    if (report && surroundings)
        (void)json_object_update(report, surroundings);
    json_decref(surroundings);
    if (report && probe->options->keep_weights)
        (void)json_object_set_new(report, "probes", all_weights_json(probe));
    return report;
}

/* ---- an inference's cost -------------------------------------------------------------------- */

static json_t *no_energy(const char *reason)
{
    return json_pack("{s:s, s:[], s:s, s:i}", "method", "unavailable", "parts", "reason", reason,
                     "rounds_void", 0);
}

static const json_t *model_named(const json_t *study, const char *name)
{
    size_t i;
    json_t *model;
    json_array_foreach(json_object_get(study, "models"), i, model)
    {
        const char *own = json_string_value(json_object_get(model, "name"));
        if (own && strcmp(own, name) == 0)
            return model;
    }
    return NULL;
}

void miev_probe_add_study(json_t *report, const json_t *study, const char *why_not)
{
    size_t i;
    json_t *model, *comparison = json_object_get(study, "comparison");
    json_array_foreach(json_object_get(report, "models"), i, model)
    {
        if (json_object_get(model, "error"))
            continue;
        const json_t *found = model_named(study, json_string_value(json_object_get(model, "name")));
        json_t *energy = json_object_get(found, "energy");
        json_t *latency = json_object_get(found, "latency");
        const char *failed =
            json_string_value(json_object_get(json_object_get(found, "error"), "message"));
        (void)json_object_set_new(
            model, "energy", energy ? json_incref(energy) : no_energy(failed ? failed : why_not));
        (void)json_object_set_new(model, "latency", latency ? json_incref(latency) : json_null());
    }
    (void)json_object_set_new(report, "comparison",
                              comparison ? json_incref(comparison) : json_array());
}

int miev_probe_price(json_t *report, const struct miev_price_options *options,
                     struct miev_error *err)
{
    size_t i;
    json_t *model;
    int rc = miev_report_price(report, options, err);
    json_array_foreach(json_object_get(report, "models"), i, model)(void)
        json_object_del(json_object_get(model, "footprint"), "cold_g");
    return rc;
}
