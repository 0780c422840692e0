/* SPDX-License-Identifier: Apache-2.0 */
#include "server/exam.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "eval/eval.h"
#include "export/field.h"
#include "server/choice.h"
#include "server/datasets.h"
#include "server/marks.h"
#include "study/site.h"

#define PROGRESS_EVERY_NS 100000000u
#define MAX_IMAGES        2000000

struct miev_exam {
    struct miev_task task;
    /* Set before it is queued, the same until it is destroyed. */
    struct miev_server *server;
    struct miev_selection selection;
    struct miev_dataset_about dataset;
    struct miev_mapping mapping;
    bool mapped;
    size_t limit;
    struct miev_site site;
    struct miev_price_options price; /* refers to site */
    /* Of the thread that evaluates. */
    uint64_t told_ns;
    bool stepped;
    enum miev_eval_phase phase;
    json_t *outcome; /* what its row is at its end */
    /* Guarded by the lab's lock. */
    json_t *row; /* as it is kept */
};

/* ---- making --------------------------------------------------------------------------------- */

static int check_fields(json_t *document, struct miev_error *err)
{
    static const char *const known[] = {"model", "dataset", "mapping", "zone", "limit"};
    const char *key;
    json_t *value;
    json_object_foreach(document, key, value)
    {
        bool found = false;
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            found = found || strcmp(known[i], key) == 0;
        if (!found)
            return miev_error_set(err, MIEV_ERR_INVALID, "there is no field '%.40s' here", key);
    }
    for (size_t i = 0; i < 2; i++)
        if (!json_is_string(json_object_get(document, known[i])))
            return miev_error_set(err, MIEV_ERR_INVALID, "'%s' must be an id", known[i]);
    return MIEV_OK;
}

static bool is_said(const json_t *value)
{
    return value && !json_is_null(value);
}

static int read_mapping(struct miev_exam *exam, json_t *mapping, struct miev_error *err)
{
    exam->mapped = is_said(mapping);
    return exam->mapped ? miev_mapping_from_json(mapping, &exam->mapping, err) : MIEV_OK;
}

static int read_limit(struct miev_exam *exam, const json_t *limit, struct miev_error *err)
{
    json_int_t n = json_integer_value(limit);
    if (is_said(limit) && (!json_is_integer(limit) || n < 0 || n > MAX_IMAGES))
        return miev_error_set(err, MIEV_ERR_INVALID, "'limit' must be a whole number, 0 to %d",
                              MAX_IMAGES);
    exam->limit = (size_t)n;
    return MIEV_OK;
}

static int read_zone(struct miev_exam *exam, const json_t *zone, struct miev_error *err)
{
    struct miev_site_wish wish = MIEV_SITE_WISH_INIT;
    if (is_said(zone) && !json_is_string(zone))
        return miev_error_set(err, MIEV_ERR_INVALID, "'zone' must be the name of a zone");
    wish.zone = json_string_value(zone);
    return miev_site_find(&wish, &exam->site, &exam->price, err);
}

static int choose_model(struct miev_exam *exam, json_t *model, struct miev_error *err)
{
    json_t *ids = json_pack("[O]", model);
    int rc = miev_choose(exam->server, ids, &exam->selection, err);
    json_decref(ids);
    if (rc == MIEV_OK && exam->selection.n != 1)
        rc = miev_error_set(err, MIEV_ERR_INVALID, "one model is evaluated at a time");
    return rc;
}

static int find_dataset(struct miev_exam *exam, const json_t *dataset, struct miev_error *err)
{
    int rc =
        miev_datasets_find(exam->server->datasets, json_string_value(dataset), &exam->dataset, err);
    if (rc == MIEV_ERR_UNAVAILABLE) /* what was asked for is wrong, not where */
        err->code = rc = MIEV_ERR_INVALID;
    return rc;
}

static int read_document(struct miev_exam *exam, json_t *document, struct miev_error *err)
{
    int rc = check_fields(document, err);
    if (rc == MIEV_OK)
        rc = find_dataset(exam, json_object_get(document, "dataset"), err);
    if (rc == MIEV_OK)
        rc = read_mapping(exam, json_object_get(document, "mapping"), err);
    if (rc == MIEV_OK)
        rc = read_limit(exam, json_object_get(document, "limit"), err);
    if (rc == MIEV_OK)
        rc = read_zone(exam, json_object_get(document, "zone"), err);
    if (rc == MIEV_OK)
        rc = choose_model(exam, json_object_get(document, "model"), err);
    return rc;
}

