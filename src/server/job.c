/* SPDX-License-Identifier: Apache-2.0 */
#include "server/job.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "core/text.h"
#include "export/field.h"
#include "sensor/machine.h"
#include "server/choice.h"
#include "server/server.h"

static struct miev_job *create(struct miev_server *server, const char *client)
{
    struct miev_job *job = calloc(1, sizeof(*job));
    if (!job)
        return NULL;
    miev_task_init(&job->task, &miev_job_ops, server->lab, client);
    if (!job->task.channel) {
        free(job);
        return NULL;
    }
    job->server = server;
    job->model_ids = json_array();
    return job;
}

void miev_job_destroy(struct miev_job *job)
{
    if (!job)
        return;
    json_decref(job->model_ids);
    json_decref(job->progress);
    json_decref(job->error);
    miev_reselect_finish(&job->models);
    miev_keep_close(&job->keep);
    miev_task_finish(&job->task);
    free(job);
}

int miev_job_queue(struct miev_job *job, int64_t *id, struct miev_error *err)
{
    struct miev_lab *lab = job->task.lab;
    int rc = miev_lab_admit(lab, err); /* before anything is written */
    if (rc != MIEV_OK)
        return rc;
    miev_keep_open(&job->keep, job->server->options.env, job->row.name, &job->price);
    if (miev_keep_queue(&job->keep, &job->row) != MIEV_OK) {
        *err = job->keep.error;
        return err->code;
    }
    job->row = job->keep.row;
    job->task.id = *id = job->row.id;
    rc = miev_lab_add(lab, &job->task, err);
    if (rc == MIEV_OK)
        return rc;
    /* It never was: nobody has seen its number. What cannot be removed shows as interrupted. */
    (void)miev_keep_end(&job->keep, MIEV_STORE_INTERRUPTED, "there was no place in the queue");
    int removed = miev_history_remove(job->server->history, job->row.id, NULL);
    (void)removed;
    return rc;
}

/* ---- what the store and the watchers are told ----------------------------------------------- */

static void describe(struct miev_job *job, const char *name)
{
    const struct miev_selection *selection = &job->models.selection;
    for (size_t i = 0; i < selection->n; i++) {
        miev_study_entry_name(&selection->entries[i], job->names[i], sizeof(job->names[i]));
        job->states[i] = "queued";
    }
    job->at = selection->n;
    miev_keep_describe(&job->row, name, job->names[0], selection->n);
    (void)snprintf(job->row.input, sizeof(job->row.input), "%s", job->input.name);
    (void)snprintf(job->row.input_sha256, sizeof(job->row.input_sha256), "%s", job->input.sha256);
}

/* What is the same for all studies of this server. */
static void set_options(struct miev_server *server, struct miev_job *job)
{
    job->options = (struct miev_study_options)MIEV_STUDY_OPTIONS_INIT;
    job->options.env = server->options.env;
    job->options.engines = miev_engines;
    job->options.sensors = miev_sensors;
    job->options.runtime_dir = server->runtime_dir;
    job->options.input_path = job->input.path;
    job->options.delegate = *job->delegate ? job->delegate : NULL;
    job->options.stop = &job->task.stop;
}

/* Each combination of the settings becomes an entry. What does not fit is refused, because nobody
 * would be told of it later. */
static int make_sweep(struct miev_job *job, const struct miev_ask *ask, struct miev_error *err)
{
    struct miev_selection *selection = &job->models.selection;
    struct miev_study_entry entries[MIEV_STUDY_MAX_MODELS];
    struct miev_machine machine;
    size_t n = 0;
    for (size_t i = 1; i < selection->n; i++)
        if (selection->entries[i].card != selection->entries[0].card)
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "a sweep is of one model: 'models' may name its files alone");
    job->grid = ask->grid;
    miev_machine_read(job->server->options.env, &machine);
    miev_sweep_defaults(&job->grid, machine.logical_cpus);
    size_t left_out = miev_sweep_combine(&job->grid, selection->entries, selection->n, entries, &n);
    if (left_out > 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "these are %zu combinations, and a study has at most %d: name fewer "
                              "threads, batches, delegates or files",
                              n + left_out, MIEV_STUDY_MAX_MODELS);
    memcpy(selection->entries, entries, n * sizeof(entries[0]));
    selection->n = n;
    job->options.against_first = true;
    if (!ask->own_budget)
        job->options.budget_s = fmin(miev_sweep_budget_s(n), MIEV_ASK_MAX_BUDGET_S);
    return MIEV_OK;
}

