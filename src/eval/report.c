/* SPDX-License-Identifier: Apache-2.0 */
/* What an evaluation found, as the JSON document of docs/eval.schema.json. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "core/json.h"
#include "core/proportion.h"
#include "core/text.h"
#include "eval/pass.h"

#define FAMILY_ERROR 0.05 /* chance that any one verdict on a pair is wrong */

static json_t *text_json(const char *text)
{
    char shown[256];
    miev_text_show(shown, sizeof(shown), text);
    return json_string(shown);
}

static json_t *share_json(uint64_t right, uint64_t n)
{
    struct miev_interval share = miev_wilson(right, n);
    return json_pack("{s:I, s:o, s:o, s:o}", "right", (json_int_t)right, "share",
                     miev_json_real(share.value), "low", miev_json_real(share.low), "high",
                     miev_json_real(share.high));
}

/* ---- classes -------------------------------------------------------------------------------- */

static json_t *label_json(const struct miev_eval_model *model, size_t index)
{
    const struct miev_run_model *run = model->run;
    char number[32];
    if (index < run->n_labels)
        return text_json(run->labels[index]);
    (void)snprintf(number, sizeof(number), "class %zu", index);
    return json_string(number);
}

/* What the images of a folder are called: as the model does, or, where a mapping gives the folder
 * classes, as the folder is. */
static json_t *group_json(const struct miev_eval *eval, const struct miev_eval_model *model,
                          uint32_t group)
{
    if (eval->options->mapping)
        return text_json(eval->options->mapping->rules[group].folder);
    return label_json(model, miev_groups_class(&model->groups, group));
}

/* A class that is no folder's by its label, with its number where a folder has that very name. */
static json_t *answer_json(const struct miev_eval *eval, const struct miev_eval_model *model,
                           uint32_t answer)
{
    const struct miev_mapping *mapping = eval->options->mapping;
    char numbered[320];
    json_t *label = label_json(model, answer);
    if (!label || !mapping || miev_mapping_find(mapping, json_string_value(label)) == mapping->n)
        return label;
    (void)snprintf(numbered, sizeof(numbered), "%.255s (class %u)", json_string_value(label),
                   answer);
    json_decref(label);
    return json_string(numbered);
}

static bool any_right(const struct miev_eval *eval, const struct miev_eval_model *model,
                      size_t image)
{
    for (size_t k = 0; k < MIEV_EVAL_TOP; k++)
        if (miev_eval_is_right(eval, model, image, model->best[image * MIEV_EVAL_TOP + k]))
            return true;
    return false;
}

static bool is_right(const struct miev_eval *eval, const struct miev_eval_model *model,
                     size_t image)
{
    return miev_eval_is_right(eval, model, image, model->best[image * MIEV_EVAL_TOP]);
}

struct tally {
    uint64_t answered, right, right5;
};

static bool is_answered(const struct miev_eval_model *model, size_t image)
{
    return model->outcome && model->outcome[image] == MIEV_EVAL_ANSWERED;
}

/* All images into *sum, and by the dataset's class into by_class. */
static void count_right(const struct miev_eval *eval, const struct miev_eval_model *model,
                        struct tally *sum, struct tally *by_class)
{
    for (size_t i = 0; i < eval->dataset.n; i++) {
        if (!is_answered(model, i))
            continue;
        struct tally one = {1, is_right(eval, model, i), any_right(eval, model, i)};
        struct tally *both[] = {sum, &by_class[eval->dataset.images[i].class_index]};
        for (size_t k = 0; k < 2; k++) {
            both[k]->answered += one.answered;
            both[k]->right += one.right;
            both[k]->right5 += one.right5;
        }
    }
}

/* The classes that count as right for a folder. */
static json_t *outputs_json(const struct miev_eval_model *model, size_t folder)
{
    const struct miev_groups *groups = &model->groups;
    json_t *list = json_array();
    for (size_t i = 0; i < groups->n_classes; i++)
        if (groups->of_class[i] == groups->of_folder[folder])
            (void)json_array_append_new(list, json_integer((json_int_t)i));
    return list;
}

