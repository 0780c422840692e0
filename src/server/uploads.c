/* SPDX-License-Identifier: Apache-2.0 */
#include "server/uploads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/folder.h"
#include "core/sha256.h"
#include "core/text.h"
#include "store/folder.h"

#define SPOOL_PREFIX "incoming-"
#define PATH_SIZE    (PATH_MAX + 128)

struct miev_uploads {
    struct miev_uploads_options options;
    char folder[PATH_MAX];
    pthread_mutex_t mutex; /* one change of the folder at a time */
    _Atomic uint64_t changes;
};

static bool is_hash(const char *name, size_t length)
{
    return strlen(name) == length && strspn(name, "0123456789abcdef") == length;
}

static void path_of(const struct miev_uploads *uploads, const char *name, const char *end,
                    char path[PATH_SIZE])
{
    (void)snprintf(path, PATH_SIZE, "%s/%.100s%s", uploads->folder, name, end);
}

/* "C:\\pictures\\cat.jpg" and "../cat.jpg" are both "cat.jpg". */
static void clean_name(char *out, size_t capacity, const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *from = slash ? slash + 1 : name;
    const char *backslash = strrchr(from, '\\');
    miev_text_show(out, capacity, backslash ? backslash + 1 : from);
    if (*out == '\0')
        (void)snprintf(out, capacity, "unnamed");
}

/* ---- looking -------------------------------------------------------------------------------- */

static bool look(const struct miev_uploads *uploads, const char *sha256, struct miev_upload *out)
{
    char path[PATH_SIZE];
    struct stat info;
    char *name = NULL;
    size_t length = 0;
    path_of(uploads, sha256, "", path);
    if (!is_hash(sha256, 64) || stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return false;
    struct miev_upload upload = {.bytes = (size_t)info.st_size, .used_unix_s = info.st_mtime};
    memcpy(upload.sha256, sha256, sizeof(upload.sha256));
    path_of(uploads, sha256, ".name", path);
    if (miev_file_load(path, 1024, &name, &length, NULL) == MIEV_OK)
        clean_name(upload.name, sizeof(upload.name), name);
    else
        (void)snprintf(upload.name, sizeof(upload.name), "unnamed");
    free(name);
    *out = upload;
    return true;
}

static int newest_first(const void *a, const void *b)
{
    const struct miev_upload *x = a, *y = b;
    if (x->used_unix_s != y->used_unix_s)
        return x->used_unix_s > y->used_unix_s ? -1 : 1;
    return strcmp(x->sha256, y->sha256);
}

int miev_uploads_list(struct miev_uploads *uploads, struct miev_upload **out, size_t *n,
                      struct miev_error *err)
{
    struct miev_upload *list = NULL;
    size_t used = 0, capacity = 0;
    DIR *dir = opendir(uploads->folder);
    if (!dir)
        return miev_error_errno(err, "cannot open the folder %s", uploads->folder);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (used == capacity) {
            capacity = capacity ? 2 * capacity : 16;
            struct miev_upload *more = realloc(list, capacity * sizeof(*list));
            if (!more)
                break;
            list = more;
        }
        used += look(uploads, entry->d_name, &list[used]);
    }
    (void)closedir(dir);
    if (!list)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the list of %s",
                              uploads->options.what);
    qsort(list, used, sizeof(*list), newest_first);
    *out = list;
    *n = used;
    return MIEV_OK;
}

/* A whole hash of the beginning of one. */
static bool complete(const struct miev_uploads *uploads, const char *prefix, char sha256[65])
{
    size_t length = strlen(prefix);
    bool found = false;
    if (is_hash(prefix, 64)) { /* no need to look through the folder */
        (void)snprintf(sha256, 65, "%.64s", prefix);
        return true;
    }
    DIR *dir =
        length >= 12 && length <= 64 && is_hash(prefix, length) ? opendir(uploads->folder) : NULL;
    if (!dir)
        return false;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; !found && (entry = readdir(dir));) {
        found = is_hash(entry->d_name, 64) && strncmp(entry->d_name, prefix, length) == 0;
        if (found)
            (void)snprintf(sha256, 65, "%.64s", entry->d_name);
    }
    (void)closedir(dir);
    return found;
}

