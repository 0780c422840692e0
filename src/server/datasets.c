/* SPDX-License-Identifier: Apache-2.0 */
#include "server/datasets.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/folder.h"
#include "core/json.h"
#include "core/text.h"
#include "eval/dataset.h"
#include "export/field.h"
#include "model/digest.h"
#include "server/unpack_child.h"

#define SPOOL_PREFIX    "incoming-"
#define DIGITS          12 /* of a hash, in an id */
#define MAX_MEMBERS     200000u
#define ABOUT_MAX_BYTES ((size_t)16 << 20)
#define DEPTH           4 /* folders around the classes that are passed through */
#define PATH_SIZE       (PATH_MAX + 64)

struct miev_datasets {
    struct miev_datasets_options options;
    char folder[PATH_MAX];
    pthread_mutex_t mutex; /* one change of the folder at a time */
};

/* "" for a path that is too long, which no file has. */
static const char *join(char out[PATH_SIZE], const char *folder, const char *name)
{
    int n = snprintf(out, PATH_SIZE, "%s/%s", folder, name);
    if (n < 0 || n >= PATH_SIZE)
        out[0] = '\0';
    return out;
}

static bool is_id(const char *text)
{
    return strlen(text) == DIGITS && strspn(text, "0123456789abcdef") == DIGITS;
}

/* ---- looking -------------------------------------------------------------------------------- */

/* What stands in its about.json, "root" too; NULL when it is not there. */
static json_t *read_about(const struct miev_datasets *datasets, const char *id)
{
    char path[PATH_SIZE], *text = NULL;
    size_t length = 0;
    json_t *about = NULL;
    if (!is_id(id))
        return NULL;
    (void)snprintf(path, sizeof(path), "%s/%s/about.json", datasets->folder, id);
    if (miev_file_load(path, ABOUT_MAX_BYTES, &text, &length, NULL) == MIEV_OK &&
        miev_json_parse(text, length, &about, NULL) != MIEV_OK)
        about = NULL;
    free(text);
    return about;
}

json_t *miev_datasets_view(struct miev_datasets *datasets, const char *id)
{
    json_t *about = read_about(datasets, id);
    if (about)
        (void)json_object_del(about, "root");
    return about;
}

static int64_t created(const json_t *view)
{
    return json_integer_value(json_object_get(view, "created_unix_s"));
}

static void insert_by_age(json_t *list, json_t *view)
{
    size_t at = 0;
    while (at < json_array_size(list) && created(json_array_get(list, at)) > created(view))
        at++;
    (void)json_array_insert_new(list, at, view);
}

json_t *miev_datasets_views(struct miev_datasets *datasets)
{
    json_t *list = json_array();
    DIR *dir = opendir(datasets->folder);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        json_t *view = miev_datasets_view(datasets, entry->d_name);
        if (view)
            insert_by_age(list, view);
    }
    if (dir)
        (void)closedir(dir);
    return list;
}

int miev_datasets_find(struct miev_datasets *datasets, const char *id,
                       struct miev_dataset_about *out, struct miev_error *err)
{
    json_t *about = read_about(datasets, id);
    if (!about)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "'%.40s' is no dataset's id: /api/v1/datasets lists them", id);
    *out = (struct miev_dataset_about){.id = ""};
    (void)snprintf(out->id, sizeof(out->id), "%s", id);
    (void)snprintf(out->sha256, sizeof(out->sha256), "%.64s", miev_field_text(about, "sha256"));
    (void)snprintf(out->name, sizeof(out->name), "%.127s", miev_field_text(about, "name"));
    int n = snprintf(out->path, sizeof(out->path), "%s/%s/%s", datasets->folder, id,
                     miev_field_text(about, "root"));
    json_decref(about);
    return n > 0 && (size_t)n < sizeof(out->path)
               ? MIEV_OK
               : miev_error_set(err, MIEV_ERR_LIMIT, "the path of the dataset is too long");
}

/* ---- adding --------------------------------------------------------------------------------- */

int miev_datasets_spool(struct miev_datasets *datasets, char *path, struct miev_error *err)
{
    int length = snprintf(path, PATH_MAX, "%s/" SPOOL_PREFIX "XXXXXX", datasets->folder);
    if (length < 0 || length >= PATH_MAX)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path of the datasets is too long");
    int fd = mkostemp(path, O_CLOEXEC);
    return fd >= 0 ? fd : miev_error_errno(err, "cannot write to %s", datasets->folder);
}

/* The only thing in a folder, if it is a folder that holds folders alone; else "". */
static void only_folder(const char *path, char *out, size_t capacity)
{
    char inside[PATH_SIZE];
    size_t n = 0, files = 0;
    DIR *dir = opendir(path);
    out[0] = '\0';
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        n++;
        files += entry->d_type != DT_DIR;
        (void)snprintf(out, capacity, "%.200s", entry->d_name);
    }
    if (dir)
        (void)closedir(dir);
    if (n != 1 || files > 0) {
        out[0] = '\0';
        return;
    }
    dir = opendir(join(inside, path, out));
    bool folders = dir != NULL;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        folders = folders && (entry->d_name[0] == '.' || entry->d_type == DT_DIR);
    if (dir)
        (void)closedir(dir);
    if (!folders)
        out[0] = '\0';
}

