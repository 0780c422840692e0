/* SPDX-License-Identifier: Apache-2.0 */
#include "study/hardware.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "grid/cloud.h"
#include "grid/suggest.h"
#include "sensor/cpu_table.h"
#include "sensor/server_power.h"
#include "study/hardware_names.h"

#define BYTES_PER_GIB    (1024.0 * 1024 * 1024)
#define GIB_PER_CORE     4.0
#define THREADS_PER_CORE 2
#define NEAR_CHANGES     4 /* of an instance's name, to be worth a suggestion */

/* Columns of data/cloud_machine.csv and data/gpu_tdp.csv. */
enum { PROVIDER, TYPE, VCPUS, MEMORY, DESIGNS };
enum { GPU_NAME, GPU_TDP };

/* ---- a processor ---------------------------------------------------------------------------- */

int miev_hardware_of_cpu(const char *cpu_name, unsigned sockets, unsigned cores, double memory_gib,
                         struct miev_hardware *out, struct miev_error *err)
{
    struct miev_hardware found = {.n_designs = 1};
    struct miev_machine *machine = &found.machine;
    struct miev_cpu_tdp tdp = {.cores = 0};
    bool rated = miev_cpu_tdp_find(cpu_name, &tdp);
    if (cores == 0)
        cores = tdp.cores;
    if (cores == 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%s of '%.60s': say how many cores one processor has (cores)",
                              rated ? "the tables do not tell the number of cores"
                                    : "no table knows the number of cores",
                              cpu_name);
    miev_text_show(machine->cpu_name, sizeof(machine->cpu_name), cpu_name);
    (void)miev_cpu_design_find(cpu_name, found.designs[0]);
    (void)snprintf(machine->microarchitecture, sizeof(machine->microarchitecture), "%s",
                   found.designs[0]);
    machine->sockets = sockets > 0 ? sockets : 1;
    machine->cores = cores * machine->sockets;
    machine->logical_cpus = machine->cores * THREADS_PER_CORE;
    if (memory_gib <= 0)
        memory_gib = GIB_PER_CORE * machine->cores;
    machine->memory_bytes = (uint64_t)(memory_gib * BYTES_PER_GIB);
    *out = found;
    return MIEV_OK;
}

/* ---- a cloud instance ----------------------------------------------------------------------- */

/* "Cascade Lake|Skylake" */
static void split_designs(const char *text, struct miev_hardware *out)
{
    while (*text != '\0' && out->n_designs < MIEV_HARDWARE_MAX_DESIGNS) {
        size_t length = strcspn(text, "|");
        (void)snprintf(out->designs[out->n_designs++], sizeof(out->designs[0]), "%.*s",
                       (int)(length < 31 ? length : 31), text);
        text += length + (text[length] == '|');
    }
}

static bool parse_row(const struct miev_csv_row *row, struct miev_hardware *out)
{
    struct miev_hardware found = {.n_designs = 0};
    struct miev_machine *machine = &found.machine;
    double vcpus = 0, memory_gib = 0;
    if (miev_parse_double(miev_csv_field(row, VCPUS), &vcpus, NULL) != MIEV_OK ||
        miev_parse_double(miev_csv_field(row, MEMORY), &memory_gib, NULL) != MIEV_OK)
        return false;
    split_designs(miev_csv_field(row, DESIGNS), &found);
    (void)snprintf(machine->microarchitecture, sizeof(machine->microarchitecture), "%s",
                   found.designs[0]);
    machine->sockets = 1;
    machine->logical_cpus = vcpus >= 1 ? (unsigned)vcpus : 1;
    machine->cores = (machine->logical_cpus + 1) / THREADS_PER_CORE;
    machine->memory_bytes = (uint64_t)(memory_gib * BYTES_PER_GIB);
    machine->virtual_machine = true;
    machine->machine_class = MIEV_MACHINE_SERVER;
    if (strcmp(miev_csv_field(row, PROVIDER), "aws") == 0)
        (void)snprintf(machine->vendor, sizeof(machine->vendor), "Amazon EC2");
    (void)snprintf(machine->product, sizeof(machine->product), "%.60s", miev_csv_field(row, TYPE));
    *out = found;
    return true;
}