int miev_uploads_find(struct miev_uploads *uploads, const char *prefix, struct miev_upload *out,
                      char *path, struct miev_error *err)
{
    char sha256[65], full[PATH_SIZE];
    if (!complete(uploads, prefix, sha256) || !look(uploads, sha256, out))
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE, "'%.64s' is none of the uploaded %s",
                              prefix, uploads->options.what);
    path_of(uploads, sha256, "", full);
    if (path)
        (void)snprintf(path, PATH_MAX, "%.*s", PATH_MAX - 1, full);
    return MIEV_OK;
}

void miev_uploads_touch(struct miev_uploads *uploads, const char *sha256)
{
    char path[PATH_SIZE];
    path_of(uploads, sha256, "", path);
    (void)utimensat(AT_FDCWD, path, NULL, 0);
}

/* Of this process, and, by the folder's time, of another server's in the same folder. */
uint64_t miev_uploads_changes(const struct miev_uploads *uploads)
{
    struct stat info = {0};
    (void)stat(uploads->folder, &info);
    return (uint64_t)info.st_mtim.tv_sec * 1000000000u + (uint64_t)info.st_mtim.tv_nsec +
           uploads->changes;
}

const char *miev_uploads_folder(const struct miev_uploads *uploads)
{
    return uploads->folder;
}

/* ---- changing ------------------------------------------------------------------------------- */

static void remove_file(struct miev_uploads *uploads, const char *sha256)
{
    char path[PATH_SIZE];
    path_of(uploads, sha256, "", path);
    (void)unlink(path);
    path_of(uploads, sha256, ".name", path);
    (void)unlink(path);
    uploads->changes++;
}

int miev_uploads_remove(struct miev_uploads *uploads, const char *sha256, struct miev_error *err)
{
    struct miev_upload upload;
    (void)pthread_mutex_lock(&uploads->mutex);
    bool found = look(uploads, sha256, &upload);
    if (found)
        remove_file(uploads, sha256);
    (void)pthread_mutex_unlock(&uploads->mutex);
    return found ? MIEV_OK
                 : miev_error_set(err, MIEV_ERR_UNAVAILABLE, "'%.64s' is none of the uploaded %s",
                                  sha256, uploads->options.what);
}

/* Take away what was used longest ago, and what nobody needs, until so many bytes fit. */
static int make_room(struct miev_uploads *uploads, uint64_t bytes, struct miev_error *err)
{
    struct miev_upload *list = NULL;
    size_t n = 0;
    uint64_t used = bytes;
    int rc = miev_uploads_list(uploads, &list, &n, err);
    if (rc != MIEV_OK)
        return rc;
    for (size_t i = 0; i < n; i++)
        used += list[i].bytes;
    for (size_t i = n; i-- > 0 && used > uploads->options.max_bytes;) {
        if (uploads->options.in_use(uploads->options.context, list[i].sha256))
            continue;
        remove_file(uploads, list[i].sha256);
        used -= list[i].bytes;
    }
    free(list);
    if (used <= uploads->options.max_bytes)
        return MIEV_OK;
    return miev_error_set(
        err, MIEV_ERR_LIMIT,
        "there is no room: uploaded %s may take %llu MiB in all, and studies that "
        "are kept need those that are here; delete some first",
        uploads->options.what, (unsigned long long)(uploads->options.max_bytes >> 20));
}

static int hash_file(int fd, char sha256[65], size_t *bytes, struct miev_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return miev_error_errno(err, "cannot look at the upload");
    if (info.st_size == 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "the file is empty: choose it again");
    void *map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return miev_error_errno(err, "cannot read the upload");
    miev_sha256_hex(map, (size_t)info.st_size, sha256);
    (void)munmap(map, (size_t)info.st_size);
    *bytes = (size_t)info.st_size;
    return MIEV_OK;
}

