/* SPDX-License-Identifier: Apache-2.0 */
#include "server/history.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/error.h"
#include "study/keep.h"
#include "study/report_check.h"

struct miev_history {
    pthread_mutex_t mutex;
    struct miev_store *store;
};

int miev_history_open(const struct miev_env *env, struct miev_history **out, struct miev_error *err)
{
    struct miev_history *history = calloc(1, sizeof(*history));
    if (!history)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the history");
    int rc = miev_store_open(env, true, &history->store, err);
    if (rc != MIEV_OK) {
        free(history);
        return rc;
    }
    (void)pthread_mutex_init(&history->mutex, NULL);
    *out = history;
    return MIEV_OK;
}

void miev_history_close(struct miev_history *history)
{
    if (!history)
        return;
    miev_store_close(history->store);
    (void)pthread_mutex_destroy(&history->mutex);
    free(history);
}

int miev_history_find(struct miev_history *history, int64_t id, struct miev_store_row *row,
                      char **report, struct miev_error *err)
{
    (void)pthread_mutex_lock(&history->mutex);
    int rc = miev_store_find(history->store, id, row, report, err);
    (void)pthread_mutex_unlock(&history->mutex);
    return rc;
}

int miev_history_remove(struct miev_history *history, int64_t id, struct miev_error *err)
{
    (void)pthread_mutex_lock(&history->mutex);
    int rc = miev_store_remove(history->store, &id, 1, err);
    (void)pthread_mutex_unlock(&history->mutex);
    return rc;
}

int miev_history_rename(struct miev_history *history, int64_t id, const char *name,
                        struct miev_error *err)
{
    (void)pthread_mutex_lock(&history->mutex);
    int rc = miev_store_rename(history->store, id, name, err);
    (void)pthread_mutex_unlock(&history->mutex);
    return rc;
}

int miev_history_import(struct miev_history *history, const json_t *report,
                        struct miev_store_row *row, bool *there, struct miev_error *err)
{
    (void)pthread_mutex_lock(&history->mutex);
    int rc = miev_keep_import(history->store, report, NULL, row, there, err);
    (void)pthread_mutex_unlock(&history->mutex);
    return rc;
}

int miev_history_list(struct miev_history *history, struct miev_store_row **out, size_t *n,
                      struct miev_error *err)
{
    (void)pthread_mutex_lock(&history->mutex);
    int rc = miev_store_rows(history->store, out, n, err);
    (void)pthread_mutex_unlock(&history->mutex);
    return rc;
}

bool miev_history_mentions(struct miev_history *history, const char *sha256)
{
    bool found = true;
    (void)pthread_mutex_lock(&history->mutex);
    int rc = miev_store_mentions(history->store, sha256, &found, NULL);
    (void)pthread_mutex_unlock(&history->mutex);
    return rc != MIEV_OK || found;
}

int miev_history_changes(struct miev_history *history, uint64_t *out, struct miev_error *err)
{
    (void)pthread_mutex_lock(&history->mutex);
    int rc = miev_store_changes(history->store, out, err);
    (void)pthread_mutex_unlock(&history->mutex);
    return rc;
}

int miev_history_report(struct miev_history *history, int64_t id, struct miev_store_row *row,
                        json_t **report, struct miev_error *err)
{
    char *text = NULL;
    struct miev_store_row found;
    int rc = miev_history_find(history, id, &found, &text, err);
    if (rc != MIEV_OK)
        return rc;
    if (found.bytes == 0)
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE, "study #%lld has no report%s", (long long)id,
                            found.status == MIEV_STORE_QUEUED ? " yet: it waits for its turn" : "");
    else
        rc = miev_report_read(text, found.bytes, report, err);
    free(text);
    if (rc == MIEV_OK)
        *row = found;
    return rc;
}
