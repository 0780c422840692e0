/* SPDX-License-Identifier: Apache-2.0 */
#include "study/projection.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/field.h"
#include "core/file.h"
#include "core/json.h"
#include "study/hardware.h"
#include "study/price.h"

#define MS_PER_S   1000.0
#define J_PER_KWH  3.6e6
#define S_PER_DAY  86400.0
#define NAME_BYTES 128

/* Columns of data/imagenet_time.csv. */
enum { CARD, INPUT, PRECISION, PROCESSOR, CORES, CPUS, CLASS, STEP_MS, NETWORK, SOURCE };

/* The whole of another machine, which is reserved for one worker as in the published runs. */
struct machine {
    struct miev_power_model cpu, memory;
    struct miev_embodied embodied;
    bool made;          /* manufacturing counts */
    double all_cpus;    /* logical ones */
    double likely_cpus; /* busy: as many threads as cores */
    double time_s;      /* of one inference, as published */
    double per_day;     /* requests; NAN: one inference by itself */
    double g_per_j;     /* at the report's place, PUE within */
};

/* What may be otherwise: each by itself, the rest as it is. */
struct changed {
    double time_s, busy_cpus;
    double cpu_ratio, memory_ratio; /* of their joules */
    double made_g_per_s;
};

static double provisioned_s(const struct machine *machine, double time_s)
{
    if (isnan(machine->per_day))
        return time_s;
    double workers = fmax(1, ceil(machine->per_day * time_s / S_PER_DAY));
    return workers * S_PER_DAY / machine->per_day;
}

static double grams(const struct machine *machine, const struct changed *with)
{
    double reserved_s = provisioned_s(machine, with->time_s);
    double busy_s = with->busy_cpus * with->time_s;
    double cpu_j = machine->cpu.idle_w * reserved_s + machine->cpu.busy_w_per_cpu * busy_s;
    double memory_j = machine->memory.idle_w * reserved_s + machine->memory.busy_w_per_cpu * busy_s;
    return (with->cpu_ratio * cpu_j + with->memory_ratio * memory_j) * machine->g_per_j +
           with->made_g_per_s * reserved_s;
}

static double made_per_s(double total_g, double lifetime_s)
{
    return lifetime_s > 0 ? total_g / lifetime_s : 0;
}

/* One side: independent distances on logarithms, in quadrature. */
static double bound(const struct machine *machine, const struct changed *likely, double sign)
{
    const struct miev_interval *total = &machine->embodied.total_g,
                               *life = &machine->embodied.lifetime_s;
    bool up = sign > 0;
    struct changed by[4] = {*likely, *likely, *likely, *likely};
    double value = grams(machine, likely), sum = 0;
    by[0].time_s *= up ? MIEV_PROJECTION_TIME_FACTOR : 1 / MIEV_PROJECTION_TIME_FACTOR;
    by[1].busy_cpus = up ? machine->all_cpus : 1;
    by[2].cpu_ratio = up ? machine->cpu.high_ratio : machine->cpu.low_ratio;
    by[2].memory_ratio = up ? machine->memory.high_ratio : machine->memory.low_ratio;
    if (machine->made)
        by[3].made_g_per_s =
            up ? made_per_s(total->high, life->low) : made_per_s(total->low, life->high);
    for (size_t i = 0; i < 4; i++)
        sum += pow(log(grams(machine, &by[i]) / value), 2);
    return value * exp(sign * sqrt(sum));
}

static struct miev_interval project(const struct machine *machine)
{
    const struct changed likely = {
        .time_s = machine->time_s,
        .busy_cpus = machine->likely_cpus,
        .cpu_ratio = 1,
        .memory_ratio = 1,
        .made_g_per_s = machine->made ? made_per_s(machine->embodied.total_g.value,
                                                   machine->embodied.lifetime_s.value)
                                      : 0};
    return (struct miev_interval){grams(machine, &likely), bound(machine, &likely, -1),
                                  bound(machine, &likely, 1)};
}

/* ---- the machine of a row ------------------------------------------------------------------- */

static enum miev_machine_class class_named(const char *word)
{
    for (int c = MIEV_MACHINE_SERVER; c <= MIEV_MACHINE_LAPTOP; c++)
        if (strcmp(word, miev_machine_class_name((enum miev_machine_class)c)) == 0)
            return (enum miev_machine_class)c;
    return MIEV_MACHINE_UNKNOWN;
}

