/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/eval.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "eval/pass.h"
#include "study/predict.h"

#define IDLE_ROUNDS  3
#define IDLE_ROUND_S 0.3
#define NAMED        5 /* unknown classes that are named in a refusal */

static void tell_phase(struct miev_eval *eval, enum miev_eval_phase phase, size_t index)
{
    struct miev_eval_progress progress = {
        .phase = phase,
        .model = phase == MIEV_EVAL_LOADING ? eval->run.models[index].name : NULL,
        .model_index = index,
        .n_models = eval->run.n_models,
        .n_images = eval->dataset.n,
        .images_per_s = (double)NAN,
    };
    if (eval->options->progress)
        eval->options->progress(eval->options->progress_context, &progress);
}

/* ---- what came of an image ------------------------------------------------------------------ */

static void note_failure(const struct miev_eval *eval, struct miev_eval_model *model, size_t image,
                         const char *message)
{
    char path[200], text[256];
    model->outcome[image] = MIEV_EVAL_FAILED;
    model->n_failed++;
    if (json_array_size(model->failures) >= MIEV_EVAL_MAX_FAILURES)
        return;
    miev_text_show(path, sizeof(path), eval->dataset.images[image].path);
    miev_text_show(text, sizeof(text), message);
    (void)json_array_append_new(
        model->failures,
        json_pack("{s:I, s:s, s:s}", "index", (json_int_t)image, "image", path, "message", text));
}

void miev_eval_note(const struct miev_eval *eval, struct miev_eval_model *model, size_t image,
                    const int32_t *best, const char *message)
{
    int32_t *to = model->best + image * MIEV_EVAL_TOP;
    if (model->outcome[image] != MIEV_EVAL_OPEN)
        return;
    for (size_t k = 0; k < MIEV_EVAL_TOP; k++)
        to[k] = best && k < model->n_best ? best[k] : -1;
    if (!message && to[0] < 0)
        message = "the model's scores for it are not finite numbers";
    if (message) {
        note_failure(eval, model, image, message);
        return;
    }
    model->outcome[image] = MIEV_EVAL_ANSWERED;
    uint32_t truth = model->class_map[eval->dataset.images[image].class_index];
    model->right += (uint32_t)to[0] == truth;
}

/* ---- classes -------------------------------------------------------------------------------- */

/* By label (letter case does not matter), else by number. False when the model has no such class.
 */
static bool find_class(const struct miev_card *card, size_t classes, const char *name,
                       uint32_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < card->n_labels && i < classes; i++) {
        if (strcasecmp(card->labels[i], name) == 0) {
            *out = (uint32_t)i;
            return true;
        }
    }
    if (miev_parse_u64(name, &number, NULL) != MIEV_OK || number >= classes)
        return false;
    *out = (uint32_t)number;
    return true;
}

static int map_classes(const struct miev_eval *eval, struct miev_eval_model *model,
                       struct miev_error *err)
{
    const struct miev_dataset *dataset = &eval->dataset;
    const struct miev_card *card = model->run->entry.card;
    char names[240] = "";
    size_t unknown = 0, used = 0;
    for (size_t i = 0; i < dataset->n_classes; i++) {
        char shown[40];
        if (find_class(card, model->classes, dataset->classes[i], &model->class_map[i]))
            continue;
        if (unknown++ >= NAMED)
            continue;
        miev_text_show(shown, sizeof(shown), dataset->classes[i]);
        used += (size_t)snprintf(names + used, sizeof(names) - used, "%s\"%s\"", used ? ", " : "",
                                 shown);
    }
    if (unknown == 0)
        return MIEV_OK;
    char more[32] = "", first[48] = "0";
    if (unknown > NAMED)
        (void)snprintf(more, sizeof(more), " and %zu more", unknown - NAMED);
    if (card->n_labels > 0)
        miev_text_show(first, sizeof(first), card->labels[0]);
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "the model does not know the class%s %s%s of the dataset; it has %zu, "
                          "the first is \"%s\": name folders after its labels, or by number from 0",
                          unknown > 1 ? "es" : "", names, more, model->classes, first);
}

/* ---- one model ------------------------------------------------------------------------------ */