static json_t *first_row(const struct miev_exam *exam, const json_t *document)
{
    return json_pack("{s:I, s:I, s:s, s:n, s:O, s:n, s:s, s:s, s:n, s:i, s:i, s:i, s:n, s:n, s:n}",
                     "id", (json_int_t)0, "created_unix_s", (json_int_t)time(NULL), "state",
                     "waiting", "queue_place", "model", json_object_get(document, "model"),
                     "model_sha256", "dataset", exam->dataset.id, "dataset_name",
                     exam->dataset.name, "phase", "done", 0, "total", 0, "right", 0, "top1", "top5",
                     "problem");
}

int miev_exam_make(struct miev_server *server, json_t *document, const char *client,
                   struct miev_exam **out, struct miev_error *err)
{
    struct miev_exam *exam = calloc(1, sizeof(*exam));
    if (!exam)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for an evaluation");
    miev_task_init(&exam->task, &miev_exam_ops, server->lab, client);
    exam->server = server;
    int rc = exam->task.channel ? read_document(exam, document, err)
                                : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for its events");
    if (rc == MIEV_OK) {
        exam->row = first_row(exam, document);
        if (!exam->row)
            rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for an evaluation");
    }
    miev_selection_trim(&exam->selection);
    if (rc == MIEV_OK)
        *out = exam;
    else
        miev_exam_destroy(exam);
    return rc;
}

void miev_exam_destroy(struct miev_exam *exam)
{
    if (!exam)
        return;
    miev_selection_finish(&exam->selection);
    miev_mapping_finish(&exam->mapping);
    json_decref(exam->row);
    json_decref(exam->outcome);
    miev_task_finish(&exam->task);
    free(exam);
}

int miev_exam_queue(struct miev_exam *exam, int64_t *id, struct miev_error *err)
{
    struct miev_marks *marks = exam->server->marks;
    int rc = miev_lab_admit(exam->task.lab, err); /* before anything is written */
    if (rc != MIEV_OK)
        return rc;
    exam->task.id = *id = miev_marks_next(marks);
    (void)json_object_set_new(exam->row, "id", json_integer(exam->task.id));
    rc = miev_marks_put(marks, exam->row, NULL, err);
    if (rc == MIEV_OK)
        rc = miev_lab_add(exam->task.lab, &exam->task, err);
    if (rc != MIEV_OK) { /* it never was: nobody has seen its number */
        int removed = miev_marks_remove(marks, *id, NULL);
        (void)removed;
    }
    return rc;
}

/* ---- running -------------------------------------------------------------------------------- */

static const char *const phase_words[] = {
    [MIEV_EVAL_READING] = "reading",
    [MIEV_EVAL_IDLE] = "idle",
    [MIEV_EVAL_LOADING] = "loading",
    [MIEV_EVAL_PICTURES] = "pictures",
};

/* At most ten times a second anybody is woken, so that the machine is left to the evaluation. */
static void on_progress(void *context, const struct miev_eval_progress *at)
{
    struct miev_exam *exam = context;
    uint64_t now_ns = miev_env_now_ns(exam->server->options.env);
    bool step = !exam->stepped || at->phase != exam->phase;
    if (!step && now_ns - exam->told_ns < PROGRESS_EVERY_NS)
        return;
    exam->told_ns = now_ns;
    exam->stepped = true;
    exam->phase = at->phase;
    miev_lab_lock(exam->task.lab);
    (void)json_object_set_new(exam->row, "phase", json_string(phase_words[at->phase]));
    (void)json_object_set_new(exam->row, "done", json_integer((json_int_t)at->done));
    (void)json_object_set_new(exam->row, "total", json_integer((json_int_t)at->n_images));
    (void)json_object_set_new(exam->row, "right", json_integer((json_int_t)at->right));
    miev_channel_publish(exam->task.channel, MIEV_NEWS_STATE,
                         miev_event_text("progress", exam->row));
    miev_lab_unlock(exam->task.lab);
}

/* What its report says of the one model. */
static void take_result(json_t *row, const json_t *report)
{
    static const char *const shares[] = {"top1", "top5"};
    const json_t *model = json_array_get(miev_field_at(report, "models"), 0);
    const json_t *error = miev_field_at(model, "error");
    const char *reason = miev_field_text(miev_field_at(report, "stop"), "reason");
    bool whole = strcmp(reason, "complete") == 0;
    (void)json_object_set_new(row, "state",
                              json_string(whole                                ? "done"
                                          : strcmp(reason, "interrupted") == 0 ? "cancelled"
                                                                               : "failed"));
    if (json_object_get(model, "sha256"))
        (void)json_object_set(row, "model_sha256", json_object_get(model, "sha256"));
    if (error && strcmp(reason, "interrupted") != 0)
        (void)json_object_set(row, "problem", json_object_get(error, "message"));
    for (size_t i = 0; i < 2; i++)
        if (json_is_object(json_object_get(model, shares[i])))
            (void)json_object_set(row, shares[i], json_object_get(model, shares[i]));
    if (json_object_get(model, "images"))
        (void)json_object_set(row, "done", json_object_get(model, "images"));
}

