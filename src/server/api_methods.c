/* SPDX-License-Identifier: Apache-2.0 */
/* What other tools would have said of the work of a report. */
#include "core/error.h"
#include "server/call.h"
#include "server/priced.h"
#include "study/others.h"

void miev_api_methods(struct miev_call *call)
{
    static const char *const others[] = {"model", "method", NULL};
    const char *methods = miev_call_field(call, "method");
    struct miev_ask_site site;
    struct miev_store_row row;
    struct miev_error err;
    json_t *report = NULL, *document = NULL;
    int rc = methods ? miev_others_check(methods, &err) : MIEV_OK;
    if (rc == MIEV_OK)
        rc = miev_priced_open(call, others, &site, &row, &report, &err);
    if (rc == MIEV_OK)
        rc = miev_report_others(report, methods ? methods : "all", miev_call_field(call, "model"),
                                &document, &err);
    json_decref(report);
    if (rc == MIEV_OK)
        miev_answer_json(call, 200, document);
    else
        miev_answer_error(call, &err);
}