/* Many archives hold one folder with all the classes in it; macOS adds one of its own. */
static void find_root(const char *unpacked, char *root, size_t capacity, struct miev_error *err)
{
    char name[256], mac[PATH_SIZE], path[PATH_SIZE];
    (void)snprintf(root, capacity, "pictures");
    int removed = miev_folder_remove(join(mac, unpacked, "pictures/__MACOSX"), err);
    (void)removed;
    for (size_t i = 0; i < DEPTH; i++) {
        size_t used = strlen(root);
        only_folder(join(path, unpacked, root), name, sizeof(name));
        if (!*name || used + strlen(name) + 2 > capacity)
            return;
        (void)snprintf(root + used, capacity - used, "/%s", name);
    }
}

/* "pets.tar.gz" and "C:\\pets.zip" are both "pets". */
static void clean_name(const char *name, char *out, size_t capacity)
{
    static const char *const ends[] = {".zip", ".tar", ".tar.gz", ".tgz"};
    const char *slash = strrchr(name, '/');
    const char *from = slash ? slash + 1 : name;
    const char *backslash = strrchr(from, '\\');
    miev_text_show(out, capacity, backslash ? backslash + 1 : from);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t length = strlen(out), end = strlen(ends[i]);
        if (length > end && strcmp(out + length - end, ends[i]) == 0)
            out[length - end] = '\0';
    }
    if (*out == '\0')
        (void)snprintf(out, capacity, "dataset");
}

static uint64_t bytes_of(const struct miev_dataset *dataset)
{
    uint64_t bytes = 0;
    struct stat info;
    for (size_t i = 0; i < dataset->n; i++)
        if (fstatat(dataset->folder, dataset->images[i].path, &info, AT_SYMLINK_NOFOLLOW) == 0)
            bytes += (uint64_t)info.st_size;
    return bytes;
}

/* What was unpacked, described; *about: new reference. */
static int describe(const char *unpacked, const char *name, const char *sha256, json_t **about,
                    struct miev_error *err)
{
    char root[1024], path[PATH_SIZE], shown[128], id[DIGITS + 1];
    struct miev_dataset dataset;
    find_root(unpacked, root, sizeof(root), err);
    (void)snprintf(id, sizeof(id), "%.*s", DIGITS, sha256);
    clean_name(name, shown, sizeof(shown));
    int rc = miev_dataset_open(join(path, unpacked, root), &dataset, err);
    if (rc == MIEV_OK) {
        json_t *classes = json_array();
        for (size_t i = 0; i < dataset.n_classes; i++) {
            char class_name[256];
            miev_text_show(class_name, sizeof(class_name), dataset.classes[i]);
            (void)json_array_append_new(classes, json_string(class_name));
        }
        *about = json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:s}", "id", id, "name", shown,
                           "sha256", sha256, "classes", classes, "images", (json_int_t)dataset.n,
                           "bytes", (json_int_t)bytes_of(&dataset), "created_unix_s",
                           (json_int_t)time(NULL), "root", root);
        if (!*about)
            rc = miev_error_set(err, MIEV_ERR_INVALID,
                                "a folder's name in the archive is no text: name it anew");
    } else {
        rc = miev_error_set(err, MIEV_ERR_INVALID,
                            "the archive holds no pictures in folders: it must have a folder for "
                            "each class, with its pictures in it");
    }
    miev_dataset_finish(&dataset);
    return rc;
}

static uint64_t bytes_here(struct miev_datasets *datasets)
{
    size_t i;
    json_t *view, *list = miev_datasets_views(datasets);
    uint64_t bytes = 0;
    json_array_foreach(list, i, view) bytes +=
        (uint64_t)json_integer_value(json_object_get(view, "bytes"));
    json_decref(list);
    return bytes;
}

static int unpack(struct miev_datasets *datasets, int archive_fd, const char *unpacked,
                  struct miev_error *err)
{
    char path[PATH_SIZE];
    uint64_t used = bytes_here(datasets), room = datasets->options.max_bytes;
    room = used < room ? room - used : 0;
    (void)join(path, unpacked, "pictures");
    if (room == 0)
        return miev_error_set(
            err, MIEV_ERR_LIMIT,
            "there is no room: datasets may take %llu MiB in all; delete one first",
            (unsigned long long)(datasets->options.max_bytes >> 20));
    int folder = mkdir(path, 0700) == 0 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder < 0)
        return miev_error_errno(err, "cannot make a folder in %s", datasets->folder);
    int rc = miev_unpack_apart(archive_fd, folder,
                               room < datasets->options.max_one ? room : datasets->options.max_one,
                               MAX_MEMBERS, err);
    (void)close(folder);
    return rc;
}

