/* SPDX-License-Identifier: Apache-2.0 */
/* What would emit less than one model of a priced report, and at what price. Measures nothing;
 * docs/alternatives.md. */
#ifndef MIEV_STUDY_ALTERNATIVES_H
#define MIEV_STUDY_ALTERNATIVES_H

#include <jansson.h>
#include <stddef.h>

#include "grid/live.h"
#include "study/site.h"
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
    const char *hours_why; /* a sentence: why there are none; NULL: nobody asked for them */
};

/* Price a report as its alternatives are to be held against: at its own place and its own rate,
 * unless the wish names others. asked: what miev_site_find made of the wish; a rate below 0 is
 * none at all. */
MIEV_MUST_USE int miev_alternatives_price(json_t *report, const struct miev_site_wish *wish,
                                          const struct miev_price_options *asked,
                                          struct miev_error *err);
/* The zone to ask a forecast of, as that of a wish or else of the priced report; "": the report is
 * of no place that has one. */
void miev_alternatives_zone(const json_t *report, const struct miev_site_wish *wish, char out[64]);

/* *out: {model, requests_per_day, cost_g, year_g, kinds: settings, models, hour, place, hardware},
 * new reference. Each kind has its items, the best first, or says why it has none. The report stays
 * as it is. MIEV_ERR_INVALID: it has no such model or no footprint, or nobody knows a region. */
MIEV_MUST_USE int miev_report_alternatives(const json_t *report,
                                           const struct miev_alternatives_wish *wish, json_t **out,
                                           struct miev_error *err);

#endif
