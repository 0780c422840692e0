/* SPDX-License-Identifier: Apache-2.0 */
#include "model/partial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/folder.h"
#include "core/json.h"
#include "core/sha256.h"

#define MARK_MAX_BYTES 4096

void miev_partial_path(const struct miev_partial *partial, const char *name, char out[PATH_MAX])
{
    (void)snprintf(out, PATH_MAX, "%s/%.14s", partial->folder, name);
}

/* The lock file's own process may remove it while we wait: then we hold a file without a name. */
static int open_lock(struct miev_partial *partial, bool *ours, struct miev_error *err)
{
    char path[PATH_MAX];
    struct stat info;
    *ours = false;
    miev_partial_path(partial, "lock", path);
    if (mkdir(partial->folder, 0700) != 0 && errno != EEXIST)
        return miev_error_errno(err, "cannot make the folder %s", partial->folder);
    partial->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (partial->lock_fd < 0 && errno == ENOENT)
        return MIEV_OK; /* the folder has gone again */
    if (partial->lock_fd < 0)
        return miev_error_errno(err, "cannot open %s", path);
    int rc = miev_depot_lock(partial->depot, partial->lock_fd, err);
    if (rc == MIEV_OK && fstat(partial->lock_fd, &info) != 0)
        rc = miev_error_errno(err, "cannot look at %s", path);
    *ours = rc == MIEV_OK && info.st_nlink > 0;
    if (!*ours) {
        (void)close(partial->lock_fd);
        partial->lock_fd = -1;
    }
    return rc;
}

int miev_partial_open(const struct miev_depot *depot, const char *address, struct miev_partial *out,
                      struct miev_error *err)
{
    char key[65], path[PATH_MAX];
    bool ours = false;
    *out = (struct miev_partial){.depot = depot, .lock_fd = -1, .body_fd = -1};
    miev_sha256_hex(address, strlen(address), key);
    int rc = miev_depot_path(depot, MIEV_DEPOT_PARTIAL, key, path, err);
    if (rc == MIEV_OK && strlen(path) >= sizeof(out->folder))
        rc = miev_error_set(err, MIEV_ERR_LIMIT, "the path %.60s... is too long", path);
    if (rc == MIEV_OK)
        (void)snprintf(out->folder, sizeof(out->folder), "%.*s", (int)sizeof(out->folder) - 1,
                       path);
    while (rc == MIEV_OK && !ours)
        rc = open_lock(out, &ours, err);
    if (rc != MIEV_OK)
        return rc;
    miev_partial_path(out, "body", path);
    out->body_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return out->body_fd >= 0 ? MIEV_OK : miev_error_errno(err, "cannot open %s", path);
}

void miev_partial_close(struct miev_partial *partial)
{
    if (partial->body_fd >= 0)
        (void)close(partial->body_fd);
    if (partial->lock_fd >= 0)
        (void)close(partial->lock_fd);
    partial->body_fd = partial->lock_fd = -1;
}

/* The lock file last: until then nobody else begins here. */
void miev_partial_discard(struct miev_partial *partial)
{
    static const char *const names[] = {"mark", "body", "tree", "card", "lock"};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        miev_partial_path(partial, names[i], path);
        if (miev_folder_remove(path, NULL) != MIEV_OK)
            break; /* what stays is `miev gc`'s */
    }
    (void)rmdir(partial->folder);
    miev_partial_close(partial);
}

void miev_partial_read_mark(const struct miev_partial *partial, struct miev_partial_mark *out)
{
    char path[PATH_MAX], *text = NULL;
    size_t length = 0;
    json_t *root = NULL;
    double total = 0;
    *out = (struct miev_partial_mark){.total = 0};
    miev_partial_path(partial, "mark", path);
    if (miev_file_load(path, MARK_MAX_BYTES, &text, &length, NULL) != MIEV_OK)
        return;
    struct miev_partial_mark mark;
    if (miev_json_parse(text, length, &root, NULL) == MIEV_OK &&
        miev_json_string(root, "validator", mark.validator, sizeof(mark.validator), NULL) ==
            MIEV_OK &&
        miev_json_number(root, "total", 0, 1e15, &total, NULL) == MIEV_OK) {
        mark.total = (uint64_t)total;
        *out = mark;
    }
    json_decref(root);
    free(text);
}

int miev_partial_write_mark(const struct miev_partial *partial,
                            const struct miev_partial_mark *mark, struct miev_error *err)
{
    char path[PATH_MAX];
    miev_partial_path(partial, "mark", path);
    /* No mark while it is written: bytes without one are not gone on with. */
    if (unlink(path) != 0 && errno != ENOENT)
        return miev_error_errno(err, "cannot remove %s", path);
    if (mark->validator[0] == '\0')
        return MIEV_OK;
    json_t *root =
        json_pack("{s:s, s:I}", "validator", mark->validator, "total", (json_int_t)mark->total);
    int failed = root ? json_dump_file(root, path, JSON_COMPACT) : 0;
    json_decref(root);
    return failed == 0 ? MIEV_OK : miev_error_errno(err, "cannot write %s", path);
}

int miev_partial_make_tree(const struct miev_partial *partial, int *folder_fd,
                           struct miev_error *err)
{
    char path[PATH_MAX];
    miev_partial_path(partial, "tree", path);
    int rc = miev_folder_remove(path, err);
    if (rc != MIEV_OK)
        return rc;
    if (mkdir(path, 0700) != 0)
        return miev_error_errno(err, "cannot make the folder %s", path);
    *folder_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *folder_fd >= 0 ? MIEV_OK : miev_error_errno(err, "cannot open %s", path);
}
