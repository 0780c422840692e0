/* SPDX-License-Identifier: Apache-2.0 */
/* A calculator: joules and grams of hardware that runs for some hours, without running anything. */
#ifndef MIEV_STUDY_ESTIMATE_H
#define MIEV_STUDY_ESTIMATE_H

#include <jansson.h>

#include "study/hardware.h"
#include "study/price.h"

struct miev_estimate_wish {
    struct miev_hardware hardware;
    double hours;     /* > 0 */
    double usage;     /* 0..1: of all its CPUs, on average */
    double gpu_tdp_w; /* of one card; NAN: no cards */
    double gpu_usage; /* 0..1 */
    unsigned n_gpus;
    char gpu_name[64];
    const char *methods; /* see study/others.h; NULL: none */
};

/* *out: {schema, hardware, hours, usage, parts: [{part, joules, low, high, source}], energy_j,
 * site, operational_g, embodied_g,
 * embodied_parts: [{part, name, count, total_g, embodied_g, source}], total_g, others} with
 * intervals {value, low, high}; new reference. The place is price's. MIEV_ERR_INVALID names what is
 * out of range. */
MIEV_MUST_USE int miev_estimate(const struct miev_estimate_wish *wish,
                                const struct miev_price_options *price, json_t **out,
                                struct miev_error *err);

#endif
