/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/probe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "probe/state.h"
#include "study/features.h"

/* Of all features of a model, as floats; liblinear takes four times as much beside them. */
#define MAX_VECTOR_BYTES ((size_t)512 << 20)

/* ---- the dataset ---------------------------------------------------------------------------- */

static unsigned needed_images(const struct miev_probe_options *options)
{
    return options->folds > MIEV_PROBE_MIN_IMAGES ? options->folds : MIEV_PROBE_MIN_IMAGES;
}

/* counted: whether an image counts; NULL: all do. */
static int check_classes(const struct miev_probe *probe, const unsigned char *counted,
                         struct miev_error *err)
{
    const struct miev_dataset *dataset = &probe->eval.dataset;
    unsigned needed = needed_images(probe->options);
    char shown[64];
    if (dataset->n_classes < 2 || dataset->n_classes > MIEV_PROBE_MAX_CLASSES)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the dataset has %zu class%s: a probe tells 2 to %u apart, each in a "
                              "folder of its own",
                              dataset->n_classes, dataset->n_classes == 1 ? "" : "es",
                              MIEV_PROBE_MAX_CLASSES);
    for (size_t c = 0; c < dataset->n_classes; c++) {
        size_t n = 0;
        for (size_t i = 0; i < dataset->n; i++)
            n += dataset->images[i].class_index == c &&
                 (!counted || counted[i] == MIEV_EVAL_ANSWERED);
        if (n >= needed)
            continue;
        miev_text_show(shown, sizeof(shown), dataset->classes[c]);
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "class %s has %zu different image%s that can be used, and %u are "
                              "needed of each to learn from some and judge by others: add images, "
                              "or leave the class out",
                              shown, n, n == 1 ? "" : "s", needed);
    }
    return MIEV_OK;
}

static int open_dataset(struct miev_probe *probe, struct miev_error *err)
{
    struct miev_dataset *dataset = &probe->eval.dataset;
    int rc = miev_eval_open_dataset(&probe->eval, err);
    if (rc == MIEV_OK)
        rc = miev_dataset_drop_copies(dataset, &probe->copies, err);
    if (rc == MIEV_OK)
        rc = check_classes(probe, NULL, err);
    if (rc != MIEV_OK)
        return rc;
    probe->classes = calloc(dataset->n, sizeof(*probe->classes));
    probe->fold_of = calloc(dataset->n, 1);
    if (!probe->classes || !probe->fold_of)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu images", dataset->n);
    for (size_t i = 0; i < dataset->n; i++)
        probe->classes[i] = dataset->images[i].class_index;
    miev_probe_split(probe);
    return MIEV_OK;
}

/* ---- features ------------------------------------------------------------------------------- */

static int ask(const struct miev_eval *eval, const struct miev_eval_model *model, const char *what,
               int fd, json_t **reply, struct miev_error *err)
{
    return miev_child_ask(model->run->child, json_pack("{s:s}", "do", what), fd,
                          eval->run.options->timeout_s, reply, err);
}

/* How many features a picture has; the tensor's name comes out of an untrusted file. */
static int read_length(struct miev_eval_model *model, struct miev_probe_model *probed,
                       const json_t *reply, struct miev_error *err)
{
    char name[160];
    json_int_t length = json_integer_value(json_object_get(reply, "length"));
    const char *told = json_string_value(json_object_get(json_object_get(reply, "tensor"), "name"));
    if (length < 1 || length > (json_int_t)MIEV_FEATURES_MAX)
        return miev_error_set(err, MIEV_ERR_BROKEN, "the model's process answered nonsense");
    miev_text_show(name, sizeof(name), told ? told : "");
    probed->tensor = json_string(name);
    probed->length = model->n_features = (size_t)length;
    return MIEV_OK;
}

static int give_memory(struct miev_eval *eval, struct miev_eval_model *model,
                       struct miev_error *err)
{
    json_t *reply = NULL;
    size_t n = eval->dataset.n, bytes = n * model->n_features * sizeof(float);
    if (bytes > MAX_VECTOR_BYTES)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "%zu features of %zu images are more than the %zu MiB that can be "
                              "learnt from: take fewer images by --limit",
                              model->n_features, n, MAX_VECTOR_BYTES >> 20);
    model->vectors_fd = miev_eval_memory("miev-features", bytes, err);
    if (model->vectors_fd < 0)
        return model->vectors_fd;
    int rc = ask(eval, model, "vectors", model->vectors_fd, &reply, err);
    json_decref(reply);
    return rc;
}

