/* SPDX-License-Identifier: Apache-2.0 */
/* The state file of one model's evaluation: a first line that says of what, then a line for each
 * chunk of answers and for each checkpoint of the energy. It only grows; a line that was cut off by
 * the end of the program is written over by the next run. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/sha256.h"
#include "eval/pass.h"

#define MAX_STATE_BYTES ((size_t)1 << 30)

/* All that the answers depend on. */
static json_t *key_of(const struct miev_eval *eval, const struct miev_eval_model *model)
{
    const struct miev_eval_options *options = eval->options;
    const json_t *facts = model->run->facts;
    json_t *key = json_pack("{s:s, s:s, s:I, s:s, s:I, s:s, s:s, s:I}", "schema",
                            "miev.eval-state/2", "dataset", eval->dataset.sha256, "images",
                            (json_int_t)eval->dataset.n, "model", model->run->file.sha256, "seed",
                            (json_int_t)options->study.seed, "name", model->run->name,
                            "miev_version", miev_version(), "n_best", (json_int_t)model->n_best);
    (void)json_object_set(key, "engine", json_object_get(facts, "engine"));
    (void)json_object_set(key, "input", json_object_get(facts, "input_request"));
    if (options->map_only) /* else the mapping only says which answers are right */
        (void)json_object_set_new(key, "among", json_string(options->mapping->sha256));
    return key;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* {"at","message"} of images within the chunk. */
static bool failures_fit(const json_t *failed, size_t count)
{
    size_t i;
    json_t *item;
    json_array_foreach(failed, i, item)
    {
        json_int_t at = json_integer_value(json_object_get(item, "at"));
        if (at < 0 || (size_t)at >= count || !json_is_string(json_object_get(item, "message")))
            return false;
    }
    return i <= count;
}

static void note_all(const struct miev_eval *eval, struct miev_eval_model *model, size_t count,
                     const int32_t *best, const json_t *failed)
{
    size_t i;
    json_t *item;
    json_array_foreach(failed, i, item)
    {
        size_t image = model->done + (size_t)json_integer_value(json_object_get(item, "at"));
        miev_eval_note(eval, model, image, NULL,
                       json_string_value(json_object_get(item, "message")));
    }
    for (i = 0; i < count; i++)
        miev_eval_note(eval, model, model->done + i, best + i * model->n_best, NULL);
    model->done += count;
}

/* {"first","count","best","failed":[{"at","message"}]} */
static bool replay_chunk(const struct miev_eval *eval, struct miev_eval_model *model,
                         const json_t *line)
{
    const json_t *text = json_object_get(line, "best"), *failed = json_object_get(line, "failed");
    json_int_t first = json_integer_value(json_object_get(line, "first"));
    json_int_t count = json_integer_value(json_object_get(line, "count"));
    if (first != (json_int_t)model->done || count < 1 ||
        (size_t)count > eval->dataset.n - model->done || !json_is_string(text) ||
        !failures_fit(failed, (size_t)count))
        return false;
    int32_t *best = calloc((size_t)count, model->n_best * sizeof(*best));
    bool fits = best && miev_classes_read(json_string_value(text), json_string_length(text),
                                          (size_t)count * model->n_best, model->classes, best);
    if (fits)
        note_all(eval, model, (size_t)count, best, failed);
    free(best);
    return fits;
}

static bool replay_line(const struct miev_eval *eval, struct miev_eval_model *model,
                        const char *text, size_t length)
{
    json_t *line = NULL;
    if (miev_json_parse(text, length, &line, NULL) != MIEV_OK)
        return false;
    const json_t *energy = json_object_get(line, "energy");
    struct miev_eval_energy told = model->energy; /* a line that does not fit leaves no trace */
    bool fits = energy ? miev_eval_energy_load(energy, &told) && told.images <= model->done
                       : replay_chunk(eval, model, line);
    if (fits && energy) {
        model->energy = told;
        model->resumed_unix_s = json_integer_value(json_object_get(line, "unix_s"));
        model->resumed_seconds = model->energy.seconds;
    }
    json_decref(line);
    return fits;
}

size_t miev_eval_state_replay(const struct miev_eval *eval, struct miev_eval_model *model,
                              const char *text, size_t length)
{
    size_t used = 0;
    while (used < length) {
        const char *end = memchr(text + used, '\n', length - used);
        if (!end || !replay_line(eval, model, text + used, (size_t)(end - text) - used))
            break;
        used = (size_t)(end - text) + 1;
    }
    return used;
}

/* ---- writing -------------------------------------------------------------------------------- */

static int write_text(const struct miev_eval_model *model, const char *text, size_t length,
                      struct miev_error *err)
{
    for (size_t sent = 0; sent < length;) {
        ssize_t n = write(model->state_fd, text + sent, length - sent);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return miev_error_errno(err, "cannot write %.300s", model->state_path);
        sent += (size_t)n;
    }
    return MIEV_OK;
}

/* Takes line. */
static int write_line(const struct miev_eval_model *model, json_t *line, struct miev_error *err)
{
    char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    json_decref(line);
    if (!text)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a line of the state");
    size_t length = strlen(text);
    text[length] = '\n'; /* in place of the terminator */
    int rc = write_text(model, text, length + 1, err);
    free(text);
    return rc;
}

static json_t *answers_text(const struct miev_eval_model *model, size_t first, size_t count)
{
    size_t each = model->n_best * MIEV_CLASS_DIGITS;
    char *text = calloc(count, each);
    for (size_t i = 0; text && i < count; i++)
        miev_classes_write(model->best + (first + i) * MIEV_EVAL_TOP, model->n_best,
                           text + i * each);
    json_t *out = text ? json_stringn(text, count * each) : NULL;
    free(text);
    return out;
}

int miev_eval_state_add(struct miev_eval_model *model, size_t first, size_t count,
                        struct miev_error *err)
{
    if (model->state_fd < 0)
        return MIEV_OK;
    json_t *failed = json_array();
    for (size_t i = json_array_size(model->failures); i > 0; i--) {
        const json_t *item = json_array_get(model->failures, i - 1);
        size_t image = (size_t)json_integer_value(json_object_get(item, "index"));
        if (image < first)
            break;
        (void)json_array_append_new(failed,
                                    json_pack("{s:I, s:O}", "at", (json_int_t)(image - first),
                                              "message", json_object_get(item, "message")));
    }
    return write_line(model,
                      json_pack("{s:I, s:I, s:o, s:o}", "first", (json_int_t)first, "count",
                                (json_int_t)count, "best", answers_text(model, first, count),
                                "failed", failed),
                      err);
}

int miev_eval_state_add_energy(struct miev_eval_model *model, struct miev_error *err)
{
    if (model->state_fd < 0)
        return MIEV_OK;
    return write_line(model,
                      json_pack("{s:I, s:o}", "unix_s", (json_int_t)time(NULL), "energy",
                                miev_eval_energy_save(&model->energy)),
                      err);
}

/* ---- the file ------------------------------------------------------------------------------- */

/* The folder and those above it, for nobody else to read. */
static int make_folders(const char *path, struct miev_error *err)
{
    char part[4096];
    size_t length = strlen(path);
    if (length >= sizeof(part))
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path of the state folder is too long");
    memcpy(part, path, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return miev_error_errno(err, "cannot make the folder %.300s", part);
        part[i] = i < length ? '/' : '\0';
    }
    return MIEV_OK;
}

/* One evaluation at a time: two would write over each other's lines. */
static int open_file(struct miev_eval_model *model, struct miev_error *err)
{
    int fd = open(model->state_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return miev_error_errno(err, "cannot open %.300s", model->state_path);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        (void)close(fd);
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "another miev is at this very evaluation (%.200s is locked): wait "
                              "for it, or name another --state folder",
                              model->state_path);
    }
    model->state_fd = fd;
    return MIEV_OK;
}

