/* SPDX-License-Identifier: Apache-2.0 */
#include "study/study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/error.h"
#include "core/text.h"
#include "media/media.h"
#include "study/run.h"
#include "study/traffic.h"

/* Counters of another machine may move every two seconds; rounds of a hundred such steps would take
 * minutes. Shorter ones begin at a chance phase, and what that adds is in their scatter. */
#define REMOTE_STEPS       20.0
#define REMOTE_ROUND_MAX_S 5.0

uint64_t miev_study_seed(double wanted)
{
    uint64_t seed = 0;
    if (wanted >= 0)
        return (uint64_t)wanted;
    (void)getrandom(&seed, sizeof(seed), 0);
    return seed >> 11; /* so that JSON readers with doubles keep it */
}

const char *miev_study_phase_name(enum miev_study_phase phase)
{
    static const char *const names[] = {
        [MIEV_PHASE_LOAD] = "loading",     [MIEV_PHASE_WARM_UP] = "warming up",
        [MIEV_PHASE_LATENCY] = "timing",   [MIEV_PHASE_STAGES] = "timing the stages",
        [MIEV_PHASE_ROUNDS] = "measuring",
    };
    return names[phase];
}

bool miev_run_stopped(const struct miev_run *run)
{
    return run->options->stop && *run->options->stop;
}

double miev_run_elapsed_s(const struct miev_run *run)
{
    return (double)(miev_env_now_ns(run->options->env) - run->started_ns) * 1e-9;
}

double miev_run_work_cpu_s(struct miev_run *run)
{
    double sum_s = 0;
    if (run->executor)
        return run->executor->work_cpu_s(run->executor->context);
    for (size_t i = 0; i < run->n_models; i++)
        sum_s += run->models[i].child ? miev_child_cpu_s(run->models[i].child)
                                      : run->models[i].finished_cpu_s;
    return sum_s;
}

unsigned miev_run_batch(const struct miev_run_model *model)
{
    return model->entry.batch ? model->entry.batch : 1;
}

unsigned miev_run_threads(const struct miev_run *run, const struct miev_run_model *model)
{
    return model->entry.batch ? model->entry.threads : run->options->threads;
}

unsigned miev_run_reserved_cpus(const struct miev_run *run, const struct miev_run_model *model)
{
    if (!model->entry.batch)
        return run->share.reserved_cpus;
    return model->entry.threads < run->share.logical_cpus ? model->entry.threads
                                                          : run->share.logical_cpus;
}

void miev_run_tell(struct miev_run *run, enum miev_study_phase phase,
                   const struct miev_run_model *model)
{
    if (!run->options->progress)
        return;
    struct miev_study_progress progress = {
        .phase = phase,
        .model = model ? model->name : NULL,
        .model_index = model ? (size_t)(model - run->models) : 0,
        .n_models = run->n_models,
        .block = run->blocks,
        .half_width_ratio = run->blocks >= 3 ? run->worst_half_width_ratio : (double)NAN,
        .elapsed_s = miev_run_elapsed_s(run),
        .budget_s = run->options->budget_s,
    };
    run->options->progress(run->options->progress_context, &progress);
}

void miev_run_fail(struct miev_run_model *model, const struct miev_error *err)
{
    model->status = err->code;
    model->error = *err;
    if (!model->child)
        return;
    model->finished_cpu_s = miev_child_cpu_s(model->child);
    miev_child_destroy(model->child);
    model->child = NULL;
}

/* ---- set-up --------------------------------------------------------------------------------- */

void miev_study_entry_name(const struct miev_study_entry *entry, char *out, size_t capacity)
{
    char name[sizeof(entry->card->name)]; /* may be the name of any file */
    miev_text_show(name, sizeof(name), entry->card->name);
    int used = snprintf(out, capacity, "%s%s%s", name, entry->card->bare ? "" : ":",
                        entry->card->bare ? "" : entry->file->precision);
    if (entry->batch && used > 0 && (size_t)used < capacity)
        (void)snprintf(out + used, capacity - (size_t)used, " t%u b%u%s%.32s", entry->threads,
                       entry->batch, entry->delegate ? " " : "",
                       entry->delegate ? entry->delegate : "");
}