/* After the worker is gone: nobody writes any more. What is not finite fails its image. */
static int take_vectors(struct miev_eval *eval, struct miev_eval_model *model,
                        struct miev_probe_model *probed, struct miev_error *err)
{
    size_t n = eval->dataset.n, bytes = n * model->n_features * sizeof(float);
    float *shared = mmap(NULL, bytes, PROT_READ, MAP_SHARED, model->vectors_fd, 0);
    if (shared == MAP_FAILED)
        return miev_error_errno(err, "cannot map the features");
    probed->vectors = malloc(bytes);
    if (probed->vectors)
        memcpy(probed->vectors, shared, bytes);
    (void)munmap(shared, bytes);
    (void)close(model->vectors_fd);
    model->vectors_fd = -1;
    if (!probed->vectors)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the features of %zu images", n);
    for (size_t i = 0; i < n; i++) {
        bool finite = true;
        for (size_t f = 0; f < model->n_features; f++)
            finite = finite && isfinite(probed->vectors[i * model->n_features + f]);
        if (finite || model->outcome[i] != MIEV_EVAL_ANSWERED)
            continue;
        model->outcome[i] = MIEV_EVAL_OPEN;
        miev_eval_note(eval, model, i, NULL, "its features are not finite numbers");
    }
    return MIEV_OK;
}

static int collect(struct miev_eval *eval, struct miev_eval_model *model,
                   struct miev_probe_model *probed, struct miev_error *err)
{
    json_t *reply = NULL;
    int rc = miev_eval_make_room(eval, model, err);
    if (rc == MIEV_OK)
        rc = ask(eval, model, "features", -1, &reply, err);
    if (rc == MIEV_OK)
        rc = read_length(model, probed, reply, err);
    json_decref(reply);
    if (rc == MIEV_OK)
        rc = give_memory(eval, model, err);
    if (rc == MIEV_OK)
        rc = miev_eval_pass(eval, model, err);
    if (rc == MIEV_OK && model->done < eval->dataset.n)
        rc = miev_error_set(err, MIEV_ERR_INTERRUPTED, "stopped before all its images were seen");
    return rc;
}

/* ---- one model ------------------------------------------------------------------------------ */

static void tell_training(const struct miev_eval *eval, const struct miev_eval_model *model)
{
    struct miev_eval_progress progress = {
        .phase = MIEV_EVAL_TRAINING,
        .model = model->run->name,
        .model_index = (size_t)(model - eval->models),
        .n_models = eval->run.n_models,
        .done = model->done,
        .n_images = eval->dataset.n,
        .images_per_s = (double)NAN,
    };
    if (eval->options->progress)
        eval->options->progress(eval->options->progress_context, &progress);
}

static int probe_one(struct miev_eval *eval, struct miev_eval_model *model, struct miev_error *err)
{
    struct miev_probe *probe = (struct miev_probe *)(void *)eval;
    size_t index = (size_t)(model - eval->models);
    struct miev_probe_model *probed = &probe->models[index];
    int rc = collect(eval, model, probed, err);
    if (rc != MIEV_OK)
        return rc;
    miev_eval_end_worker(model);
    rc = take_vectors(eval, model, probed, err);
    if (rc == MIEV_OK)
        rc = check_classes(probe, model->outcome, err);
    tell_training(eval, model);
    if (rc == MIEV_OK)
        rc = miev_probe_train(probe, index, err);
    free(probed->vectors);
    probed->vectors = NULL;
    return rc;
}

/* ---- what an inference costs ---------------------------------------------------------------- */

/* What a study of the models that came through is made of: it comes last, when nothing of the probe
 * runs beside it any more. */
struct last_study {
    struct miev_study_entry entries[MIEV_STUDY_MAX_MODELS];
    size_t n;
    int image_fd;
    struct miev_error why_not;
};

/* The first image that a model could use. */
static size_t pick_image(const struct miev_probe *probe)
{
    for (size_t m = 0; m < probe->eval.run.n_models; m++) {
        const struct miev_eval_model *model = &probe->eval.models[m];
        for (size_t i = 0; model->run->status == MIEV_OK && i < probe->eval.dataset.n; i++)
            if (model->outcome[i] == MIEV_EVAL_ANSWERED)
                return i;
    }
    return 0;
}

static void plan_study(struct miev_probe *probe, const struct miev_study_entry *entries,
                       struct last_study *out)
{
    size_t length = 0;
    *out = (struct last_study){.image_fd = -1};
    for (size_t i = 0; i < probe->eval.run.n_models; i++)
        if (probe->eval.run.models[i].status == MIEV_OK)
            out->entries[out->n++] = entries[i];
    if (miev_eval_stopped(&probe->eval) || out->n == 0)
        (void)miev_error_set(&out->why_not, MIEV_ERR_INTERRUPTED, "stopped before it was measured");
    else if (!(probe->options->eval.study.budget_s > 0))
        (void)miev_error_set(&out->why_not, MIEV_ERR_UNAVAILABLE,
                             "no time was given to measure it");
    else
        out->image_fd = miev_dataset_image_open(&probe->eval.dataset, pick_image(probe), &length,
                                                &out->why_not);
}

