/* SPDX-License-Identifier: Apache-2.0 */
/* What a model of a report would take on other hardware: a projection from published times and
 * estimated watts, never a measurement; docs/alternatives.md. */
#ifndef MIEV_STUDY_PROJECTION_H
#define MIEV_STUDY_PROJECTION_H

#include <jansson.h>

/* 90 % either way: how far a time of one runtime and machine tells that of another. */
#define MIEV_PROJECTION_TIME_FACTOR 3.6

#define MIEV_PROJECTION_WHY 256

/* New reference: [{what, projection: true, per_g: {value, low, high}, inference_s, answer_s,
 * assumed, source}], one for each machine with a published time of the model, grams as the report's
 * .site has them and of one request where requests_per_day is not NAN. Empty: why says why. */
json_t *miev_projections(const json_t *report, const json_t *model, double requests_per_day,
                         char why[MIEV_PROJECTION_WHY]);

#endif