static json_t *classes_json(const struct miev_eval *eval, const struct miev_eval_model *model,
                            const struct tally *by_class)
{
    json_t *list = json_array();
    for (size_t c = 0; c < eval->dataset.n_classes; c++) {
        if (by_class[c].answered == 0)
            continue;
        uint32_t index = miev_groups_class(&model->groups, c);
        json_t *entry = json_pack("{s:o, s:o, s:I, s:o}", "label",
                                  group_json(eval, model, model->groups.of_folder[c]), "index",
                                  index == MIEV_GROUP_NONE ? json_null() : json_integer(index),
                                  "images", (json_int_t)by_class[c].answered, "top1",
                                  share_json(by_class[c].right, by_class[c].answered));
        if (eval->options->mapping)
            (void)json_object_set_new(entry, "outputs", outputs_json(model, c));
        (void)json_array_append_new(list, entry);
    }
    return list;
}

static int compare_cells(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

#define IS_GROUP 0x80000000u /* in an answer: all classes of a folder, which count as one */

/* The group of the image and the answer as one number. */
static uint64_t cell_of(const struct miev_eval *eval, const struct miev_eval_model *model,
                        size_t image)
{
    const struct miev_groups *groups = &model->groups;
    uint64_t truth = groups->of_folder[eval->dataset.images[image].class_index];
    uint32_t answer = (uint32_t)model->best[image * MIEV_EVAL_TOP];
    uint32_t group = groups->of_class[answer];
    return truth << 32 | (group == MIEV_GROUP_NONE ? answer : IS_GROUP | group);
}

static json_t *cell_json(const struct miev_eval *eval, const struct miev_eval_model *model,
                         uint64_t cell, size_t images)
{
    uint32_t answer = (uint32_t)cell;
    json_t *predicted = answer & IS_GROUP ? group_json(eval, model, answer & ~IS_GROUP)
                                          : answer_json(eval, model, answer);
    return json_pack("{s:o, s:o, s:I}", "class", group_json(eval, model, (uint32_t)(cell >> 32)),
                     "predicted", predicted, "images", (json_int_t)images);
}

/* Cells of the matrix that are not empty: class, what was said instead of it or rightly, images. */
static json_t *confusion_json(const struct miev_eval *eval, const struct miev_eval_model *model)
{
    json_t *list = json_array();
    uint64_t *cells = calloc(eval->dataset.n, sizeof(*cells));
    size_t n = 0, end = 0;
    for (size_t i = 0; cells && i < eval->dataset.n; i++)
        if (is_answered(model, i))
            cells[n++] = cell_of(eval, model, i);
    if (n > 0)
        qsort(cells, n, sizeof(*cells), compare_cells);
    for (size_t begin = 0; begin < n; begin = end) {
        while (end < n && cells[end] == cells[begin])
            end++;
        (void)json_array_append_new(list, cell_json(eval, model, cells[begin], end - begin));
    }
    free(cells);
    return list;
}

/* ---- one model ------------------------------------------------------------------------------ */

static json_t *failed_json(const struct miev_eval_model *model)
{
    json_t *list = json_array(), *item;
    size_t i;
    json_array_foreach(model->failures, i, item)(void)
        json_array_append_new(list, json_pack("{s:O, s:O}", "image", json_object_get(item, "image"),
                                              "message", json_object_get(item, "message")));
    return json_pack("{s:I, s:o}", "images", (json_int_t)model->n_failed, "first", list);
}

static json_t *pace_json(const struct miev_eval_model *model)
{
    size_t here = model->done - model->resumed;
    bool known = here > 0 && model->seconds > 0;
    double none = (double)NAN;
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:I, s:I}", "images", (json_int_t)here, "seconds",
                     miev_json_real(known ? model->seconds : none), "images_per_s",
                     miev_json_real(known ? (double)here / model->seconds : none),
                     "engine_busy_ratio",
                     miev_json_real(known ? model->busy_s / model->seconds : none), "engine_cpu_s",
                     miev_json_real(known ? model->cpu_s : none), "decoded",
                     (json_int_t)model->n_decoded, "kept", (json_int_t)model->n_kept);
}