/* By its descriptor, so that the image is the file that was looked at. */
static void run_study(const struct miev_probe_options *options, struct last_study *plan,
                      json_t *report)
{
    struct miev_study_options study = options->eval.study;
    char path[64];
    json_t *found = NULL;
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", plan->image_fd);
    study.input_path = path;
    if (plan->image_fd >= 0 &&
        miev_study_run(&study, plan->entries, plan->n, &found, &plan->why_not) != MIEV_OK)
        found = NULL;
    if (plan->image_fd >= 0)
        (void)close(plan->image_fd);
    miev_probe_add_study(report, found, plan->why_not.message);
    json_decref(found);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static int probe_all(struct miev_probe *probe, const struct miev_study_entry *entries,
                     struct miev_error *err)
{
    struct miev_eval *eval = &probe->eval;
    int rc = miev_eval_set_up(eval, entries, err);
    if (rc == MIEV_OK)
        rc = open_dataset(probe, err);
    probe->models = calloc(eval->run.n_models, sizeof(*probe->models));
    if (rc == MIEV_OK && !probe->models)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu models", eval->run.n_models);
    if (rc == MIEV_OK)
        rc = miev_eval_measure_idle(eval, err);
    for (size_t i = 0; rc == MIEV_OK && i < eval->run.n_models; i++) {
        struct miev_run_model *model = &eval->run.models[i];
        struct miev_error stopped;
        model->features = !probe->options->output;
        model->unnamed = true;
        if (!miev_eval_stopped(eval)) {
            miev_eval_one(eval, i, probe_one);
            continue;
        }
        (void)miev_error_set(&stopped, MIEV_ERR_INTERRUPTED, "stopped before it was probed");
        miev_run_fail(model, &stopped);
    }
    eval->run.finished_ns = miev_env_now_ns(eval->run.options->env);
    return rc;
}

static const char *stop_reason(struct miev_probe *probe)
{
    size_t failed = 0;
    if (miev_eval_stopped(&probe->eval))
        return "interrupted";
    for (size_t i = 0; i < probe->eval.run.n_models; i++)
        failed += probe->eval.run.models[i].status != MIEV_OK;
    return failed > 0 ? "failed" : "complete";
}

static void finish(struct miev_probe *probe)
{
    for (size_t i = 0; probe->models && i < probe->eval.run.n_models; i++) {
        struct miev_probe_model *model = &probe->models[i];
        free(model->vectors);
        free(model->predicted);
        free(model->c);
        json_decref(model->tensor);
        miev_linear_finish(&model->linear);
    }
    free(probe->models);
    free(probe->classes);
    free(probe->fold_of);
    miev_eval_tear_down(&probe->eval);
}

static int check_options(const struct miev_probe_options *options, size_t n_entries,
                         struct miev_error *err)
{
    if (n_entries == 0 || n_entries > MIEV_STUDY_MAX_MODELS)
        return miev_error_set(err, MIEV_ERR_INVALID, "1 to %d models can be probed, not %zu",
                              MIEV_STUDY_MAX_MODELS, n_entries);
    if (options->folds == 1 || options->folds > MIEV_PROBE_MAX_FOLDS ||
        (options->folds == 0 && !(options->holdout_ratio >= 0.05 && options->holdout_ratio <= 0.5)))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a probe takes 2 to %u folds, or holds out 0.05 to 0.5 of the images",
                              MIEV_PROBE_MAX_FOLDS);
    return MIEV_OK;
}

int miev_probe_run(const struct miev_probe_options *options, const struct miev_study_entry *entries,
                   size_t n_entries, json_t **report, struct miev_error *err)
{
    struct miev_study_options study;
    struct miev_eval_options eval = options->eval;
    struct miev_probe probe = {.options = options};
    struct last_study last;
    int rc = check_options(options, n_entries, err);
    if (rc != MIEV_OK)
        return rc;
    eval.mapping = NULL;
    eval.map_only = false;
    eval.state_folder = NULL;
    miev_eval_init(&probe.eval, &study, &eval, n_entries);
    rc = probe_all(&probe, entries, err);
    if (rc == MIEV_OK) {
        *report = miev_probe_report(&probe, stop_reason(&probe));
        if (!*report)
            rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the report");
        else
            plan_study(&probe, entries, &last);
    }
    finish(&probe);
    if (rc == MIEV_OK)
        run_study(options, &last, *report);
    return rc;
}
