/* SPDX-License-Identifier: Apache-2.0 */
/* A job's study: measured, kept, and told as it goes. */
#include "server/job.h"

#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "server/call.h"
#include "server/study.h"

#define PROGRESS_EVERY_NS 100000000u
#define REPORT_EVERY_NS   950000000u /* checkpoints come each half second or so */

static const char *const phase_words[] = {
    [MIEV_PHASE_LOAD] = "load",       [MIEV_PHASE_WARM_UP] = "warm-up",
    [MIEV_PHASE_LATENCY] = "latency", [MIEV_PHASE_STAGES] = "stages",
    [MIEV_PHASE_ROUNDS] = "rounds",
};

static json_t *progress_json(const struct miev_job *job, const struct miev_study_progress *at)
{
    json_t *models = json_array();
    for (size_t i = 0; i < job->models.selection.n; i++)
        (void)json_array_append_new(
            models, json_pack("{s:s, s:s}", "name", job->names[i], "state", job->states[i]));
    return json_pack(
        "{s:s, s:s?, s:I, s:I, s:I, s:o, s:f, s:f, s:f, s:o}", "phase", phase_words[at->phase],
        "model", at->model, "model_index", (json_int_t)at->model_index, "n_models",
        (json_int_t)at->n_models, "block", (json_int_t)at->block, "half_width_ratio",
        miev_json_real(at->half_width_ratio), "target_ratio", job->options.target_ratio,
        "elapsed_s", at->elapsed_s, "budget_s", at->budget_s, "models", models);
}

/* Who is measured, and what the one before does now. */
static bool note_state(struct miev_job *job, const struct miev_study_progress *at)
{
    size_t now = at->model ? at->model_index : job->models.selection.n;
    const char *word = at->phase == MIEV_PHASE_ROUNDS ? "round" : phase_words[at->phase];
    bool changed = now != job->at || at->phase != job->phase;
    if (job->at != now && job->at < job->models.selection.n &&
        strcmp(job->states[job->at], "failed") != 0)
        job->states[job->at] = "waiting";
    if (now < job->models.selection.n)
        job->states[now] = word;
    job->at = now;
    job->phase = at->phase;
    return changed && at->phase != MIEV_PHASE_ROUNDS;
}

/* Takes the reference. */
static void tell_progress(struct miev_job *job, json_t *progress)
{
    miev_channel_publish(job->task.channel, MIEV_NEWS_PROGRESS,
                         miev_event_text("progress", progress));
    miev_lab_lock(job->task.lab);
    json_t *before = job->progress;
    job->progress = progress;
    miev_lab_unlock(job->task.lab);
    json_decref(before);
}

/* A report that was priced and kept. */
static void tell_report(struct miev_job *job, const json_t *report)
{
    miev_channel_publish(job->task.channel, MIEV_NEWS_REPORT, miev_event_text("report", report));
    miev_lab_lock(job->task.lab);
    job->row.status = job->keep.row.status;
    job->row.bytes = job->keep.length;
    miev_lab_unlock(job->task.lab);
}

/* Called between two rounds or steps. At most ten times a second anybody is woken, so that the
 * machine is left to the study; a new step is always told. */
static void on_progress(void *context, const struct miev_study_progress *at)
{
    struct miev_job *job = context;
    uint64_t now_ns = miev_env_now_ns(job->options.env);
    bool step = note_state(job, at);
    if (!step && now_ns - job->told_ns < PROGRESS_EVERY_NS)
        return;
    job->told_ns = now_ns;
    tell_progress(job, progress_json(job, at));
}

static void note_failures(struct miev_job *job, const json_t *report)
{
    const json_t *models = json_object_get(report, "models");
    for (size_t i = 0; i < job->models.selection.n; i++) {
        const json_t *error = json_object_get(json_array_get(models, i), "error");
        const char *code = json_string_value(json_object_get(error, "code"));
        if (code && strcmp(code, miev_status_name(MIEV_ERR_INTERRUPTED)) != 0)
            job->states[i] = "failed";
    }
}

