/* SPDX-License-Identifier: Apache-2.0 */
#include "export/columns.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One column a line, however long. */
/* clang-format off */
const struct miev_column miev_columns[] = {
    {"model", MIEV_COLUMN_TEXT, "name", "name, unique in the report"},
    {"precision", MIEV_COLUMN_TEXT, "precision", "float32, int8, or as-is for a file without a card"},
    {"error_code", MIEV_COLUMN_TEXT, "error.code", "why the model failed; absent when it did not"},
    {"error_message", MIEV_COLUMN_TEXT, "error.message", "the same as a sentence"},
    {"prediction", MIEV_COLUMN_TEXT, "predictions[0].label", "the best answer"},
    {"prediction_score_ratio", MIEV_COLUMN_NUMBER, "predictions[0].score", "its share of certainty, 0 to 1"},
    {"accuracy_ratio", MIEV_COLUMN_NUMBER, "accuracy.top1", "published share of right first answers, 0 to 1"},
    {"accuracy_low_ratio", MIEV_COLUMN_NUMBER, "accuracy.top1_low", "lower bound of accuracy_ratio"},
    {"accuracy_high_ratio", MIEV_COLUMN_NUMBER, "accuracy.top1_high", "upper bound of accuracy_ratio"},
    {"accuracy_dataset", MIEV_COLUMN_TEXT, "accuracy.dataset", "the data set of accuracy_ratio"},
    {"accuracy_split", MIEV_COLUMN_TEXT, "accuracy.split", "the part of the data set"},
    {"accuracy_images", MIEV_COLUMN_WHOLE, "accuracy.images", "images of that part"},
    {"latency_p50_s", MIEV_COLUMN_NUMBER, "latency.p50_s", "median time of one warm inference"},
    {"latency_p90_s", MIEV_COLUMN_NUMBER, "latency.p90_s", "90th percentile, from 10 samples on"},
    {"latency_p99_s", MIEV_COLUMN_NUMBER, "latency.p99_s", "99th percentile, from 1,000 samples on"},
    {"latency_samples", MIEV_COLUMN_WHOLE, "latency.samples", "inferences that were timed"},
    {"load_s", MIEV_COLUMN_NUMBER, "load.seconds", "time to load the model"},
    {"load_j", MIEV_COLUMN_NUMBER, "load.gross_j", "energy of loading it"},
    {"first_inference_s", MIEV_COLUMN_NUMBER, "load.first_inference_s", "time of the first inference"},
    {"decode_s", MIEV_COLUMN_NUMBER, "stages[stage=decode].seconds", "time to decode one input"},
    {"decode_j", MIEV_COLUMN_NUMBER, "stages[stage=decode].gross_j", "energy of the same"},
    {"preprocess_s", MIEV_COLUMN_NUMBER, "stages[stage=preprocess].seconds", "time to preprocess one input"},
    {"preprocess_j", MIEV_COLUMN_NUMBER, "stages[stage=preprocess].gross_j", "energy of the same"},
    {"postprocess_s", MIEV_COLUMN_NUMBER, "stages[stage=postprocess].seconds", "time to postprocess one answer"},
    {"postprocess_j", MIEV_COLUMN_NUMBER, "stages[stage=postprocess].gross_j", "energy of the same"},
    {"energy_method", MIEV_COLUMN_TEXT, "energy.method", "measured, estimated, mixed or unavailable"},
    {"energy_reason", MIEV_COLUMN_TEXT, "energy.reason", "why there is no energy"},
    {"energy_j", MIEV_COLUMN_NUMBER, "energy.gross.per_inference_j.value", "gross energy of one inference"},
    {"energy_statistical_low_j", MIEV_COLUMN_NUMBER, "energy.gross.per_inference_j.statistical.low", "lower bound of energy_j by the rounds (95 %)"},
    {"energy_statistical_high_j", MIEV_COLUMN_NUMBER, "energy.gross.per_inference_j.statistical.high", "upper bound of energy_j by the rounds (95 %)"},
    {"energy_systematic_low_j", MIEV_COLUMN_NUMBER, "energy.gross.per_inference_j.systematic.low", "lower bound of energy_j by the counter or estimate (90 %)"},
    {"energy_systematic_high_j", MIEV_COLUMN_NUMBER, "energy.gross.per_inference_j.systematic.high", "upper bound of energy_j by the counter or estimate (90 %)"},
    {"energy_net_j", MIEV_COLUMN_NUMBER, "energy.net.per_inference_j.value", "energy of one inference above idle"},
    {"energy_net_statistical_low_j", MIEV_COLUMN_NUMBER, "energy.net.per_inference_j.statistical.low", "lower bound of energy_net_j by the rounds (95 %)"},
    {"energy_net_statistical_high_j", MIEV_COLUMN_NUMBER, "energy.net.per_inference_j.statistical.high", "upper bound of energy_net_j by the rounds (95 %)"},
    {"energy_net_systematic_low_j", MIEV_COLUMN_NUMBER, "energy.net.per_inference_j.systematic.low", "lower bound of energy_net_j by the counter or estimate (90 %)"},
    {"energy_net_systematic_high_j", MIEV_COLUMN_NUMBER, "energy.net.per_inference_j.systematic.high", "upper bound of energy_net_j by the counter or estimate (90 %)"},
    {"energy_cpu_j", MIEV_COLUMN_NUMBER, "energy.parts[part=cpu].joules", "of energy_j: processor packages"},
    {"energy_cpu_method", MIEV_COLUMN_TEXT, "energy.parts[part=cpu].method", "how that is known"},
    {"energy_memory_j", MIEV_COLUMN_NUMBER, "energy.parts[part=memory].joules", "of energy_j: memory"},
    {"energy_memory_method", MIEV_COLUMN_TEXT, "energy.parts[part=memory].method", "how that is known"},
    {"energy_gpu_j", MIEV_COLUMN_NUMBER, "energy.parts[part=gpu].joules", "of energy_j: graphics card"},
    {"energy_gpu_method", MIEV_COLUMN_TEXT, "energy.parts[part=gpu].method", "how that is known"},
    {"energy_machine_j", MIEV_COLUMN_NUMBER, "energy.parts[part=machine].joules", "rest of the machine, not in energy_j"},
    {"energy_machine_method", MIEV_COLUMN_TEXT, "energy.parts[part=machine].method", "how that is known"},
    {"rounds", MIEV_COLUMN_WHOLE, "energy.gross.rounds", "rounds that count"},
    {"rounds_effective", MIEV_COLUMN_WHOLE, "energy.gross.rounds_effective", "batches, where successive rounds are alike"},
    {"rounds_enough", MIEV_COLUMN_FLAG, "energy.gross.enough_rounds", "whether they are enough to trust the interval"},
    {"rounds_disturbed", MIEV_COLUMN_WHOLE, "energy.rounds_disturbed", "rounds in which other programs used the CPU"},
    {"inference_s", MIEV_COLUMN_NUMBER, "energy.inference_s", "wall time of one inference within the rounds"},
    {"memory_peak_bytes", MIEV_COLUMN_WHOLE, "peak_memory_bytes", "most memory that its process had resident"},
    {"carbon_g", MIEV_COLUMN_NUMBER, "footprint.per_inference_g.value", "CO2 equivalent of one inference"},
    {"carbon_low_g", MIEV_COLUMN_NUMBER, "footprint.per_inference_g.low", "lower bound of carbon_g, all uncertainties of energy and manufacturing"},
    {"carbon_high_g", MIEV_COLUMN_NUMBER, "footprint.per_inference_g.high", "upper bound of carbon_g, all uncertainties of energy and manufacturing"},
    {"carbon_operational_g", MIEV_COLUMN_NUMBER, "footprint.operational_g.value", "the electricity's part of carbon_g"},
    {"carbon_operational_low_g", MIEV_COLUMN_NUMBER, "footprint.operational_g.low", "lower bound of carbon_operational_g"},
    {"carbon_operational_high_g", MIEV_COLUMN_NUMBER, "footprint.operational_g.high", "upper bound of carbon_operational_g"},
    {"carbon_embodied_g", MIEV_COLUMN_NUMBER, "footprint.embodied_g.value", "manufacturing's part of carbon_g"},
    {"carbon_embodied_low_g", MIEV_COLUMN_NUMBER, "footprint.embodied_g.low", "lower bound of carbon_embodied_g"},
    {"carbon_embodied_high_g", MIEV_COLUMN_NUMBER, "footprint.embodied_g.high", "upper bound of carbon_embodied_g"},
    {"requests_per_day", MIEV_COLUMN_NUMBER, "footprint.at_rate.requests_per_day", "as given by --rate"},
    {"carbon_year_g", MIEV_COLUMN_NUMBER, "footprint.at_rate.year_g", "CO2 equivalent of 365.25 days of them"},
    {"zone", MIEV_COLUMN_TEXT, "$.site.zone", "place, or custom"},
    {"intensity_g_per_kwh", MIEV_COLUMN_NUMBER, "$.site.intensity_g_per_kwh", "CO2 equivalent of the place's electricity"},
    {"intensity_year", MIEV_COLUMN_WHOLE, "$.site.year", "year of that figure"},
    {"intensity_source", MIEV_COLUMN_TEXT, "$.site.source", "whose figure it is"},
    {"pue_ratio", MIEV_COLUMN_NUMBER, "$.site.pue", "power usage effectiveness"},
    {"embodied_machine_class", MIEV_COLUMN_TEXT, "$.site.embodied.machine_class", "what manufacturing is reckoned by"},
    {"embodied_share_ratio", MIEV_COLUMN_NUMBER, "$.site.embodied.share", "part of that machine that is reserved"},
    {"engine", MIEV_COLUMN_TEXT, "engine.name", "engine"},
    {"engine_runtime", MIEV_COLUMN_TEXT, "engine.runtime", "library behind it"},
    {"engine_version", MIEV_COLUMN_TEXT, "engine.version", "its version"},
    {"engine_delegate", MIEV_COLUMN_TEXT, "engine.delegate", "what ran the kernels"},
    {"engine_threads", MIEV_COLUMN_WHOLE, "engine.threads", "threads of the engine"},
    {"model_bytes", MIEV_COLUMN_WHOLE, "bytes", "size of the model's file"},
    {"model_sha256", MIEV_COLUMN_TEXT, "sha256", "of the model's file"},
    {"model_address", MIEV_COLUMN_TEXT, "address", "of a model that is served elsewhere"},
    {"input", MIEV_COLUMN_TEXT, "$.input.name", "name of the input's file"},
    {"input_bytes", MIEV_COLUMN_WHOLE, "$.input.bytes", "its size"},
    {"input_sha256", MIEV_COLUMN_TEXT, "$.input.sha256", "of the input's file"},
    {"machine_cpu", MIEV_COLUMN_TEXT, "$.machine.cpu", "processor, as it names itself"},
    {"machine_logical_cpus", MIEV_COLUMN_WHOLE, "$.machine.logical_cpus", "logical CPUs"},
    {"machine_hypervisor", MIEV_COLUMN_TEXT, "$.machine.hypervisor", "of a virtual machine"},
    {"machine_kernel", MIEV_COLUMN_TEXT, "$.machine.kernel", "release of the operating system's kernel"},
    {"reserved_cpus", MIEV_COLUMN_WHOLE, "$.settings.reserved_cpus", "logical CPUs whose idle power counts"},
    {"seed", MIEV_COLUMN_WHOLE, "$.settings.seed", "the order of the rounds follows from it"},
    {"budget_s", MIEV_COLUMN_NUMBER, "$.settings.budget_s", "longest time of the study"},
    {"stop_reason", MIEV_COLUMN_TEXT, "$.stop.reason", "precise, budget, interrupted, failed or no-meter"},
    {"elapsed_s", MIEV_COLUMN_NUMBER, "$.stop.elapsed_s", "time of the study"},
    {"created_unix_s", MIEV_COLUMN_WHOLE, "$.created_unix_s", "when it ended, seconds since 1970-01-01 UTC"},
    {"miev_version", MIEV_COLUMN_TEXT, "$.miev_version", "program that measured"},
    {"first_inference_j", MIEV_COLUMN_NUMBER, "load.first_inference_j", "energy of the first inference"},
    {"cold_s", MIEV_COLUMN_NUMBER, "load.cold_s", "time of first use: load and first inference"},
    {"cold_j", MIEV_COLUMN_NUMBER, "load.cold_j.value", "energy of first use"},
    {"cold_low_j", MIEV_COLUMN_NUMBER, "load.cold_j.low", "lower bound of cold_j by the counter or estimate (90 %)"},
    {"cold_high_j", MIEV_COLUMN_NUMBER, "load.cold_j.high", "upper bound of cold_j by the counter or estimate (90 %)"},
    {"carbon_cold_g", MIEV_COLUMN_NUMBER, "footprint.cold_g.value", "CO2 equivalent of first use"},
    {"carbon_cold_low_g", MIEV_COLUMN_NUMBER, "footprint.cold_g.low", "lower bound of carbon_cold_g"},
    {"carbon_cold_high_g", MIEV_COLUMN_NUMBER, "footprint.cold_g.high", "upper bound of carbon_cold_g"},
    {"request_busy_ratio", MIEV_COLUMN_NUMBER, "footprint.at_rate.busy_ratio", "share of its time that one worker infers at --rate"},
    {"request_workers", MIEV_COLUMN_NUMBER, "footprint.at_rate.workers", "fewest workers that keep up with --rate"},
    {"request_idle_w", MIEV_COLUMN_NUMBER, "footprint.at_rate.idle_w", "watts of one worker's reservation while it waits"},
    {"request_j", MIEV_COLUMN_NUMBER, "footprint.at_rate.per_request_j.value", "energy of one request at --rate, with the idle power of waiting"},
    {"request_low_j", MIEV_COLUMN_NUMBER, "footprint.at_rate.per_request_j.low", "lower bound of request_j, rounds and systematic"},
    {"request_high_j", MIEV_COLUMN_NUMBER, "footprint.at_rate.per_request_j.high", "upper bound of request_j, rounds and systematic"},
    {"request_idle_ratio", MIEV_COLUMN_NUMBER, "footprint.at_rate.idle_ratio", "share of request_j that is idle power"},
    {"request_flat_out_ratio", MIEV_COLUMN_NUMBER, "footprint.at_rate.flat_out_ratio", "request_j over energy_j"},
    {"carbon_request_g", MIEV_COLUMN_NUMBER, "footprint.at_rate.per_request_g.value", "CO2 equivalent of one request at --rate"},
    {"carbon_request_low_g", MIEV_COLUMN_NUMBER, "footprint.at_rate.per_request_g.low", "lower bound of carbon_request_g"},
    {"carbon_request_high_g", MIEV_COLUMN_NUMBER, "footprint.at_rate.per_request_g.high", "upper bound of carbon_request_g"},
    {"traffic_asked_per_s", MIEV_COLUMN_NUMBER, "traffic.asked_per_s", "requests a second that were due, --per-second"},
    {"traffic_concurrency", MIEV_COLUMN_WHOLE, "traffic.concurrency", "most of them under way at once"},
    {"traffic_answered", MIEV_COLUMN_WHOLE, "traffic.answered", "requests that were answered"},
    {"traffic_failed", MIEV_COLUMN_WHOLE, "traffic.failed", "requests that were not"},
    {"traffic_answered_per_s", MIEV_COLUMN_NUMBER, "traffic.answered_per_s", "answers a second"},
    {"traffic_p50_s", MIEV_COLUMN_NUMBER, "traffic.latency.p50_s", "median latency from when a request was due"},
    {"traffic_p90_s", MIEV_COLUMN_NUMBER, "traffic.latency.p90_s", "90th percentile of the same"},
    {"traffic_p99_s", MIEV_COLUMN_NUMBER, "traffic.latency.p99_s", "99th percentile of the same, of 1,000 or more"},
    {"traffic_j", MIEV_COLUMN_NUMBER, "traffic.per_request_j.value", "energy of the server's machine for each answered request"},
    {"pareto_position", MIEV_COLUMN_TEXT, "@.position", "front, dominated or unresolved among the models of its accuracy_dataset and split"},
    {"batch", MIEV_COLUMN_WHOLE, "settings.batch", "of a sweep: items of one inference; joules, grams and inference_s are of an item, latencies of a batch"},
    {"sweep_reserved_cpus", MIEV_COLUMN_WHOLE, "settings.reserved_cpus", "of a sweep: reserved_cpus of this row"},
    {NULL, MIEV_COLUMN_TEXT, NULL, NULL},
};
/* clang-format on */

