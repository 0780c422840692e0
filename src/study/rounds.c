/* SPDX-License-Identifier: Apache-2.0 */
/* Rounds between two meter readings, and what follows from them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "study/run.h"

/* A round is void when others used more of the machine's CPU time than this; judged by CPU time,
 * never by the energy, so that no round is thrown away for its result. */
#define NEIGHBOUR_SHARE 0.10
/* What neighbours use in an idle round passes for idle power, and is not shared out: such a round
 * counts only below this, as long as at least half of them do. */
#define IDLE_NEIGHBOUR_SHARE 0.01
#define SETTLE_NS            300000000u
#define LATE_REMOTE_ROUND    1.2 /* of the time that it should take, a round of requests ends */

void miev_rounds_finish(struct miev_rounds *rounds)
{
    free(rounds->list);
    *rounds = (struct miev_rounds){0};
}

/* Round number index, after zeroed ones where there is a gap. */
static struct miev_round *round_at(struct miev_rounds *rounds, size_t index)
{
    if (index >= rounds->capacity) {
        size_t capacity = (index + 1) * 2;
        struct miev_round *list = realloc(rounds->list, capacity * sizeof(*list));
        if (!list)
            return NULL;
        memset(list + rounds->capacity, 0, (capacity - rounds->capacity) * sizeof(*list));
        rounds->list = list;
        rounds->capacity = capacity;
    }
    if (index >= rounds->n)
        rounds->n = index + 1;
    return &rounds->list[index];
}

/* CPU time of others over all that the machine had; NAN when it does not tell. */
static double neighbour_share(const struct miev_run *run, const struct miev_round *round)
{
    double span_s = (double)(round->stop.time_ns - round->start.time_ns) * 1e-9;
    double others_s = round->stop.machine_cpu_s - round->start.machine_cpu_s -
                      (round->stop.work_cpu_s - round->start.work_cpu_s);
    return others_s / (span_s * run->share.logical_cpus);
}

static void judge_neighbours(struct miev_run *run, struct miev_round *round)
{
    round->disturbed = neighbour_share(run, round) > NEIGHBOUR_SHARE;
    run->neighbours_busy = round->disturbed && run->neighbours_matter;
}

/* Ask the model's worker. */
static int repeat_in_worker(const struct miev_run *run, const struct miev_run_model *model,
                            const char *stage, size_t count, struct miev_repeated *out,
                            struct miev_error *err)
{
    json_t *reply = NULL;
    json_t *request =
        json_pack("{s:s, s:s, s:I}", "do", "repeat", "stage", stage, "count", (json_int_t)count);
    if (model->remote &&
        strcmp(stage, "inference") == 0) /* its pace is a network's and a queue's */
        (void)json_object_set_new(
            request, "at_most_s",
            json_real(LATE_REMOTE_ROUND * model->inference_s * (double)count));
    double timeout_s = run->options->timeout_s + 20 * model->inference_s * (double)count;
    int rc = miev_child_ask(model->child, request, -1, timeout_s, &reply, err);
    if (rc != MIEV_OK)
        return rc;
    json_int_t counted = json_integer_value(json_object_get(reply, "count"));
    *out = (struct miev_repeated){
        .count = counted > 0 ? (size_t)counted : 0,
        .start_ns = json_integer_value(json_object_get(reply, "start_ns")),
        .end_ns = json_integer_value(json_object_get(reply, "end_ns")),
    };
    json_decref(reply);
    return MIEV_OK;
}

/* The worker's own times are believed only where they fit between our two readings. */
static int take_times(const struct miev_run_model *model, const struct miev_repeated *repeated,
                      size_t count, size_t items, struct miev_round *round, struct miev_error *err)
{
    bool all = repeated->count == count;
    bool cut = model->remote && repeated->count > 0 && repeated->count < count;
    int64_t busy_ns = -1;
    double span_s = (double)(round->stop.time_ns - round->start.time_ns) * 1e-9;
    bool fits = !__builtin_sub_overflow(repeated->end_ns, repeated->start_ns, &busy_ns);
    round->busy_s = (double)busy_ns * 1e-9;
    if (!(all || cut) || !fits || busy_ns < 0 || round->busy_s > span_s)
        return miev_error_set(err, MIEV_ERR_BROKEN, "the model's process answered nonsense");
    round->count = repeated->count * items;
    return MIEV_OK;
}

