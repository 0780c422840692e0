/* SPDX-License-Identifier: Apache-2.0 */
/* Studies: asking for one, looking at it, naming, ending and deleting it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "server/ask.h"
#include "server/call.h"
#include "server/findings.h"
#include "server/job.h"
#include "server/names.h"
#include "server/study.h"

/* ---- looking -------------------------------------------------------------------------------- */

static int find_study(struct miev_server *server, int64_t id, json_t **out, struct miev_error *err)
{
    struct miev_store_row row;
    json_t *study = miev_lab_view(server->lab, &miev_job_ops, id);
    if (!study) {
        int rc = miev_history_find(server->history, id, &row, NULL, err);
        if (rc != MIEV_OK)
            return rc;
        miev_findings_refresh(server->findings, server->history);
        study = miev_study_kept(server, &row);
    }
    *out = study;
    return MIEV_OK;
}

static void answer_study(struct miev_call *call, unsigned status, int64_t id)
{
    struct miev_error err;
    json_t *study = NULL;
    if (find_study(call->server, id, &study, &err) == MIEV_OK)
        miev_answer_json(call, status, study);
    else
        miev_answer_error(call, &err);
}

void miev_api_study(struct miev_call *call)
{
    struct miev_error err;
    int64_t id = 0;
    if (miev_study_id(call, &id, &err) == MIEV_OK)
        answer_study(call, 200, id);
    else
        miev_answer_error(call, &err);
}

static bool is_listed(const json_t *list, int64_t id)
{
    size_t i;
    json_t *study;
    json_array_foreach(list, i, study) if (json_integer_value(json_object_get(study, "id")) ==
                                           id) return true;
    return false;
}

void miev_api_studies(struct miev_call *call)
{
    struct miev_server *server = call->server;
    struct miev_store_row *rows = NULL;
    struct miev_error err;
    size_t n = 0;
    json_t *list = miev_lab_views(server->lab, &miev_job_ops);
    size_t n_live = json_array_size(list);
    if (miev_history_list(server->history, &rows, &n, &err) != MIEV_OK) {
        json_decref(list);
        miev_answer_error(call, &err);
        return;
    }
    miev_findings_refresh(server->findings, server->history);
    json_t *live = json_copy(list);
    for (size_t i = 0; i < n; i++)
        if (n_live == 0 || !is_listed(live, rows[i].id))
            (void)json_array_append_new(list, miev_study_kept(server, &rows[i]));
    json_decref(live);
    free(rows);
    miev_answer_json(call, 200, json_pack("{s:o}", "studies", list));
}

/* ---- asking --------------------------------------------------------------------------------- */

/* The job is the lab's once it is queued, and may have ended by the time of the answer. */
static void answer_queued(struct miev_call *call, struct miev_job *job)
{
    struct miev_error err;
    int64_t id = 0;
    int rc = miev_job_queue(job, &id, &err);
    if (rc == MIEV_OK) {
        answer_study(call, 202, id);
        miev_http_set(call->reply, "Location", "/api/v1/studies/%lld", (long long)id);
        return;
    }
    miev_job_destroy(job);
    miev_answer_not_queued(call, &err);
}

static int read_ask(struct miev_call *call, struct miev_ask *ask, struct miev_error *err)
{
    if (call->spool_fd >= 0)
        return miev_ask_from_query(&call->target, ask, err);
    json_t *document = miev_call_json(call);
    if (!document)
        return MIEV_ERR_INVALID;
    int rc = miev_ask_from_json(document, ask, err);
    json_decref(document);
    return rc;
}

static int find_input(struct miev_call *call, const struct miev_ask *ask, struct miev_input *input,
                      struct miev_error *err)
{
    bool there = false;
    if (call->spool_fd >= 0)
        return miev_input_keep(call, input, &there, err);
    int rc = miev_input_find(call->server, ask->input, input, err);
    if (rc == MIEV_ERR_UNAVAILABLE) /* what was asked for is wrong, not where */
        err->code = rc = MIEV_ERR_INVALID;
    return rc;
}

