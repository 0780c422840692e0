/* SPDX-License-Identifier: Apache-2.0 */
/* What a study found, as the JSON document of docs/report.schema.json. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "core/json.h"
#include "study/facts.h"
#include "study/run.h"
#include "study/traffic.h"

static json_t *interval_json(double low, double high)
{
    return json_pack("{s:o, s:o}", "low", miev_json_real(low), "high", miev_json_real(high));
}

/* ---- the surroundings ----------------------------------------------------------------------- */

static json_t *channel_json(const struct miev_run *run, size_t i)
{
    const struct miev_meter_channel *at = miev_meter_channel_at(run->meter, i);
    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:f, s:f, s:o, s:o, s:s}", "sensor", at->sensor,
                     "id", at->channel.id, "part", miev_part_name(at->channel.part), "method",
                     miev_quality_name(at->channel.quality), "counted",
                     (int)miev_meter_adds(at, &run->share), "systematic_low_ratio",
                     at->channel.systematic_low_ratio, "systematic_high_ratio",
                     at->channel.systematic_high_ratio, "idle_w",
                     miev_json_real(run->idle.power_w[i]), "idle_standard_error_w",
                     miev_json_real(run->idle_error.power_w[i]), "source", at->channel.source);
}

static json_t *meter_json(const struct miev_run *run)
{
    json_t *sensors = json_array(), *channels = json_array();
    for (size_t i = 0; i < miev_meter_finding_count(run->meter); i++) {
        const struct miev_meter_finding *at = miev_meter_finding_at(run->meter, i);
        (void)json_array_append_new(sensors, json_pack("{s:s, s:s, s:s}", "name", at->sensor,
                                                       "status", miev_status_name(at->status),
                                                       "message", at->message));
    }
    for (size_t i = 0; i < miev_meter_channel_count(run->meter); i++)
        (void)json_array_append_new(channels, channel_json(run, i));
    size_t disturbed = 0;
    for (size_t i = 0; i < run->idle_rounds.n; i++)
        disturbed += run->idle_rounds.list[i].disturbed;
    json_t *meter =
        json_pack("{s:o, s:o, s:I, s:I, s:b}", "sensors", sensors, "channels", channels,
                  "idle_rounds", (json_int_t)run->idle_rounds.n, "idle_rounds_disturbed",
                  (json_int_t)disturbed, "neighbours_void_rounds", (int)run->void_disturbed);
    if (run->remote_meter)
        (void)json_object_set_new(
            meter, "remote",
            json_pack("{s:s, s:s}", "address", miev_remote_meter_address(run->remote_meter),
                      "boundary", miev_remote_meter_boundary(run->remote_meter)));
    return meter;
}

static json_t *settings_json(const struct miev_run *run)
{
    const struct miev_study_options *options = run->options;
    return json_pack("{s:i, s:s?, s:f, s:f, s:I, s:b, s:b, s:I, s:i, s:i}", "threads",
                     (int)options->threads, "delegate", options->delegate, "budget_s",
                     options->budget_s, "target_ratio", options->target_ratio, "seed",
                     (json_int_t)options->seed, "dedicated", (int)run->share.dedicated,
                     "fast_decode", (int)options->fast_decode, "memory_bytes",
                     (json_int_t)options->memory_bytes, "reserved_cpus",
                     (int)run->share.reserved_cpus, "logical_cpus", (int)run->share.logical_cpus);
}

/* The file's own name only: where it lies on somebody's disk is nobody's business. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static json_t *input_json(const struct miev_run *run)
{
    json_t *input = json_pack("{s:s, s:s, s:I}", "sha256", run->input.sha256, "kind", "image",
                              "bytes", (json_int_t)run->input.length);
    json_t *name = json_string(base_name(run->options->input_path));
    (void)json_object_set_new(input, "name", name ? name : json_string("(not valid text)"));
    if (run->picture)
        (void)json_object_update_missing(input, run->picture);
    return input;
}

/* Before the first block the ratios are all zeros, which is no comparison. */
static bool was_compared(const struct miev_ratio *ratio)
{
    return ratio->n > 0 && isfinite(ratio->ratio);
}

