/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures whose answers are known, as clients bring them. */
#include "core/error.h"
#include "server/call.h"
#include "server/datasets.h"
#include "server/lab.h"

void miev_api_datasets(struct miev_call *call)
{
    miev_answer_json(call, 200,
                     json_pack("{s:o}", "datasets", miev_datasets_views(call->server->datasets)));
}

void miev_api_dataset_add(struct miev_call *call)
{
    const char *name = miev_call_field(call, "name");
    struct miev_error err;
    json_t *view = NULL;
    bool there = false;
    int rc = miev_datasets_add(call->server->datasets, call->spool_fd, name ? name : "dataset",
                               &view, &there, &err);
    if (rc == MIEV_OK)
        miev_answer_json(call, there ? 200 : 201, view);
    else if (rc == MIEV_ERR_INVALID)
        miev_answer_problem(call, 422, "unsupported", "%s", err.message);
    else
        miev_answer_error(call, &err);
}

void miev_api_dataset(struct miev_call *call)
{
    struct miev_dataset_about about;
    struct miev_error err;
    if (miev_datasets_find(call->server->datasets, call->id, &about, &err) == MIEV_OK)
        miev_answer_json(call, 200, miev_datasets_view(call->server->datasets, call->id));
    else
        miev_answer_error(call, &err);
}

void miev_api_dataset_delete(struct miev_call *call)
{
    struct miev_server *server = call->server;
    struct miev_dataset_about about;
    struct miev_error err;
    int rc = miev_datasets_find(server->datasets, call->id, &about, &err);
    if (rc == MIEV_OK && miev_lab_uses(server->lab, about.sha256)) {
        miev_answer_problem(call, 409, "conflict",
                            "an evaluation that runs or waits needs this dataset: cancel it first");
        return;
    }
    if (rc == MIEV_OK)
        rc = miev_datasets_remove(server->datasets, call->id, &err);
    if (rc == MIEV_OK)
        miev_answer_nothing(call);
    else
        miev_answer_error(call, &err);
}