int miev_run_round(struct miev_run *run, struct miev_run_model *model, const char *stage,
                   size_t count, struct miev_rounds *rounds, size_t index, struct miev_error *err)
{
    const struct miev_executor *executor = run->executor;
    struct miev_round *round = round_at(rounds, index);
    struct miev_repeated repeated;
    /* The other stages do one picture at a time. */
    size_t items = strcmp(stage, "inference") == 0 ? miev_run_batch(model) : 1;
    if (!round)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for another round");
    *round = (struct miev_round){.reserved_cpus = miev_run_reserved_cpus(run, model)};
    int rc = miev_meter_read(run->meter, miev_run_work_cpu_s(run), &round->start, err);
    if (rc != MIEV_OK)
        return rc;
    rc = executor ? executor->repeat(executor->context, model, count, &repeated, err)
                  : repeat_in_worker(run, model, stage, count, &repeated, err);
    if (rc == MIEV_OK)
        rc = miev_meter_read(run->meter, miev_run_work_cpu_s(run), &round->stop, err);
    if (rc == MIEV_OK)
        rc = take_times(model, &repeated, count, items, round, err);
    if (rc == MIEV_OK)
        judge_neighbours(run, round);
    return rc;
}

int miev_run_idle_round(struct miev_run *run, double duration_s, size_t index,
                        struct miev_error *err)
{
    struct miev_round *round = round_at(&run->idle_rounds, index);
    if (!round)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for another round");
    *round = (struct miev_round){0};
    miev_env_sleep_ns(run->options->env, SETTLE_NS);
    int rc = miev_meter_read(run->meter, miev_run_work_cpu_s(run), &round->start, err);
    if (rc != MIEV_OK)
        return rc;
    miev_env_sleep_ns(run->options->env, (uint64_t)(duration_s * 1e9));
    rc = miev_meter_read(run->meter, miev_run_work_cpu_s(run), &round->stop, err);
    if (rc != MIEV_OK)
        return rc;
    round->count = miev_run_stopped(run) ? 0 : 1; /* a cut sleep is no idle round */
    judge_neighbours(run, round);
    return MIEV_OK;
}

bool miev_round_usable(const struct miev_run *run, const struct miev_round *round)
{
    return round->count > 0 && !(round->disturbed && run->void_disturbed);
}

/* Can the model do without its disturbed rounds? */
static bool calm(const struct miev_run_model *model)
{
    size_t rounds = 0, calm_rounds = 0;
    for (size_t b = 0; b < model->rounds.n; b++) {
        const struct miev_round *round = &model->rounds.list[b];
        rounds += round->count > 0;
        calm_rounds += round->count > 0 && !round->disturbed;
    }
    return calm_rounds >= 2 && 2 * calm_rounds >= rounds;
}

/* A disturbed round is void. Only where the energy is an estimate of the work's own CPU time, and
 * the machine is so crowded that most rounds of some model are disturbed, are they kept: their
 * joules hold no neighbour's, but the idle share of the time spent waiting, and the report says so.
 */
static void judge_crowd(struct miev_run *run)
{
    run->void_disturbed = true;
    for (size_t i = 0; i < run->n_models; i++)
        if (run->models[i].status == MIEV_OK && miev_run_is_metered(run, &run->models[i]) &&
            !calm(&run->models[i]))
            run->void_disturbed = run->neighbours_matter;
}

