/* SPDX-License-Identifier: Apache-2.0 */
#include "server/last.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "export/field.h"

#define MAX_REPORTS 200 /* the newest ones: older news is no news */

struct miev_last {
    pthread_mutex_t mutex; /* guards what follows; a leaf: reports are read without it */
    json_t *by_hash;       /* {sha256: what miev_last_json gives} */
    int64_t seen_unix_ms;  /* of the newest report that was taken in */
    size_t n_rows;         /* of finished studies, then */
};

struct miev_last *miev_last_create(void)
{
    struct miev_last *last = calloc(1, sizeof(*last));
    if (!last)
        return NULL;
    (void)pthread_mutex_init(&last->mutex, NULL);
    last->by_hash = json_object();
    return last;
}

void miev_last_destroy(struct miev_last *last)
{
    if (!last)
        return;
    json_decref(last->by_hash);
    (void)pthread_mutex_destroy(&last->mutex);
    free(last);
}

/* Models that have no figure yet in `by_hash`, which newer reports were put into before. */
static void take_report(json_t *by_hash, const struct miev_store_row *row, const json_t *report)
{
    size_t i;
    json_t *model;
    json_array_foreach(json_object_get(report, "models"), i, model)
    {
        const char *sha256 = miev_field_text(model, "sha256");
        json_t *grams = json_object_get(json_object_get(model, "footprint"), "per_inference_g");
        if (!*sha256 || !grams || json_object_get(by_hash, sha256))
            continue;
        (void)json_object_set_new(
            by_hash, sha256,
            json_pack("{s:I, s:I, s:s, s:s, s:o}", "study", (json_int_t)row->id, "created_unix_s",
                      (json_int_t)row->created_unix_s, "zone",
                      miev_field_text(json_object_get(report, "site"), "zone"), "method",
                      miev_field_text(json_object_get(model, "energy"), "method"),
                      "per_inference_g", json_deep_copy(grams)));
    }
}

static bool counts(const struct miev_store_row *row)
{
    return *row->identity && !row->imported;
}

/* All of it anew: a study that was deleted may have been the last of its models. */
static json_t *read_all(struct miev_history *history, const struct miev_store_row *rows, size_t n)
{
    json_t *by_hash = json_object();
    size_t taken = 0;
    for (size_t i = 0; i < n && taken < MAX_REPORTS; i++) {
        struct miev_store_row row;
        json_t *report = NULL;
        if (!counts(&rows[i]) ||
            miev_history_report(history, rows[i].id, &row, &report, NULL) != MIEV_OK)
            continue;
        take_report(by_hash, &row, report);
        json_decref(report);
        taken++;
    }
    return by_hash;
}

void miev_last_refresh(struct miev_last *last, struct miev_history *history)
{
    struct miev_store_row *rows = NULL;
    size_t n = 0, n_counted = 0;
    int64_t newest_ms = 0;
    if (miev_history_list(history, &rows, &n, NULL) != MIEV_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        n_counted += counts(&rows[i]);
        if (counts(&rows[i]) && rows[i].kept_unix_ms > newest_ms)
            newest_ms = rows[i].kept_unix_ms;
    }
    (void)pthread_mutex_lock(&last->mutex);
    bool fresh = last->seen_unix_ms == newest_ms && last->n_rows == n_counted;
    (void)pthread_mutex_unlock(&last->mutex);
    if (!fresh) {
        json_t *by_hash = read_all(history, rows, n), *old;
        (void)pthread_mutex_lock(&last->mutex);
        old = last->by_hash;
        last->by_hash = by_hash;
        last->seen_unix_ms = newest_ms;
        last->n_rows = n_counted;
        (void)pthread_mutex_unlock(&last->mutex);
        json_decref(old);
    }
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
