/* SPDX-License-Identifier: Apache-2.0 */
#include "study/estimate.h"

#include <math.h>
#include <stdio.h>

#include "core/error.h"
#include "core/json.h"
#include "footprint/formula.h"
#include "footprint/interval.h"
#include "sensor/cpu_table.h"
#include "study/others.h"

#define S_PER_HOUR    3600.0
#define MAX_HOURS     1e6
#define BYTES_PER_GIB (1024.0 * 1024 * 1024)
/* A card draws less than its rating in most work, and a little more in bursts: judgement. */
#define GPU_LOW_RATIO  0.5
#define GPU_HIGH_RATIO 1.2

struct part {
    const char *name;
    struct miev_interval joules;
    char source[256];
};

struct parts {
    struct part list[3];
    size_t n;
    struct miev_interval sum_j;
};

/* The bounds of parts are added: one estimate may well err to the same side as the other. */
static void add_part(struct parts *parts, const char *name, double joules, double low_ratio,
                     double high_ratio, const char *source)
{
    struct part *part = &parts->list[parts->n++];
    part->name = name;
    part->joules = (struct miev_interval){joules, joules * low_ratio, joules * high_ratio};
    (void)snprintf(part->source, sizeof(part->source), "%s", source);
    parts->sum_j.value += part->joules.value;
    parts->sum_j.low += part->joules.low;
    parts->sum_j.high += part->joules.high;
}

static void add_model(struct parts *parts, const char *name, const struct miev_power_model *model,
                      const struct miev_estimate_wish *wish)
{
    double busy_cpus = wish->usage * wish->hardware.machine.logical_cpus;
    double watts = model->idle_w + model->busy_w_per_cpu * busy_cpus;
    add_part(parts, name, watts * wish->hours * S_PER_HOUR, model->low_ratio, model->high_ratio,
             model->source);
}

static void add_cards(struct parts *parts, const struct miev_estimate_wish *wish)
{
    char source[160];
    double watts = wish->n_gpus * wish->gpu_tdp_w * wish->gpu_usage;
    if (isnan(wish->gpu_tdp_w) || wish->n_gpus == 0)
        return;
    (void)snprintf(source, sizeof(source), "%u x %g W thermal design power of %.60s x usage %g",
                   wish->n_gpus, wish->gpu_tdp_w, *wish->gpu_name ? wish->gpu_name : "a card",
                   wish->gpu_usage);
    add_part(parts, "gpu", watts * wish->hours * S_PER_HOUR, GPU_LOW_RATIO, GPU_HIGH_RATIO, source);
}

static json_t *parts_json(const struct parts *parts)
{
    json_t *list = json_array();
    for (size_t i = 0; i < parts->n; i++) {
        const struct part *part = &parts->list[i];
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:f, s:f, s:f, s:s}", "part", part->name, "method",
                            "estimated", "joules", part->joules.value, "low", part->joules.low,
                            "high", part->joules.high, "source", part->source));
    }
    return list;
}

static json_t *hardware_json(const struct miev_estimate_wish *wish)
{
    const struct miev_machine *machine = &wish->hardware.machine;
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:f, s:b, s:s, s:i}", "cpu", machine->cpu_name,
                     "design", machine->microarchitecture, "instance", machine->product, "sockets",
                     (int)machine->sockets, "cores", (int)machine->cores, "logical_cpus",
                     (int)machine->logical_cpus, "memory_gib",
                     (double)machine->memory_bytes / BYTES_PER_GIB, "virtual_machine",
                     (int)machine->virtual_machine, "class",
                     miev_machine_class_name(machine->machine_class), "gpus", (int)wish->n_gpus);
}

/* ---- grams ---------------------------------------------------------------------------------- */

static json_t *embodied_part(const char *name, const char *what, unsigned count,
                             const struct miev_interval *total_g, const struct miev_interval *own_g,
                             const char *source)
{
    return json_pack("{s:s, s:s, s:i, s:o, s:o, s:s}", "part", name, "name", what, "count",
                     (int)count, "total_g", miev_json_interval(*total_g), "embodied_g",
                     miev_json_interval(*own_g), "source", source);
}