/* Two rows with one name could not be told apart in the comparison. */
static int name_models(struct miev_run *run, struct miev_error *err)
{
    for (size_t i = 0; i < run->n_models; i++) {
        struct miev_run_model *model = &run->models[i];
        miev_study_entry_name(&model->entry, model->name, sizeof(model->name));
        for (size_t j = 0; j < i; j++)
            if (strcmp(run->models[j].name, model->name) == 0)
                return miev_error_set(err, MIEV_ERR_INVALID,
                                      "%s is named twice: name each model once", model->name);
    }
    return MIEV_OK;
}

void miev_run_look_at_meter(struct miev_run *run)
{
    run->between_model_factor = 1;
    for (size_t c = 0; c < miev_meter_channel_count(run->meter); c++) {
        const struct miev_meter_channel *channel = miev_meter_channel_at(run->meter, c);
        run->idle.power_w[c] = NAN; /* before an idle round it is not known, which is not 0 */
        run->idle_error.power_w[c] = NAN;
        bool rests = channel->channel.part == MIEV_PART_GPU && run->share.no_gpu;
        if (rests || !miev_meter_adds(channel, &run->share))
            continue;
        double period_s = (double)channel->channel.update_period_ns * 1e-9;
        if (run->remote_meter)
            period_s = fmin(REMOTE_STEPS * period_s, REMOTE_ROUND_MAX_S) / MIEV_PLAN_PERIODS;
        if (period_s > 0 && (run->update_period_s <= 0 || period_s < run->update_period_s))
            run->update_period_s = period_s;
        if (channel->channel.quality == MIEV_MEASURED && !channel->channel.own_work_only)
            run->neighbours_matter = true;
        if (channel->channel.part == MIEV_PART_CPU && channel->channel.quality == MIEV_ESTIMATED)
            run->between_model_factor = MIEV_BETWEEN_MODEL_FACTOR;
    }
}

/* The meter of the machine that serves the models; *out stays NULL, and run->no_meter says why,
 * where none was named and none is where Triton has one. */
static int find_remote_meter(struct miev_run *run, struct miev_error *err)
{
    struct miev_remote_address first, other;
    struct miev_error why;
    char guess[320];
    int rc = miev_remote_address_read(run->models[0].entry.file->path, &first, err);
    for (size_t i = 1; rc == MIEV_OK && i < run->n_models; i++) {
        rc = miev_remote_address_read(run->models[i].entry.file->path, &other, err);
        if (rc == MIEV_OK && strcmp(first.origin.host, other.origin.host) != 0 &&
            run->options->meter)
            rc = miev_error_set(err, MIEV_ERR_INVALID,
                                "--meter is of one machine, and the models are served by %s and "
                                "%s: measure them in two studies",
                                first.origin.host, other.origin.host);
        else if (rc == MIEV_OK && strcmp(first.origin.host, other.origin.host) != 0) {
            (void)snprintf(run->no_meter, sizeof(run->no_meter),
                           "the models are served by several machines: measure them in several "
                           "studies, each with its --meter");
            return MIEV_OK;
        }
    }
    if (rc != MIEV_OK || run->options->meter)
        return rc != MIEV_OK ? rc
                             : miev_remote_meter_open(run->options->env, run->options->meter,
                                                      &run->remote_meter, err);
    bool v6 = strchr(first.origin.host, ':') != NULL;
    (void)snprintf(guess, sizeof(guess), "http://%s%s%s:8002/metrics", v6 ? "[" : "",
                   first.origin.host, v6 ? "]" : "");
    if (miev_remote_meter_open(run->options->env, guess, &run->remote_meter, &why) != MIEV_OK)
        (void)snprintf(run->no_meter, sizeof(run->no_meter),
                       "its joules are drawn by another machine, which tells none where Triton "
                       "would (%s): name a meter there with --meter (`miev serve` is one)",
                       guess);
    return MIEV_OK;
}

