/* SPDX-License-Identifier: Apache-2.0 */
/* What would emit less than one model of a priced report, and at what price. Measures nothing;
 * docs/alternatives.md. */
#ifndef MIEV_STUDY_ALTERNATIVES_H
#define MIEV_STUDY_ALTERNATIVES_H

#include <jansson.h>
#include <stddef.h>

#include "grid/live.h"
#include "study/typical_day.h"

struct miev_alternatives_wish {
    const char *model;   /* whose alternatives; NULL: the first that has a footprint */
    double max_p99_s;    /* leave out what takes longer; 0: nothing */
    double min_top1;     /* leave out what is less accurate, or unknown to be; 0..1, 0: nothing */
    const char *regions; /* "eu", ISO codes or names of countries, parted by commas; NULL: all */
    const struct miev_live_point *hours; /* the forecast of the report's place; n_hours of them */
    size_t n_hours;
    const char *hours_source;
    const struct miev_typical_day *day; /* where there is no forecast; NULL: none */
    const char *day_source;
};

/* *out: {model, requests_per_day, cost_g, year_g, kinds: settings, models, hour, place, hardware},
 * new reference. Each kind has its items, the best first, or says why it has none. The report stays
 * as it is. MIEV_ERR_INVALID: it has no such model or no footprint, or nobody knows a region. */
MIEV_MUST_USE int miev_report_alternatives(const json_t *report,
                                           const struct miev_alternatives_wish *wish, json_t **out,
                                           struct miev_error *err);

#endif