static bool has_pair(const struct miev_run *run)
{
    for (size_t i = 0; i < run->n_models * (run->n_models - 1) / 2; i++)
        if (was_compared(&run->ratios[i]))
            return true;
    return false;
}

static json_t *stop_json(const struct miev_run *run)
{
    return json_pack(
        "{s:s, s:f, s:I, s:o, s:o, s:o}", "reason", run->stop_reason ? run->stop_reason : "running",
        "elapsed_s", (double)(run->finished_ns - run->started_ns) * 1e-9, "blocks",
        (json_int_t)run->blocks, "half_width_ratio",
        miev_json_real(run->blocks ? run->worst_half_width_ratio : (double)NAN), "ratio_half_width",
        miev_json_real(has_pair(run) ? run->worst_ratio_half_width : (double)NAN),
        "needed_budget_s", miev_json_real(run->needed_budget_s));
}

/* ---- one model ------------------------------------------------------------------------------ */

/* Quantiles of the samples, those that at least five of them lie beyond on either side. */
static json_t *distribution_json(struct miev_run_latency *latency)
{
    static const unsigned percents[] = {1, 5, 10, 25, 50, 75, 90, 95, 99};
    json_t *ratios = json_array(), *seconds = json_array();
    for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
        unsigned percent = percents[i], rarer = percent < 50 ? percent : 100 - percent;
        if (rarer * latency->n < (size_t)5 * 100)
            continue;
        double ratio = percent / 100.0;
        (void)json_array_append_new(ratios, json_real(ratio));
        (void)json_array_append_new(
            seconds, miev_json_real(miev_quantile(latency->seconds, latency->n, ratio)));
    }
    return json_pack("{s:o, s:o}", "ratio", ratios, "seconds", seconds);
}

json_t *miev_latency_json(struct miev_run_latency *latency)
{
    if (latency->n == 0)
        return json_null();
    double *s = latency->seconds;
    /* A 99th percentile of fewer than 1,000 samples rests on fewer than ten of them: absent. */
    double p99 = latency->n >= 1000 ? miev_quantile(s, latency->n, 0.99) : (double)NAN;
    return json_pack(
        "{s:o, s:o, s:o, s:I, s:o}", "p50_s", miev_json_real(miev_quantile(s, latency->n, 0.5)),
        "p90_s", miev_json_real(latency->n >= 10 ? miev_quantile(s, latency->n, 0.9) : (double)NAN),
        "p99_s", miev_json_real(p99), "samples", (json_int_t)latency->n, "distribution",
        distribution_json(latency));
}

/* Mean energy per inference of one part over the rounds that count. */
struct part_mean {
    double gross_j, net_j;
    struct miev_part_energy last;
};

struct energy_means {
    struct part_mean parts[MIEV_PART_COUNT];
    struct miev_channel_energy channels[MIEV_METER_MAX_CHANNELS];
    struct miev_span_energy last;
    double inference_s;   /* wall time of one inference within the rounds */
    double span_s;        /* the same between the two readings of the meter */
    double work_cpu_s;    /* CPU time of one inference */
    double machine_cpu_s; /* and of the whole machine meanwhile; NAN: not known */
    size_t n, inferences;
};

static void add_channels(const struct miev_run *run, struct energy_means *means,
                         const struct miev_round *round)
{
    for (size_t c = 0; c < miev_meter_channel_count(run->meter); c++) {
        struct miev_channel_energy energy;
        struct miev_channel_energy *sum = &means->channels[c];
        miev_run_channel_energy(run, round, c, &energy);
        sum->reading_j += energy.reading_j / (double)round->count;
        sum->idle_j += energy.idle_j / (double)round->count;
        sum->gross_j += energy.gross_j / (double)round->count;
        sum->net_j += energy.net_j / (double)round->count;
        sum->idle_ratio = energy.idle_ratio;
    }
}