static int make_room(const struct miev_eval *eval, struct miev_eval_model *model,
                     struct miev_error *err)
{
    const json_t *facts = model->run->facts;
    json_int_t classes = json_integer_value(json_object_get(facts, "classes"));
    if (classes < 2 || classes > (json_int_t)MIEV_PREDICT_MAX_CLASSES)
        return miev_error_set(err, MIEV_ERR_BROKEN, "the model's process answered nonsense");
    model->classes = (size_t)classes;
    model->n_best = classes < MIEV_EVAL_TOP ? (size_t)classes : MIEV_EVAL_TOP;
    model->class_map = calloc(eval->dataset.n_classes, sizeof(*model->class_map));
    model->best = calloc(eval->dataset.n, MIEV_EVAL_TOP * sizeof(*model->best));
    model->outcome = calloc(eval->dataset.n, 1);
    model->failures = json_array();
    if (!model->class_map || !model->best || !model->outcome || !model->failures)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the answers to %zu images",
                              eval->dataset.n);
    return MIEV_OK;
}

static int evaluate(struct miev_eval *eval, struct miev_eval_model *model, struct miev_error *err)
{
    int rc = make_room(eval, model, err);
    if (rc == MIEV_OK)
        rc = map_classes(eval, model, err);
    if (rc == MIEV_OK)
        rc = miev_eval_state_open(eval, model, err);
    if (rc == MIEV_OK && model->done < eval->dataset.n)
        rc = miev_eval_pass(eval, model, err);
    return rc;
}

/* Its worker ends with it: one model at a time is in memory. */
static void evaluate_one(struct miev_eval *eval, size_t i)
{
    struct miev_error err;
    struct miev_eval_model *model = &eval->models[i];
    struct miev_run_model *run = &eval->run.models[i];
    model->run = run;
    tell_phase(eval, MIEV_EVAL_LOADING, i);
    miev_run_open(&eval->run, run);
    if (run->status != MIEV_OK)
        return;
    if (evaluate(eval, model, &err) != MIEV_OK) {
        miev_run_fail(run, &err);
        return;
    }
    run->peak_bytes = miev_child_peak_bytes(run->child);
    run->finished_cpu_s = miev_child_cpu_s(run->child);
    miev_child_destroy(run->child);
    run->child = NULL;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static bool is_stopped(void *context)
{
    const struct miev_eval *eval = context;
    return miev_run_stopped(&eval->run);
}

static int open_dataset(struct miev_eval *eval, struct miev_error *err)
{
    const struct miev_eval_options *options = eval->options;
    struct miev_dataset *dataset = &eval->dataset;
    int rc = miev_dataset_open(options->dataset_path, dataset, err);
    if (rc == MIEV_OK)
        rc = miev_dataset_draw(dataset, options->limit, options->study.seed, err);
    if (rc != MIEV_OK)
        return rc;
    tell_phase(eval, MIEV_EVAL_READING, 0);
    rc = miev_dataset_hash(dataset, is_stopped, eval, err);
    if (rc == MIEV_OK)
        miev_dataset_shuffle(dataset, options->study.seed);
    eval->kept = calloc(dataset->n, 1);
    if (rc == MIEV_OK && !eval->kept)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu images", dataset->n);
    return rc;
}

/* A picture of our own of 1 x 1 pixel, for the first inference: that the dataset's own pictures are
 * sound is not known yet. */
static int make_input(struct miev_run *run, struct miev_error *err)
{
    static const unsigned char grey[] = {'B', 'M', 58, 0, 0, 0, 0, 0, 0,  0,   54,  0,   0,  0,  40,
                                         0,   0,   0,  1, 0, 0, 0, 1, 0,  0,   0,   1,   0,  24, 0,
                                         0,   0,   0,  0, 4, 0, 0, 0, 19, 11,  0,   0,   19, 11, 0,
                                         0,   0,   0,  0, 0, 0, 0, 0, 0,  128, 128, 128, 0};
    int fd = memfd_create("miev-input", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || write(fd, grey, sizeof(grey)) != (ssize_t)sizeof(grey))
        return miev_error_errno(err, "cannot make a memory file");
    run->input.fd = fd; /* the run closes it */
    return MIEV_OK;
}

static unsigned count_decoders(const struct miev_eval *eval)
{
    unsigned wanted = eval->options->decoders, cpus = eval->run.machine.logical_cpus;
    unsigned used = eval->options->study.threads;
    if (wanted == 0) /* one keeps up with most models; four with any that this program knows */
        wanted = cpus > used + 4 ? 4 : cpus > used ? cpus - used : 1;
    return wanted < MIEV_EVAL_MAX_DECODERS ? wanted : MIEV_EVAL_MAX_DECODERS;
}

/* What is kept of an evaluation is found again by the hash of the model's file. */
static int refuse_served(const struct miev_study_entry *entries, size_t n, struct miev_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (miev_remote_is_address(entries[i].file->path))
            return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                                  "%s is served elsewhere and may be another model tomorrow: an "
                                  "evaluation takes files, whose hash it keeps",
                                  entries[i].card->name);
    return MIEV_OK;
}