/* One token is of one server. */
static int check_token(const struct miev_run *run, struct miev_error *err)
{
    struct miev_remote_address first = {.version = ""}, other;
    size_t seen = 0;
    int rc = MIEV_OK;
    bool token = miev_env_variable(run->options->env, "MIEV_REMOTE_TOKEN") != NULL;
    for (size_t i = 0; token && rc == MIEV_OK && i < run->n_models; i++) {
        if (!run->models[i].remote)
            continue;
        rc = miev_remote_address_read(run->models[i].entry.file->path, &other, err);
        if (rc == MIEV_OK && seen > 0 && !miev_remote_origin_same(&first.origin, &other.origin))
            rc = miev_error_set(err, MIEV_ERR_INVALID,
                                "MIEV_REMOTE_TOKEN would go to two servers, %s and %s: measure "
                                "them in two studies",
                                first.origin.text, other.origin.text);
        first = other;
        seen++;
    }
    return rc;
}

/* Served models are metered by their machine's meter or not at all, local ones by this one's. */
static int choose_meter(struct miev_run *run, struct miev_error *err)
{
    size_t n_remote = 0;
    for (size_t i = 0; i < run->n_models; i++)
        n_remote += run->models[i].remote;
    if (run->options->meter && n_remote < run->n_models)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "--meter is the meter of another machine: name only models that are "
                              "served there");
    if (run->options->traffic_per_s > 0 && n_remote == 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "--per-second sends requests to a model that is served elsewhere, "
                              "and none is named");
    int rc = check_token(run, err);
    if (rc == MIEV_OK && n_remote == run->n_models)
        rc = find_remote_meter(run, err);
    else if (n_remote > 0)
        (void)snprintf(run->no_meter, sizeof(run->no_meter),
                       "the joules of this machine, by which the other models are measured, are "
                       "not its own: measure it in a study of its own");
    if (rc != MIEV_OK || !run->remote_meter)
        return rc == MIEV_OK
                   ? miev_meter_create(run->options->env, run->options->sensors, &run->meter, err)
                   : rc;
    run->meter = miev_remote_meter_channels(run->remote_meter);
    return MIEV_OK;
}

bool miev_run_is_metered(const struct miev_run *run, const struct miev_run_model *model)
{
    return !model->remote || run->remote_meter;
}

int miev_run_set_up(struct miev_run *run, const struct miev_study_entry *entries,
                    struct miev_error *err)
{
    const struct miev_study_options *options = run->options;
    run->models = calloc(run->n_models, sizeof(*run->models));
    run->ratios = calloc(run->n_models * run->n_models, sizeof(*run->ratios));
    if (!run->models || !run->ratios)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu models", run->n_models);
    for (size_t i = 0; i < run->n_models; i++) {
        run->models[i].entry = entries[i];
        run->models[i].remote = miev_remote_is_address(entries[i].file->path);
        run->models[i].file.fd = -1;
    }
    int rc = name_models(run, err);
    if (rc == MIEV_OK && options->input_path)
        rc = miev_sealed_load(options->input_path, MIEV_IMAGE_MAX_BYTES, &run->input, err);
    if (rc == MIEV_OK)
        rc = choose_meter(run, err);
    if (rc != MIEV_OK)
        return rc;
    miev_machine_read(options->env, &run->machine);
    unsigned logical = run->machine.logical_cpus;
    run->share = (struct miev_share){
        .reserved_cpus = options->threads < logical ? options->threads : logical,
        .logical_cpus = logical,
        /* A server's machine is there to serve: all that its meter tells is of the work. */
        .dedicated = options->dedicated || run->remote_meter,
        .no_gpu = !run->remote_meter, /* every engine of this machine computes on the CPU */
    };
    miev_run_look_at_meter(run);
    return MIEV_OK;
}

void miev_run_model_finish(struct miev_run_model *model)
{
    miev_child_destroy(model->child);
    miev_sealed_finish(&model->file);
    json_decref(model->facts);
    miev_labels_finish(&model->metadata.labels);
    miev_labels_finish(&model->guessed);
    free(model->latency.seconds);
    free(model->traffic.latency.seconds);
    for (size_t s = 0; s < MIEV_RUN_STAGES; s++)
        miev_rounds_finish(&model->stages[s].rounds);
    miev_rounds_finish(&model->rounds);
    free(model->gross_j);
    free(model->net_j);
}