/* The machine's share of its making. */
static int make_machine(const struct miev_estimate_wish *wish, const struct miev_power_model *cpu,
                        const struct miev_embodied *embodied, struct miev_interval *out_g,
                        struct miev_error *err)
{
    const struct miev_machine *machine = &wish->hardware.machine;
    const struct miev_interval host = miev_embodied_host(
        machine->logical_cpus, machine->virtual_machine, cpu->host_logical_cpus, cpu->host_told);
    int rc = miev_embodied_share(embodied, wish->hours * S_PER_HOUR,
                                 machine->logical_cpus / host.value, out_g, err);
    if (rc == MIEV_OK) {
        out_g->low *= host.value / host.high;
        out_g->high *= host.value / host.low;
    }
    return rc;
}

/* All cards, wholly. */
static int make_cards(const struct miev_estimate_wish *wish, const struct miev_embodied *machine,
                      struct miev_embodied_card *card, struct miev_interval *out_g,
                      struct miev_error *err)
{
    struct miev_embodied one = *machine;
    int rc = miev_embodied_card_named(wish->gpu_name, card, err);
    if (rc != MIEV_OK)
        return rc;
    one.total_g = card->total_g;
    rc = miev_embodied_share(&one, wish->hours * S_PER_HOUR, 1, out_g, err);
    if (rc == MIEV_OK)
        *out_g = miev_interval_scale(out_g, wish->n_gpus);
    return rc;
}

/* Machine and cards are spread over one lifetime, so that their bounds add. parts: what is known of
 * them; none: nothing is. */
static int manufacturing(const struct miev_estimate_wish *wish, const struct miev_power_model *cpu,
                         const struct miev_price_options *price, struct miev_interval *out_g,
                         json_t *parts, struct miev_error *err)
{
    const struct miev_machine *machine = &wish->hardware.machine;
    struct miev_embodied embodied;
    struct miev_embodied_card card;
    struct miev_interval own_g;
    if (!price->embodied)
        return MIEV_OK;
    bool known = miev_embodied_default(machine->machine_class, &embodied, NULL) == MIEV_OK;
    int rc = known ? MIEV_OK : miev_embodied_default(MIEV_MACHINE_SERVER, &embodied, err);
    miev_embodied_plan(&embodied, price->lifetime_s);
    if (rc == MIEV_OK && known) {
        rc = make_machine(wish, cpu, &embodied, &own_g, err);
        if (rc == MIEV_OK)
            *out_g = miev_interval_add_bounds(out_g, &own_g);
        if (rc == MIEV_OK)
            (void)json_array_append_new(
                parts, embodied_part("machine", miev_machine_class_name(machine->machine_class), 1,
                                     &embodied.total_g, &own_g, embodied.source));
    }
    if (rc == MIEV_OK && wish->n_gpus > 0) {
        rc = make_cards(wish, &embodied, &card, &own_g, err);
        if (rc == MIEV_OK)
            *out_g = miev_interval_add_bounds(out_g, &own_g);
        if (rc == MIEV_OK)
            (void)json_array_append_new(parts, embodied_part("gpu", card.name, wish->n_gpus,
                                                             &card.total_g, &own_g, card.source));
    }
    return rc;
}

static int add_grams(json_t *document, const struct miev_estimate_wish *wish,
                     const struct miev_power_model *cpu, const struct parts *parts,
                     const struct miev_price_options *price, struct miev_error *err)
{
    const struct miev_interval *sum = &parts->sum_j;
    struct miev_energy_estimate energy = {.value_j = sum->value,
                                          .statistical_low_j = sum->value,
                                          .statistical_high_j = sum->value,
                                          .systematic_low_j = sum->low,
                                          .systematic_high_j = sum->high};
    struct miev_interval embodied_g = {0, 0, 0};
    struct miev_footprint footprint;
    json_t *making = json_array();
    int rc = manufacturing(wish, cpu, price, &embodied_g, making, err);
    bool known = json_array_size(making) > 0;
    (void)json_object_set_new(document, "embodied_parts", making);
    if (rc == MIEV_OK)
        rc = miev_footprint_per_inference(&energy, price->site, known ? &embodied_g : NULL,
                                          &footprint, err);
    if (rc != MIEV_OK)
        return rc;
    (void)json_object_set_new(document, "operational_g",
                              miev_json_interval(footprint.operational_g));
    (void)json_object_set_new(document, "embodied_g",
                              known ? miev_json_interval(footprint.embodied_g) : json_null());
    (void)json_object_set_new(document, "total_g", miev_json_interval(footprint.total_g));
    return MIEV_OK;
}

