/* SPDX-License-Identifier: Apache-2.0 */
#include "study/others.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/field.h"
#include "core/json.h"
#include "footprint/formula.h"
#include "grid/cloud.h"
#include "grid/grid.h"
#include "sensor/cpu_table.h"
#include "study/report_model.h"

#define BYTES_PER_GIB (1024.0 * 1024 * 1024)

/* ---- which tools ---------------------------------------------------------------------------- */

static bool is_among(const char *methods, const char *id)
{
    size_t length = strlen(id);
    for (const char *at = methods; *at != '\0';) {
        size_t word = strcspn(at, ",");
        if ((word == length && strncmp(at, id, length) == 0) ||
            (word == 3 && strncmp(at, "all", 3) == 0))
            return true;
        at += word + (at[word] == ',');
    }
    return false;
}

static bool is_known(const char *word, size_t length)
{
    if (length == 3 && strncmp(word, "all", 3) == 0)
        return true;
    for (size_t i = 0; miev_formulas[i]; i++)
        if (strlen(miev_formulas[i]->id) == length &&
            strncmp(word, miev_formulas[i]->id, length) == 0)
            return true;
    return false;
}

static void list_methods(char *out, size_t capacity)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; miev_formulas[i] && used < capacity; i++)
        used += (size_t)snprintf(out + used, capacity - used, "%s, ", miev_formulas[i]->id);
}

int miev_others_check(const char *methods, struct miev_error *err)
{
    char there[200];
    for (const char *at = methods;;) {
        size_t length = strcspn(at, ",");
        if (!is_known(at, length)) {
            list_methods(there, sizeof(there));
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "no method is called '%.*s': there are %sall",
                                  length < 40 ? (int)length : 40, at, there);
        }
        if (at[length] == '\0')
            return MIEV_OK;
        at += length + 1;
    }
}

/* ---- the work, out of a report -------------------------------------------------------------- */

static unsigned whole(const json_t *object, const char *key)
{
    double value = miev_field_number(object, key);
    return value >= 1 && value < 1e6 ? (unsigned)value : 1;
}

/* Joules that measured counters of a part read for the whole machine; NAN: there are none. */
static double counted_j(const json_t *report, const json_t *energy, const char *part)
{
    const json_t *channel, *known;
    double joules = NAN;
    size_t i, k;
    json_array_foreach(json_object_get(json_object_get(report, "meter"), "channels"), k, known)
    {
        const char *method = json_string_value(json_object_get(known, "method"));
        const char *id = json_string_value(json_object_get(known, "id"));
        const char *what = json_string_value(json_object_get(known, "part"));
        if (!method || !id || !what || strcmp(method, "measured") != 0 || strcmp(what, part) != 0 ||
            !json_is_true(json_object_get(known, "counted")))
            continue;
        json_array_foreach(json_object_get(json_object_get(energy, "attribution"), "channels"), i,
                           channel)
        {
            const char *other = json_string_value(json_object_get(channel, "id"));
            if (other && strcmp(other, id) == 0)
                joules = (isnan(joules) ? 0 : joules) + miev_field_number(channel, "reading_j");
        }
    }
    return joules;
}

void miev_others_place(const char *site, struct miev_formula_work *out)
{
    const char *text = site;
    const char *bracket = text ? strstr(text, " (") : NULL;
    struct miev_cloud_region region;
    struct miev_zone zone;
    char inside[MIEV_FORMULA_PLACE_MAX] = "";
    if (bracket)
        (void)snprintf(inside, sizeof(inside), "%.*s", (int)strcspn(bracket + 2, ")"), bracket + 2);
    if (*inside && miev_cloud_is_region(inside) &&
        miev_cloud_find(inside, &region, NULL) == MIEV_OK) {
        (void)snprintf(out->region, sizeof(out->region), "%s", inside);
        text = region.iso3;
    }
    if (!text || miev_grid_find(text, MIEV_GRID_LATEST, &zone, NULL) != MIEV_OK)
        return;
    bool state = zone.basis == MIEV_GRID_EGRID && strncmp(zone.code, "US-", 3) == 0;
    (void)snprintf(out->place, sizeof(out->place), "%.5s", state ? zone.code : zone.iso2);
}

