/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/eval.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "eval/pass.h"
#include "study/predict.h"

#define IDLE_ROUNDS  3
#define IDLE_ROUND_S 0.3

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
    if (model->n_features > 0 && !message) {
        model->outcome[image] = MIEV_EVAL_ANSWERED;
        return;
    }
    for (size_t k = 0; k < MIEV_EVAL_TOP; k++)
        to[k] = best && k < model->n_best ? best[k] : -1;
    if (!message && to[0] < 0)
        message = "the model's scores for it are not finite numbers";
    if (message) {
        note_failure(eval, model, image, message);
        return;
    }
    model->outcome[image] = MIEV_EVAL_ANSWERED;
    model->right += miev_eval_is_right(eval, model, image, to[0]);
}

/* ---- classes -------------------------------------------------------------------------------- */

static struct miev_class_names names_of(const struct miev_eval_model *model)
{
    return (struct miev_class_names){.labels = model->run->labels,
                                     .n_labels = model->run->n_labels,
                                     .n_classes = model->classes};
}

/* Tell the model's worker which classes there are to choose from. */
static int choose_among(const struct miev_eval *eval, const struct miev_eval_model *model,
                        struct miev_error *err)
{
    const struct miev_groups *groups = &model->groups;
    int32_t *list = calloc(groups->n_mapped, sizeof(*list));
    char *text = calloc(groups->n_mapped, MIEV_CLASS_DIGITS);
    json_t *reply = NULL;
    int rc = MIEV_OK;
    if (!list || !text)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu classes", groups->n_mapped);
    for (size_t i = 0, n = 0; rc == MIEV_OK && i < groups->n_classes; i++)
        if (groups->of_class[i] != MIEV_GROUP_NONE)
            list[n++] = (int32_t)i;
    if (rc == MIEV_OK) {
        miev_classes_write(list, groups->n_mapped, text);
        json_t *classes = json_stringn(text, groups->n_mapped * MIEV_CLASS_DIGITS);
        rc = miev_child_ask(model->run->child,
                            json_pack("{s:s, s:o}", "do", "among", "classes", classes), -1,
                            eval->run.options->timeout_s, &reply, err);
    }
    json_decref(reply);
    free(list);
    free(text);
    return rc;
}

static int group_classes(const struct miev_eval *eval, struct miev_eval_model *model,
                         struct miev_error *err)
{
    const struct miev_class_names names = names_of(model);
    int rc = miev_groups_make(&eval->dataset, eval->options->mapping, &names, &model->groups, err);
    size_t n = eval->options->map_only ? model->groups.n_mapped : model->classes;
    model->n_best = n < MIEV_EVAL_TOP ? n : MIEV_EVAL_TOP;
    return rc == MIEV_OK && eval->options->map_only ? choose_among(eval, model, err) : rc;
}

/* ---- one model ------------------------------------------------------------------------------ */

int miev_eval_make_room(const struct miev_eval *eval, struct miev_eval_model *model,
                        struct miev_error *err)
{
    model->best = calloc(eval->dataset.n, MIEV_EVAL_TOP * sizeof(*model->best));
    model->outcome = calloc(eval->dataset.n, 1);
    model->failures = json_array();
    if (!model->best || !model->outcome || !model->failures)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the answers to %zu images",
                              eval->dataset.n);
    return MIEV_OK;
}

static int count_classes(struct miev_eval_model *model, struct miev_error *err)
{
    json_int_t classes = json_integer_value(json_object_get(model->run->facts, "classes"));
    if (classes < 2 || classes > (json_int_t)MIEV_PREDICT_MAX_CLASSES)
        return miev_error_set(err, MIEV_ERR_BROKEN, "the model's process answered nonsense");
    model->classes = (size_t)classes;
    return MIEV_OK;
}

static int evaluate(struct miev_eval *eval, struct miev_eval_model *model, struct miev_error *err)
{
    int rc = count_classes(model, err);
    if (rc == MIEV_OK)
        rc = miev_eval_make_room(eval, model, err);
    if (rc == MIEV_OK)
        rc = group_classes(eval, model, err);
    if (rc == MIEV_OK)
        rc = miev_eval_state_open(eval, model, err);
    if (rc == MIEV_OK && model->done < eval->dataset.n)
        rc = miev_eval_pass(eval, model, err);
    return rc;
}

