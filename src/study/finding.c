/* SPDX-License-Identifier: Apache-2.0 */
#include "study/finding.h"

#include <math.h>
#include <stdlib.h>

#include "core/json.h"
#include "export/field.h"
#include "study/report_check.h"

bool miev_finding_counts(const struct miev_store_row *row)
{
    return row->bytes > 0 && row->status != MIEV_STORE_RUNNING && row->status != MIEV_STORE_QUEUED;
}

static json_t *joules_of(const json_t *energy)
{
    const struct miev_interval joules = miev_field_joules(energy);
    if (!isfinite(joules.value) || !isfinite(joules.low) || !isfinite(joules.high))
        return json_null();
    return json_pack("{s:f, s:f, s:f, s:s}", "value", joules.value, "low", joules.low, "high",
                     joules.high, "method", miev_field_text(energy, "method"));
}

static json_t *machine_of(const json_t *report)
{
    const json_t *machine = miev_field_at(report, "machine");
    const char *product = miev_field_text(machine, "product");
    const char *cpu = miev_field_text(machine, "cpu");
    return json_pack("{s:s?, s:s}", "name", *product ? product : NULL, "cpu",
                     *cpu ? cpu : "an unnamed CPU");
}

static json_t *finding_of(const struct miev_store_row *row, const json_t *report,
                          const json_t *model)
{
    json_t *grams = json_object_get(miev_field_at(model, "footprint"), "per_inference_g");
    return json_pack("{s:I, s:I, s:b, s:o, s:s, s:o, s:o, s:s, s:o}", "study", (json_int_t)row->id,
                     "created_unix_s", (json_int_t)row->created_unix_s, "imported",
                     (int)row->imported, "machine", machine_of(report), "engine",
                     miev_field_text(miev_field_at(model, "engine"), "name"), "joules",
                     joules_of(miev_field_at(model, "energy")), "latency_s",
                     miev_json_real(miev_field_number(miev_field_at(model, "latency"), "p50_s")),
                     "zone", miev_field_text(miev_field_at(report, "site"), "zone"), "grams",
                     grams ? json_deep_copy(grams) : json_null());
}

/* A sweep's rows say nothing of a model as it usually runs, but those with the usual settings. */
static bool is_usual(const json_t *model)
{
    const json_t *settings = miev_field_at(model, "settings");
    return !settings || (json_integer_value(json_object_get(settings, "batch")) == 1 &&
                         json_integer_value(json_object_get(settings, "threads")) == 1 &&
                         json_is_null(json_object_get(settings, "delegate")));
}

/* What a card knows the model by. */
static const char *known_by(const json_t *model)
{
    const char *archive = miev_field_text(model, "archive_sha256");
    return *archive ? archive : miev_field_text(model, "sha256");
}

json_t *miev_finding_lines(const struct miev_store_row *row, const json_t *report)
{
    size_t i;
    json_t *model, *lines = json_array();
    json_array_foreach(json_object_get(report, "models"), i, model)
    {
        bool failed = json_object_get(model, "error") != NULL || !is_usual(model);
        (void)json_array_append_new(
            lines, json_pack("{s:s, s:b, s:o}", "sha256", known_by(model), "own",
                             !row->imported && *row->identity, "found",
                             failed ? json_null() : finding_of(row, report, model)));
    }
    return lines;
}

static json_t *last_of(const json_t *found)
{
    return json_pack("{s:O, s:O, s:O, s:O, s:o}", "study", json_object_get(found, "study"),
                     "created_unix_s", json_object_get(found, "created_unix_s"), "zone",
                     json_object_get(found, "zone"), "method",
                     json_object_get(json_object_get(found, "joules"), "method"), "per_inference_g",
                     json_deep_copy(json_object_get(found, "grams")));
}

json_t *miev_finding_last(const json_t *line)
{
    const json_t *found = json_object_get(line, "found");
    if (!json_is_true(json_object_get(line, "own")) ||
        !json_is_object(json_object_get(found, "grams")) ||
        !json_is_object(json_object_get(found, "joules")))
        return NULL;
    return last_of(found);
}

/* ---- a whole store -------------------------------------------------------------------------- */

/* A report that cannot be read says nothing; the history tells why. */
static void add_report(struct miev_store *store, int64_t id, json_t *out)
{
    struct miev_store_row row;
    char *text = NULL;
    json_t *report = NULL;
    if (miev_store_find(store, id, &row, &text, NULL) != MIEV_OK)
        return;
    if (miev_report_read(text, row.bytes, &report, NULL) == MIEV_OK) {
        size_t i;
        json_t *line, *lines = miev_finding_lines(&row, report);
        json_array_foreach(lines, i, line)
        {
            const char *sha256 = miev_field_text(line, "sha256");
            json_t *last =
                *sha256 && !json_object_get(out, sha256) ? miev_finding_last(line) : NULL;
            if (last)
                (void)json_object_set_new(out, sha256, last);
        }
        json_decref(lines);
        json_decref(report);
    }
    free(text);
}

json_t *miev_finding_all_last(const struct miev_env *env)
{
    struct miev_store *store = NULL;
    struct miev_store_row *rows = NULL;
    size_t n = 0, taken = 0;
    json_t *out = json_object();
    if (miev_store_open(env, false, &store, NULL) != MIEV_OK)
        return out;
    if (miev_store_rows(store, &rows, &n, NULL) == MIEV_OK) {
        for (size_t i = 0; i < n && taken < MIEV_FINDING_MAX_REPORTS; i++) {
            if (!miev_finding_counts(&rows[i]) || rows[i].imported)
                continue;
            add_report(store, rows[i].id, out);
            taken++;
        }
    }
    free(rows);
    miev_store_close(store);
    return out;
}