static void write_name(const struct miev_uploads *uploads, const char *sha256, const char *name)
{
    char path[PATH_SIZE];
    path_of(uploads, sha256, ".name", path);
    FILE *file = fopen(path, "we");
    if (!file)
        return; /* then it is "unnamed", and still there */
    (void)fputs(name, file);
    (void)fclose(file);
}

static int give_name(struct miev_uploads *uploads, const char *spool, const char *name,
                     struct miev_upload *upload, bool *there, struct miev_error *err)
{
    char path[PATH_SIZE];
    *there = look(uploads, upload->sha256, upload);
    if (*there) {
        (void)unlink(spool);
        return MIEV_OK;
    }
    int rc = make_room(uploads, upload->bytes, err);
    if (rc != MIEV_OK)
        return rc;
    path_of(uploads, upload->sha256, "", path);
    clean_name(upload->name, sizeof(upload->name), name);
    write_name(uploads, upload->sha256, upload->name);
    if (rename(spool, path) != 0)
        return miev_error_errno(err, "cannot keep the upload in %s", uploads->folder);
    uploads->changes++;
    return MIEV_OK;
}

int miev_uploads_keep(struct miev_uploads *uploads, int fd, const char *path, const char *name,
                      struct miev_upload *out, bool *there, struct miev_error *err)
{
    struct miev_upload upload = {.used_unix_s = time(NULL)};
    int rc = hash_file(fd, upload.sha256, &upload.bytes, err);
    if (rc == MIEV_OK && fsync(fd) != 0)
        rc = miev_error_errno(err, "cannot write the upload to the disk");
    if (rc != MIEV_OK)
        return rc;
    (void)pthread_mutex_lock(&uploads->mutex);
    rc = give_name(uploads, path, name, &upload, there, err);
    (void)pthread_mutex_unlock(&uploads->mutex);
    if (rc == MIEV_OK)
        *out = upload;
    return rc;
}

int miev_uploads_spool(struct miev_uploads *uploads, char *path, struct miev_error *err)
{
    int length = snprintf(path, PATH_MAX, "%s/" SPOOL_PREFIX "XXXXXX", uploads->folder);
    if (length < 0 || length >= PATH_MAX)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path of the uploads is too long");
    int fd = mkostemp(path, O_CLOEXEC);
    return fd >= 0 ? fd : miev_error_errno(err, "cannot write to %s", uploads->folder);
}

/* ---- opening -------------------------------------------------------------------------------- */

/* What a server that was killed had begun to take. */
static void sweep(const struct miev_uploads *uploads)
{
    char path[PATH_SIZE];
    DIR *dir = opendir(uploads->folder);
    if (!dir)
        return;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strncmp(entry->d_name, SPOOL_PREFIX, sizeof(SPOOL_PREFIX) - 1) != 0)
            continue;
        path_of(uploads, entry->d_name, "", path);
        (void)unlink(path);
    }
    (void)closedir(dir);
}

int miev_uploads_open(const struct miev_uploads_options *options, struct miev_uploads **out,
                      struct miev_error *err)
{
    int rc = miev_folder_make(options->folder, "MIEV_DATA", err);
    if (rc != MIEV_OK)
        return rc;
    struct miev_uploads *uploads = calloc(1, sizeof(*uploads));
    if (!uploads)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the uploads");
    uploads->options = *options;
    (void)snprintf(uploads->folder, sizeof(uploads->folder), "%s", options->folder);
    (void)pthread_mutex_init(&uploads->mutex, NULL);
    sweep(uploads);
    *out = uploads;
    return MIEV_OK;
}

void miev_uploads_close(struct miev_uploads *uploads)
{
    if (!uploads)
        return;
    (void)pthread_mutex_destroy(&uploads->mutex);
    free(uploads);
}
