/* SPDX-License-Identifier: Apache-2.0 */
/* Open-loop load on a served model: requests come when they are due, as those of many clients do,
 * whether or not the ones before are answered. */
#ifndef MIEV_STUDY_TRAFFIC_H
#define MIEV_STUDY_TRAFFIC_H

#include "study/run.h"

#define MIEV_TRAFFIC_MAX_REQUESTS 100000u

/* Times at which requests are due: a Poisson process of per_s, over duration_s, at least one and at
 * most MIEV_TRAFFIC_MAX_REQUESTS of them. The same seed gives the same times. Pure. *due_s: the
 * caller frees. */
MIEV_MUST_USE int miev_traffic_plan(uint64_t seed, double per_s, double duration_s, double **due_s,
                                    size_t *n, struct miev_error *err);

/* Send the load that the options ask for to every served model in turn. A model that cannot be sent
 * any fails. */
void miev_run_traffic(struct miev_run *run);
/* As in the report; null where there was none. New reference. */
json_t *miev_traffic_json(const struct miev_run *run, struct miev_run_model *model);

#endif