static json_t *resumed_json(const struct miev_eval_model *model)
{
    if (model->resumed == 0)
        return json_null();
    return json_pack("{s:I, s:o, s:o}", "images", (json_int_t)model->resumed, "metered_s",
                     miev_json_real(model->resumed_seconds), "last_unix_s",
                     model->resumed_unix_s > 0 ? json_integer(model->resumed_unix_s) : json_null());
}

static void copy_facts(json_t *out, const json_t *facts)
{
    static const char *const keys[] = {"engine", "sandbox", "guesses"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        json_t *value = json_object_get(facts, keys[i]);
        if (value)
            (void)json_object_set(out, keys[i], value);
    }
}

static json_t *identity_json(const struct miev_eval_model *model)
{
    const struct miev_run_model *run = model->run;
    json_t *out =
        json_pack("{s:s, s:s}", "name", run->name, "precision", run->entry.file->precision);
    if (run->file.length > 0) {
        (void)json_object_set_new(out, "sha256", json_string(run->file.sha256));
        (void)json_object_set_new(out, "bytes", json_integer((json_int_t)run->file.content_bytes));
    }
    copy_facts(out, run->facts);
    return out;
}

/* Classes that an answer is chosen from. */
static size_t choices_of(const struct miev_eval *eval, const struct miev_eval_model *model)
{
    return eval->options->map_only ? model->groups.n_mapped : model->classes;
}

static json_t *model_json(const struct miev_eval *eval, const struct miev_eval_model *model)
{
    json_t *out = identity_json(model);
    const struct miev_run_model *run = model->run;
    struct tally sum = {0};
    if (run->status != MIEV_OK) {
        json_t *message = json_string(run->error.message);
        (void)json_object_set_new(out, "error",
                                  json_pack("{s:s, s:o}", "code", miev_status_name(run->status),
                                            "message",
                                            message ? message : json_string("(not valid text)")));
        return out;
    }
    struct tally *by_class = calloc(eval->dataset.n_classes, sizeof(*by_class));
    if (!by_class)
        return out;
    count_right(eval, model, &sum, by_class);
    (void)json_object_set_new(out, "images", json_integer((json_int_t)sum.answered));
    (void)json_object_set_new(out, "complete", json_boolean(model->done == eval->dataset.n));
    (void)json_object_set_new(out, "top1", share_json(sum.right, sum.answered));
    (void)json_object_set_new(out, "top5",
                              choices_of(eval, model) > MIEV_EVAL_TOP
                                  ? share_json(sum.right5, sum.answered)
                                  : json_null());
    (void)json_object_set_new(out, "not_evaluated", failed_json(model));
    (void)json_object_set_new(out, "classes", classes_json(eval, model, by_class));
    (void)json_object_set_new(out, "confusion", confusion_json(eval, model));
    (void)json_object_set_new(out, "pace", pace_json(model));
    (void)json_object_set_new(out, "resumed", resumed_json(model));
    (void)json_object_set_new(out, "energy", miev_eval_energy_json(&model->energy, model->done));
    (void)json_object_set_new(out, "peak_memory_bytes",
                              run->peak_bytes ? json_integer((json_int_t)run->peak_bytes)
                                              : json_null());
    free(by_class);
    return out;
}

/* ---- pairs ---------------------------------------------------------------------------------- */

static struct miev_paired pair_up(const struct miev_eval *eval, const struct miev_eval_model *a,
                                  const struct miev_eval_model *b)
{
    struct miev_paired out = {0};
    for (size_t i = 0; i < eval->dataset.n; i++) {
        if (!is_answered(a, i) || !is_answered(b, i))
            continue;
        bool right_a = is_right(eval, a, i), right_b = is_right(eval, b, i);
        out.both += right_a && right_b;
        out.only_a += right_a && !right_b;
        out.only_b += right_b && !right_a;
        out.neither += !right_a && !right_b;
    }
    return out;
}