static void add_round(struct energy_means *means, const struct miev_round *round,
                      const struct miev_span_energy *energy)
{
    for (size_t p = 0; p < MIEV_PART_COUNT; p++) {
        means->parts[p].gross_j += energy->parts[p].gross_j / (double)round->count;
        means->parts[p].net_j += energy->parts[p].net_j / (double)round->count;
        means->parts[p].last = energy->parts[p];
    }
    means->inference_s += round->busy_s / (double)round->count;
    means->span_s += energy->duration_s / (double)round->count;
    means->work_cpu_s += energy->work_cpu_s / (double)round->count;
    means->machine_cpu_s += (energy->work_cpu_s + energy->neighbour_cpu_s) / (double)round->count;
    means->inferences += round->count;
    means->last = *energy;
    means->n++;
}

static void average_rounds(const struct miev_run *run, const struct miev_rounds *rounds,
                           struct energy_means *means)
{
    *means = (struct energy_means){0};
    for (size_t i = 0; i < rounds->n; i++) {
        struct miev_span_energy energy;
        const struct miev_round *round = &rounds->list[i];
        if (!miev_round_usable(run, round) ||
            miev_run_energy(run, round, 0, &energy, NULL) != MIEV_OK || !energy.complete)
            continue;
        add_round(means, round, &energy);
        add_channels(run, means, round);
    }
    for (size_t p = 0; p < MIEV_PART_COUNT; p++) {
        means->parts[p].gross_j /= (double)means->n;
        means->parts[p].net_j /= (double)means->n;
    }
    for (size_t c = 0; c < miev_meter_channel_count(run->meter); c++) {
        struct miev_channel_energy *channel = &means->channels[c];
        channel->reading_j /= (double)means->n;
        channel->idle_j /= (double)means->n;
        channel->gross_j /= (double)means->n;
        channel->net_j /= (double)means->n;
    }
    means->inference_s /= (double)means->n;
    means->span_s /= (double)means->n;
    means->work_cpu_s /= (double)means->n;
    means->machine_cpu_s /= (double)means->n;
}

/* How the readings of each counted channel became the work's own joules. */
static json_t *channels_json(const struct miev_run *run, const struct energy_means *means)
{
    json_t *list = json_array();
    for (size_t c = 0; c < miev_meter_channel_count(run->meter); c++) {
        const struct miev_meter_channel *at = miev_meter_channel_at(run->meter, c);
        const struct miev_channel_energy *mean = &means->channels[c];
        double above_j = mean->reading_j - mean->idle_j;
        double work_ratio = above_j > 0 ? mean->net_j / above_j : (double)NAN;
        if (!miev_meter_adds(at, &run->share))
            continue;
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:f, s:o, s:o}", "sensor", at->sensor,
                            "id", at->channel.id, "part", miev_part_name(at->channel.part),
                            "reading_j", miev_json_real(mean->reading_j), "idle_j",
                            miev_json_real(mean->idle_j), "work_ratio", miev_json_real(work_ratio),
                            "idle_ratio", mean->idle_ratio, "joules", miev_json_real(mean->gross_j),
                            "net_joules", miev_json_real(mean->net_j)));
    }
    return list;
}

static json_t *attribution_json(const struct miev_run *run, const struct energy_means *means)
{
    /* The CPU time of this side is no part of what the server's machine drew. */
    return json_pack("{s:I, s:o, s:o, s:o, s:o}", "inferences", (json_int_t)means->inferences,
                     "span_s", miev_json_real(means->span_s), "work_cpu_s",
                     miev_json_real(run->remote_meter ? (double)NAN : means->work_cpu_s),
                     "machine_cpu_s", miev_json_real(means->machine_cpu_s), "channels",
                     channels_json(run, means));
}

