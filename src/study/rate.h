/* SPDX-License-Identifier: Apache-2.0 */
/* What a request takes where requests come now and then: the reservation waits between them, and
 * its idle power is provisioned all the while. Arithmetic on a report; docs/method-energy.md,
 * section 6. */
#ifndef MIEV_STUDY_RATE_H
#define MIEV_STUDY_RATE_H

#include <jansson.h>

#include "footprint/footprint.h"

#define MIEV_RATE_PARTS 3 /* CPU, memory, GPU: those of the headline */

/* What one worker of a model draws, waiting and working. */
struct miev_reservation {
    struct {
        double idle_w;                /* of the reserved share */
        double net_j;                 /* above idle, of one inference */
        double low_ratio, high_ratio; /* systematic, 90 % */
    } parts[MIEV_RATE_PARTS];
    double idle_w, net_j; /* sums of the parts */
    double idle_error_w;  /* standard error of idle_w */
    double net_half_j;    /* half of the 95 % interval of net_j by the rounds */
    double inference_s;   /* time that a request keeps the worker */
    double flat_out_j;    /* gross of one inference: what a request takes of a worker never idle */
};

/* Logical CPUs that a model reserves: all of a dedicated machine, those of its own settings in a
 * sweep, else those of the study. */
double miev_reserved_cpus(const json_t *report, const json_t *model);

/* Read it from a report and one of its models with energy. MIEV_ERR_UNAVAILABLE when the idle power
 * or the joules above it are not known: what waiting draws is then absent, not zero. */
MIEV_MUST_USE int miev_reservation_read(const json_t *report, const json_t *model,
                                        struct miev_reservation *out, struct miev_error *err);

/* Joules of one request for which provisioned_s worker-seconds are reserved: all of a day's over
 * the day's requests. */
void miev_reservation_energy(const struct miev_reservation *from, double provisioned_s,
                             struct miev_energy_estimate *out);

struct miev_load {
    double busy_ratio;    /* of one worker's time that is used; above 1 it cannot keep up */
    double workers;       /* fewest that can, a whole number, 1 or more */
    double provisioned_s; /* worker-seconds a request */
    double most_per_day;  /* requests that one worker can serve */
};
/* requests_per_day above 0. */
struct miev_load miev_load_at(const struct miev_reservation *from, double requests_per_day);

/* {"requests_per_day": [...], "joules_per_request": [...]} of one worker, from one request a day in
 * half decades to the most it can serve. New reference. */
json_t *miev_rate_curve(const struct miev_reservation *from);

#endif