static void read_work(const json_t *report, const json_t *model, struct miev_formula_work *out)
{
    const json_t *machine = json_object_get(report, "machine");
    const json_t *energy = json_object_get(model, "energy");
    const json_t *attribution = json_object_get(energy, "attribution");
    const char *cpu = json_string_value(json_object_get(machine, "cpu"));
    struct miev_cpu_tdp tdp = {.tdp_w = NAN};
    unsigned sockets = whole(machine, "sockets"), cores = whole(machine, "cores");
    (void)miev_cpu_tdp_find(cpu ? cpu : "", &tdp);
    *out = (struct miev_formula_work){
        .duration_s = miev_field_number(attribution, "span_s"),
        .cpu_s = miev_field_number(attribution, "work_cpu_s"),
        .machine_cpu_s = miev_field_number(attribution, "machine_cpu_s"),
        .logical_cpus = whole(machine, "logical_cpus"),
        .cores = cores / sockets > 0 ? cores / sockets : 1,
        .sockets = sockets,
        .tdp_w = tdp.tdp_w,
        .memory_gib = miev_field_number(machine, "memory_bytes") / BYTES_PER_GIB,
        .process_gib = miev_field_number(model, "peak_memory_bytes") / BYTES_PER_GIB,
        .counted_cpu_j = counted_j(report, energy, "cpu"),
        .counted_memory_j = counted_j(report, energy, "memory"),
        .gpu_tdp_w = NAN,
        .gpu_usage = NAN,
    };
    /* A tick of the machine's clock may fall on the other side of the span. */
    out->machine_cpu_s = fmax(out->machine_cpu_s, out->cpu_s);
    miev_others_place(json_string_value(json_object_get(json_object_get(report, "site"), "zone")),
                      out);
}

/* ---- the answers ---------------------------------------------------------------------------- */

static json_t *absent(const struct miev_formula *formula, const char *why)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", formula->id, "name", formula->name,
                     "version", formula->version, "checked", formula->checked, "why", why);
}

static double sum(double a, double b)
{
    return isnan(b) ? a : isnan(a) ? b : a + b;
}

static json_t *answer_json(const struct miev_formula *formula,
                           const struct miev_formula_answer *answer, const json_t *grams)
{
    double low = miev_field_number(grams, "low"), high = miev_field_number(grams, "high");
    double joules = sum(sum(answer->cpu_j, answer->memory_j), answer->gpu_j);
    json_t *within =
        isnan(low) ? json_null() : json_boolean(answer->co2e_g >= low && answer->co2e_g <= high);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:n, s:o, s:o, s:o, s:o, s:f, s:f, s:s, s:o, s:f, s:o, s:o, s:s}",
        "id", formula->id, "name", formula->name, "version", formula->version, "checked",
        formula->checked, "why", "cpu_j", miev_json_real(answer->cpu_j), "memory_j",
        miev_json_real(answer->memory_j), "gpu_j", miev_json_real(answer->gpu_j), "joules",
        miev_json_real(joules), "pue", answer->pue, "intensity_g_per_kwh",
        answer->intensity_g_per_kwh, "place", answer->place, "year",
        answer->year ? json_integer(answer->year) : json_null(), "co2e_g", answer->co2e_g,
        "of_miev_ratio", miev_json_real(answer->co2e_g / miev_field_number(grams, "value")),
        "within_miev", within, "power_model", answer->power_model);
}

json_t *miev_others_of(const struct miev_formula_work *work, const char *methods,
                       const json_t *grams)
{
    json_t *list = json_array();
    for (size_t i = 0; miev_formulas[i]; i++) {
        struct miev_formula_answer answer = {.pue = 1};
        if (!is_among(methods, miev_formulas[i]->id))
            continue;
        const char *why = miev_formulas[i]->answer(work, &answer);
        (void)json_array_append_new(list, why ? absent(miev_formulas[i], why)
                                              : answer_json(miev_formulas[i], &answer, grams));
    }
    return list;
}

static int add_model(const json_t *report, const json_t *model, const char *methods, json_t *list,
                     struct miev_error *err)
{
    const json_t *gross = json_object_get(
        json_object_get(json_object_get(model, "energy"), "gross"), "per_inference_j");
    const json_t *grams = json_object_get(json_object_get(model, "footprint"), "operational_g");
    struct miev_formula_work work;
    if (!gross || json_is_null(gross))
        return MIEV_OK;
    read_work(report, model, &work);
    int rc = miev_formula_check(&work, err);
    if (rc != MIEV_OK)
        return rc;
    (void)json_array_append_new(list, json_pack("{s:O, s:f, s:{s:O, s:O?}, s:o}", "name",
                                                json_object_get(model, "name"), "inference_s",
                                                work.duration_s, "miev", "joules",
                                                json_object_get(gross, "value"), "co2e_g", grams,
                                                "others", miev_others_of(&work, methods, grams)));
    return MIEV_OK;
}

int miev_report_others(const json_t *report, const char *methods, const char *only, json_t **out,
                       struct miev_error *err)
{
    const json_t *models = json_object_get(report, "models");
    json_t *list = json_array(), *model;
    size_t i, chosen = 0;
    int rc = miev_others_check(methods, err);
    if (rc == MIEV_OK && only)
        rc = miev_report_model_find(models, only, &chosen, err);
    json_array_foreach(models, i, model) if (rc == MIEV_OK && (!only || i == chosen)) rc =
        add_model(report, model, methods, list, err);
    json_t *place = json_object_get(json_object_get(report, "site"), "zone");
    if (rc == MIEV_OK) {
        *out = json_pack("{s:O?, s:O}", "place", place, "models", list);
        rc = *out ? MIEV_OK : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the other tools");
    }
    json_decref(list);
    return rc;
}
