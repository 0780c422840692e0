/* SPDX-License-Identifier: Apache-2.0 */
/* What a sweep's report says of its settings: the front of energy against throughput, its knee, and
 * advice in words. Pure arithmetic on the report; docs/sweep.md. */
#ifndef MIEV_STUDY_SWEEP_H
#define MIEV_STUDY_SWEEP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "miev.h"

/* One combination of settings in the plane. */
struct miev_sweep_point {
    double item_j, items_per_s; /* not above zero or NAN: it takes no part */
    bool front;                 /* no other one is as good in both and better in one */
};

#define MIEV_SWEEP_NO_KNEE SIZE_MAX

/* Mark the front, and return the place of its knee: of the points of the front that lies farthest
 * below the straight line between the front's ends on logarithmic axes, and at least 3 % of energy
 * below it. A front of one point is its own knee; MIEV_SWEEP_NO_KNEE: it has none. */
size_t miev_sweep_front(struct miev_sweep_point *points, size_t n);

/* Fill in .sweep of a report that has one (a sweep's has, from its start on); nothing for others.
 * MIEV_ERR_LIMIT for more models than a report may have. */
MIEV_MUST_USE int miev_report_sweep(json_t *report, struct miev_error *err);

#endif