const char *miev_column_kind_name(enum miev_column_kind kind)
{
    static const char *const names[] = {
        [MIEV_COLUMN_TEXT] = "text",
        [MIEV_COLUMN_NUMBER] = "number",
        [MIEV_COLUMN_WHOLE] = "whole number",
        [MIEV_COLUMN_FLAG] = "true or false",
    };
    return names[kind];
}

/* The item of a list that "0" or "part=cpu" names; takes `which` apart. */
static const json_t *find_item(const json_t *list, char *which)
{
    size_t i;
    json_t *item;
    char *equals = strchr(which, '=');
    if (!equals)
        return json_array_get(list, strtoul(which, NULL, 10));
    *equals = '\0';
    json_array_foreach(list, i, item)
    {
        const char *text = json_string_value(json_object_get(item, which));
        if (text && strcmp(text, equals + 1) == 0)
            return item;
    }
    return NULL;
}

/* One step of a path, "energy" or "parts[part=cpu]". */
static const json_t *take_step(const json_t *from, const char *step)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "%s", step);
    char *bracket = strchr(name, '[');
    if (!bracket)
        return json_object_get(from, name);
    bracket[strcspn(bracket, "]")] = '\0';
    *bracket = '\0';
    return find_item(json_object_get(from, name), bracket + 1);
}