static json_t *parts_json(const struct energy_means *means)
{
    json_t *parts = json_array();
    for (size_t p = 0; p < MIEV_PART_COUNT; p++) {
        const struct part_mean *part = &means->parts[p];
        const char *name = miev_part_name((enum miev_part)p);
        if (part->last.quality == MIEV_UNAVAILABLE) {
            (void)json_array_append_new(
                parts, json_pack("{s:s, s:s, s:n, s:n, s:b}", "part", name, "method", "unavailable",
                                 "sensor", "joules", "headline", (int)(p != MIEV_PART_MACHINE)));
            continue;
        }
        (void)json_array_append_new(
            parts,
            json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b}", "part", name, "method",
                      miev_quality_name(part->last.quality), "sensor", part->last.sensor, "joules",
                      miev_json_real(part->gross_j), "net_joules", miev_json_real(part->net_j),
                      "low", miev_json_real(part->gross_j * part->last.systematic_low_ratio),
                      "high", miev_json_real(part->gross_j * part->last.systematic_high_ratio),
                      "headline", (int)(p != MIEV_PART_MACHINE)));
    }
    return parts;
}

static json_t *per_inference_json(const struct miev_mean_interval *interval, double idle_error_j,
                                  double low_ratio, double high_ratio)
{
    double mean = interval->mean;
    /* A negative net (within the noise) turns the factors round. */
    double a = mean * low_ratio, b = mean * high_ratio;
    return json_pack(
        "{s:{s:o, s:o, s:o}, s:o, s:o, s:o, s:I, s:I, s:b, s:b}", "per_inference_j", "value",
        miev_json_real(mean), "statistical", interval_json(interval->low, interval->high),
        "systematic", interval_json(fmin(a, b), fmax(a, b)), "standard_error_j",
        miev_json_real(interval->standard_error), "student_t", miev_json_real(interval->student_t),
        "idle_error_j", miev_json_real(fabs(idle_error_j)), "rounds", (json_int_t)interval->n,
        "rounds_effective", (json_int_t)interval->n_effective, "enough_rounds",
        (int)interval->enough, "batched", (int)interval->batched);
}

static const char *method_word(const struct miev_span_energy *energy)
{
    return energy->mixed ? "mixed" : miev_quality_name(energy->quality);
}

static size_t count_disturbed(const struct miev_rounds *rounds)
{
    size_t n = 0;
    for (size_t i = 0; i < rounds->n; i++)
        n += rounds->list[i].disturbed;
    return n;
}

/* The systematic factors of gross, from the means of its parts. */
static void gross_ratios(const struct energy_means *means, double *low, double *high)
{
    struct miev_part_energy parts[MIEV_PART_COUNT];
    for (size_t p = 0; p < MIEV_PART_COUNT; p++) {
        parts[p] = means->parts[p].last;
        parts[p].gross_j = means->parts[p].gross_j;
    }
    miev_meter_headline_ratios(parts, low, high);
}

static size_t count_rounds(const struct miev_rounds *rounds)
{
    size_t n = 0;
    for (size_t i = 0; i < rounds->n; i++)
        n += rounds->list[i].count > 0;
    return n;
}

/* The systematic factors of net: those of the parts, weighed by what each adds to it. */
static void net_ratios(const struct energy_means *means, double *low, double *high)
{
    double sum = 0, low_sum = 0, high_sum = 0;
    for (size_t p = 0; p < MIEV_PART_MACHINE; p++) {
        const struct part_mean *part = &means->parts[p];
        double weight = fabs(part->net_j);
        if (part->last.quality == MIEV_UNAVAILABLE || !(weight > 0))
            continue;
        sum += weight;
        low_sum += weight * part->last.systematic_low_ratio;
        high_sum += weight * part->last.systematic_high_ratio;
    }
    *low = sum > 0 ? low_sum / sum : 1;
    *high = sum > 0 ? high_sum / sum : 1;
}