static int evaluate(struct miev_exam *exam, json_t **report, struct miev_error *err)
{
    const struct miev_study_options usual = MIEV_STUDY_OPTIONS_INIT;
    struct miev_eval_options eval = {
        .study = usual,
        .dataset_path = exam->dataset.path,
        .limit = exam->limit,
        .state_folder = miev_marks_state_folder(exam->server->marks),
        .mapping = exam->mapped ? &exam->mapping : NULL,
        .progress = on_progress,
        .progress_context = exam,
    };
    eval.study.env = exam->server->options.env;
    eval.study.engines = miev_engines;
    eval.study.sensors = miev_sensors;
    eval.study.runtime_dir = exam->server->runtime_dir;
    eval.study.stop = &exam->task.stop;
    int rc = miev_eval_run(&eval, exam->selection.entries, exam->selection.n, report, err);
    if (rc == MIEV_OK)
        rc = miev_eval_price(*report, &exam->price, err);
    return rc;
}

/* Keep what came of it; what cannot be written is told all the same. */
static void settle(struct miev_exam *exam, json_t *row, const json_t *report)
{
    struct miev_error err;
    (void)json_object_set_new(row, "phase", json_null());
    if (miev_marks_put(exam->server->marks, row, report, &err) != MIEV_OK)
        (void)json_object_set_new(row, "problem", json_string(err.message));
    exam->outcome = row;
}

static json_t *copy_row(struct miev_exam *exam)
{
    miev_lab_lock(exam->task.lab);
    json_t *row = json_deep_copy(exam->row);
    miev_lab_unlock(exam->task.lab);
    return row;
}

static void fail(json_t *row, const struct miev_error *err)
{
    bool stopped = err->code == MIEV_ERR_INTERRUPTED;
    (void)json_object_set_new(row, "state", json_string(stopped ? "cancelled" : "failed"));
    if (!stopped)
        (void)json_object_set_new(row, "problem", json_string(err->message));
}

static void run(struct miev_task *task)
{
    struct miev_exam *exam = (struct miev_exam *)task;
    struct miev_error err = {0};
    json_t *report = NULL, *row = copy_row(exam);
    int rc = miev_marks_put(exam->server->marks, row, NULL, &err); /* that it runs */
    json_decref(row);
    if (rc == MIEV_OK)
        rc = evaluate(exam, &report, &err);
    row = copy_row(exam);
    if (rc == MIEV_OK)
        take_result(row, report);
    else
        fail(row, &err);
    settle(exam, row, rc == MIEV_OK ? report : NULL);
    json_decref(report);
}

/* ---- as a task of the lab ------------------------------------------------------------------- */

static void drop(struct miev_task *task, const char *note)
{
    struct miev_exam *exam = (struct miev_exam *)task;
    json_t *row = copy_row(exam);
    (void)json_object_set_new(row, "state", json_string("cancelled"));
    (void)json_object_set_new(row, "problem", json_string(note));
    settle(exam, row, NULL);
}

static void begin(struct miev_task *task)
{
    struct miev_exam *exam = (struct miev_exam *)task;
    (void)json_object_set_new(exam->row, "state", json_string("running"));
}

static enum miev_task_outcome end(struct miev_task *task)
{
    struct miev_exam *exam = (struct miev_exam *)task;
    json_decref(exam->row);
    exam->row = exam->outcome;
    exam->outcome = NULL;
    return MIEV_TASK_ENDED; /* the counts are those of studies */
}

static json_t *view(const struct miev_task *task, size_t queue_place)
{
    json_t *copy = json_deep_copy(((const struct miev_exam *)task)->row);
    if (queue_place > 0)
        (void)json_object_set_new(copy, "queue_place", json_integer((json_int_t)queue_place));
    return copy;
}

static bool uses(const struct miev_task *task, const char *sha256)
{
    const struct miev_exam *exam = (const struct miev_exam *)task;
    return strcmp(exam->dataset.sha256, sha256) == 0 ||
           strcmp(exam->selection.entries[0].file->sha256, sha256) == 0 ||
           strstr(exam->selection.entries[0].file->path, sha256);
}

static void destroy(struct miev_task *task)
{
    miev_exam_destroy((struct miev_exam *)task);
}

const struct miev_task_ops miev_exam_ops = {
    .event = "progress",
    .run = run,
    .drop = drop,
    .begin = begin,
    .end = end,
    .view = view,
    .uses = uses,
    .destroy = destroy,
};