void miev_api_study_create(struct miev_call *call)
{
    struct miev_ask ask = {.models = NULL};
    struct miev_input input;
    struct miev_job *job = NULL;
    struct miev_error err;
    char client[MIEV_QUEUE_CLIENT_BYTES];
    miev_call_client(call, client);
    int rc = read_ask(call, &ask, &err);
    if (rc == MIEV_OK)
        rc = find_input(call, &ask, &input, &err);
    if (rc == MIEV_OK)
        rc = miev_job_make(call->server, &ask, &input, client, &job, &err);
    miev_ask_finish(&ask);
    if (rc == MIEV_OK)
        answer_queued(call, job);
    else if (call->reply->status == 0 && rc == MIEV_ERR_UNAVAILABLE)
        miev_answer_problem(call, 409, "conflict", "%s", err.message);
    else if (call->reply->status == 0)
        miev_answer_error(call, &err);
}

void miev_api_study_repeat(struct miev_call *call)
{
    struct miev_store_row row;
    struct miev_job *job = NULL;
    struct miev_error err;
    json_t *report = NULL;
    int64_t id = 0;
    char client[MIEV_QUEUE_CLIENT_BYTES];
    miev_call_client(call, client);
    int rc = miev_study_id(call, &id, &err);
    if (rc == MIEV_OK)
        rc = miev_history_find(call->server->history, id, &row, NULL, &err);
    if (rc != MIEV_OK) {
        miev_answer_error(call, &err);
        return;
    }
    rc = miev_history_report(call->server->history, id, &row, &report, &err);
    if (rc == MIEV_OK)
        rc = miev_job_repeat(call->server, report, &row, client, &job, &err);
    json_decref(report);
    if (rc == MIEV_OK)
        answer_queued(call, job);
    else if (rc == MIEV_ERR_UNAVAILABLE)
        miev_answer_problem(call, 409, "conflict", "%s", err.message);
    else
        miev_answer_error(call, &err);
}

/* ---- changing ------------------------------------------------------------------------------- */

static int read_name(const json_t *document, char out[160], struct miev_error *err)
{
    const json_t *name = json_object_get(document, "name");
    if (!json_is_string(name) || json_object_size(document) != 1 ||
        json_string_length(name) >= 160 ||
        strlen(json_string_value(name)) != json_string_length(name))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "send {\"name\": \"...\"} with at most 159 bytes, and nothing else");
    (void)snprintf(out, 160, "%s", json_string_value(name));
    return MIEV_OK;
}

static void rename_job(struct miev_task *task, const void *name)
{
    struct miev_job *job = (struct miev_job *)task;
    miev_text_show(job->row.name, sizeof(job->row.name), name);
}

void miev_api_study_rename(struct miev_call *call)
{
    struct miev_error err;
    int64_t id = 0;
    char name[160];
    json_t *document = miev_call_json(call);
    if (!document)
        return;
    int rc = read_name(document, name, &err);
    json_decref(document);
    if (rc == MIEV_OK)
        rc = miev_study_id(call, &id, &err);
    if (rc == MIEV_OK)
        rc = miev_history_rename(call->server->history, id, name, &err);
    if (rc != MIEV_OK) {
        miev_answer_error(call, &err);
        return;
    }
    miev_lab_change(call->server->lab, &miev_job_ops, id, rename_job, name);
    answer_study(call, 200, id);
}

void miev_api_study_delete(struct miev_call *call)
{
    struct miev_error err;
    int64_t id = 0;
    int rc = miev_study_id(call, &id, &err);
    if (rc == MIEV_OK)
        rc = miev_history_remove(call->server->history, id, &err);
    if (rc == MIEV_OK)
        miev_answer_nothing(call);
    else if (rc == MIEV_ERR_INVALID)
        miev_answer_problem(call, 409, "conflict", "%s", err.message);
    else
        miev_answer_error(call, &err);
}

void miev_api_study_cancel(struct miev_call *call)
{
    struct miev_store_row row;
    struct miev_error err;
    int64_t id = 0;
    int rc = miev_study_id(call, &id, &err);
    if (rc == MIEV_OK)
        rc = miev_history_find(call->server->history, id, &row, NULL, &err);
    if (rc != MIEV_OK)
        miev_answer_error(call, &err);
    else if (miev_lab_cancel(call->server->lab, &miev_job_ops, id))
        answer_study(call, 202, id);
    else if (row.status == MIEV_STORE_RUNNING)
        miev_answer_problem(call, 409, "conflict",
                            "another program runs that study: it can only be stopped there");
    else
        miev_answer_problem(call, 409, "conflict", "that study is %s: there is nothing to cancel",
                            miev_store_status_name(row.status));
}