static const json_t *follow(const json_t *from, const char *path)
{
    while (from && *path) {
        char step[64];
        size_t length = strcspn(path, ".");
        (void)snprintf(step, sizeof(step), "%.*s", (int)length, path);
        from = take_step(from, step);
        path += length + (path[length] == '.');
    }
    return from;
}

static bool is_of_kind(const json_t *value, enum miev_column_kind kind)
{
    switch (kind) {
    case MIEV_COLUMN_TEXT:
        return json_is_string(value) && json_string_length(value) > 0;
    case MIEV_COLUMN_NUMBER:
        return json_is_number(value);
    case MIEV_COLUMN_WHOLE:
        return json_is_integer(value);
    case MIEV_COLUMN_FLAG:
        break;
    }
    return json_is_boolean(value);
}

/* The model's entry among those of its data set and split, NULL where it has none. */
static const json_t *front_entry(const json_t *report, const json_t *model)
{
    size_t i, k;
    json_t *front, *entry;
    const json_t *name = json_object_get(model, "name");
    json_array_foreach(json_object_get(report, "pareto"), i, front)
    {
        json_array_foreach(json_object_get(front, "models"), k, entry)
        {
            if (json_is_string(name) && json_equal(json_object_get(entry, "name"), name))
                return entry;
        }
    }
    return NULL;
}

const json_t *miev_column_value(const struct miev_column *column, const json_t *report,
                                const json_t *model)
{
    const json_t *value = NULL;
    if (strncmp(column->path, "$.", 2) == 0)
        value = follow(report, column->path + 2);
    else if (strncmp(column->path, "@.", 2) == 0)
        value = follow(front_entry(report, model), column->path + 2);
    else
        value = follow(model, column->path);
    return value && is_of_kind(value, column->kind) ? value : NULL;
}
