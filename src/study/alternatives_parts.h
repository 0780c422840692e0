/* SPDX-License-Identifier: Apache-2.0 */
/* What the kinds of alternatives share; for alternatives*.c alone. */
#ifndef MIEV_STUDY_ALTERNATIVES_PARTS_H
#define MIEV_STUDY_ALTERNATIVES_PARTS_H

#include "study/alternatives.h"

#define MIEV_ALTERNATIVES_COUNTRIES_BYTES 1024
#define MIEV_ALTERNATIVES_DAYS_PER_YEAR   365.25

/* What one inference costs, or one request where the report has a rate. */
struct miev_alternatives_cost {
    double value_g, low_g, high_g;
    double embodied_g;       /* of value_g */
    double requests_per_day; /* NAN without a rate */
};

struct miev_alternatives_search {
    const json_t *report, *model;
    const struct miev_alternatives_wish *wish;
    struct miev_alternatives_cost cost;                /* of model */
    char countries[MIEV_ALTERNATIVES_COUNTRIES_BYTES]; /* "KR SE ": to look at; "": all */
    json_t *items;
};

/* Why a kind has no items: a word for programs and a sentence for people. */
struct miev_alternatives_none {
    const char *reason, *why;
};

/* One alternative that costs `ratio` of what there is. */
json_t *miev_alternatives_item(const struct miev_alternatives_search *search, const char *what,
                               double ratio);
/* The kind with the items that were found, the best first, which the search then has no more. */
json_t *miev_alternatives_kind(struct miev_alternatives_search *search, const char *kind,
                               const char *basis, struct miev_alternatives_none none);

/* Of what there is, with electricity of `ratio` times the grams. */
double miev_alternatives_with_electricity(const struct miev_alternatives_search *search,
                                          double ratio);
/* Later and elsewhere, where only the electricity changes. The typical day stands in for a forecast
 * that there is not. */
json_t *miev_alternatives_hour(struct miev_alternatives_search *search);
json_t *miev_alternatives_typical_day(struct miev_alternatives_search *search);
MIEV_MUST_USE int miev_alternatives_place(struct miev_alternatives_search *search, json_t *kinds,
                                          struct miev_error *err);
json_t *miev_alternatives_hardware(struct miev_alternatives_search *search);

#endif
