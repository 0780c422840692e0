/* SPDX-License-Identifier: Apache-2.0 */
/* The graphics cards that a report's work ran on, and what making them emitted. */
#ifndef MIEV_STUDY_CARDS_H
#define MIEV_STUDY_CARDS_H

#include <jansson.h>
#include <stdbool.h>

#include "footprint/footprint.h"

#define MIEV_CARDS_MAX 32

struct miev_cards {
    size_t n;
    struct miev_embodied_card each[MIEV_CARDS_MAX];
    struct miev_interval lifetime_s; /* of the machine that they are in */
};

/* Cards whose joules the report counts and whose name its meter tells. Graphics inside a processor
 * are part of it, and a counter that names no card tells of none. */
void miev_cards_of(const json_t *report, struct miev_cards *out);

/* Whether the model's joules hold those of a card. */
bool miev_cards_used_by(const json_t *model);

/* Add what time_s of all the cards carries: a card belongs wholly to the work that uses it. Its
 * bounds add to those that are there, since both are spread over one lifetime. */
MIEV_MUST_USE int miev_cards_add(const struct miev_cards *cards, double time_s,
                                 struct miev_interval *embodied_g, struct miev_error *err);

/* [{part, name, listed, total_g, share, source}] */
json_t *miev_cards_json(const struct miev_cards *cards);

#endif