static int refuse_instance(const char *provider, const char *name, const char *near,
                           struct miev_error *err)
{
    char shown[48];
    miev_text_show(shown, sizeof(shown), name);
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "no instance type '%s' of %s is known here (those with cards and those "
                          "that share one CPU are left out)%s%s: describe it by cpu, cores and "
                          "memory",
                          shown, provider, *near ? "; did you mean " : "", near);
}

int miev_hardware_of_instance(const char *text, struct miev_hardware *out, struct miev_error *err)
{
    const char *name, *provider = miev_cloud_provider(text, &name);
    const char *cursor = miev_data_cloud_machine;
    struct miev_csv_row row;
    char near[48] = "";
    if (!provider)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "'%.60s' names no provider: an instance is told as aws:m5.xlarge, "
                              "azure:d4s_v5 or gcp:n2-standard-8",
                              text);
    size_t best = strlen(name) < sizeof(near) / 2 ? NEAR_CHANGES : 0;
    while (miev_csv_next(&cursor, &row)) {
        const char *type = miev_csv_field(&row, TYPE);
        if (strcmp(miev_csv_field(&row, PROVIDER), provider) != 0)
            continue;
        if (strcasecmp(type, name) == 0 && parse_row(&row, out))
            return MIEV_OK;
        size_t distance = best > 0 ? miev_grid_distance(name, type, best) : best;
        if (distance < best) {
            best = distance;
            (void)snprintf(near, sizeof(near), "%s:%s", provider, type);
        }
    }
    return refuse_instance(provider, name, near, err);
}

/* ---- its power ------------------------------------------------------------------------------ */

void miev_hardware_power(const struct miev_hardware *hardware, struct miev_power_model *out)
{
    struct miev_machine machine = hardware->machine;
    miev_power_model_of_cpu(&machine, out);
    if (hardware->n_designs < 2)
        return;
    double idle_w = 1, busy_w = 1, low = INFINITY, high = 0,
           power = 1 / (double)hardware->n_designs;
    for (size_t i = 0; i < hardware->n_designs; i++) {
        struct miev_power_model one;
        (void)snprintf(machine.microarchitecture, sizeof(machine.microarchitecture), "%s",
                       hardware->designs[i]);
        miev_power_model_of_cpu(&machine, &one);
        idle_w *= pow(one.idle_w, power);
        busy_w *= pow(one.busy_w_per_cpu, power);
        low = fmin(low, one.low_ratio * (one.idle_w + one.busy_w_per_cpu));
        high = fmax(high, one.high_ratio * (one.idle_w + one.busy_w_per_cpu));
    }
    out->idle_w = idle_w;
    out->busy_w_per_cpu = busy_w;
    out->low_ratio = fmin(1, low / (idle_w + busy_w));
    out->high_ratio = fmax(1, high / (idle_w + busy_w));
    (void)snprintf(
        out->source, sizeof(out->source),
        "one of %zu designs from %s to %s, geometric middle; the bounds hold all of them",
        hardware->n_designs, hardware->designs[0], hardware->designs[hardware->n_designs - 1]);
}

/* ---- cards ---------------------------------------------------------------------------------- */

int miev_hardware_gpu(const char *words, double *tdp_w, char name[64], struct miev_error *err)
{
    const char *cursor = miev_data_gpu_tdp;
    struct miev_csv_row row;
    char shown[48];
    while (*words != '\0' && miev_csv_next(&cursor, &row)) {
        if (!miev_hardware_holds(miev_csv_field(&row, GPU_NAME), words) ||
            miev_parse_double(miev_csv_field(&row, GPU_TDP), tdp_w, NULL) != MIEV_OK)
            continue;
        (void)snprintf(name, 64, "%.63s", miev_csv_field(&row, GPU_NAME));
        return MIEV_OK;
    }
    miev_text_show(shown, sizeof(shown), words);
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "no graphics card '%s' is in the table: give its thermal design power in "
                          "watts (gpu watts)",
                          shown);
}
