/* SPDX-License-Identifier: Apache-2.0 */
#include "server/study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/call.h"
#include "server/findings.h"
#include "server/names.h"

static json_t *input_of(struct miev_server *server, const struct miev_study_view *view)
{
    struct miev_input found;
    const struct miev_store_row *row = view->row;
    const struct miev_input *input = view->input;
    if (!input && *row->input_sha256 &&
        miev_input_by_hash(server, row->input_sha256, &found, NULL) == MIEV_OK)
        input = &found;
    return json_pack("{s:o, s:s, s:o, s:o}", "id", input ? json_string(input->id) : json_null(),
                     "name", row->input, "sha256",
                     *row->input_sha256 ? json_string(row->input_sha256) : json_null(), "href",
                     input ? miev_input_href(input->id) : json_null());
}

/* A copy: what is borrowed may end in another thread. */
static json_t *or_null(const json_t *value)
{
    return value ? json_deep_copy(value) : json_null();
}

/* Why it failed, as it was kept. */
static json_t *error_of(const struct miev_study_view *view)
{
    if (view->error || !*view->row->note || view->row->status != MIEV_STORE_FAILED)
        return or_null(view->error);
    return miev_problem(422, "failed", view->row->note);
}

json_t *miev_study_json(struct miev_server *server, const struct miev_study_view *view)
{
    const struct miev_store_row *row = view->row;
    return json_pack("{s:I, s:s, s:s, s:o, s:I, s:s, s:o, s:o, s:b, s:o, s:o, s:b, s:o}", "id",
                     (json_int_t)row->id, "name", row->name, "status",
                     row->imported ? "imported" : miev_store_status_name(row->status),
                     "queue_place",
                     view->queue_place ? json_integer((json_int_t)view->queue_place) : json_null(),
                     "created_unix_s", (json_int_t)row->created_unix_s, "models", row->models,
                     "model_ids", or_null(view->model_ids), "input", input_of(server, view),
                     "imported", (int)row->imported, "progress", or_null(view->progress), "error",
                     error_of(view), "has_report", (int)(row->bytes > 0), "repeat_of",
                     row->repeat_of ? json_integer((json_int_t)row->repeat_of) : json_null());
}

json_t *miev_study_kept(struct miev_server *server, const struct miev_store_row *row)
{
    json_t *hashes = miev_findings_models(server->findings, row->id);
    json_t *ids = miev_model_ids(server, hashes);
    json_t *study =
        miev_study_json(server, &(struct miev_study_view){.row = row, .model_ids = ids});
    json_decref(hashes);
    json_decref(ids);
    return study;
}