/* ---- other tools ---------------------------------------------------------------------------- */

static void describe_work(const struct miev_estimate_wish *wish, const char *site,
                          struct miev_formula_work *out)
{
    const struct miev_machine *machine = &wish->hardware.machine;
    struct miev_cpu_tdp tdp = {.tdp_w = NAN};
    double duration_s = wish->hours * S_PER_HOUR;
    double gib = (double)machine->memory_bytes / BYTES_PER_GIB;
    unsigned sockets = machine->sockets > 0 ? machine->sockets : 1;
    unsigned cores = machine->cores / sockets;
    (void)miev_cpu_tdp_find(machine->cpu_name, &tdp);
    *out = (struct miev_formula_work){
        .duration_s = duration_s,
        .cpu_s = wish->usage * machine->logical_cpus * duration_s,
        .machine_cpu_s = wish->usage * machine->logical_cpus * duration_s,
        .logical_cpus = machine->logical_cpus,
        .cores = cores > 0 ? cores : 1,
        .sockets = sockets,
        .tdp_w = tdp.tdp_w,
        .memory_gib = gib,
        .process_gib = gib,
        .counted_cpu_j = NAN,
        .counted_memory_j = NAN,
        .gpu_tdp_w = wish->n_gpus > 0 ? wish->gpu_tdp_w * wish->n_gpus : (double)NAN,
        .gpu_usage = wish->gpu_usage,
    };
    miev_others_place(site, out);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static int check(const struct miev_estimate_wish *wish, struct miev_error *err)
{
    if (!(wish->hours > 0 && wish->hours <= MAX_HOURS))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%g hours are not possible: give more than 0, up to 1,000,000",
                              wish->hours);
    if (!(wish->usage >= 0 && wish->usage <= 1) || !(wish->gpu_usage >= 0 && wish->gpu_usage <= 1))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "usage is a share of the hardware: give 0 to 1");
    return MIEV_OK;
}

int miev_estimate(const struct miev_estimate_wish *wish, const struct miev_price_options *price,
                  json_t **out, struct miev_error *err)
{
    struct miev_power_model cpu, memory;
    struct parts parts = {.n = 0};
    int rc = check(wish, err);
    if (rc != MIEV_OK)
        return rc;
    miev_hardware_power(&wish->hardware, &cpu);
    miev_power_model_of_memory(&wish->hardware.machine, &memory);
    add_model(&parts, "cpu", &cpu, wish);
    add_model(&parts, "memory", &memory, wish);
    add_cards(&parts, wish);
    const struct miev_site *site = price->site;
    json_t *document = json_pack(
        "{s:s, s:o, s:f, s:f, s:o, s:o, s:{s:s, s:f, s:s, s:o, s:f}}", "schema", "miev.estimate/1",
        "hardware", hardware_json(wish), "hours", wish->hours, "usage", wish->usage, "parts",
        parts_json(&parts), "energy_j", miev_json_interval(parts.sum_j), "site", "zone", site->zone,
        "intensity_g_per_kwh", site->intensity_g_per_kwh, "source", site->source, "year",
        site->year ? json_integer(site->year) : json_null(), "pue", site->pue);
    rc = add_grams(document, wish, &cpu, &parts, price, err);
    if (rc == MIEV_OK && wish->methods) {
        struct miev_formula_work work;
        describe_work(wish, site->zone, &work);
        rc = miev_formula_check(&work, err);
        (void)json_object_set_new(
            document, "others",
            miev_others_of(&work, wish->methods, json_object_get(document, "operational_g")));
    }
    if (rc == MIEV_OK)
        *out = document;
    else
        json_decref(document);
    return rc;
}
