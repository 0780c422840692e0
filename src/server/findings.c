/* SPDX-License-Identifier: Apache-2.0 */
#include "server/last.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "export/field.h"

#define MAX_REPORTS 200 /* the newest ones: older news is no news */

struct miev_last {
    pthread_mutex_t mutex; /* guards what follows; a leaf: reports are read without it */
    json_t *by_study;      /* {number: {sha256: what miev_last_json gives}}, each read once */
    json_t *by_hash;       /* {sha256: the newest of them} */
};

struct miev_last *miev_last_create(void)
{
    struct miev_last *last = calloc(1, sizeof(*last));
    if (!last)
        return NULL;
    (void)pthread_mutex_init(&last->mutex, NULL);
    last->by_study = json_object();
    last->by_hash = json_object();
    return last;
}

void miev_last_destroy(struct miev_last *last)
{
    if (!last)
        return;
    json_decref(last->by_study);
    json_decref(last->by_hash);
    (void)pthread_mutex_destroy(&last->mutex);
    free(last);
}

/* A line for each model of a report that has grams. */
static json_t *lines_of(const struct miev_store_row *row, const json_t *report)
{
    size_t i;
    json_t *model, *lines = json_object();
    json_array_foreach(json_object_get(report, "models"), i, model)
    {
        const char *sha256 = miev_field_text(model, "sha256");
        json_t *grams = json_object_get(json_object_get(model, "footprint"), "per_inference_g");
        if (!*sha256 || !grams)
            continue;
        (void)json_object_set_new(
            lines, sha256,
            json_pack("{s:I, s:I, s:s, s:s, s:o}", "study", (json_int_t)row->id, "created_unix_s",
                      (json_int_t)row->created_unix_s, "zone",
                      miev_field_text(json_object_get(report, "site"), "zone"), "method",
                      miev_field_text(json_object_get(model, "energy"), "method"),
                      "per_inference_g", json_deep_copy(grams)));
    }
    return lines;
}

static bool counts(const struct miev_store_row *row)
{
    return *row->identity && !row->imported;
}

static void make_key(char key[24], int64_t id)
{
    (void)snprintf(key, 24, "%lld", (long long)id);
}

/* Without the lock but for a moment: a study that was not seen before. */
static void learn(struct miev_last *last, struct miev_history *history, int64_t id)
{
    char key[24];
    struct miev_store_row row;
    json_t *report = NULL;
    make_key(key, id);
    (void)pthread_mutex_lock(&last->mutex);
    bool known = json_object_get(last->by_study, key) != NULL;
    (void)pthread_mutex_unlock(&last->mutex);
    if (known || miev_history_report(history, id, &row, &report, NULL) != MIEV_OK)
        return;
    json_t *lines = lines_of(&row, report);
    json_decref(report);
    (void)pthread_mutex_lock(&last->mutex);
    (void)json_object_set_new(last->by_study, key, lines);
    (void)pthread_mutex_unlock(&last->mutex);
}

/* With the lock held: only what rows, newest first, still has. */
static void sort_out(struct miev_last *last, const struct miev_store_row *rows, size_t n)
{
    json_t *by_study = json_object(), *by_hash = json_object();
    for (size_t i = 0; i < n; i++) {
        char key[24];
        make_key(key, rows[i].id);
        json_t *lines = json_object_get(last->by_study, key);
        if (!lines)
            continue;
        (void)json_object_set(by_study, key, lines);
        (void)json_object_update_missing(by_hash, lines);
    }
    json_decref(last->by_study);
    json_decref(last->by_hash);
    last->by_study = by_study;
    last->by_hash = by_hash;
}

void miev_last_refresh(struct miev_last *last, struct miev_history *history)
{
    struct miev_store_row *rows = NULL;
    size_t n = 0, taken = 0;
    if (miev_history_list(history, &rows, &n, NULL) != MIEV_OK)
        return;
    for (size_t i = 0; i < n && taken < MAX_REPORTS; i++) {
        if (!counts(&rows[i]))
            continue;
        learn(last, history, rows[i].id);
        rows[taken++] = rows[i];
    }
    (void)pthread_mutex_lock(&last->mutex);
    sort_out(last, rows, taken);
    (void)pthread_mutex_unlock(&last->mutex);
    free(rows);
}

json_t *miev_last_json(struct miev_last *last, const char *sha256)
{
    (void)pthread_mutex_lock(&last->mutex);
    json_t *found = json_object_get(last->by_hash, sha256);
    json_t *copy = found ? json_deep_copy(found) : json_null();
    (void)pthread_mutex_unlock(&last->mutex);
    return copy;
}
