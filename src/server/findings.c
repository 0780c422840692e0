/* SPDX-License-Identifier: Apache-2.0 */
#include "server/findings.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/json.h"
#include "export/field.h"
#include "footprint/interval.h"

#define MAX_REPORTS 500 /* the newest ones: older news is no news */

struct miev_findings {
    pthread_mutex_t mutex; /* guards what follows; a leaf: reports are read without it */
    json_t *by_study;      /* {number: [{sha256, own, found}, one a model]}, each read once */
    json_t *by_hash;       /* {sha256: [the same, newest first]} */
};

struct miev_findings *miev_findings_create(void)
{
    struct miev_findings *findings = calloc(1, sizeof(*findings));
    if (!findings)
        return NULL;
    (void)pthread_mutex_init(&findings->mutex, NULL);
    findings->by_study = json_object();
    findings->by_hash = json_object();
    return findings;
}

void miev_findings_destroy(struct miev_findings *findings)
{
    if (!findings)
        return;
    json_decref(findings->by_study);
    json_decref(findings->by_hash);
    (void)pthread_mutex_destroy(&findings->mutex);
    free(findings);
}

/* ---- what is kept of a report --------------------------------------------------------------- */

/* Both uncertainties of a model's gross joules as one. */
static json_t *joules_of(const json_t *energy)
{
    const json_t *gross = miev_field_at(miev_field_at(energy, "gross"), "per_inference_j");
    const json_t *scatter = miev_field_at(gross, "statistical");
    const json_t *bounds = miev_field_at(gross, "systematic");
    double value = miev_field_number(gross, "value");
    const struct miev_interval a = {value, miev_field_number(scatter, "low"),
                                    miev_field_number(scatter, "high")};
    const struct miev_interval b = {value, miev_field_number(bounds, "low"),
                                    miev_field_number(bounds, "high")};
    const struct miev_interval both = miev_interval_merge(&a, &b);
    if (!isfinite(value) || !isfinite(both.low) || !isfinite(both.high))
        return json_null();
    return json_pack("{s:f, s:f, s:f, s:s}", "value", value, "low", both.low, "high", both.high,
                     "method", miev_field_text(energy, "method"));
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

static json_t *lines_of(const struct miev_store_row *row, const json_t *report)
{
    size_t i;
    json_t *model, *lines = json_array();
    json_array_foreach(json_object_get(report, "models"), i, model)
    {
        bool failed = json_object_get(model, "error") != NULL;
        (void)json_array_append_new(
            lines, json_pack("{s:s, s:b, s:o}", "sha256", miev_field_text(model, "sha256"), "own",
                             !row->imported && *row->identity, "found",
                             failed ? json_null() : finding_of(row, report, model)));
    }
    return lines;
}

/* ---- taking in ------------------------------------------------------------------------------ */

/* What is still written has more to say later. */
static bool counts(const struct miev_store_row *row)
{
    return row->bytes > 0 && row->status != MIEV_STORE_RUNNING && row->status != MIEV_STORE_QUEUED;
}

static void make_key(char key[24], int64_t id)
{
    (void)snprintf(key, 24, "%lld", (long long)id);
}

/* Without the lock but for a moment: a study that was not seen before. */
static void learn(struct miev_findings *findings, struct miev_history *history, int64_t id)
{
    char key[24];
    struct miev_store_row row;
    json_t *report = NULL;
    make_key(key, id);
    (void)pthread_mutex_lock(&findings->mutex);
    bool known = json_object_get(findings->by_study, key) != NULL;
    (void)pthread_mutex_unlock(&findings->mutex);
    if (known || miev_history_report(history, id, &row, &report, NULL) != MIEV_OK)
        return;
    json_t *lines = lines_of(&row, report);
    json_decref(report);
    (void)pthread_mutex_lock(&findings->mutex);
    (void)json_object_set_new(findings->by_study, key, lines);
    (void)pthread_mutex_unlock(&findings->mutex);
}

static void add_by_hash(json_t *by_hash, json_t *lines)
{
    size_t i;
    json_t *line;
    json_array_foreach(lines, i, line)
    {
        const char *sha256 = miev_field_text(line, "sha256");
        if (!*sha256 || !json_is_object(json_object_get(line, "found")))
            continue;
        if (!json_object_get(by_hash, sha256))
            (void)json_object_set_new(by_hash, sha256, json_array());
        (void)json_array_append(json_object_get(by_hash, sha256), line);
    }
}

/* With the lock held: only what rows, newest first, still has. */
static void sort_out(struct miev_findings *findings, const struct miev_store_row *rows, size_t n)
{
    json_t *by_study = json_object(), *by_hash = json_object();
    for (size_t i = 0; i < n; i++) {
        char key[24];
        make_key(key, rows[i].id);
        json_t *lines = json_object_get(findings->by_study, key);
        if (!lines)
            continue;
        (void)json_object_set(by_study, key, lines);
        add_by_hash(by_hash, lines);
    }
    json_decref(findings->by_study);
    json_decref(findings->by_hash);
    findings->by_study = by_study;
    findings->by_hash = by_hash;
}

void miev_findings_refresh(struct miev_findings *findings, struct miev_history *history)
{
    struct miev_store_row *rows = NULL;
    size_t n = 0, taken = 0;
    if (miev_history_list(history, &rows, &n, NULL) != MIEV_OK)
        return;
    for (size_t i = 0; i < n && taken < MAX_REPORTS; i++) {
        if (!counts(&rows[i]))
            continue;
        learn(findings, history, rows[i].id);
        rows[taken++] = rows[i];
    }
    (void)pthread_mutex_lock(&findings->mutex);
    sort_out(findings, rows, taken);
    (void)pthread_mutex_unlock(&findings->mutex);
    free(rows);
}

/* ---- telling -------------------------------------------------------------------------------- */

static json_t *last_of(const json_t *found)
{
    return json_pack("{s:O, s:O, s:O, s:O, s:o}", "study", json_object_get(found, "study"),
                     "created_unix_s", json_object_get(found, "created_unix_s"), "zone",
                     json_object_get(found, "zone"), "method",
                     json_object_get(json_object_get(found, "joules"), "method"), "per_inference_g",
                     json_deep_copy(json_object_get(found, "grams")));
}

json_t *miev_findings_last(struct miev_findings *findings, const char *sha256)
{
    size_t i;
    json_t *line, *last = NULL;
    (void)pthread_mutex_lock(&findings->mutex);
    json_array_foreach(json_object_get(findings->by_hash, sha256), i, line)
    {
        const json_t *found = json_object_get(line, "found");
        if (!last && json_is_true(json_object_get(line, "own")) &&
            json_is_object(json_object_get(found, "grams")) &&
            json_is_object(json_object_get(found, "joules")))
            last = last_of(found);
    }
    (void)pthread_mutex_unlock(&findings->mutex);
    return last ? last : json_null();
}

json_t *miev_findings_all(struct miev_findings *findings, const char *sha256)
{
    size_t i;
    json_t *line, *all = json_array();
    (void)pthread_mutex_lock(&findings->mutex);
    json_array_foreach(json_object_get(findings->by_hash, sha256), i, line)(void)
        json_array_append_new(all, json_deep_copy(json_object_get(line, "found")));
    (void)pthread_mutex_unlock(&findings->mutex);
    return all;
}

json_t *miev_findings_models(struct miev_findings *findings, int64_t study)
{
    size_t i;
    char key[24];
    json_t *line, *hashes = NULL;
    make_key(key, study);
    (void)pthread_mutex_lock(&findings->mutex);
    const json_t *lines = json_object_get(findings->by_study, key);
    if (lines)
        hashes = json_array();
    json_array_foreach(lines, i, line)(void)
        json_array_append_new(hashes, json_deep_copy(json_object_get(line, "sha256")));
    (void)pthread_mutex_unlock(&findings->mutex);
    return hashes;
}
