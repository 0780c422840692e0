/* SPDX-License-Identifier: Apache-2.0 */
#include "model/catalog.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* The folder of the running program with `steps` folders cut off its end. */
static bool program_folder(int steps, char out[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", out, PATH_MAX - 1);
    if (length <= 0)
        return false;
    out[length] = '\0';
    for (int i = 0; i <= steps; i++) {
        char *slash = strrchr(out, '/');
        if (!slash)
            return false;
        *slash = '\0';
    }
    return true;
}

int miev_home(const struct miev_env *env, char *out, size_t capacity, struct miev_error *err)
{
    const char *named = miev_env_variable(env, "MIEV_HOME");
    if (named && *named) {
        if (!is_folder(named))
            return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                                  "MIEV_HOME names %s, which is no "
                                  "folder",
                                  named);
        (void)snprintf(out, capacity, "%s", named);
        return MIEV_OK;
    }
    /* <prefix>/bin/miev and <source>/build/src/miev. */
    static const struct {
        int steps;
        const char *rest;
    } places[] = {{1, "/share/miev"}, {2, ""}};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char folder[PATH_MAX], models[PATH_MAX + 32];
        if (!program_folder(places[i].steps, folder))
            continue;
        (void)snprintf(models, sizeof(models), "%s%s/models", folder, places[i].rest);
        if (!is_folder(models))
            continue;
        int length = snprintf(out, capacity, "%s%s", folder, places[i].rest);
        if (length >= 0 && (size_t)length < capacity)
            return MIEV_OK;
    }
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                          "the folder of bundled models is not beside "
                          "this program: set MIEV_HOME to the folder that holds \"models\"");
}

/* A folder below home. */
static int below_home(const struct miev_env *env, const char *folder, char *out, size_t capacity,
                      struct miev_error *err)
{
    char home[PATH_MAX];
    int rc = miev_home(env, home, sizeof(home), err);
    if (rc != MIEV_OK)
        return rc;
    int length = snprintf(out, capacity, "%s/%s", home, folder);
    if (length < 0 || (size_t)length >= capacity)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path of %s is too long: %s", folder, home);
    return MIEV_OK;
}

int miev_runtime_dir(const struct miev_env *env, char *out, size_t capacity, struct miev_error *err)
{
    return below_home(env, "vendor/runtime", out, capacity, err);
}

static int by_cost(const void *a, const void *b)
{
    const struct miev_card *x = a, *y = b;
    if (x->macs != y->macs)
        return x->macs < y->macs ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int add_card(const char *path, struct miev_catalog *catalog, struct miev_error *err)
{
    struct miev_card *more = realloc(catalog->cards, (catalog->n + 1) * sizeof(*more));
    if (!more)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the catalog");
    catalog->cards = more;
    int rc = miev_card_load(path, &more[catalog->n], err);
    if (rc == MIEV_OK)
        catalog->n++;
    return rc;
}

static bool is_card_name(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && name[0] != '.' && strcmp(name + length - 5, ".json") == 0;
}

int miev_catalog_load(const char *folder, struct miev_catalog *out, struct miev_error *err)
{
    struct miev_catalog catalog = {0};
    DIR *dir = opendir(folder);
    if (!dir)
        return miev_error_errno(err, "cannot open the models folder %s", folder);
    int rc = MIEV_OK;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; rc == MIEV_OK && (entry = readdir(dir));) {
        char path[PATH_MAX];
        if (!is_card_name(entry->d_name))
            continue;
        int length = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (length > 0 && (size_t)length < sizeof(path))
            rc = add_card(path, &catalog, err);
    }
    (void)closedir(dir);
    if (rc != MIEV_OK) {
        miev_catalog_finish(&catalog);
        return rc;
    }
    if (catalog.n > 0)
        qsort(catalog.cards, catalog.n, sizeof(*catalog.cards), by_cost);
    *out = catalog;
    return MIEV_OK;
}

int miev_catalog_load_home(const struct miev_env *env, struct miev_catalog *out,
                           struct miev_error *err)
{
    char folder[PATH_MAX];
    int rc = below_home(env, "models", folder, sizeof(folder), err);
    return rc == MIEV_OK ? miev_catalog_load(folder, out, err) : rc;
}

void miev_catalog_finish(struct miev_catalog *catalog)
{
    if (!catalog)
        return;
    for (size_t i = 0; i < catalog->n; i++)
        miev_card_finish(&catalog->cards[i]);
    free(catalog->cards);
    catalog->cards = NULL;
    catalog->n = 0;
}

int miev_catalog_find(const struct miev_catalog *catalog, const char *name,
                      const struct miev_card **out, struct miev_error *err)
{
    char names[300] = "";
    size_t used = 0;
    for (size_t i = 0; i < catalog->n; i++) {
        if (strcmp(catalog->cards[i].name, name) == 0) {
            *out = &catalog->cards[i];
            return MIEV_OK;
        }
        int n = snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
                         catalog->cards[i].name);
        if (n > 0 && used + (size_t)n < sizeof(names))
            used += (size_t)n;
    }
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "no model is named '%.60s'; bundled here: %s; a "
                          "file of your own is named by its path (./%.60s)",
                          name, names, name);
}
