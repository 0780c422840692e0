/* SPDX-License-Identifier: Apache-2.0 */
/* One model: all that was found of it here, and how it is used elsewhere. */
#include <string.h>

#include "export/field.h"
#include "server/call.h"
#include "server/findings.h"
#include "server/marks.h"
#include "server/names.h"
#include "study/use.h"

static json_t *labels_of(const struct miev_card *card)
{
    if (card->n_labels == 0)
        return json_null();
    json_t *labels = json_array();
    for (size_t i = 0; i < card->n_labels; i++)
        (void)json_array_append_new(labels, json_string(card->labels[i]));
    return labels;
}

/* The newest report that measured the file, or NULL. New reference. */
static json_t *newest_report(struct miev_server *server, const json_t *measurements)
{
    struct miev_store_row row;
    json_t *report = NULL;
    const json_t *study = json_object_get(json_array_get(measurements, 0), "study");
    if (!study || miev_history_report(server->history, json_integer_value(study), &row, &report,
                                      NULL) != MIEV_OK)
        return NULL;
    return report;
}

/* Those of this very file that came to their end. */
static json_t *evaluations_of(struct miev_server *server, const char *sha256)
{
    size_t i;
    json_t *row, *all = miev_marks_rows(server->marks), *list = json_array();
    json_array_foreach(all, i, row) if (*sha256 &&
                                        strcmp(miev_field_text(row, "model_sha256"), sha256) == 0 &&
                                        strcmp(miev_field_text(row, "state"), "done") == 0)(void)
        json_array_append(list, row);
    json_decref(all);
    return list;
}

void miev_api_model(struct miev_call *call)
{
    struct miev_server *server = call->server;
    struct miev_model model;
    struct miev_error err;
    if (miev_model_find(server, call->id, &model, &err) == MIEV_OK) {
        miev_findings_refresh(server->findings, server->history);
        json_t *measurements = miev_findings_all(server->findings, model.file->sha256);
        json_t *report = newest_report(server, measurements);
        miev_answer_json(call, 200,
                         json_pack("{s:o, s:o, s:o, s:o, s:o}", "model",
                                   miev_model_row(server, model.card, model.file), "labels",
                                   labels_of(model.card), "measurements", measurements,
                                   "evaluations", evaluations_of(server, model.file->sha256), "use",
                                   miev_use_json(model.card, model.file, report)));
        json_decref(report);
    } else {
        miev_answer_error(call, &err);
    }
    miev_model_finish(server, &model);
}
