/* SPDX-License-Identifier: Apache-2.0 */
#include "server/measure.h"

#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "server/call.h"
#include "server/lab.h"

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
    miev_lab_tell_progress(job, progress_json(job, at));
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
        miev_lab_tell_report(job, report);
    }
}

static void fail(struct miev_job *job, const struct miev_error *err)
{
    (void)miev_keep_end(&job->keep, MIEV_STORE_FAILED, err->message);
    miev_lab_tell_failure(job, miev_problem(422, miev_status_name(err->code), err->message));
}

void miev_job_measure(struct miev_job *job)
{
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
        miev_lab_tell_report(job, report);
    else
        fail(job, &err);
    json_decref(report);
}