static json_t *energy_json(const struct miev_run *run, const struct miev_run_model *model)
{
    struct energy_means means;
    double low = 1, high = 1, net_low = 1, net_high = 1;
    if (!model->has_energy)
        return json_pack(
            "{s:s, s:[], s:s, s:I}", "method", "unavailable", "parts", "reason",
            !miev_run_is_metered(run, model) ? run->no_meter
            : run->options->budget_s <= 0    ? "no rounds were asked for (budget 0)"
            : model->rounds.n > 1 && run->neighbours_matter
                ? "other programs kept the CPU busy in nearly every round: try again when the "
                  "machine is quiet"
                : "the study ended before there were two rounds: give it more time (--budget)",
            "rounds_void", (json_int_t)count_disturbed(&model->rounds));
    average_rounds(run, &model->rounds, &means);
    gross_ratios(&means, &low, &high);
    net_ratios(&means, &net_low, &net_high);
    bool below = model->net.low <= 0 && model->net.high >= 0;
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:b, s:I, s:I, s:o, s:o}", "method", method_word(&means.last),
        "parts", parts_json(&means), "gross",
        per_inference_json(&model->gross, model->gross_idle_error_j, low, high), "net",
        per_inference_json(&model->net, model->net_idle_error_j, net_low, net_high),
        "net_below_resolution", (int)below, "rounds_made", (json_int_t)count_rounds(&model->rounds),
        "rounds_disturbed", (json_int_t)count_disturbed(&model->rounds), "inference_s",
        miev_json_real(means.inference_s), "attribution", attribution_json(run, &means));
}

/* What is done on this side of a request has its seconds, and no joules: those that are metered
 * are another machine's, or are told for no part of a served model. */
static json_t *stage_json(const struct miev_run *run, const struct miev_run_model *model,
                          const struct miev_run_stage *stage)
{
    struct energy_means means;
    average_rounds(run, &stage->rounds, &means);
    if (model->remote)
        return json_pack("{s:s, s:o, s:n, s:s, s:I}", "stage", stage->name, "seconds",
                         miev_json_real(means.inference_s), "gross_j", "method", "unavailable",
                         "rounds", (json_int_t)means.n);
    double gross_j = 0;
    for (size_t p = 0; p < MIEV_PART_MACHINE; p++)
        if (means.parts[p].last.quality != MIEV_UNAVAILABLE)
            gross_j += means.parts[p].gross_j;
    return json_pack("{s:s, s:o, s:o, s:s, s:I}", "stage", stage->name, "seconds",
                     miev_json_real(means.inference_s), "gross_j",
                     miev_json_real(means.n > 0 ? gross_j : (double)NAN), "method",
                     means.n > 0 ? method_word(&means.last) : "unavailable", "rounds",
                     (json_int_t)means.n);
}

static json_t *stages_json(const struct miev_run *run, const struct miev_run_model *model)
{
    json_t *stages = json_array();
    for (size_t s = 0; s < MIEV_RUN_STAGES; s++)
        if (model->stages[s].rounds.n > 0)
            (void)json_array_append_new(stages, stage_json(run, model, &model->stages[s]));
    return stages;
}

#define KERNEL_TICK_S  0.010 /* of /proc/stat, by which the joules of a machine are shared out */
#define STEPS_PER_SPAN 10

/* The shortest span of which the counters tell something: one span has no rounds to average over,
 * so it must be ten of their steps. An estimate of the work's own CPU time has no such grain. */
static double shortest_span_s(const struct miev_run *run)
{
    double step_s = 0;
    for (size_t c = 0; c < miev_meter_channel_count(run->meter); c++) {
        const struct miev_meter_channel *at = miev_meter_channel_at(run->meter, c);
        if (!at->counted || (at->channel.quality != MIEV_MEASURED && !run->remote_meter))
            continue;
        step_s = fmax(step_s, (double)at->channel.update_period_ns * 1e-9);
        step_s = fmax(step_s, at->channel.own_work_only ? 0 : KERNEL_TICK_S);
    }
    return STEPS_PER_SPAN * step_s;
}