/* An estimate's idle power is the work's own, whatever others do meanwhile. */
static bool idle_usable(const struct miev_run *run, const struct miev_round *round)
{
    return round->count > 0 && !(round->disturbed && run->neighbours_matter);
}

/* Most CPU time that others may have used in an idle round: little, or as in any other round where
 * the machine is never so quiet. */
static double idle_neighbour_limit(const struct miev_run *run)
{
    size_t usable = 0, quiet = 0;
    for (size_t i = 0; i < run->idle_rounds.n; i++) {
        const struct miev_round *round = &run->idle_rounds.list[i];
        usable += idle_usable(run, round);
        quiet += idle_usable(run, round) && !(neighbour_share(run, round) > IDLE_NEIGHBOUR_SHARE);
    }
    return run->neighbours_matter && 2 * quiet >= usable ? IDLE_NEIGHBOUR_SHARE : INFINITY;
}

/* Mean idle power of each channel over the idle rounds, and its standard error. */
static void analyse_idle(struct miev_run *run)
{
    double limit = idle_neighbour_limit(run);
    run->idle_count = 0;
    for (size_t c = 0; c < miev_meter_channel_count(run->meter); c++) {
        double sum = 0, squares = 0;
        size_t n = 0;
        for (size_t i = 0; i < run->idle_rounds.n; i++) {
            const struct miev_round *round = &run->idle_rounds.list[i];
            struct miev_idle idle;
            if (!idle_usable(run, round) || neighbour_share(run, round) > limit)
                continue;
            miev_meter_idle_power(run->meter, &round->start, &round->stop, &idle);
            if (!isfinite(idle.power_w[c]))
                continue;
            sum += idle.power_w[c];
            squares += idle.power_w[c] * idle.power_w[c];
            n++;
        }
        double mean = n > 0 ? sum / (double)n : NAN;
        double variance = n > 1 ? (squares - sum * mean) / (double)(n - 1) : 0;
        run->idle.power_w[c] = mean;
        run->idle_error.power_w[c] = n > 1 ? sqrt(fmax(variance, 0) / (double)n) : 0;
        run->idle_count = n > run->idle_count ? n : run->idle_count;
    }
}

/* How the machine was shared in a round. */
static struct miev_share share_of(const struct miev_run *run, const struct miev_round *round)
{
    struct miev_share share = run->share;
    if (round->reserved_cpus > 0)
        share.reserved_cpus = round->reserved_cpus;
    return share;
}

int miev_run_energy(const struct miev_run *run, const struct miev_round *round, double idle_sigmas,
                    struct miev_span_energy *out, struct miev_error *err)
{
    struct miev_share share = share_of(run, round);
    struct miev_idle idle =
        run->idle; /* NAN for a channel without an idle round: the meter knows */
    for (size_t c = 0; c < miev_meter_channel_count(run->meter); c++)
        idle.power_w[c] += idle_sigmas * run->idle_error.power_w[c];
    return miev_meter_attribute(run->meter, &round->start, &round->stop, &idle, &share, out, err);
}

void miev_run_channel_energy(const struct miev_run *run, const struct miev_round *round,
                             size_t channel, struct miev_channel_energy *out)
{
    struct miev_share share = share_of(run, round);
    miev_meter_attribute_channel(run->meter, channel, &round->start, &round->stop, &run->idle,
                                 &share, out);
}

/* The statistical interval of a series, widened by what idle's own error moves it. */
static bool series_interval(const struct miev_run *run, const double *series, double idle_shift_j,
                            struct miev_mean_interval *out)
{
    double *values = calloc(run->blocks + 1, sizeof(*values));
    size_t used = 0;
    for (size_t i = 0; values && i < run->blocks; i++)
        if (isfinite(series[i]))
            values[used++] = series[i];
    int rc =
        values ? miev_stats_mean(values, used, MIEV_RUN_CONFIDENCE, out, NULL) : MIEV_ERR_NOMEM;
    free(values);
    if (rc != MIEV_OK)
        return false;
    miev_stats_widen(out, MIEV_RUN_CONFIDENCE, idle_shift_j, (double)run->idle_count - 1);
    return true;
}

