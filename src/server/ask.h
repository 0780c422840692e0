/* SPDX-License-Identifier: Apache-2.0 */
/* What a client asks of a study, from JSON or from the query of an address. Pure. */
#ifndef MIEV_SERVER_ASK_H
#define MIEV_SERVER_ASK_H

#include <jansson.h>
#include <time.h>

#include "server/ask_sweep.h"
#include "server/target.h"
#include "study/site.h"

#define MIEV_ASK_MAX_BUDGET_S 3600.0 /* others wait */

/* Where a report is priced. */
struct miev_ask_site {
    struct miev_site_wish wish; /* its zone points to the text below, or is NULL */
    char zone[64];
    bool any;    /* something was said at all */
    time_t hour; /* price by this hour of the forecast of the zone; 0: not said */
};

/* Whose alternatives are asked for, and which are not wanted. */
struct miev_ask_alternatives {
    struct miev_ask_site site;
    bool no_rate; /* a rate of 0 was said, in place of the report's own */
    double max_latency_ms, min_accuracy_percent; /* 0: not said */
    char regions[160];                           /* "": all */
};

struct miev_ask {
    json_t *models;             /* ids, 1 to MIEV_STUDY_MAX_MODELS of them; owned */
    char input[160], name[160]; /* input: an id, "" where the bytes came along */
    char delegate[32];          /* "": the engine's best */
    struct miev_ask_site site;
    unsigned threads;
    double budget_s, target_ratio;
    double seed; /* below 0: to be drawn */
    bool sweep;  /* one model under many settings, those of the grid */
    struct miev_sweep_grid grid;
    bool own_budget; /* budget_s was said */
};

/* Read {"models": [...], "input": "...", ...}. Fields that are not known, of the wrong type or out
 * of range are refused by name (MIEV_ERR_INVALID). miev_ask_finish when done. */
MIEV_MUST_USE int miev_ask_from_json(json_t *document, struct miev_ask *out,
                                     struct miev_error *err);
/* The same from "models=a,b&zone=KR"; an input is not asked for. */
MIEV_MUST_USE int miev_ask_from_query(const struct miev_target *target, struct miev_ask *out,
                                      struct miev_error *err);
void miev_ask_finish(struct miev_ask *ask);

/* Where a kept report is to be priced: zone, intensity_g_per_kwh, pue, embodied, lifetime_years,
 * requests_per_day, hour. others: fields that mean something else at that address and are passed
 * over, ends with NULL; NULL: there are none. */
MIEV_MUST_USE int miev_ask_site_from_query(const struct miev_target *target,
                                           const char *const *others, struct miev_ask_site *out,
                                           struct miev_error *err);
/* The same without an hour, and max_latency_ms, min_accuracy_percent, regions; a model is passed
 * over. */
MIEV_MUST_USE int miev_ask_alternatives_from_query(const struct miev_target *target,
                                                   struct miev_ask_alternatives *out,
                                                   struct miev_error *err);

#endif
