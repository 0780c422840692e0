/* SPDX-License-Identifier: Apache-2.0 */
#include "model/depot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/folder.h"

#define STEP_WAIT_NS 100000000u

static const char *const parts[] = {
    [MIEV_DEPOT_BLOBS] = "blobs",
    [MIEV_DEPOT_TREES] = "trees",
    [MIEV_DEPOT_CARDS] = "cards",
    [MIEV_DEPOT_PARTIAL] = "partial",
};

int miev_depot_folder(const struct miev_env *env, char *out, size_t capacity,
                      struct miev_error *err)
{
    /* A relative path of XDG_DATA_HOME is to be ignored, says its specification. */
    static const struct {
        const char *variable, *below, *begins;
    } places[] = {
        {"MIEV_MODELS", "", ""},
        {"XDG_DATA_HOME", "/miev/models", "/"},
        {"HOME", "/.local/share/miev/models", "/"},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const char *value = miev_env_variable(env, places[i].variable);
        if (!value || !*value || strncmp(value, places[i].begins, strlen(places[i].begins)) != 0)
            continue;
        int length = snprintf(out, capacity, "%s%s", value, places[i].below);
        if (length < 0 || (size_t)length >= capacity)
            return miev_error_set(err, MIEV_ERR_LIMIT,
                                  "the path of the folder of pulled models is too long: set "
                                  "MIEV_MODELS");
        return MIEV_OK;
    }
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                          "there is no home folder for pulled models: set MIEV_MODELS to a folder");
}

int miev_depot_path(const struct miev_depot *depot, enum miev_depot_part part, const char *name,
                    char out[PATH_MAX], struct miev_error *err)
{
    int n =
        snprintf(out, PATH_MAX, "%s/%s%s%s", depot->folder, parts[part], *name ? "/" : "", name);
    if (n < 0 || n >= PATH_MAX)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path of %.60s in %.60s... is too long",
                              name, depot->folder);
    return MIEV_OK;
}

static bool stopped(const struct miev_depot *depot)
{
    return depot->stop && *depot->stop;
}

/* flock() itself would sleep through Ctrl-C's signal in another thread; so it is asked again. */
static int lock(const struct miev_depot *depot, int fd, int how, struct miev_error *err)
{
    while (flock(fd, how | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return miev_error_errno(err, "cannot lock a file in %s", depot->folder);
        if (stopped(depot))
            return miev_error_set(err, MIEV_ERR_INTERRUPTED, "interrupted");
        miev_env_sleep_ns(depot->env, STEP_WAIT_NS);
    }
    return MIEV_OK;
}

int miev_depot_lock(const struct miev_depot *depot, int fd, struct miev_error *err)
{
    return lock(depot, fd, LOCK_EX, err);
}

static int take_lock(struct miev_depot *depot, bool alone, struct miev_error *err)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/lock", depot->folder);
    if (n < 0 || (size_t)n >= sizeof(path))
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path %.60s... is too long", depot->folder);
    depot->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (depot->lock_fd < 0)
        return miev_error_errno(err, "cannot open %s (MIEV_MODELS names another folder)", path);
    if (!alone)
        return lock(depot, depot->lock_fd, LOCK_SH, err);
    if (flock(depot->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return MIEV_OK;
    if (errno == EWOULDBLOCK)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "something is being pulled into %s: wait until that has ended",
                              depot->folder);
    return miev_error_errno(err, "cannot lock %s", path);
}

int miev_depot_open(const struct miev_env *env, const atomic_bool *stop, bool alone,
                    struct miev_depot *out, struct miev_error *err)
{
    char path[PATH_MAX];
    *out = (struct miev_depot){.env = env, .stop = stop, .lock_fd = -1};
    int rc = miev_depot_folder(env, out->folder, sizeof(out->folder), err);
    for (size_t i = 0; rc == MIEV_OK && i < sizeof(parts) / sizeof(parts[0]); i++) {
        rc = miev_depot_path(out, (enum miev_depot_part)i, "", path, err);
        if (rc == MIEV_OK)
            rc = miev_folder_make(path, "MIEV_MODELS", err);
    }
    return rc == MIEV_OK ? take_lock(out, alone, err) : rc;
}

void miev_depot_close(struct miev_depot *depot)
{
    if (depot->lock_fd >= 0)
        (void)close(depot->lock_fd); /* the lock goes with it */
    depot->lock_fd = -1;
}

bool miev_depot_has(const struct miev_depot *depot, enum miev_depot_part part, const char *sha256)
{
    char path[PATH_MAX];
    return strlen(sha256) == 64 && miev_depot_path(depot, part, sha256, path, NULL) == MIEV_OK &&
           access(path, F_OK) == 0;
}

/* ---- onto the disk, then into its place ----------------------------------------------------- */

/* A folder's list of names, or with `all` everything that was written to its disk. */
static int flush(const char *path, bool all, struct miev_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return miev_error_errno(err, "cannot open %s", path);
    int rc = (all ? syncfs(fd) : fsync(fd)) == 0
                 ? MIEV_OK
                 : miev_error_errno(err, "cannot write %s to the disk", path);
    (void)close(fd);
    return rc;
}

/* Some file systems of the network cannot say "unless it is there": what would be replaced then is
 * the same. */
static int place(const char *path, const char *to)
{
    int rc = renameat2(AT_FDCWD, path, AT_FDCWD, to, RENAME_NOREPLACE);
    return rc != 0 && errno == EINVAL ? rename(path, to) : rc;
}

int miev_depot_keep(const struct miev_depot *depot, enum miev_depot_part part, const char *path,
                    const char *sha256, struct miev_error *err)
{
    char to[PATH_MAX], folder[PATH_MAX];
    bool is_tree = part == MIEV_DEPOT_TREES;
    int rc = miev_depot_path(depot, part, sha256, to, err);
    if (rc == MIEV_OK)
        rc = miev_depot_path(depot, part, "", folder, err);
    if (rc == MIEV_OK && !is_tree && chmod(path, 0444) != 0)
        rc = miev_error_errno(err, "cannot change %s", path);
    if (rc == MIEV_OK)
        rc = flush(path, is_tree, err);
    if (rc != MIEV_OK)
        return rc;
    if (place(path, to) == 0)
        return flush(folder, false, err);
    /* Somebody brought the same by another address. */
    return errno == EEXIST || errno == ENOTEMPTY
               ? miev_folder_remove(path, err)
               : miev_error_errno(err, "cannot rename %s to %s", path, to);
}

static int write_whole(const char *path, const char *text, struct miev_error *err)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return miev_error_errno(err, "cannot write %s", path);
    bool whole = fputs(text, file) >= 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
    int number = errno;
    whole = fclose(file) == 0 && whole;
    errno = number;
    return whole ? MIEV_OK : miev_error_errno(err, "cannot write %s", path);
}

int miev_depot_write_card(const struct miev_depot *depot, const char *name, const char *text,
                          const char *scratch, struct miev_error *err)
{
    char to[PATH_MAX], folder[PATH_MAX], file[160];
    (void)snprintf(file, sizeof(file), "%.127s.json", name);
    int rc = miev_depot_path(depot, MIEV_DEPOT_CARDS, file, to, err);
    if (rc == MIEV_OK)
        rc = miev_depot_path(depot, MIEV_DEPOT_CARDS, "", folder, err);
    if (rc == MIEV_OK)
        rc = write_whole(scratch, text, err);
    if (rc != MIEV_OK)
        return rc;
    if (rename(scratch, to) != 0)
        return miev_error_errno(err, "cannot rename %s to %s", scratch, to);
    return flush(folder, false, err);
}
