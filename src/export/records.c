/* SPDX-License-Identifier: Apache-2.0 */
/* A label in the terms of others: SCI for AI, and CodeCarbon's table. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/json.h"
#include "export/csv_cell.h"
#include "export/export.h"
#include "export/field.h"

#define J_PER_KWH     3.6e6
#define G_PER_KG      1e3
#define BYTES_PER_GIB (1024.0 * 1024 * 1024)

static const json_t *model_of(const json_t *label)
{
    return json_array_get(miev_field_at(miev_field_at(label, "report"), "models"),
                          (size_t)miev_field_number(label, "model"));
}

static double joules_of(const json_t *model)
{
    return miev_field_number(
        miev_field_at(miev_field_at(miev_field_at(model, "energy"), "gross"), "per_inference_j"),
        "value");
}

static double grams_of(const json_t *model, const char *which)
{
    return miev_field_number(miev_field_at(miev_field_at(model, "footprint"), which), "value");
}

bool miev_export_sci(const json_t *label, FILE *file)
{
    const json_t *report = miev_field_at(label, "report"), *site = miev_field_at(report, "site");
    const json_t *model = model_of(label);
    json_t *record = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:s, s:s}", "standard",
        "SCI for AI (ISO/IEC 21031:2024 per inference)", "boundary", "consumer", "R", "inference",
        "model", miev_field_text(model, "name"), "model_sha256", miev_field_text(model, "sha256"),
        "E_kWh_per_R", miev_json_real(joules_of(model) / J_PER_KWH), "PUE",
        miev_json_real(miev_field_number(site, "pue")), "I_g_per_kWh",
        miev_json_real(miev_field_number(site, "intensity_g_per_kwh")), "M_g_per_R",
        miev_json_real(grams_of(model, "embodied_g")), "SCI_g_per_R",
        miev_json_real(grams_of(model, "per_inference_g")), "energy_method",
        miev_field_text(miev_field_at(model, "energy"), "method"), "zone",
        miev_field_text(site, "zone"), "grid_source", miev_field_text(site, "source"), "tool",
        "MIEV");
    bool ok = record && json_dumpf(record, file, JSON_INDENT(1)) == 0 && fputc('\n', file) != EOF;
    json_decref(record);
    return ok;
}

/* ---- CodeCarbon ------------------------------------------------------------------------------ */

static json_t *part_kwh(const json_t *model, const char *part)
{
    size_t i;
    json_t *item;
    double joules = NAN;
    json_array_foreach(miev_field_at(miev_field_at(model, "energy"), "parts"), i,
                       item) if (strcmp(miev_field_text(item, "part"), part) == 0) joules =
        miev_field_number(item, "joules");
    return miev_json_real(joules / J_PER_KWH);
}

static json_t *part_w(const json_t *model, const char *part, double seconds)
{
    json_t *kwh = part_kwh(model, part);
    double watts = json_is_number(kwh) ? json_number_value(kwh) * J_PER_KWH / seconds : (double)NAN;
    json_decref(kwh);
    return miev_json_real(watts);
}

static json_t *timestamp(const json_t *report)
{
    char text[32] = "";
    struct tm parts;
    time_t when = (time_t)json_integer_value(miev_field_at(report, "created_unix_s"));
    if (gmtime_r(&when, &parts))
        (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
    return json_string(text);
}

struct cell {
    const char *column; /* of EmissionsData, codecarbon 3.3.0; in its order */
    json_t *value;      /* NULL: it has no place here and stays empty */
};

static void put_cells(struct cell *cells, size_t n, FILE *file)
{
    for (size_t i = 0; i < n; i++)
        (void)fprintf(file, "%s%s", i ? "," : "", cells[i].column);
    (void)fputs("\n", file);
    for (size_t i = 0; i < n; i++) {
        (void)fputs(i ? "," : "", file);
        if (cells[i].value)
            miev_csv_put(cells[i].value, file);
        json_decref(cells[i].value);
    }
    (void)fputs("\n", file);
}

bool miev_export_codecarbon(const json_t *label, FILE *file)
{
    const json_t *report = miev_field_at(label, "report"), *model = model_of(label);
    const json_t *machine = miev_field_at(report, "machine"), *site = miev_field_at(report, "site");
    double seconds = miev_field_number(miev_field_at(model, "energy"), "inference_s");
    double kg = grams_of(model, "operational_g") / G_PER_KG;
    struct cell cells[] = {
        {"timestamp", timestamp(report)},
        {"project_name", json_string(miev_field_text(model, "name"))},
        {"run_id", json_string(miev_field_text(model, "sha256"))},
        {"experiment_id", json_string("miev, one inference")},
        {"duration", miev_json_real(seconds)},
        {"emissions", miev_json_real(kg)},
        {"emissions_rate", miev_json_real(kg / seconds)},
        {"cpu_power", part_w(model, "cpu", seconds)},
        {"gpu_power", part_w(model, "gpu", seconds)},
        {"ram_power", part_w(model, "memory", seconds)},
        {"cpu_energy", part_kwh(model, "cpu")},
        {"gpu_energy", part_kwh(model, "gpu")},
        {"ram_energy", part_kwh(model, "memory")},
        {"energy_consumed", miev_json_real(joules_of(model) / J_PER_KWH)},
        {"water_consumed", NULL},
        {"country_name", json_string(miev_field_text(site, "zone"))},
        {"country_iso_code", NULL},
        {"region", NULL},
        {"cloud_provider", NULL},
        {"cloud_region", NULL},
        {"os", json_string(miev_field_text(machine, "kernel"))},
        {"python_version", NULL},
        {"codecarbon_version", NULL},
        {"cpu_count", miev_json_real(miev_field_number(machine, "logical_cpus"))},
        {"cpu_model", json_string(miev_field_text(machine, "cpu"))},
        {"gpu_count", NULL},
        {"gpu_model", NULL},
        {"longitude", NULL},
        {"latitude", NULL},
        {"ram_total_size",
         miev_json_real(miev_field_number(machine, "memory_bytes") / BYTES_PER_GIB)},
        {"tracking_mode", json_string("process")},
        {"cpu_utilization_percent", NULL},
        {"gpu_utilization_percent", NULL},
        {"ram_utilization_percent", NULL},
        {"ram_used_gb", NULL},
        {"on_cloud", NULL},
        {"pue", miev_json_real(miev_field_number(site, "pue"))},
        {"wue", NULL},
    };
    put_cells(cells, sizeof(cells) / sizeof(cells[0]), file);
    return !ferror(file);
}
