/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "profile/profile.h"
#include "study/run.h"

#define WARM_UP_RUNS 10u
#define LONGEST_S    10.0 /* of the profiled runs, as far as the fewest allow */

/* A model in a worker of its own. */
struct bench {
    struct miev_study_options options;
    struct miev_run run;
};

static void init_bench(struct bench *bench, const struct miev_study_options *options, bool profile)
{
    *bench = (struct bench){
        .options = *options,
        .run = {.n_models = 1, .input = {.fd = -1}, .started_ns = miev_env_now_ns(options->env)}};
    bench->options.budget_s = 0;
    bench->options.profile = profile;
    bench->run.options = &bench->options;
}

static int time_runs(struct bench *bench, size_t count, struct miev_run_latency *out,
                     struct miev_error *err)
{
    miev_run_tell(&bench->run, MIEV_PHASE_LATENCY, bench->run.models);
    return miev_run_time_each(&bench->run, bench->run.models, count, out, err);
}

/* Up to where single inferences take as long as they will. */
static int open_model(struct bench *bench, const struct miev_study_entry *entry,
                      struct miev_error *err)
{
    struct miev_run_latency warm = {0};
    int rc = miev_run_set_up(&bench->run, entry, err);
    if (rc == MIEV_OK)
        rc = miev_run_look(&bench->run, err);
    if (rc != MIEV_OK)
        return rc;
    struct miev_run_model *model = bench->run.models;
    miev_run_tell(&bench->run, MIEV_PHASE_LOAD, model);
    miev_run_open(&bench->run, model);
    if (model->status != MIEV_OK) {
        *err = model->error;
        return model->status;
    }
    rc = time_runs(bench, WARM_UP_RUNS, &warm, err);
    if (rc == MIEV_OK)
        model->inference_s = fmax(miev_quantile(warm.seconds, warm.n, 0.5), 1e-9);
    free(warm.seconds);
    return rc;
}

static int add_plain(struct bench *bench, size_t count, struct miev_profile *out,
                     struct miev_error *err)
{
    struct miev_run_latency batch = {0};
    int rc = time_runs(bench, count, &batch, err);
    double *list =
        rc == MIEV_OK ? realloc(out->plain_s, (out->n_plain + batch.n) * sizeof(*list)) : NULL;
    if (list) {
        memcpy(list + out->n_plain, batch.seconds, batch.n * sizeof(*list));
        out->plain_s = list;
        out->n_plain += batch.n;
    } else if (rc == MIEV_OK) {
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu latencies", batch.n);
    }
    free(batch.seconds);
    return rc;
}

static int profile_runs(struct bench *bench, size_t count, struct miev_profile *out,
                        struct miev_error *err)
{
    json_t *answer = NULL;
    struct miev_run_model *model = bench->run.models;
    json_t *request = json_pack("{s:s, s:I}", "do", "profile", "count", (json_int_t)count);
    double asked_s = miev_run_elapsed_s(&bench->run);
    double timeout_s = bench->options.timeout_s + 20 * model->inference_s * (double)count;
    int rc = miev_child_ask(model->child, request, -1, timeout_s, &answer, err);
    if (rc == MIEV_ERR_INTERRUPTED)
        (void)miev_error_set(err, rc, "stopped before this model was profiled");
    double waited_s = miev_run_elapsed_s(&bench->run) - asked_s;
    if (rc == MIEV_OK)
        rc = miev_profile_take_answer(answer, count, waited_s, &out->times, err);
    json_decref(answer);
    return rc;
}

/* So many runs as are wanted, or fit. */
static size_t count_runs(size_t wanted, double inference_s)
{
    double fit = LONGEST_S / inference_s;
    if (fit >= (double)wanted)
        return wanted;
    return fit > MIEV_PROFILE_MIN_RUNS ? (size_t)fit : MIEV_PROFILE_MIN_RUNS;
}

static int keep_facts(const struct bench *bench, struct miev_profile *out, struct miev_error *err)
{
    const struct miev_run_model *model = bench->run.models;
    char name[128];
    const char *slash = strrchr(bench->options.input_path, '/');
    miev_text_show(name, sizeof(name), slash ? slash + 1 : bench->options.input_path);
    out->model = json_pack("{s:s, s:s, s:I, s:O, s:O}", "name", model->name, "sha256",
                           model->file.sha256, "bytes", (json_int_t)model->file.length, "engine",
                           json_object_get(model->facts, "engine"), "sandbox",
                           json_object_get(model->facts, "sandbox"));
    out->input = json_pack("{s:s, s:s}", "name", name, "sha256", bench->run.input.sha256);
    if (!out->model || !out->input)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for what the model is");
    return MIEV_OK;
}

int miev_profile_measure(const struct miev_profile_options *options,
                         const struct miev_study_entry *entry, struct miev_profile *out,
                         struct miev_error *err)
{
    struct bench plain, watched;
    *out = (struct miev_profile){.model = NULL};
    init_bench(&plain, &options->study, false);
    init_bench(&watched, &options->study, true);
    int rc = open_model(&plain, entry, err);
    size_t count = rc == MIEV_OK ? count_runs(options->runs, plain.run.models->inference_s) : 0;
    if (rc == MIEV_OK)
        rc = open_model(&watched, entry, err);
    if (rc == MIEV_OK)
        rc = add_plain(&plain, count, out, err);
    if (rc == MIEV_OK)
        rc = profile_runs(&watched, count, out, err);
    if (rc == MIEV_OK)
        rc = add_plain(&plain, count, out, err);
    if (rc == MIEV_OK)
        rc = keep_facts(&watched, out, err);
    miev_run_tear_down(&plain.run);
    miev_run_tear_down(&watched.run);
    return rc;
}

void miev_profile_finish(struct miev_profile *profile)
{
    miev_op_times_finish(&profile->times);
    free(profile->plain_s);
    json_decref(profile->model);
    json_decref(profile->input);
}