static void on_checkpoint(void *context, json_t *report)
{
    struct miev_job *job = context;
    miev_keep_checkpoint(&job->keep, report);
    uint64_t now_ns = miev_env_now_ns(job->options.env);
    if (job->reported_ns == 0 || now_ns - job->reported_ns >= REPORT_EVERY_NS) {
        job->reported_ns = now_ns;
        note_failures(job, report);
        tell_report(job, report);
    }
}

static void fail(struct miev_job *job, const struct miev_error *err)
{
    (void)miev_keep_end(&job->keep, MIEV_STORE_FAILED, err->message);
    miev_lab_lock(job->task.lab);
    job->error = miev_problem(422, miev_status_name(err->code), err->message);
    miev_lab_unlock(job->task.lab);
}

static void run(struct miev_task *task)
{
    struct miev_job *job = (struct miev_job *)task;
    struct miev_error err;
    json_t *report = NULL;
    struct miev_study_options options = job->options;
    options.progress = on_progress;
    options.checkpoint = on_checkpoint;
    options.progress_context = options.checkpoint_context = job;
    int rc = miev_study_run(&options, job->models.selection.entries, job->models.selection.n,
                            &report, &err);
    if (rc == MIEV_OK)
        rc = miev_report_price(report, &job->price, &err);
    if (rc == MIEV_OK && miev_keep_finish(&job->keep, report) != MIEV_OK) {
        err = job->keep.error;
        rc = err.code;
    }
    if (rc == MIEV_OK)
        tell_report(job, report);
    else
        fail(job, &err);
    json_decref(report);
}

/* ---- as a task of the lab ------------------------------------------------------------------- */

static void drop(struct miev_task *task, const char *note)
{
    struct miev_job *job = (struct miev_job *)task;
    (void)miev_keep_end(&job->keep, MIEV_STORE_INTERRUPTED, note);
}

static void begin(struct miev_task *task)
{
    ((struct miev_job *)task)->row.status = MIEV_STORE_RUNNING;
}

/* It is in the store and nowhere else from now on, but for those who watch. */
static enum miev_task_outcome end(struct miev_task *task)
{
    struct miev_job *job = (struct miev_job *)task;
    job->row.status = job->keep.row.status;
    (void)snprintf(job->row.note, sizeof(job->row.note), "%s", job->keep.row.note);
    json_decref(job->progress);
    job->progress = NULL;
    return job->row.status == MIEV_STORE_FINISHED ? MIEV_TASK_FINISHED
           : job->row.status == MIEV_STORE_FAILED ? MIEV_TASK_FAILED
                                                  : MIEV_TASK_ENDED;
}

static json_t *view(const struct miev_task *task, size_t queue_place)
{
    const struct miev_job *job = (const struct miev_job *)task;
    return miev_study_json(job->server, &(struct miev_study_view){
                                            .row = &job->row,
                                            .input = &job->input,
                                            .queue_place = queue_place,
                                            .model_ids = job->model_ids,
                                            .progress = job->progress,
                                            .error = job->error,
                                        });
}

static bool uses(const struct miev_task *task, const char *sha256)
{
    const struct miev_job *job = (const struct miev_job *)task;
    bool found = strcmp(job->input.sha256, sha256) == 0;
    for (size_t i = 0; i < job->models.selection.n; i++)
        found = found || strstr(job->models.selection.entries[i].file->path, sha256);
    return found;
}

static void destroy(struct miev_task *task)
{
    miev_job_destroy((struct miev_job *)task);
}

const struct miev_task_ops miev_job_ops = {
    .event = "study",
    .run = run,
    .drop = drop,
    .begin = begin,
    .end = end,
    .view = view,
    .uses = uses,
    .destroy = destroy,
};
