/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluations: asking for one, looking at it, ending and deleting it. */
#include "core/error.h"
#include "server/call.h"
#include "server/events.h"
#include "server/exam.h"
#include "server/marks.h"

static bool is_listed(const json_t *list, const json_t *row)
{
    size_t i;
    json_t *other;
    bool found = false;
    json_array_foreach(list, i, other) found =
        found || json_equal(json_object_get(other, "id"), json_object_get(row, "id"));
    return found;
}

void miev_api_evaluations(struct miev_call *call)
{
    size_t i;
    json_t *row, *list = miev_lab_views(call->server->lab, &miev_exam_ops);
    json_t *live = json_copy(list), *kept = miev_marks_rows(call->server->marks);
    json_array_foreach(kept, i, row) if (!is_listed(live, row))(void) json_array_append(list, row);
    json_decref(live);
    json_decref(kept);
    miev_answer_json(call, 200, json_pack("{s:o}", "evaluations", list));
}

/* The row as it is now, NULL when there is none. */
static json_t *row_of(struct miev_server *server, int64_t id)
{
    json_t *row = miev_lab_view(server->lab, &miev_exam_ops, id);
    return row ? row : miev_marks_row(server->marks, id);
}

static void answer_row(struct miev_call *call, unsigned status, int64_t id)
{
    json_t *row = row_of(call->server, id);
    if (row) {
        json_t *report = miev_marks_report(call->server->marks, id);
        (void)json_object_set_new(row, "report", report ? report : json_null());
        miev_answer_json(call, status, row);
    } else {
        miev_answer_problem(call, 404, "not-found",
                            "'%.40s' is no number of an evaluation: /api/v1/evaluations lists them",
                            call->id);
    }
}

void miev_api_evaluation(struct miev_call *call)
{
    int64_t id = 0;
    answer_row(call, 200, miev_call_number(call, &id) ? id : 0);
}

void miev_api_evaluation_add(struct miev_call *call)
{
    struct miev_exam *exam = NULL;
    struct miev_error err;
    int64_t id = 0;
    char client[MIEV_QUEUE_CLIENT_BYTES];
    json_t *document = miev_call_json(call);
    if (!document)
        return;
    miev_call_client(call, client);
    int made = miev_exam_make(call->server, document, client, &exam, &err);
    json_decref(document);
    int rc = made == MIEV_OK ? miev_exam_queue(exam, &id, &err) : made;
    if (rc == MIEV_OK) {
        answer_row(call, 202, id);
        miev_http_set(call->reply, "Location", "/api/v1/evaluations/%lld", (long long)id);
        return;
    }
    if (made == MIEV_OK)
        miev_exam_destroy(exam);
    if (made == MIEV_ERR_UNAVAILABLE)
        miev_answer_problem(call, 409, "conflict", "%s", err.message);
    else if (made == MIEV_OK)
        miev_answer_not_queued(call, &err);
    else
        miev_answer_error(call, &err);
}

/* One that runs or waits is ended, one that has ended is forgotten. */
void miev_api_evaluation_delete(struct miev_call *call)
{
    struct miev_server *server = call->server;
    struct miev_error err;
    int64_t id = 0;
    if (!miev_call_number(call, &id) || !miev_lab_cancel(server->lab, &miev_exam_ops, id)) {
        if (id > 0 && miev_marks_remove(server->marks, id, &err) == MIEV_OK)
            miev_answer_nothing(call);
        else
            answer_row(call, 200, 0);
        return;
    }
    answer_row(call, 202, id);
}

void miev_api_evaluation_events(struct miev_call *call)
{
    struct miev_server *server = call->server;
    int64_t id = 0;
    struct miev_channel *channel =
        miev_call_number(call, &id) ? miev_lab_watch(server->lab, &miev_exam_ops, id) : NULL;
    json_t *row = channel || id == 0 ? NULL : miev_marks_row(server->marks, id);
    if (row)
        channel = miev_events_of_ended(call, row);
    if (channel)
        miev_answer_events(call, channel);
    else
        answer_row(call, 200, 0);
    json_decref(row);
}
