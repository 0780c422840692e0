/* SPDX-License-Identifier: Apache-2.0 */
/* What would emit less than a model of a kept report. */
#include "core/error.h"
#include "server/ask.h"
#include "server/call.h"
#include "server/forecasts.h"
#include "study/alternatives.h"

#define MS_PER_S 1000.0
#define PERCENT  100.0

/* The report of {id} at the place and rate that its alternatives are held against. */
static int open_priced(struct miev_call *call, const struct miev_ask_alternatives *ask,
                       json_t **report, struct miev_error *err)
{
    struct miev_store_row row;
    struct miev_site place;
    struct miev_price_options price;
    int64_t id = 0;
    int rc = miev_study_id(call, &id, err);
    if (rc == MIEV_OK)
        rc = miev_history_report(call->server->history, id, &row, report, err);
    if (rc == MIEV_OK)
        rc = miev_site_find(&ask->site.wish, &place, &price, err);
    if (rc == MIEV_OK && ask->no_rate)
        price.requests_per_day = -1;
    if (rc == MIEV_OK)
        rc = miev_alternatives_price(*report, &ask->site.wish, &price, err);
    return rc;
}

/* A place without a forecast has the reason in the document, and is no failure. */
static void ask_hours(struct miev_forecasts *forecasts, const json_t *report,
                      const struct miev_ask_alternatives *ask, struct miev_live_point *points,
                      struct miev_error *trouble, struct miev_alternatives_wish *wish)
{
    char zone[64];
    wish->hours_why = MIEV_FORECASTS_NONE;
    if (!forecasts)
        return;
    miev_alternatives_zone(report, &ask->site.wish, zone);
    wish->hours = points;
    wish->hours_source = miev_forecasts_source(forecasts);
    wish->hours_why = trouble->message;
    if (miev_forecasts_hours(forecasts, zone, points, &wish->n_hours, trouble) != MIEV_OK)
        wish->n_hours = 0;
}

/* day: NULL where no file came along. */
static int find(struct miev_call *call, const struct miev_typical_day *day, json_t **document,
                struct miev_error *err)
{
    struct miev_ask_alternatives ask;
    struct miev_live_point points[MIEV_LIVE_MAX_HOURS];
    struct miev_error trouble = {.message = ""};
    json_t *report = NULL;
    int rc = miev_ask_alternatives_from_query(&call->target, &ask, err);
    if (rc == MIEV_OK)
        rc = open_priced(call, &ask, &report, err);
    if (rc == MIEV_OK) {
        struct miev_alternatives_wish wish = {.model = miev_call_field(call, "model"),
                                              .max_p99_s = ask.max_latency_ms / MS_PER_S,
                                              .min_top1 = ask.min_accuracy_percent / PERCENT,
                                              .regions = *ask.regions ? ask.regions : NULL,
                                              .day = day};
        ask_hours(call->server->forecasts, report, &ask, points, &trouble, &wish);
        rc = miev_report_alternatives(report, &wish, document, err);
    }
    json_decref(report);
    return rc;
}

static void answer(struct miev_call *call, const struct miev_typical_day *day)
{
    struct miev_error err;
    json_t *document = NULL;
    if (find(call, day, &document, &err) == MIEV_OK)
        miev_answer_json(call, 200, document);
    else
        miev_answer_error(call, &err);
}

void miev_api_alternatives(struct miev_call *call)
{
    answer(call, NULL);
}

/* The file is read before all else, so that a wrong one is told even beside a forecast. */
void miev_api_alternatives_of_day(struct miev_call *call)
{
    struct miev_typical_day day;
    struct miev_error err;
    if (miev_typical_day_take(call->text, call->length, "the file", &day, &err) == MIEV_OK)
        answer(call, &day);
    else
        miev_answer_error(call, &err);
}