/* What stands in the file after its first line, if that is `key` of this evaluation. */
static int take_up(struct miev_eval *eval, struct miev_eval_model *model, const char *key,
                   struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0, used = 0, key_length = strlen(key);
    if (!eval->options->fresh &&
        miev_file_load(model->state_path, MAX_STATE_BYTES, &text, &length, NULL) == MIEV_OK &&
        length > key_length && memcmp(text, key, key_length) == 0 && text[key_length] == '\n') {
        used = key_length + 1;
        used += miev_eval_state_replay(eval, model, text + used, length - used);
    }
    free(text);
    model->resumed = model->done;
    if (ftruncate(model->state_fd, (off_t)used) != 0 || lseek(model->state_fd, 0, SEEK_END) < 0)
        return miev_error_errno(err, "cannot go on with %.300s", model->state_path);
    int rc = used == 0 ? write_text(model, key, key_length, err) : MIEV_OK;
    return rc == MIEV_OK && used == 0 ? write_text(model, "\n", 1, err) : rc;
}

int miev_eval_state_open(struct miev_eval *eval, struct miev_eval_model *model,
                         struct miev_error *err)
{
    const char *folder = eval->options->state_folder;
    char digest[65];
    /* A served model may be another one tomorrow: its answers are never gone on with. */
    if (!folder || model->energy.elsewhere)
        return MIEV_OK;
    json_t *key = key_of(eval, model);
    char *text = json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(key);
    if (!text)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the state");
    miev_sha256_hex(text, strlen(text), digest);
    int n =
        snprintf(model->state_path, sizeof(model->state_path), "%s/%.32s.jsonl", folder, digest);
    int rc = n > 0 && (size_t)n < sizeof(model->state_path)
                 ? make_folders(folder, err)
                 : miev_error_set(err, MIEV_ERR_LIMIT, "the path of the state folder is too long");
    if (rc == MIEV_OK)
        rc = open_file(model, err);
    if (rc == MIEV_OK)
        rc = take_up(eval, model, text, err);
    free(text);
    return rc;
}

void miev_eval_state_close(struct miev_eval_model *model, bool remove)
{
    if (model->state_fd < 0)
        return;
    if (remove)
        (void)unlink(model->state_path);
    (void)close(model->state_fd);
    model->state_fd = -1;
}
