/* SPDX-License-Identifier: Apache-2.0 */
/* Accuracy beside carbon: which models of a priced report nothing else beats. Pure arithmetic on
 * the report; docs/method-statistics.md, section 9. */
#ifndef MIEV_STUDY_PARETO_H
#define MIEV_STUDY_PARETO_H

#include <jansson.h>

#include "miev.h"

/* Set .pareto in place of the one that is there: one object per data set and split, never two data
 * sets in one. Needs the footprints. MIEV_ERR_LIMIT for more models than a report may have,
 * MIEV_ERR_INVALID for an accuracy that is none. */
MIEV_MUST_USE int miev_report_pareto(json_t *report, struct miev_error *err);

#endif