void miev_eval_end_worker(struct miev_eval_model *model)
{
    struct miev_run_model *run = model->run;
    if (!run->child)
        return;
    run->peak_bytes = miev_child_peak_bytes(run->child);
    run->finished_cpu_s = miev_child_cpu_s(run->child);
    miev_child_destroy(run->child);
    run->child = NULL;
}

void miev_eval_one(struct miev_eval *eval, size_t i, miev_eval_work *work)
{
    struct miev_error err;
    struct miev_eval_model *model = &eval->models[i];
    struct miev_run_model *run = &eval->run.models[i];
    tell_phase(eval, MIEV_EVAL_LOADING, i);
    miev_run_open(&eval->run, run);
    if (run->status != MIEV_OK)
        return;
    if (work(eval, model, &err) != MIEV_OK) {
        miev_run_fail(run, &err);
        return;
    }
    miev_eval_end_worker(model);
}

/* ---- the whole ------------------------------------------------------------------------------ */

bool miev_eval_stopped(void *eval)
{
    return miev_run_stopped(&((const struct miev_eval *)eval)->run);
}

/* The folders that the mapping leaves out go, and are told. */
static int leave_out(struct miev_eval *eval, struct miev_error *err)
{
    const struct miev_mapping *mapping = eval->options->mapping;
    struct miev_dataset *dataset = &eval->dataset;
    bool *leave = calloc(dataset->n_classes + 1, sizeof(*leave));
    size_t *images = calloc(dataset->n_classes + 1, sizeof(*images));
    eval->left_out = json_array();
    int rc =
        leave && images && eval->left_out
            ? MIEV_OK
            : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu classes", dataset->n_classes);
    for (size_t i = 0; rc == MIEV_OK && i < dataset->n; i++)
        images[dataset->images[i].class_index]++;
    for (size_t c = 0; rc == MIEV_OK && c < dataset->n_classes; c++) {
        char shown[256];
        leave[c] =
            miev_mapping_leaves_out(mapping, miev_mapping_find(mapping, dataset->classes[c]));
        miev_text_show(shown, sizeof(shown), dataset->classes[c]);
        if (leave[c])
            (void)json_array_append_new(eval->left_out, json_pack("{s:s, s:I}", "folder", shown,
                                                                  "images", (json_int_t)images[c]));
    }
    if (rc == MIEV_OK)
        miev_dataset_leave_out(dataset, leave);
    free(leave);
    free(images);
    return rc == MIEV_OK && dataset->n == 0
               ? miev_error_set(err, MIEV_ERR_INVALID,
                                "the mapping leaves out every folder of the dataset")
               : rc;
}

int miev_eval_open_dataset(struct miev_eval *eval, struct miev_error *err)
{
    const struct miev_eval_options *options = eval->options;
    struct miev_dataset *dataset = &eval->dataset;
    int rc = miev_dataset_open(options->dataset_path, dataset, err);
    if (rc == MIEV_OK && options->mapping)
        rc = leave_out(eval, err);
    if (rc == MIEV_OK)
        rc = miev_dataset_draw(dataset, options->limit, options->study.seed, err);
    if (rc != MIEV_OK)
        return rc;
    tell_phase(eval, MIEV_EVAL_READING, 0);
    rc = miev_dataset_hash(dataset, miev_eval_stopped, eval, err);
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

int miev_eval_set_up(struct miev_eval *eval, const struct miev_study_entry *entries,
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
        eval->models[i].state_fd = eval->models[i].vectors_fd = -1;
        eval->models[i].energy.elsewhere = miev_remote_is_address(entries[i].file->path);
    }
    eval->n_decoders = count_decoders(eval);
    unsigned reserved = run->share.reserved_cpus + (unsigned)eval->n_decoders;
    run->share.reserved_cpus =
        reserved < run->share.logical_cpus ? reserved : run->share.logical_cpus;
    return MIEV_OK;
}

