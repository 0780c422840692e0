/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/error.h"
#include "store/store.h"

#define STORES(X) X(sqlite)

#define DECLARE(name) extern const struct miev_store_ops miev_store_##name;
STORES(DECLARE)

#define ROW(name) &miev_store_##name,
const struct miev_store_ops *const miev_stores[] = {STORES(ROW) NULL};

struct miev_store {
    const struct miev_store_ops *ops;
    void *state;
};

const char *miev_store_status_name(enum miev_store_status status)
{
    static const char *const names[] = {
        [MIEV_STORE_RUNNING] = "running",         [MIEV_STORE_QUEUED] = "queued",
        [MIEV_STORE_CUT_OFF] = "cut off",         [MIEV_STORE_FINISHED] = "finished",
        [MIEV_STORE_INTERRUPTED] = "interrupted", [MIEV_STORE_FAILED] = "failed",
    };
    return names[status];
}

int miev_store_folder(const struct miev_env *env, char *out, size_t capacity,
                      struct miev_error *err)
{
    /* A relative path of XDG_DATA_HOME is to be ignored, says its specification. */
    const char *own = miev_env_variable(env, "MIEV_DATA");
    const char *xdg = miev_env_variable(env, "XDG_DATA_HOME");
    const char *home = miev_env_variable(env, "HOME");
    int length = -1;
    if (own && *own)
        length = snprintf(out, capacity, "%s", own);
    else if (xdg && *xdg == '/')
        length = snprintf(out, capacity, "%s/miev", xdg);
    else if (home && *home == '/')
        length = snprintf(out, capacity, "%s/.local/share/miev", home);
    else
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "there is no home folder for the history: set MIEV_DATA to a folder");
    if (length < 0 || (size_t)length >= capacity)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "the path of the history's folder is too long: set MIEV_DATA");
    return MIEV_OK;
}

int miev_store_open(const struct miev_env *env, bool create, struct miev_store **out,
                    struct miev_error *err)
{
    char folder[PATH_MAX];
    const struct miev_store_ops *ops = miev_stores[0];
    int rc = miev_store_folder(env, folder, sizeof(folder), err);
    if (rc != MIEV_OK)
        return rc;
    struct miev_store *store = calloc(1, sizeof(*store));
    void *state = calloc(1, ops->state_size);
    rc = store && state ? ops->open(state, folder, create, err)
                        : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the history");
    if (rc != MIEV_OK) {
        free(store);
        free(state);
        return rc;
    }
    *store = (struct miev_store){ops, state};
    *out = store;
    return MIEV_OK;
}

void miev_store_close(struct miev_store *store)
{
    if (!store)
        return;
    store->ops->close(store->state);
    free(store->state);
    free(store);
}

/* Only what never came to its first checkpoint has no report. */
static int check_length(const struct miev_store_row *row, size_t length, struct miev_error *err)
{
    bool may_lack = row->status != MIEV_STORE_RUNNING && row->status != MIEV_STORE_FINISHED;
    if ((length > 0 || may_lack) && length <= MIEV_STORE_REPORT_MAX_BYTES)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_LIMIT,
                          "a report of %zu bytes is not kept: at most %zu are allowed", length,
                          MIEV_STORE_REPORT_MAX_BYTES);
}

int miev_store_insert(struct miev_store *store, struct miev_store_row *row, const char *report,
                      size_t length, struct miev_error *err)
{
    int rc = check_length(row, length, err);
    return rc != MIEV_OK ? rc : store->ops->insert(store->state, row, report, length, err);
}

int miev_store_update(struct miev_store *store, const struct miev_store_row *row,
                      const char *report, size_t length, struct miev_error *err)
{
    int rc = check_length(row, length, err);
    return rc != MIEV_OK ? rc : store->ops->update(store->state, row, report, length, err);
}

int miev_store_find(struct miev_store *store, int64_t id, struct miev_store_row *row, char **report,
                    struct miev_error *err)
{
    return store->ops->find(store->state, id, row, report, err);
}

int miev_store_find_identity(struct miev_store *store, const char *identity,
                             struct miev_store_row *row, struct miev_error *err)
{
    return store->ops->find_identity(store->state, identity, row, err);
}

int miev_store_list(struct miev_store *store,
                    bool (*each)(void *context, const struct miev_store_row *row), void *context,
                    struct miev_error *err)
{
    return store->ops->list(store->state, each, context, err);
}

struct rows {
    struct miev_store_row *list;
    size_t n;
    bool no_memory;
};

static bool add_row(void *context, const struct miev_store_row *row)
{
    struct rows *rows = context;
    if ((rows->n & (rows->n - 1)) == 0) { /* full: 1, 2, 4, ... */
        size_t capacity = rows->n ? 2 * rows->n : 1;
        struct miev_store_row *list = realloc(rows->list, capacity * sizeof(*list));
        rows->no_memory = !list;
        if (!list)
            return false;
        rows->list = list;
    }
    rows->list[rows->n++] = *row;
    return true;
}

int miev_store_rows(struct miev_store *store, struct miev_store_row **out, size_t *n,
                    struct miev_error *err)
{
    struct rows rows = {0};
    int rc = miev_store_list(store, add_row, &rows, err);
    if (rc == MIEV_OK && rows.no_memory)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the list of studies");
    if (rc != MIEV_OK) {
        free(rows.list);
        return rc;
    }
    *out = rows.list;
    *n = rows.n;
    return MIEV_OK;
}

int miev_store_remove(struct miev_store *store, const int64_t *ids, size_t n,
                      struct miev_error *err)
{
    return store->ops->remove(store->state, ids, n, err);
}

int miev_store_rename(struct miev_store *store, int64_t id, const char *name,
                      struct miev_error *err)
{
    return store->ops->rename(store->state, id, name, err);
}

int miev_store_mentions(struct miev_store *store, const char *words, bool *out,
                        struct miev_error *err)
{
    return store->ops->mentions(store->state, words, out, err);
}

int miev_store_changes(struct miev_store *store, uint64_t *out, struct miev_error *err)
{
    return store->ops->changes(store->state, out, err);
}

int miev_store_set_aside(const struct miev_env *env, char *to, struct miev_error *err)
{
    char folder[PATH_MAX];
    int rc = miev_store_folder(env, folder, sizeof(folder), err);
    return rc != MIEV_OK ? rc : miev_stores[0]->set_aside(folder, to, err);
}
