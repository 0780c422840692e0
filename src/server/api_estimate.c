/* SPDX-License-Identifier: Apache-2.0 */
/* The calculator: what hardware draws and emits that runs for some hours. Nothing is run. */
#include <string.h>

#include "core/error.h"
#include "server/ask_estimate.h"
#include "server/call.h"
#include "study/hardware_names.h"

#define MOST_NAMES 20

void miev_api_estimate(struct miev_call *call)
{
    struct miev_ask_estimate ask;
    struct miev_estimate_wish wish;
    struct miev_site site;
    struct miev_price_options price;
    struct miev_error err;
    json_t *document = NULL;
    int rc = miev_ask_estimate_from_query(&call->target, &ask, &err);
    if (rc == MIEV_OK)
        rc = miev_estimate_wish_make(&ask.hardware, call->server->options.env, &wish, &err);
    if (rc == MIEV_OK)
        rc = miev_site_find(&ask.place, &site, &price, &err);
    if (rc == MIEV_OK)
        rc = miev_estimate(&wish, &price, &document, &err);
    if (rc ==
        MIEV_ERR_UNAVAILABLE) /* a year without a figure: what was asked is wrong, not where */
        err.code = MIEV_ERR_INVALID;
    if (rc == MIEV_OK)
        miev_answer_json(call, 200, document);
    else
        miev_answer_error(call, &err);
}

/* A typo in a field would else look like a name that is nowhere. */
static int check_fields(const struct miev_target *target, struct miev_error *err)
{
    for (size_t i = 0; i < target->n_fields; i++)
        if (strcmp(target->fields[i].name, "kind") != 0 &&
            strcmp(target->fields[i].name, "words") != 0)
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "there is no field '%.40s' here: kind and words are",
                                  target->fields[i].name);
    return miev_target_field(target, "kind")
               ? MIEV_OK
               : miev_error_set(err, MIEV_ERR_INVALID,
                                "'kind' is missing: say cpu, gpu or instance");
}

void miev_api_hardware(struct miev_call *call)
{
    struct miev_error err;
    json_t *names = NULL;
    const char *kind = miev_call_field(call, "kind"), *words = miev_call_field(call, "words");
    int rc = check_fields(&call->target, &err);
    if (rc == MIEV_OK)
        rc = miev_hardware_names(kind, words ? words : "", MOST_NAMES, &names, &err);
    if (rc == MIEV_OK)
        miev_answer_json(call, 200, json_pack("{s:s, s:o}", "kind", kind, "names", names));
    else
        miev_answer_error(call, &err);
}