int miev_eval_measure_idle(struct miev_eval *eval, struct miev_error *err)
{
    int rc = MIEV_OK;
    tell_phase(eval, MIEV_EVAL_IDLE, 0);
    for (size_t i = 0; rc == MIEV_OK && i < IDLE_ROUNDS && !miev_eval_stopped(eval); i++)
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
    int rc = miev_eval_set_up(eval, entries, err);
    if (rc == MIEV_OK)
        rc = miev_eval_open_dataset(eval, err);
    if (rc == MIEV_OK)
        rc = miev_eval_measure_idle(eval, err);
    for (size_t i = 0; rc == MIEV_OK && i < eval->run.n_models && !miev_eval_stopped(eval); i++)
        miev_eval_one(eval, i, evaluate);
    eval->run.finished_ns = miev_env_now_ns(eval->run.options->env);
    return rc;
}

void miev_eval_tear_down(struct miev_eval *eval)
{
    bool told = eval->models && all_done(eval);
    miev_eval_end_decoders(eval);
    for (size_t i = 0; eval->models && i < eval->run.n_models; i++) {
        struct miev_eval_model *model = &eval->models[i];
        miev_eval_state_close(model, told);
        miev_groups_finish(&model->groups);
        free(model->best);
        free(model->outcome);
        json_decref(model->failures);
        if (model->vectors_fd >= 0)
            (void)close(model->vectors_fd);
    }
    free(eval->models);
    free(eval->kept);
    free(eval->kept_as);
    if (eval->kept_fd >= 0)
        (void)close(eval->kept_fd);
    json_decref(eval->left_out);
    miev_dataset_finish(&eval->dataset);
    miev_run_tear_down(&eval->run);
}

void miev_eval_init(struct miev_eval *eval, struct miev_study_options *study,
                    const struct miev_eval_options *options, size_t n_models)
{
    *study = options->study;
    study->input_path = NULL;
    study->budget_s = 0;
    study->progress = NULL;
    *eval = (struct miev_eval){
        .options = options,
        .run = {.options = study,
                .n_models = n_models,
                .input = {.fd = -1},
                .started_ns = miev_env_now_ns(study->env)},
        .dataset = {.folder = -1},
        .kept_fd = -1,
    };
}

int miev_eval_run(const struct miev_eval_options *options, const struct miev_study_entry *entries,
                  size_t n_entries, json_t **report, struct miev_error *err)
{
    struct miev_study_options study;
    struct miev_eval eval;
    if (n_entries == 0 || n_entries > MIEV_STUDY_MAX_MODELS)
        return miev_error_set(err, MIEV_ERR_INVALID, "1 to %d models can be evaluated, not %zu",
                              MIEV_STUDY_MAX_MODELS, n_entries);
    miev_eval_init(&eval, &study, options, n_entries);
    int rc = run_all(&eval, entries, err);
    if (rc == MIEV_OK) {
        *report = miev_eval_report(&eval, miev_eval_stopped(&eval) ? "interrupted"
                                          : all_done(&eval)        ? "complete"
                                                                   : "failed");
        if (!*report)
            rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the report");
    }
    miev_eval_tear_down(&eval);
    return rc;
}

int miev_eval_draft(const struct miev_eval_options *options, const struct miev_study_entry *entry,
                    char **out, struct miev_error *err)
{
    struct miev_study_options study;
    struct miev_eval eval;
    miev_eval_init(&eval, &study, options, 1);
    int rc = miev_eval_set_up(&eval, entry, err);
    if (rc == MIEV_OK)
        rc = miev_dataset_open(options->dataset_path, &eval.dataset, err);
    if (rc == MIEV_OK) {
        tell_phase(&eval, MIEV_EVAL_LOADING, 0);
        miev_run_open(&eval.run, eval.models[0].run);
        rc = eval.models[0].run->status;
        if (rc != MIEV_OK)
            (void)miev_error_set(err, rc, "%s", eval.models[0].run->error.message);
    }
    if (rc == MIEV_OK)
        rc = count_classes(&eval.models[0], err);
    if (rc == MIEV_OK) {
        const struct miev_class_names names = names_of(&eval.models[0]);
        *out = miev_mapping_draft(&eval.dataset, &names);
        if (!*out)
            rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the draft");
    }
    miev_eval_tear_down(&eval);
    return rc;
}
