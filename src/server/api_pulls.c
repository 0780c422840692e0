/* SPDX-License-Identifier: Apache-2.0 */
/* Bringing models from where they are. */
#include "core/error.h"
#include "server/call.h"
#include "server/events.h"
#include "server/pulls.h"

void miev_api_pulls(struct miev_call *call)
{
    miev_answer_json(call, 200, json_pack("{s:o}", "pulls", miev_pulls_views(call->server->pulls)));
}

void miev_api_pull_add(struct miev_call *call)
{
    struct miev_error err;
    json_t *view = NULL, *document = miev_call_json(call);
    if (!document)
        return;
    const char *what = json_string_value(json_object_get(document, "what"));
    int rc = what && json_object_size(document) == 1
                 ? miev_pulls_add(call->server->pulls, what, &view, &err)
                 : miev_error_set(&err, MIEV_ERR_INVALID,
                                  "send {\"what\": \"...\"} with a model's name or address, and "
                                  "nothing else");
    json_decref(document);
    if (rc == MIEV_OK) {
        miev_http_set(call->reply, "Location", "/api/v1/pulls/%lld",
                      (long long)json_integer_value(json_object_get(view, "id")));
        miev_answer_json(call, 202, view);
    } else {
        miev_answer_not_queued(call, &err);
    }
}

static void answer_absent(struct miev_call *call)
{
    miev_answer_problem(call, 404, "not-found",
                        "'%.40s' is no number of a pull: /api/v1/pulls lists them", call->id);
}

void miev_api_pull(struct miev_call *call)
{
    int64_t id = 0;
    json_t *view = miev_call_number(call, &id) ? miev_pulls_view(call->server->pulls, id) : NULL;
    if (view)
        miev_answer_json(call, 200, view);
    else
        answer_absent(call);
}

void miev_api_pull_cancel(struct miev_call *call)
{
    int64_t id = 0;
    enum miev_pulls_cancel found =
        miev_call_number(call, &id) ? miev_pulls_cancel(call->server->pulls, id) : MIEV_PULLS_NONE;
    if (found == MIEV_PULLS_NONE)
        answer_absent(call);
    else if (found == MIEV_PULLS_ENDED_BEFORE)
        miev_answer_problem(call, 409, "conflict",
                            "that pull has ended: delete the model that it brought instead");
    else
        miev_answer_json(call, 202, miev_pulls_view(call->server->pulls, id));
}

void miev_api_pull_events(struct miev_call *call)
{
    int64_t id = 0;
    struct miev_channel *channel =
        miev_call_number(call, &id) ? miev_pulls_watch(call->server->pulls, id) : NULL;
    if (channel)
        miev_answer_events(call, channel);
    else
        answer_absent(call);
}
