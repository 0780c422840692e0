/* SPDX-License-Identifier: Apache-2.0 */
#include "server/priced.h"

#include <stdlib.h>

#include "core/error.h"
#include "server/forecasts.h"
#include "server/study.h"

int miev_priced_open(struct miev_call *call, const char *const *others, struct miev_ask_site *site,
                     struct miev_store_row *row, json_t **report, struct miev_error *err)
{
    struct miev_site place;
    struct miev_price_options price;
    int64_t id = 0;
    int rc = miev_ask_site_from_query(&call->target, others, site, err);
    if (rc == MIEV_OK)
        rc = miev_study_id(call, &id, err);
    if (rc == MIEV_OK)
        rc = miev_history_report(call->server->history, id, row, report, err);
    if (rc != MIEV_OK || !site->any)
        return rc;
    rc = miev_site_find(&site->wish, &place, &price, err);
    if (rc == MIEV_OK && site->hour)
        rc = miev_forecasts_hour(call->server->forecasts, site->wish.zone, site->hour, &place, err);
    if (rc == MIEV_OK)
        rc = miev_report_price(*report, &price, err);
    if (rc != MIEV_OK) {
        json_decref(*report);
        *report = NULL;
    }
    return rc;
}

bool miev_priced_write(struct miev_call *call, const char *type, const json_t *document,
                       bool (*write)(const json_t *document, FILE *file))
{
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    bool ok = file && write(document, file);
    ok = file && fclose(file) == 0 && ok;
    if (ok) {
        miev_answer_text(call, 200, type, text, length);
    } else {
        free(text);
        miev_answer_problem(call, 503, "out-of-memory", "no memory for that file");
    }
    return ok;
}