void miev_run_tear_down(struct miev_run *run)
{
    for (size_t i = 0; run->models && i < run->n_models; i++)
        miev_run_model_finish(&run->models[i]);
    miev_rounds_finish(&run->idle_rounds);
    miev_sealed_finish(&run->input);
    json_decref(run->picture);
    if (run->remote_meter)
        miev_remote_meter_close(run->remote_meter);
    else
        miev_meter_destroy(run->meter);
    free(run->models);
    free(run->ratios);
}

/* ---- rounds --------------------------------------------------------------------------------- */

static int block_turn(struct miev_run *run, size_t turn, double round_s, struct miev_error *err)
{
    if (turn == MIEV_PLAN_IDLE) {
        miev_run_tell(run, MIEV_PHASE_ROUNDS, NULL);
        return miev_run_idle_round(run, round_s, run->blocks, err);
    }
    struct miev_run_model *model = &run->models[turn];
    if (model->status != MIEV_OK || !miev_run_is_metered(run, model))
        return MIEV_OK;
    miev_run_tell(run, MIEV_PHASE_ROUNDS, model);
    size_t count = miev_plan_repeats(model->inference_s, round_s);
    int rc = miev_run_round(run, model, "inference", count, &model->rounds, run->blocks, err);
    if (rc == MIEV_OK) {
        const struct miev_round *round = &model->rounds.list[run->blocks];
        double runs = (double)round->count / miev_run_batch(model);
        model->inference_s = fmax(round->busy_s / runs, 1e-9);
    } else if (rc != MIEV_ERR_INTERRUPTED && model->child && !miev_child_alive(model->child)) {
        miev_run_fail(model, err); /* its own row only; the study goes on */
        rc = MIEV_OK;
    }
    return rc;
}

static bool any_alive(const struct miev_run *run)
{
    for (size_t i = 0; i < run->n_models; i++)
        if (run->models[i].status == MIEV_OK)
            return true;
    return false;
}

static bool any_metered(const struct miev_run *run)
{
    for (size_t i = 0; i < run->n_models; i++)
        if (run->models[i].status == MIEV_OK && miev_run_is_metered(run, &run->models[i]))
            return true;
    return false;
}

/* Precise enough? Every model has the rounds that its t interval asks for, its interval and those
 * of its ratios are within the target. Never "stop because the interval excludes 1". */
static bool precise(const struct miev_run *run)
{
    for (size_t i = 0; i < run->n_models; i++)
        if (run->models[i].status == MIEV_OK && miev_run_is_metered(run, &run->models[i]) &&
            !(run->models[i].has_energy && run->models[i].gross.enough))
            return false;
    return run->blocks >= MIEV_PLAN_MIN_BLOCKS &&
           run->worst_half_width_ratio <= run->options->target_ratio &&
           run->worst_ratio_half_width <= run->options->target_ratio / 2;
}

/* A reason to end the rounds, or NULL. */
static const char *reason_to_stop(const struct miev_run *run, double block_s)
{
    if (miev_run_stopped(run))
        return "interrupted";
    if (!any_alive(run))
        return "failed";
    if (run->options->budget_s > 0 && !any_metered(run))
        return "no-meter";
    if (run->blocks > 0 && precise(run))
        return "precise";
    /* Another block must fit: the budget is a promise. */
    if (run->blocks >= MIEV_PLAN_MAX_BLOCKS ||
        miev_run_elapsed_s(run) + block_s > run->options->budget_s)
        return "budget";
    return NULL;
}

static int measure_blocks(struct miev_run *run, struct miev_error *err)
{
    size_t order[MIEV_STUDY_MAX_MODELS + 1];
    double block_s = 0;
    run->rounds_from_s = miev_run_elapsed_s(run);
    while (!(run->stop_reason = reason_to_stop(run, block_s))) {
        double begun_s = miev_run_elapsed_s(run);
        double round_s = miev_plan_round_s(run->update_period_s, run->neighbours_busy);
        int rc = MIEV_OK;
        miev_plan_block(&run->random, run->n_models, order);
        for (size_t i = 0; rc == MIEV_OK && i <= run->n_models && !miev_run_stopped(run); i++) {
            miev_run_checkpoint(run);
            rc = block_turn(run, order[i], round_s, err);
        }
        if (rc != MIEV_OK && rc != MIEV_ERR_INTERRUPTED)
            return rc;
        run->blocks++;
        rc = miev_run_analyse(run, err);
        if (rc != MIEV_OK)
            return rc;
        block_s = miev_run_elapsed_s(run) - begun_s;
    }
    return MIEV_OK;
}

