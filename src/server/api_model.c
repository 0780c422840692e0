/* SPDX-License-Identifier: Apache-2.0 */
/* One model: all that was found of it here, and how it is used elsewhere. */
#include "export/field.h"
#include "server/call.h"
#include "server/findings.h"
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
                         json_pack("{s:o, s:o, s:o, s:o}", "model",
                                   miev_model_row(server, model.card, model.file), "labels",
                                   labels_of(model.card), "measurements", measurements, "use",
                                   miev_use_json(model.card, model.file, report)));
        json_decref(report);
    } else {
        miev_answer_error(call, &err);
    }
    miev_model_finish(server, &model);
}