static int model_series(const struct miev_run *run, struct miev_run_model *model,
                        struct miev_error *err)
{
    for (size_t b = 0; b < run->blocks; b++) {
        model->gross_j[b] = NAN;
        model->net_j[b] = NAN;
        if (b >= model->rounds.n || !miev_round_usable(run, &model->rounds.list[b]))
            continue;
        const struct miev_round *round = &model->rounds.list[b];
        struct miev_span_energy energy, shifted;
        int rc = miev_run_energy(run, round, 0, &energy, err);
        if (rc == MIEV_OK)
            rc = miev_run_energy(run, round, 1, &shifted, err);
        if (rc != MIEV_OK)
            return rc;
        double count = (double)round->count;
        model->gross_j[b] = energy.gross_j / count;
        model->net_j[b] = energy.net_j / count;
        model->gross_idle_error_j = (shifted.gross_j - energy.gross_j) / count;
        model->net_idle_error_j = (shifted.net_j - energy.net_j) / count;
    }
    return MIEV_OK;
}

static int analyse_model(const struct miev_run *run, struct miev_run_model *model,
                         struct miev_error *err)
{
    size_t bytes = (run->blocks + 1) * sizeof(double);
    double *gross_j = realloc(model->gross_j, bytes);
    model->gross_j = gross_j ? gross_j : model->gross_j;
    double *net_j = realloc(model->net_j, bytes);
    model->net_j = net_j ? net_j : model->net_j;
    if (!gross_j || !net_j)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu rounds", run->blocks);
    model->gross_idle_error_j = model->net_idle_error_j = 0;
    int rc = model_series(run, model, err);
    if (rc != MIEV_OK)
        return rc;
    model->has_energy =
        series_interval(run, model->gross_j, model->gross_idle_error_j, &model->gross);
    if (!series_interval(run, model->net_j, model->net_idle_error_j, &model->net))
        model->net = (struct miev_mean_interval){
            .mean = NAN, .low = NAN, .high = NAN, .standard_error = NAN, .student_t = NAN};
    return MIEV_OK;
}

static void analyse_pairs(struct miev_run *run)
{
    run->worst_ratio_half_width = 0;
    size_t pair = 0;
    for (size_t i = 0; i < run->n_models; i++) {
        for (size_t j = i + 1; j < run->n_models; j++, pair++) {
            struct miev_ratio *ratio = &run->ratios[pair];
            const struct miev_run_model *a = &run->models[i], *b = &run->models[j];
            *ratio = (struct miev_ratio){.ratio = NAN, .p_value = NAN};
            if (!a->has_energy || !b->has_energy || (i > 0 && run->options->against_first) ||
                miev_stats_ratio(a->gross_j, b->gross_j, run->blocks, MIEV_RUN_CONFIDENCE,
                                 run->between_model_factor, ratio, NULL) != MIEV_OK)
                continue;
            double half = (ratio->statistical_high - ratio->statistical_low) / 2 / ratio->ratio;
            run->worst_ratio_half_width = fmax(run->worst_ratio_half_width, half);
        }
    }
}

int miev_run_analyse(struct miev_run *run, struct miev_error *err)
{
    judge_crowd(run);
    analyse_idle(run);
    run->worst_half_width_ratio = 0;
    for (size_t i = 0; i < run->n_models; i++) {
        struct miev_run_model *model = &run->models[i];
        model->has_energy = false;
        if (model->status != MIEV_OK || !miev_run_is_metered(run, model))
            continue;
        int rc = analyse_model(run, model, err);
        if (rc != MIEV_OK)
            return rc;
        double width = model->has_energy ? model->gross.half_width_ratio : INFINITY;
        run->worst_half_width_ratio = fmax(run->worst_half_width_ratio, width);
    }
    analyse_pairs(run);
    return MIEV_OK;
}