/* False when the joules of a single span are not known. */
static bool span_energy(const struct miev_run *run, const struct miev_round *span,
                        struct miev_span_energy *out)
{
    double span_s = (double)(span->stop.time_ns - span->start.time_ns) * 1e-9;
    return span->count > 0 && run->blocks > 0 && span_s >= shortest_span_s(run) &&
           miev_run_energy(run, span, 0, out, NULL) == MIEV_OK && out->complete;
}

static json_t *span_interval_json(const struct miev_span_energy *load,
                                  const struct miev_span_energy *first)
{
    return miev_json_interval(
        (struct miev_interval){.value = load->gross_j + first->gross_j,
                               .low = load->gross_j * load->systematic_low_ratio +
                                      first->gross_j * first->systematic_low_ratio,
                               .high = load->gross_j * load->systematic_high_ratio +
                                       first->gross_j * first->systematic_high_ratio});
}

/* First use: reading the file into the engine, and the first inference. */
static json_t *load_json(const struct miev_run *run, const struct miev_run_model *model)
{
    struct miev_span_energy load, first;
    const struct miev_round *span = &model->load;
    double load_s = (double)(span->stop.time_ns - span->start.time_ns) * 1e-9;
    bool load_known = miev_run_is_metered(run, model) && span_energy(run, span, &load);
    bool first_known = miev_run_is_metered(run, model) && span_energy(run, &model->first, &first);
    return json_pack("{s:f, s:f, s:f, s:o, s:o, s:o, s:s}", "seconds", load_s, "first_inference_s",
                     model->first_inference_s, "cold_s", load_s + model->first_inference_s,
                     "gross_j", miev_json_real(load_known ? load.gross_j : (double)NAN),
                     "first_inference_j", miev_json_real(first_known ? first.gross_j : (double)NAN),
                     "cold_j",
                     load_known && first_known ? span_interval_json(&load, &first) : json_null(),
                     "method", load_known ? method_word(&load) : "unavailable");
}

static void copy_facts(json_t *out, const json_t *facts)
{
    static const char *const keys[] = {"engine",        "sandbox",     "inputs", "outputs",
                                       "preprocessing", "predictions", "guesses"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        json_t *value = json_object_get(facts, keys[i]);
        if (value)
            (void)json_object_set(out, keys[i], value);
    }
}

static json_t *knows_json(const struct miev_run_model *model)
{
    json_t *labels = json_array();
    for (size_t i = 0; i < model->n_labels && i < 20; i++)
        (void)json_array_append_new(labels, json_string(model->labels[i]));
    return json_pack("{s:I, s:o, s:s?}", "classes", (json_int_t)model->n_labels, "first", labels,
                     "from", model->n_labels ? miev_origin_name(model->labels_from) : NULL);
}

static json_t *error_json(const struct miev_run_model *model)
{
    if (model->status == MIEV_OK) /* in the report of a study that still runs */
        return json_pack("{s:s, s:s}", "code", miev_status_name(MIEV_ERR_INTERRUPTED), "message",
                         "the study had not come to this model when this was kept");
    json_t *message = json_string(model->error.message);
    return json_pack("{s:s, s:o}", "code", miev_status_name(model->status), "message",
                     message ? message : json_string("(not valid text)"));
}

/* Settings of its own, of a sweep. */
static json_t *own_settings_json(const struct miev_run *run, const struct miev_run_model *model)
{
    return json_pack("{s:i, s:s?, s:i, s:i}", "threads", (int)model->entry.threads, "delegate",
                     model->entry.delegate, "batch", (int)model->entry.batch, "reserved_cpus",
                     (int)miev_run_reserved_cpus(run, model));
}

