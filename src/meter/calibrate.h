/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine draws at rest and for each busy CPU, by a straight line through spans of no,
 * half and full load under a meter. */
#ifndef MIEV_METER_CALIBRATE_H
#define MIEV_METER_CALIBRATE_H

#include "meter/meter.h"
#include "sensor/profile.h"

#define MIEV_CALIBRATE_MAX_ROUNDS 20

/* What makes CPUs busy. */
struct miev_load {
    /* Keep n CPUs busy until stop. */
    int (*start)(void *context, unsigned n, struct miev_error *err);
    void (*stop)(void *context);
    void *context;
};

struct miev_calibration_plan {
    const char *sensor; /* take this meter; NULL: the best of the whole machine, else of the CPU */
    double span_s;      /* of each load, at least; slow meters get longer ones */
    unsigned rounds;    /* each of no, half and full load; 2 to MIEV_CALIBRATE_MAX_ROUNDS */
    struct miev_load load;
    /* Told before each span; false ends the calibration with MIEV_ERR_INTERRUPTED. May be NULL. */
    bool (*progress)(void *context, unsigned span, unsigned n_spans, unsigned busy_cpus,
                     double span_s);
    void *progress_context;
};

/* The sensor that a calibration would use. MIEV_ERR_UNAVAILABLE: no meter measures the whole
 * machine or its processors, and what would. */
MIEV_MUST_USE int miev_calibrate_source(const struct miev_meter *meter, const char *wanted,
                                        const char **sensor, enum miev_part *covers,
                                        struct miev_error *err);

/* Fit a profile, without its owner and date. MIEV_ERR_BROKEN: the spans fit no line, or other work
 * kept the machine busy all the while. */
MIEV_MUST_USE int miev_calibrate(struct miev_meter *meter, const struct miev_machine *machine,
                                 const struct miev_calibration_plan *plan, struct miev_profile *out,
                                 struct miev_error *err);

/* One thread for each CPU, at arithmetic on a table that fits the caches. *out is owned by the
 * caller: miev_spinners_destroy (NULL allowed). load gets its functions. */
struct miev_spinners;
MIEV_MUST_USE int miev_spinners_create(struct miev_spinners **out, struct miev_load *load,
                                       struct miev_error *err);
void miev_spinners_destroy(struct miev_spinners *spinners);

#endif