static int set_up(struct miev_eval *eval, const struct miev_study_entry *entries,
                  struct miev_error *err)
{
    struct miev_run *run = &eval->run;
    int rc = miev_run_set_up(run, entries, err);
    if (rc == MIEV_OK)
        rc = make_input(run, err);
    if (rc != MIEV_OK)
        return rc;
    eval->models = calloc(run->n_models, sizeof(*eval->models));
    if (!eval->models)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu models", run->n_models);
    for (size_t i = 0; i < run->n_models; i++) {
        eval->models[i].run = &run->models[i];
        eval->models[i].state_fd = -1;
    }
    eval->n_decoders = count_decoders(eval);
    unsigned reserved = run->share.reserved_cpus + (unsigned)eval->n_decoders;
    run->share.reserved_cpus =
        reserved < run->share.logical_cpus ? reserved : run->share.logical_cpus;
    return MIEV_OK;
}

static int measure_idle(struct miev_eval *eval, struct miev_error *err)
{
    int rc = MIEV_OK;
    tell_phase(eval, MIEV_EVAL_IDLE, 0);
    for (size_t i = 0; rc == MIEV_OK && i < IDLE_ROUNDS && !is_stopped(eval); i++)
        rc = miev_run_idle_round(&eval->run, IDLE_ROUND_S, i, err);
    return rc == MIEV_OK ? miev_run_analyse(&eval->run, err) : rc;
}

static bool all_done(const struct miev_eval *eval)
{
    for (size_t i = 0; i < eval->run.n_models; i++)
        if (eval->run.models[i].status != MIEV_OK || eval->models[i].done < eval->dataset.n)
            return false;
    return true;
}

static int run_all(struct miev_eval *eval, const struct miev_study_entry *entries,
                   struct miev_error *err)
{
    int rc = set_up(eval, entries, err);
    if (rc == MIEV_OK)
        rc = open_dataset(eval, err);
    if (rc == MIEV_OK)
        rc = measure_idle(eval, err);
    for (size_t i = 0; rc == MIEV_OK && i < eval->run.n_models && !is_stopped(eval); i++)
        evaluate_one(eval, i);
    eval->run.finished_ns = miev_env_now_ns(eval->run.options->env);
    return rc;
}

static void tear_down(struct miev_eval *eval)
{
    bool told = eval->models && all_done(eval);
    miev_eval_end_decoders(eval);
    for (size_t i = 0; eval->models && i < eval->run.n_models; i++) {
        struct miev_eval_model *model = &eval->models[i];
        miev_eval_state_close(model, told);
        free(model->class_map);
        free(model->best);
        free(model->outcome);
        json_decref(model->failures);
    }
    free(eval->models);
    free(eval->kept);
    free(eval->kept_as);
    if (eval->kept_fd >= 0)
        (void)close(eval->kept_fd);
    miev_dataset_finish(&eval->dataset);
    miev_run_tear_down(&eval->run);
}

int miev_eval_run(const struct miev_eval_options *options, const struct miev_study_entry *entries,
                  size_t n_entries, json_t **report, struct miev_error *err)
{
    struct miev_study_options study = options->study;
    if (n_entries == 0 || n_entries > MIEV_STUDY_MAX_MODELS)
        return miev_error_set(err, MIEV_ERR_INVALID, "1 to %d models can be evaluated, not %zu",
                              MIEV_STUDY_MAX_MODELS, n_entries);
    int rc = refuse_served(entries, n_entries, err);
    if (rc != MIEV_OK)
        return rc;
    study.input_path = NULL;
    study.budget_s = 0;
    study.progress = NULL;
    struct miev_eval eval = {
        .options = options,
        .run = {.options = &study,
                .n_models = n_entries,
                .input = {.fd = -1},
                .started_ns = miev_env_now_ns(study.env)},
        .dataset = {.folder = -1},
        .kept_fd = -1,
    };
    rc = run_all(&eval, entries, err);
    if (rc == MIEV_OK) {
        *report = miev_eval_report(&eval, is_stopped(&eval) ? "interrupted"
                                          : all_done(&eval) ? "complete"
                                                            : "failed");
        if (!*report)
            rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the report");
    }
    tear_down(&eval);
    return rc;
}
