/* SPDX-License-Identifier: Apache-2.0 */
#include "server/marks.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/folder.h"
#include "core/json.h"
#include "export/field.h"

#define ROW_MAX_BYTES    ((size_t)1 << 20)
#define REPORT_MAX_BYTES ((size_t)64 << 20)
#define EXACTLY          (JSON_COMPACT | JSON_REAL_PRECISION(17))
#define PATH_SIZE        (PATH_MAX + 64)

struct miev_marks {
    char folder[PATH_MAX], state[PATH_MAX];
    pthread_mutex_t mutex; /* guards what follows, and the files */
    json_t *rows;          /* newest first */
    int64_t last;
};

static int64_t id_of(const json_t *row)
{
    return json_integer_value(json_object_get(row, "id"));
}

static void path_of(const struct miev_marks *marks, int64_t id, const char *end, char *out)
{
    (void)snprintf(out, PATH_SIZE, "%s/%lld%s", marks->folder, (long long)id, end);
}

static json_t *load(const char *path, size_t max_bytes)
{
    char *text = NULL;
    size_t length = 0;
    json_t *document = NULL;
    if (miev_file_load(path, max_bytes, &text, &length, NULL) == MIEV_OK &&
        miev_json_parse(text, length, &document, NULL) != MIEV_OK)
        document = NULL;
    free(text);
    return document;
}

/* Whole or not at all. */
static int save(const struct miev_marks *marks, const json_t *document, int64_t id, const char *end,
                struct miev_error *err)
{
    char path[PATH_SIZE], fresh[PATH_SIZE];
    path_of(marks, id, end, path);
    path_of(marks, id, ".fresh", fresh);
    if (json_dump_file(document, fresh, EXACTLY) != 0 || rename(fresh, path) != 0)
        return miev_error_errno(err, "cannot write %s", path);
    return MIEV_OK;
}

/* With the lock held: the place of a row, or of where it would stand. */
static size_t place_of(const struct miev_marks *marks, int64_t id)
{
    size_t at = 0;
    while (at < json_array_size(marks->rows) && id_of(json_array_get(marks->rows, at)) > id)
        at++;
    return at;
}

static json_t *find(const struct miev_marks *marks, int64_t id)
{
    json_t *row = json_array_get(marks->rows, place_of(marks, id));
    return row && id_of(row) == id ? row : NULL;
}

int64_t miev_marks_next(struct miev_marks *marks)
{
    (void)pthread_mutex_lock(&marks->mutex);
    int64_t id = ++marks->last;
    (void)pthread_mutex_unlock(&marks->mutex);
    return id;
}

int miev_marks_put(struct miev_marks *marks, const json_t *row, const json_t *report,
                   struct miev_error *err)
{
    (void)pthread_mutex_lock(&marks->mutex);
    int64_t id = id_of(row);
    size_t at = place_of(marks, id);
    int rc = report ? save(marks, report, id, ".report", err) : MIEV_OK;
    if (rc == MIEV_OK)
        rc = save(marks, row, id, ".json", err);
    if (rc == MIEV_OK && find(marks, id))
        (void)json_array_set_new(marks->rows, at, json_deep_copy(row));
    else if (rc == MIEV_OK)
        (void)json_array_insert_new(marks->rows, at, json_deep_copy(row));
    (void)pthread_mutex_unlock(&marks->mutex);
    return rc;
}

json_t *miev_marks_row(struct miev_marks *marks, int64_t id)
{
    (void)pthread_mutex_lock(&marks->mutex);
    const json_t *row = find(marks, id);
    json_t *copy = row ? json_deep_copy(row) : NULL;
    (void)pthread_mutex_unlock(&marks->mutex);
    return copy;
}

json_t *miev_marks_report(struct miev_marks *marks, int64_t id)
{
    char path[PATH_SIZE];
    path_of(marks, id, ".report", path);
    return load(path, REPORT_MAX_BYTES);
}

json_t *miev_marks_rows(struct miev_marks *marks)
{
    (void)pthread_mutex_lock(&marks->mutex);
    json_t *copy = json_deep_copy(marks->rows);
    (void)pthread_mutex_unlock(&marks->mutex);
    return copy;
}

int miev_marks_remove(struct miev_marks *marks, int64_t id, struct miev_error *err)
{
    char path[PATH_SIZE];
    (void)pthread_mutex_lock(&marks->mutex);
    int rc = find(marks, id) ? MIEV_OK
                             : miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                                              "there is no evaluation %lld", (long long)id);
    path_of(marks, id, ".json", path);
    if (rc == MIEV_OK && unlink(path) != 0 && errno != ENOENT)
        rc = miev_error_errno(err, "cannot remove %s", path);
    path_of(marks, id, ".report", path);
    if (rc == MIEV_OK) {
        (void)unlink(path); /* without its row it is nothing */
        (void)json_array_remove(marks->rows, place_of(marks, id));
    }
    (void)pthread_mutex_unlock(&marks->mutex);
    return rc;
}

const char *miev_marks_state_folder(const struct miev_marks *marks)
{
    return marks->state;
}

/* ---- opening -------------------------------------------------------------------------------- */

static void take_in(struct miev_marks *marks, const char *name)
{
    char path[PATH_SIZE];
    uint64_t id = 0;
    char number[24];
    size_t digits = strspn(name, "0123456789");
    if (digits == 0 || digits >= sizeof(number) || strcmp(name + digits, ".json") != 0)
        return;
    (void)snprintf(number, sizeof(number), "%.*s", (int)digits, name);
    if (miev_parse_u64(number, &id, NULL) != MIEV_OK || id > INT64_MAX)
        return;
    path_of(marks, (int64_t)id, ".json", path);
    json_t *row = load(path, ROW_MAX_BYTES);
    if (!row || id_of(row) != (int64_t)id) {
        json_decref(row);
        return;
    }
    const char *state = miev_field_text(row, "state");
    if (strcmp(state, "waiting") == 0 || strcmp(state, "running") == 0) {
        (void)json_object_set_new(row, "state", json_string("interrupted"));
        (void)json_object_set_new(row, "phase", json_null());
        (void)json_object_set_new(row, "problem",
                                  json_string("the server ended meanwhile: ask for the same again, "
                                              "and it goes on where it was"));
    }
    (void)json_array_insert_new(marks->rows, place_of(marks, (int64_t)id), row);
    marks->last = marks->last > (int64_t)id ? marks->last : (int64_t)id;
}

int miev_marks_open(const char *folder, struct miev_marks **out, struct miev_error *err)
{
    int rc = miev_folder_make(folder, "MIEV_DATA", err);
    if (rc != MIEV_OK)
        return rc;
    struct miev_marks *marks = calloc(1, sizeof(*marks));
    if (!marks)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the evaluations");
    (void)snprintf(marks->folder, sizeof(marks->folder), "%s", folder);
    (void)snprintf(marks->state, sizeof(marks->state), "%.*s/state", PATH_MAX - 16, folder);
    (void)pthread_mutex_init(&marks->mutex, NULL);
    marks->rows = json_array();
    DIR *dir = opendir(folder);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        take_in(marks, entry->d_name);
    if (dir)
        (void)closedir(dir);
    *out = marks;
    return MIEV_OK;
}

void miev_marks_close(struct miev_marks *marks)
{
    if (!marks)
        return;
    json_decref(marks->rows);
    (void)pthread_mutex_destroy(&marks->mutex);
    free(marks);
}