static json_t *pair_json(const struct miev_eval_model *a, const struct miev_eval_model *b,
                         const struct miev_paired *paired, double p_holm)
{
    struct miev_interval difference = miev_paired_difference(paired);
    struct miev_mcnemar test = miev_mcnemar(paired->only_a, paired->only_b);
    const char *verdict = !(p_holm <= FAMILY_ERROR)         ? "unresolved"
                          : paired->only_a > paired->only_b ? "higher"
                                                            : "lower";
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:{s:o, s:o, s:o}, s:s, s:o, s:o, s:s}", "a",
                     a->run->name, "b", b->run->name, "both_right", (json_int_t)paired->both,
                     "only_a_right", (json_int_t)paired->only_a, "only_b_right",
                     (json_int_t)paired->only_b, "both_wrong", (json_int_t)paired->neither,
                     "difference", "value", miev_json_real(difference.value), "low",
                     miev_json_real(difference.low), "high", miev_json_real(difference.high),
                     "test", test.test, "p_value", miev_json_real(test.p_value), "p_holm",
                     miev_json_real(p_holm), "verdict", verdict);
}

static bool is_comparable(const struct miev_paired *paired)
{
    return paired->both + paired->only_a + paired->only_b + paired->neither > 0;
}

/* Every pair of models that answered the same images. */
static json_t *pairs_json(const struct miev_eval *eval)
{
    size_t n = eval->run.n_models, n_pairs = n * (n - 1) / 2, pair = 0;
    struct miev_paired *paired = calloc(n_pairs + 1, sizeof(*paired));
    double *p_holm = calloc(n_pairs + 1, sizeof(*p_holm));
    json_t *list = json_array();
    for (size_t i = 0; paired && p_holm && i < n; i++) {
        for (size_t j = i + 1; j < n; j++, pair++) {
            if (eval->run.models[i].status == MIEV_OK && eval->run.models[j].status == MIEV_OK)
                paired[pair] = pair_up(eval, &eval->models[i], &eval->models[j]);
            p_holm[pair] = is_comparable(&paired[pair])
                               ? miev_mcnemar(paired[pair].only_a, paired[pair].only_b).p_value
                               : (double)NAN;
        }
    }
    if (p_holm)
        miev_holm(p_holm, pair);
    pair = 0;
    for (size_t i = 0; paired && p_holm && i < n; i++)
        for (size_t j = i + 1; j < n; j++, pair++)
            if (is_comparable(&paired[pair]))
                (void)json_array_append_new(list, pair_json(&eval->models[i], &eval->models[j],
                                                            &paired[pair], p_holm[pair]));
    free(paired);
    free(p_holm);
    return list;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static json_t *settings_json(const struct miev_eval *eval)
{
    const struct miev_study_options *study = &eval->options->study;
    return json_pack(
        "{s:i, s:s?, s:i, s:I, s:I, s:b, s:b, s:I, s:i, s:i}", "threads", (int)study->threads,
        "delegate", study->delegate, "decoders", (int)eval->n_decoders, "seed",
        (json_int_t)study->seed, "limit", (json_int_t)eval->options->limit, "dedicated",
        (int)study->dedicated, "fast_decode", (int)study->fast_decode, "memory_bytes",
        (json_int_t)study->memory_bytes, "reserved_cpus", (int)eval->run.share.reserved_cpus,
        "logical_cpus", (int)eval->run.share.logical_cpus);
}

static json_t *dataset_json(const struct miev_dataset *dataset)
{
    return json_pack("{s:o, s:s, s:I, s:I, s:I}", "name", text_json(dataset->name), "sha256",
                     dataset->sha256, "images", (json_int_t)dataset->n, "images_found",
                     (json_int_t)dataset->n_found, "classes", (json_int_t)dataset->n_classes);
}

static bool has_folder(const struct miev_dataset *dataset, const char *name)
{
    for (size_t i = 0; i < dataset->n_classes; i++)
        if (strcmp(dataset->classes[i], name) == 0)
            return true;
    return false;
}

/* Folders of the mapping with their labels as written; and those that the dataset lacks. */
static void list_folders(const struct miev_eval *eval, json_t *folders, json_t *unused)
{
    const struct miev_mapping *mapping = eval->options->mapping;
    json_t *labels = NULL;
    for (size_t i = 0; i < mapping->n; i++) {
        const struct miev_mapping_rule *rule = &mapping->rules[i];
        if (miev_mapping_leaves_out(mapping, i))
            continue;
        if (i == 0 || strcmp(rule->folder, mapping->rules[i - 1].folder) != 0) {
            labels = json_array();
            (void)json_array_append_new(
                folders,
                json_pack("{s:o, s:o}", "folder", text_json(rule->folder), "labels", labels));
            if (!has_folder(&eval->dataset, rule->folder))
                (void)json_array_append_new(unused, text_json(rule->folder));
        }
        (void)json_array_append_new(labels, text_json(rule->label));
    }
}

static json_t *mapping_json(const struct miev_eval *eval)
{
    const struct miev_mapping *mapping = eval->options->mapping;
    if (!mapping)
        return json_null();
    json_t *folders = json_array(), *unused = json_array();
    list_folders(eval, folders, unused);
    return json_pack("{s:s, s:s, s:s, s:o, s:O, s:o}", "name", mapping->name, "sha256",
                     mapping->sha256, "answers", eval->options->map_only ? "mapped" : "all",
                     "folders", folders, "left_out", eval->left_out, "unused", unused);
}

json_t *miev_eval_report(const struct miev_eval *eval, const char *stop_reason)
{
    json_t *models = json_array();
    for (size_t i = 0; i < eval->run.n_models; i++)
        (void)json_array_append_new(models, model_json(eval, &eval->models[i]));
    json_t *report =
        json_pack("{s:s, s:s, s:I, s:o, s:o, s:o, s:{s:s, s:f}, s:o, s:o}", "schema", "miev.eval/1",
                  "miev_version", miev_version(), "created_unix_s", (json_int_t)time(NULL),
                  "settings", settings_json(eval), "dataset", dataset_json(&eval->dataset),
                  "mapping", mapping_json(eval), "stop", "reason", stop_reason, "elapsed_s",
                  (double)(eval->run.finished_ns - eval->run.started_ns) * 1e-9, "models", models,
                  "pairs", pairs_json(eval));
    json_t *surroundings = miev_run_surroundings(&eval->run);
    if (report && surroundings)
        (void)json_object_update(report, surroundings);
    json_decref(surroundings);
    return report;
}

/* What pricing adds that only a study's report can hold: first use, and models on two axes. */
static void drop_study_fields(json_t *report)
{
    size_t i;
    json_t *model;
    (void)json_object_del(report, "pareto");
    json_array_foreach(json_object_get(report, "models"), i, model)(void)
        json_object_del(json_object_get(model, "footprint"), "cold_g");
}

/* The grams of all images that were metered: those of one, times their number. */
static void add_total(json_t *model)
{
    json_t *footprint = json_object_get(model, "footprint");
    const json_t *each = json_object_get(footprint, "per_inference_g");
    const json_t *energy = json_object_get(model, "energy");
    double n = json_number_value(json_object_get(energy, "images"));
    if (!each)
        return;
    (void)json_object_set_new(
        footprint, "total_g",
        json_pack("{s:f, s:f, s:f}", "value", n * json_number_value(json_object_get(each, "value")),
                  "low", n * json_number_value(json_object_get(each, "low")), "high",
                  n * json_number_value(json_object_get(each, "high"))));
}

int miev_eval_price(json_t *report, const struct miev_price_options *options,
                    struct miev_error *err)
{
    size_t i;
    json_t *model;
    int rc = miev_report_price(report, options, err);
    if (rc != MIEV_OK)
        return rc;
    drop_study_fields(report);
    json_array_foreach(json_object_get(report, "models"), i, model) add_total(model);
    return MIEV_OK;
}