static bool machine_of(const struct miev_csv_row *row, const json_t *report,
                       double requests_per_day, struct machine *out)
{
    struct miev_hardware hardware;
    struct miev_price_options priced;
    struct miev_site site;
    double ms = 0;
    unsigned cores = (unsigned)strtoul(miev_csv_field(row, CORES), NULL, 10);
    miev_report_priced_by(report, &site, &priced);
    if (miev_parse_double(miev_csv_field(row, STEP_MS), &ms, NULL) != MIEV_OK ||
        miev_hardware_of_cpu(miev_csv_field(row, PROCESSOR), 1, cores, 0, &hardware, NULL) !=
            MIEV_OK)
        return false;
    hardware.machine.logical_cpus = (unsigned)strtoul(miev_csv_field(row, CPUS), NULL, 10);
    hardware.machine.machine_class = class_named(miev_csv_field(row, CLASS));
    *out = (struct machine){.all_cpus = hardware.machine.logical_cpus,
                            .likely_cpus = hardware.machine.cores,
                            .time_s = ms / MS_PER_S,
                            .per_day = requests_per_day,
                            .g_per_j = site.pue * site.intensity_g_per_kwh / J_PER_KWH};
    miev_hardware_power(&hardware, &out->cpu);
    miev_power_model_of_memory(&hardware.machine, &out->memory);
    out->made = priced.embodied && miev_embodied_default(hardware.machine.machine_class,
                                                         &out->embodied, NULL) == MIEV_OK;
    miev_embodied_plan(&out->embodied, priced.lifetime_s);
    return out->g_per_j > 0 || out->made; /* grams of nothing have no ratio */
}

/* ---- the item ------------------------------------------------------------------------------- */

/* Decoding and the rest keep the time that was measured here; NAN where a part is not known. */
static double stages_s(const json_t *model)
{
    size_t i;
    const json_t *stage, *list = miev_field_at(model, "stages");
    double sum = json_array_size(list) > 0 ? 0 : (double)NAN;
    json_array_foreach(list, i, stage)
    {
        sum += miev_field_number(stage, "seconds");
    }
    return sum;
}

static json_t *item_json(const struct miev_csv_row *row, const struct machine *machine,
                         const json_t *model)
{
    const struct miev_interval per_g = project(machine);
    char assumed[320], source[256];
    (void)snprintf(assumed, sizeof(assumed),
                   "the whole machine, %.0f of its %.0f logical CPUs busy (1 to all); %s",
                   machine->likely_cpus, machine->all_cpus, machine->cpu.source);
    (void)snprintf(source, sizeof(source), "%s ms of %s at %s pixels, one at a time, %s: %s",
                   miev_csv_field(row, STEP_MS), miev_csv_field(row, NETWORK),
                   miev_csv_field(row, INPUT), miev_csv_field(row, PRECISION),
                   miev_csv_field(row, SOURCE));
    return json_pack("{s:s, s:b, s:o, s:f, s:o, s:s, s:s}", "what", miev_csv_field(row, PROCESSOR),
                     "projection", 1, "per_g", miev_json_interval(per_g), "inference_s",
                     machine->time_s, "answer_s", miev_json_real(stages_s(model) + machine->time_s),
                     "assumed", assumed, "source", source);
}

/* The catalog's name: "efficientnet-lite0" of "efficientnet-lite0:float32". */
static void card_of(const json_t *model, char out[NAME_BYTES])
{
    const char *name = miev_field_text(model, "name");
    (void)snprintf(out, NAME_BYTES, "%.*s", (int)strcspn(name, ": "), name);
}

static bool one_at_a_time(const json_t *model)
{
    double batch = miev_field_number(miev_field_at(model, "settings"), "batch");
    return !(batch > 1);
}

json_t *miev_projections(const json_t *report, const json_t *model, double requests_per_day,
                         char why[MIEV_PROJECTION_WHY])
{
    const char *cursor = miev_data_imagenet_time, *precision = miev_field_text(model, "precision");
    struct miev_csv_row row;
    char card[NAME_BYTES];
    json_t *items = json_array();
    bool known = false;
    card_of(model, card);
    (void)miev_csv_next(&cursor, &row); /* the table's head */
    while (miev_csv_next(&cursor, &row)) {
        struct machine machine;
        if (strcmp(miev_csv_field(&row, CARD), card) != 0)
            continue;
        known = true;
        if (strcmp(miev_csv_field(&row, PRECISION), precision) == 0 && one_at_a_time(model) &&
            machine_of(&row, report, requests_per_day, &machine))
            (void)json_array_append_new(items, item_json(&row, &machine, model));
    }
    if (known)
        (void)snprintf(why, MIEV_PROJECTION_WHY,
                       "Not projected: the published times of %.60s on other hardware are of "
                       "float32, one picture at a time",
                       card);
    else
        (void)snprintf(why, MIEV_PROJECTION_WHY,
                       "Not projected: no time of %.60s on other hardware is published where "
                       "this program knows of it",
                       card);
    return items;
}
