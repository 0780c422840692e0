/* SPDX-License-Identifier: Apache-2.0 */
#include "server/findings.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "export/field.h"
#include "study/finding.h"

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

/* ---- taking in ------------------------------------------------------------------------------ */

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
    json_t *lines = miev_finding_lines(&row, report);
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
    for (size_t i = 0; i < n && taken < MIEV_FINDING_MAX_REPORTS; i++) {
        if (!miev_finding_counts(&rows[i]))
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

json_t *miev_findings_last(struct miev_findings *findings, const char *sha256)
{
    size_t i;
    json_t *line, *last = NULL;
    (void)pthread_mutex_lock(&findings->mutex);
    json_array_foreach(json_object_get(findings->by_hash, sha256), i, line)
    {
        if (!last)
            last = miev_finding_last(line);
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