int miev_job_make(struct miev_server *server, const struct miev_ask *ask,
                  const struct miev_input *input, const char *client, struct miev_job **out,
                  struct miev_error *err)
{
    struct miev_job *job = create(server, client);
    if (!job)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a study");
    job->input = *input;
    (void)snprintf(job->delegate, sizeof(job->delegate), "%s", ask->delegate);
    int rc = miev_site_find(&ask->site.wish, &job->site, &job->price, err);
    if (rc == MIEV_OK)
        rc = miev_choose(server, ask->models, &job->models.selection, err);
    if (rc != MIEV_OK) {
        miev_job_destroy(job);
        return rc;
    }
    (void)json_array_extend(job->model_ids, ask->models);
    set_options(server, job);
    job->options.threads = ask->threads;
    job->options.budget_s = ask->budget_s;
    job->options.target_ratio = ask->target_ratio;
    job->options.seed = miev_study_seed(ask->seed);
    miev_selection_trim(&job->models.selection);
    rc = ask->sweep ? make_sweep(job, ask, err) : MIEV_OK;
    if (rc != MIEV_OK) {
        miev_job_destroy(job);
        return rc;
    }
    describe(job, ask->name);
    *out = job;
    return MIEV_OK;
}

/* ---- the same again ------------------------------------------------------------------------- */

/* What could not be found again, as a sentence. */
static int refuse_absent(json_t *absent, struct miev_error *err)
{
    const char *name;
    json_t *why;
    json_object_foreach(absent, name, why) return miev_error_set(
        err, MIEV_ERR_UNAVAILABLE,
        "%.100s cannot be measured again, because its file is not here (%s); "
        "upload it first",
        name, json_string_value(why) ? json_string_value(why) : "");
    return MIEV_OK;
}

/* An upload's file is called by its hash: it gets the name that the report knows it by. */
static void restore_names(struct miev_job *job, const json_t *report)
{
    struct miev_selection *selection = &job->models.selection;
    size_t i;
    json_t *model;
    for (size_t o = 0; o < selection->n_own; o++) {
        struct miev_card *card = &selection->own[o];
        const char *slash = strrchr(card->files[0].path, '/');
        json_array_foreach(
            json_object_get(report, "models"), i,
            model) if (slash && strcmp(slash + 1, miev_field_text(model, "sha256")) == 0)(void)
            snprintf(card->name, sizeof(card->name), "%.120s", miev_field_text(model, "name"));
    }
}

/* What clients know them by: those that were found have their hash, or are called by it. */
static void list_ids(struct miev_job *job)
{
    const struct miev_selection *selection = &job->models.selection;
    json_t *hashes = json_array();
    for (size_t i = 0; i < selection->n; i++) {
        const struct miev_card_file *file = selection->entries[i].file;
        const char *slash = strrchr(file->path, '/');
        (void)json_array_append_new(hashes, json_string(*file->sha256 ? file->sha256
                                                        : slash       ? slash + 1
                                                                      : file->path));
    }
    json_decref(job->model_ids);
    job->model_ids = miev_model_ids(job->server, hashes);
    json_decref(hashes);
}

static void take_settings(struct miev_job *job, const json_t *settings)
{
    struct miev_study_options *options = &job->options;
    options->threads = (unsigned)fmax(1, miev_field_number(settings, "threads"));
    options->budget_s = fmin(miev_field_number(settings, "budget_s"), MIEV_ASK_MAX_BUDGET_S);
    options->target_ratio = miev_field_number(settings, "target_ratio");
    options->seed = miev_study_seed(miev_field_number(settings, "seed"));
    options->dedicated = json_is_true(miev_field_at(settings, "dedicated"));
    options->fast_decode = json_is_true(miev_field_at(settings, "fast_decode"));
}

static int find_again(struct miev_server *server, struct miev_job *job, const json_t *report,
                      struct miev_error *err)
{
    const json_t *input = json_object_get(report, "input");
    if (miev_input_by_hash(server, miev_field_text(input, "sha256"), &job->input, NULL) != MIEV_OK)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "the picture %.100s (sha256 %.12s...) is not here: upload it first",
                              miev_field_text(input, "name"), miev_field_text(input, "sha256"));
    int rc = miev_reselect(&job->models, report, miev_uploads_folder(server->models), err);
    if (rc == MIEV_OK)
        rc = refuse_absent(job->models.absent, err);
    if (rc == MIEV_OK && job->models.selection.n == 0)
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE, "that report has no model to measure again");
    return rc;
}

int miev_job_repeat(struct miev_server *server, const json_t *report,
                    const struct miev_store_row *row, const char *client, struct miev_job **out,
                    struct miev_error *err)
{
    const json_t *settings = json_object_get(report, "settings");
    struct miev_job *job = create(server, client);
    if (!job)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a study");
    (void)snprintf(job->delegate, sizeof(job->delegate), "%s",
                   miev_field_text(settings, "delegate"));
    int rc = find_again(server, job, report, err);
    if (rc != MIEV_OK) {
        miev_job_destroy(job);
        return rc;
    }
    restore_names(job, report);
    list_ids(job);
    miev_report_priced_by(report, &job->site, &job->price);
    set_options(server, job);
    take_settings(job, settings);
    miev_selection_trim(&job->models.selection);
    describe(job, row->name);
    job->row.repeat_of = row->id;
    *out = job;
    return MIEV_OK;
}
