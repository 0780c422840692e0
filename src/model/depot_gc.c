/* SPDX-License-Identifier: Apache-2.0 */
#include "model/depot_gc.h"

#include <dirent.h>
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "core/file.h"
#include "core/folder.h"
#include "core/json.h"

#define CARD_MAX_BYTES (4u << 20)
#define HASH_DIGITS    64

struct named {
    char (*list)[HASH_DIGITS + 1];
    size_t n;
};

static bool is_hash(const char *text, size_t length)
{
    return length == HASH_DIGITS && strspn(text, "0123456789abcdef") >= HASH_DIGITS;
}

static bool is_named(const struct named *named, const char *sha256)
{
    for (size_t i = 0; i < named->n; i++)
        if (strcmp(named->list[i], sha256) == 0)
            return true;
    return false;
}

/* ---- what the cards name -------------------------------------------------------------------- */

/* The hash in "../blobs/<sha256>" or "../trees/<sha256>/folder". */
static int note_path(struct named *named, const char *path, struct miev_error *err)
{
    const char *hash = strncmp(path, "../", 3) == 0 ? strchr(path + 3, '/') : NULL;
    if (!hash || !is_hash(hash + 1, strcspn(hash + 1, "/")))
        return MIEV_OK; /* a file beside the card, which is not ours */
    char(*more)[HASH_DIGITS + 1] = realloc(named->list, (named->n + 1) * sizeof(*more));
    if (!more)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the list of models");
    named->list = more;
    (void)snprintf(more[named->n++], sizeof(*more), "%.*s", HASH_DIGITS, hash + 1);
    return MIEV_OK;
}

static int read_card(struct named *named, const char *path, struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0, i = 0;
    json_t *root = NULL;
    const json_t *entry = NULL;
    int rc = miev_file_load(path, CARD_MAX_BYTES, &text, &length, err);
    if (rc == MIEV_OK)
        rc = miev_json_parse(text, length, &root, err);
    if (rc == MIEV_OK && !json_is_array(json_object_get(root, "files")))
        rc = miev_error_set(err, MIEV_ERR_INVALID, "\"files\" must be a list");
    json_array_foreach(json_object_get(root, "files"), i, entry)
    {
        const char *file = json_string_value(json_object_get(entry, "path"));
        if (rc == MIEV_OK && file)
            rc = note_path(named, file, err);
    }
    json_decref(root);
    free(text);
    if (rc == MIEV_OK)
        return rc;
    (void)miev_error_prefix(err,
                            "%s cannot be read, so that nobody knows what it needs (mend or "
                            "remove it)",
                            path);
    return MIEV_ERR_INVALID;
}

/* ---- each thing of a part ------------------------------------------------------------------- */

struct sweep {
    const struct miev_depot *depot;
    const struct miev_gc *gc;
    struct named named;
    enum miev_depot_part part;
};

static int for_each(struct sweep *sweep, enum miev_depot_part part,
                    int (*each)(struct sweep *sweep, const char *name, const char *path,
                                struct miev_error *err),
                    struct miev_error *err)
{
    char folder[PATH_MAX], path[PATH_MAX];
    int rc = miev_depot_path(sweep->depot, part, "", folder, err);
    DIR *dir = rc == MIEV_OK ? opendir(folder) : NULL;
    if (rc == MIEV_OK && !dir)
        rc = miev_error_errno(err, "cannot open %s", folder);
    sweep->part = part;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; rc == MIEV_OK && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        rc = miev_depot_path(sweep->depot, part, entry->d_name, path, err);
        if (rc == MIEV_OK)
            rc = each(sweep, entry->d_name, path, err);
    }
    if (dir)
        (void)closedir(dir);
    return rc;
}

static int note_card(struct sweep *sweep, const char *name, const char *path,
                     struct miev_error *err)
{
    size_t length = strlen(name);
    bool is_card = length > 5 && strcmp(name + length - 5, ".json") == 0;
    return is_card ? read_card(&sweep->named, path, err) : MIEV_OK;
}

static uint64_t bytes_of(const char *path)
{
    char copy[PATH_MAX];
    char *const paths[] = {copy, NULL};
    uint64_t bytes = 0;
    (void)snprintf(copy, sizeof(copy), "%s", path);
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk)
        return 0;
    for (FTSENT *entry = fts_read(walk); entry; entry = fts_read(walk))
        if (entry->fts_info == FTS_F)
            bytes += (uint64_t)entry->fts_statp->st_size;
    (void)fts_close(walk);
    return bytes;
}

static int remove_one(const struct sweep *sweep, const char *name, const char *path,
                      struct miev_error *err)
{
    sweep->gc->goes(sweep->gc->context, sweep->part, name, bytes_of(path));
    return sweep->gc->dry_run ? MIEV_OK : miev_folder_remove(path, err);
}

/* A name that is no hash is nobody's work here: it stays. */
static int sweep_unnamed(struct sweep *sweep, const char *name, const char *path,
                         struct miev_error *err)
{
    if (!is_hash(name, strlen(name)) || is_named(&sweep->named, name))
        return MIEV_OK;
    return remove_one(sweep, name, path, err);
}

/* By its body, which every byte that came has touched, or where there is none by itself. */
static int sweep_partial(struct sweep *sweep, const char *name, const char *path,
                         struct miev_error *err)
{
    char body[PATH_MAX];
    struct stat info;
    int n = snprintf(body, sizeof(body), "%s/body", path);
    bool known =
        n > 0 && (size_t)n < sizeof(body) && (stat(body, &info) == 0 || stat(path, &info) == 0);
    bool young = known && info.st_mtime > sweep->gc->now_s - MIEV_GC_PARTIAL_KEPT_S;
    if (!is_hash(name, strlen(name)) || (young && !sweep->gc->partials))
        return MIEV_OK;
    return remove_one(sweep, name, path, err);
}

int miev_depot_gc(const struct miev_depot *depot, const struct miev_gc *gc, struct miev_error *err)
{
    struct sweep sweep = {.depot = depot, .gc = gc};
    int rc = for_each(&sweep, MIEV_DEPOT_CARDS, note_card, err);
    if (rc == MIEV_OK)
        rc = for_each(&sweep, MIEV_DEPOT_BLOBS, sweep_unnamed, err);
    if (rc == MIEV_OK)
        rc = for_each(&sweep, MIEV_DEPOT_TREES, sweep_unnamed, err);
    if (rc == MIEV_OK)
        rc = for_each(&sweep, MIEV_DEPOT_PARTIAL, sweep_partial, err);
    free(sweep.named.list);
    return rc;
}