static double needed_budget_s(const struct miev_run *run)
{
    double target = run->options->target_ratio;
    double wide =
        fmax(run->worst_half_width_ratio / target, 2 * run->worst_ratio_half_width / target);
    if (!run->stop_reason || strcmp(run->stop_reason, "budget") != 0)
        return NAN;
    double rounds_s = (double)(run->finished_ns - run->started_ns) * 1e-9 - run->rounds_from_s;
    return miev_plan_needed_s(run->rounds_from_s, rounds_s, run->blocks, wide);
}

/* From the rounds to what the report tells. */
static void conclude(struct miev_run *run)
{
    /* The pairs of the first model come first. */
    size_t n =
        run->options->against_first ? run->n_models - 1 : run->n_models * (run->n_models - 1) / 2;
    run->finished_ns = miev_env_now_ns(run->options->env);
    for (size_t i = 0; i < run->n_models; i++)
        if (run->models[i].child)
            run->models[i].peak_bytes = miev_child_peak_bytes(run->models[i].child);
    miev_stats_verdicts(run->ratios, n, run->between_model_factor);
    run->needed_budget_s = needed_budget_s(run);
}

/* The rounds of a block that is not complete are told too; its analysis is done again when it is.
 */
static void hand_over(struct miev_run *run)
{
    bool within_block = run->idle_rounds.n > run->blocks;
    for (size_t i = 0; i < run->n_models; i++)
        within_block = within_block || run->models[i].rounds.n > run->blocks;
    run->blocks += within_block;
    if (!within_block || miev_run_analyse(run, NULL) == MIEV_OK) {
        conclude(run);
        json_t *report = miev_run_report(run);
        if (report)
            run->options->checkpoint(run->options->checkpoint_context, report);
        json_decref(report);
    }
    run->blocks -= within_block;
}

void miev_run_checkpoint(struct miev_run *run)
{
    double since_s = (double)(miev_env_now_ns(run->options->env) - run->checkpoint_ns) * 1e-9;
    if (!run->options->checkpoint || (run->checkpoint_ns > 0 && since_s < MIEV_CHECKPOINT_AFTER_S))
        return;
    hand_over(run);
    run->checkpoint_ns = miev_env_now_ns(run->options->env);
}

int miev_run_measure(struct miev_run *run, struct miev_error *err)
{
    int rc = measure_blocks(run, err);
    conclude(run);
    return rc;
}

static int measure(struct miev_run *run, struct miev_error *err)
{
    miev_run_checkpoint(run);
    int rc = miev_run_look(run, err);
    if (rc != MIEV_OK)
        return rc;
    for (size_t i = 0; i < run->n_models; i++)
        miev_run_prepare(run, &run->models[i]);
    miev_run_traffic(run);
    rc = miev_run_measure(run, err);
    return rc;
}

int miev_study_run(const struct miev_study_options *options, const struct miev_study_entry *entries,
                   size_t n_entries, json_t **report, struct miev_error *err)
{
    struct miev_run run = {
        .options = options,
        .n_models = n_entries,
        .input = {.fd = -1},
        .random = {.state = options->seed},
        .started_ns = miev_env_now_ns(options->env),
    };
    if (n_entries == 0 || n_entries > MIEV_STUDY_MAX_MODELS)
        return miev_error_set(err, MIEV_ERR_INVALID, "a study compares 1 to %d models, not %zu",
                              MIEV_STUDY_MAX_MODELS, n_entries);
    int rc = miev_run_set_up(&run, entries, err);
    if (rc == MIEV_OK)
        rc = measure(&run, err);
    if (rc == MIEV_OK) {
        *report = miev_run_report(&run);
        if (!*report)
            rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the report");
    }
    miev_run_tear_down(&run);
    return rc;
}
