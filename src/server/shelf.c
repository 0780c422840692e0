/* SPDX-License-Identifier: Apache-2.0 */
#include "server/shelf.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/error.h"
#include "model/depot.h"

/* One reading of the catalog; `catalog` is the first, so that a pointer to it is one to this. */
struct copy {
    struct miev_catalog catalog;
    unsigned references;
};

struct miev_shelf {
    const struct miev_env *env;
    char cards[PATH_MAX + 16]; /* folder of the pulled models' cards; "": there is none */
    pthread_mutex_t mutex;     /* guards what follows; held while the catalog is read anew */
    struct copy *now;
    _Atomic uint64_t renewals;
    uint64_t of; /* what changes() was when it was read */
};

static int read_copy(const struct miev_env *env, struct copy **out, struct miev_error *err)
{
    struct copy *copy = calloc(1, sizeof(*copy));
    if (!copy)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the catalog");
    copy->references = 1;
    int rc = miev_catalog_load_home(env, &copy->catalog, err);
    if (rc == MIEV_OK)
        *out = copy;
    else
        free(copy);
    return rc;
}

/* With the lock held, or by the only one who knows of it. */
static void release(struct copy *copy)
{
    if (--copy->references > 0)
        return;
    miev_catalog_finish(&copy->catalog);
    free(copy);
}

/* A card comes and goes by rename, which sets the time of its folder. */
uint64_t miev_shelf_changes(struct miev_shelf *shelf)
{
    struct stat info = {0};
    (void)stat(shelf->cards, &info);
    return (uint64_t)info.st_mtim.tv_sec * 1000000000u + (uint64_t)info.st_mtim.tv_nsec +
           shelf->renewals;
}

void miev_shelf_renew(struct miev_shelf *shelf)
{
    shelf->renewals++;
}

const struct miev_catalog *miev_shelf_take(struct miev_shelf *shelf)
{
    struct copy *fresh = NULL;
    (void)pthread_mutex_lock(&shelf->mutex);
    uint64_t of = miev_shelf_changes(shelf);
    if (of != shelf->of && read_copy(shelf->env, &fresh, NULL) == MIEV_OK) {
        release(shelf->now);
        shelf->now = fresh;
        shelf->of = of;
    }
    shelf->now->references++;
    const struct miev_catalog *catalog = &shelf->now->catalog;
    (void)pthread_mutex_unlock(&shelf->mutex);
    return catalog;
}

void miev_shelf_give(struct miev_shelf *shelf, const struct miev_catalog *catalog)
{
    union {
        const struct miev_catalog *given;
        struct copy *copy;
    } both = {.given = catalog};
    (void)pthread_mutex_lock(&shelf->mutex);
    release(both.copy);
    (void)pthread_mutex_unlock(&shelf->mutex);
}

int miev_shelf_open(const struct miev_env *env, struct miev_shelf **out, struct miev_error *err)
{
    char depot[PATH_MAX];
    struct miev_shelf *shelf = calloc(1, sizeof(*shelf));
    if (!shelf)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the catalog");
    shelf->env = env;
    if (miev_depot_folder(env, depot, sizeof(depot), NULL) == MIEV_OK)
        (void)snprintf(shelf->cards, sizeof(shelf->cards), "%s/cards", depot);
    shelf->of = miev_shelf_changes(shelf);
    int rc = read_copy(env, &shelf->now, err);
    if (rc != MIEV_OK) {
        free(shelf);
        return rc;
    }
    (void)pthread_mutex_init(&shelf->mutex, NULL);
    *out = shelf;
    return MIEV_OK;
}

void miev_shelf_close(struct miev_shelf *shelf)
{
    if (!shelf)
        return;
    release(shelf->now);
    (void)pthread_mutex_destroy(&shelf->mutex);
    free(shelf);
}