static int write_about(const char *unpacked, const json_t *about, struct miev_error *err)
{
    char path[PATH_SIZE];
    if (json_dump_file(about, join(path, unpacked, "about.json"), JSON_COMPACT) != 0)
        return miev_error_errno(err, "cannot write %s", path);
    return MIEV_OK;
}

/* With its own folder that is empty; it becomes the dataset's by a new name. */
static int add_apart(struct miev_datasets *datasets, int archive_fd, const char *unpacked,
                     const char *name, const char *sha256, json_t **about, struct miev_error *err)
{
    char place[PATH_SIZE];
    int rc = unpack(datasets, archive_fd, unpacked, err);
    if (rc == MIEV_OK)
        rc = describe(unpacked, name, sha256, about, err);
    if (rc == MIEV_OK)
        rc = write_about(unpacked, *about, err);
    (void)snprintf(place, sizeof(place), "%s/%.*s", datasets->folder, DIGITS, sha256);
    if (rc == MIEV_OK && rename(unpacked, place) != 0)
        rc = miev_error_errno(err, "cannot keep the dataset in %s", datasets->folder);
    if (rc == MIEV_OK)
        return rc;
    json_decref(*about);
    *about = NULL;
    return rc;
}

/* With the lock held: one at a time, since a bad one costs time and disk. */
static int add(struct miev_datasets *datasets, int archive_fd, const char *name, json_t **view,
               bool *there, struct miev_error *err)
{
    char unpacked[PATH_SIZE], id[DIGITS + 1];
    struct miev_digest digest;
    int rc = miev_digest_file(archive_fd, NULL, NULL, &digest, err);
    if (rc != MIEV_OK)
        return rc;
    (void)snprintf(id, sizeof(id), "%.*s", DIGITS, digest.sha256);
    *view = read_about(datasets, id);
    *there = *view != NULL;
    if (*there)
        return MIEV_OK;
    (void)snprintf(unpacked, sizeof(unpacked), "%s/" SPOOL_PREFIX "XXXXXX", datasets->folder);
    if (!mkdtemp(unpacked))
        return miev_error_errno(err, "cannot write to %s", datasets->folder);
    rc = add_apart(datasets, archive_fd, unpacked, name, digest.sha256, view, err);
    if (rc == MIEV_OK)
        return rc;
    int removed = miev_folder_remove(unpacked, NULL);
    (void)removed; /* else the next start of the server does it */
    return rc;
}

int miev_datasets_add(struct miev_datasets *datasets, int archive_fd, const char *name,
                      json_t **view, bool *there, struct miev_error *err)
{
    (void)pthread_mutex_lock(&datasets->mutex);
    int rc = add(datasets, archive_fd, name, view, there, err);
    (void)pthread_mutex_unlock(&datasets->mutex);
    if (rc == MIEV_OK)
        (void)json_object_del(*view, "root");
    return rc;
}

int miev_datasets_remove(struct miev_datasets *datasets, const char *id, struct miev_error *err)
{
    char from[PATH_SIZE], to[PATH_SIZE];
    struct miev_dataset_about about;
    (void)pthread_mutex_lock(&datasets->mutex);
    int rc = miev_datasets_find(datasets, id, &about, err);
    (void)snprintf(from, sizeof(from), "%s/%.*s", datasets->folder, DIGITS, id);
    (void)snprintf(to, sizeof(to), "%s/" SPOOL_PREFIX "%.*s", datasets->folder, DIGITS, id);
    if (rc == MIEV_OK && rename(from, to) != 0) /* it is gone as a whole, then bit by bit */
        rc = miev_error_errno(err, "cannot remove the dataset");
    if (rc == MIEV_OK)
        rc = miev_folder_remove(to, err);
    (void)pthread_mutex_unlock(&datasets->mutex);
    return rc;
}

/* ---- opening -------------------------------------------------------------------------------- */

/* What a server that was killed had begun to take. */
static void sweep(const struct miev_datasets *datasets)
{
    char path[PATH_SIZE];
    DIR *dir = opendir(datasets->folder);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (strncmp(entry->d_name, SPOOL_PREFIX, sizeof(SPOOL_PREFIX) - 1) != 0)
            continue;
        int removed = miev_folder_remove(join(path, datasets->folder, entry->d_name), NULL);
        (void)removed;
    }
    if (dir)
        (void)closedir(dir);
}

int miev_datasets_open(const struct miev_datasets_options *options, struct miev_datasets **out,
                       struct miev_error *err)
{
    int rc = miev_folder_make(options->folder, "MIEV_DATA", err);
    if (rc != MIEV_OK)
        return rc;
    struct miev_datasets *datasets = calloc(1, sizeof(*datasets));
    if (!datasets)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the datasets");
    datasets->options = *options;
    (void)snprintf(datasets->folder, sizeof(datasets->folder), "%s", options->folder);
    (void)pthread_mutex_init(&datasets->mutex, NULL);
    sweep(datasets);
    *out = datasets;
    return MIEV_OK;
}

void miev_datasets_close(struct miev_datasets *datasets)
{
    if (!datasets)
        return;
    (void)pthread_mutex_destroy(&datasets->mutex);
    free(datasets);
}