static json_t *model_json(const struct miev_run *run, struct miev_run_model *model)
{
    json_t *out = json_object();
    (void)json_object_set_new(out, "name", json_string(model->name));
    (void)json_object_set_new(out, "precision", json_string(model->entry.file->precision));
    if (model->entry.batch)
        (void)json_object_set_new(out, "settings", own_settings_json(run, model));
    if (model->file.length > 0) {
        (void)json_object_set_new(out, "sha256", json_string(model->file.sha256));
        (void)json_object_set_new(out, "bytes",
                                  json_integer((json_int_t)model->file.content_bytes));
        /* Of a folder that was pulled: its card knows it by the archive that it came in. */
        const char *known_by = model->entry.file->sha256;
        if (*known_by && strcmp(known_by, model->file.sha256) != 0)
            (void)json_object_set_new(out, "archive_sha256", json_string(known_by));
    }
    if (model->remote)
        (void)json_object_set_new(out, "address", json_string(model->entry.file->path));
    copy_facts(out, model->facts);
    if (model->status != MIEV_OK || !model->prepared) {
        (void)json_object_set_new(out, "error", error_json(model));
        return out;
    }
    (void)json_object_set_new(out, "knows", knows_json(model));
    (void)json_object_set_new(out, "accuracy",
                              miev_facts_accuracy(model->entry.card, model->entry.file));
    (void)json_object_set_new(out, "load", load_json(run, model));
    (void)json_object_set_new(out, "latency", miev_latency_json(&model->latency));
    if (model->remote)
        (void)json_object_set_new(out, "traffic", miev_traffic_json(run, model));
    (void)json_object_set_new(out, "stages", stages_json(run, model));
    (void)json_object_set_new(out, "energy", energy_json(run, model));
    (void)json_object_set_new(out, "peak_memory_bytes",
                              model->peak_bytes ? json_integer((json_int_t)model->peak_bytes)
                                                : json_null());
    return out;
}

/* ---- the pairs ------------------------------------------------------------------------------ */

static json_t *pair_json(const struct miev_run *run, const struct miev_run_model *a,
                         const struct miev_run_model *b, const struct miev_ratio *ratio)
{
    const char *method = "measured";
    struct miev_span_energy energy;
    for (size_t i = 0; i < a->rounds.n; i++)
        if (a->rounds.list[i].count > 0 &&
            miev_run_energy(run, &a->rounds.list[i], 0, &energy, NULL) == MIEV_OK)
            method = method_word(&energy);
    return json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:s, s:b, s:o, s:I}", "a", a->name, "b",
                     b->name, "ratio", miev_json_real(ratio->ratio), "method", method,
                     "statistical", interval_json(ratio->statistical_low, ratio->statistical_high),
                     "systematic", interval_json(ratio->systematic_low, ratio->systematic_high),
                     "verdict", miev_verdict_name(ratio->verdict), "likely", (int)ratio->likely,
                     "p_value", miev_json_real(ratio->p_value), "rounds", (json_int_t)ratio->n);
}

static json_t *comparison_json(const struct miev_run *run)
{
    json_t *list = json_array();
    size_t pair = 0;
    for (size_t i = 0; i < run->n_models; i++)
        for (size_t j = i + 1; j < run->n_models; j++, pair++)
            if (was_compared(&run->ratios[pair]))
                (void)json_array_append_new(
                    list, pair_json(run, &run->models[i], &run->models[j], &run->ratios[pair]));
    return list;
}

json_t *miev_run_report(const struct miev_run *run)
{
    json_t *models = json_array();
    for (size_t i = 0; i < run->n_models; i++)
        (void)json_array_append_new(models, model_json(run, &run->models[i]));
    json_t *sweep =
        run->options->against_first ? json_pack("{s:s}", "default", run->models[0].name) : NULL;
    return json_pack("{s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o*}", "schema",
                     "miev.report/1", "miev_version", miev_version(), "created_unix_s",
                     (json_int_t)time(NULL), "machine", miev_facts_machine(&run->machine), "meter",
                     meter_json(run), "settings", settings_json(run), "input", input_json(run),
                     "stop", stop_json(run), "models", models, "comparison", comparison_json(run),
                     "sweep", sweep);
}

json_t *miev_run_surroundings(const struct miev_run *run)
{
    return json_pack("{s:o, s:o}", "machine", miev_facts_machine(&run->machine), "meter",
                     meter_json(run));
}
