/* SPDX-License-Identifier: Apache-2.0 */
/* Energy x site -> grams: SCI = E * PUE * I + M per inference (ISO/IEC 21031:2024). Pure. */
#ifndef MIEV_FOOTPRINT_FOOTPRINT_H
#define MIEV_FOOTPRINT_FOOTPRINT_H

#include <stdbool.h>

#include "core/env.h"
#include "core/machine_class.h"
#include "grid/grid.h"

/* A value with its 90 % or 95 % bounds; which one it is, the owner says. */
struct miev_interval {
    double value, low, high;
};

/* What manufacturing one machine emitted, and over what it is spread. */
struct miev_embodied {
    enum miev_machine_class machine_class;
    struct miev_interval total_g; /* p10, median, p90 of published product footprints */
    struct miev_interval lifetime_s;
    const char *source;
};

/* Published figures for a class of machine. */
void miev_embodied_default(enum miev_machine_class machine_class, struct miev_embodied *out);

/* Grams of manufacturing that time_s of share (0..1) of the machine carries. The interval spans the
 * corners low total / high lifetime and high total / low lifetime. */
MIEV_MUST_USE int miev_embodied_share(const struct miev_embodied *embodied, double time_s,
                                      double share, struct miev_interval *out_g,
                                      struct miev_error *err);

struct miev_site {
    char zone[64];              /* code or name as shown, "world" or "custom" */
    double intensity_g_per_kwh; /* finite, >= 0 */
    int year;                   /* of the intensity, 0 when custom */
    char source[128];
    double pue; /* >= 1 */
};

/* Energy per inference with both uncertainties, joules. */
struct miev_energy_estimate {
    double value_j;
    double statistical_low_j, statistical_high_j; /* of the rounds */
    double systematic_low_j, systematic_high_j;   /* of the sensor or the estimate */
};

struct miev_footprint {
    struct miev_interval
        total_g; /* statistical and systematic of energy and the embodied interval
                  * combined in quadrature on logs; the grid factor is held fixed */
    struct miev_interval operational_g;
    struct miev_interval embodied_g; /* zeros when switched off */
};

/* embodied_g NULL: switched off. */
MIEV_MUST_USE int miev_footprint_per_inference(const struct miev_energy_estimate *energy,
                                               const struct miev_site *site,
                                               const struct miev_interval *embodied_g,
                                               struct miev_footprint *out, struct miev_error *err);

/* Things people can hold, for an amount of grams; sources in docs/method.md. */
struct miev_equivalents {
    double car_km;     /* EU passenger car */
    double lamp_10w_h; /* hours of a 10 W lamp at the site's intensity */
};
MIEV_MUST_USE int miev_equivalents(double co2e_g, const struct miev_site *site,
                                   struct miev_equivalents *out, struct miev_error *err);

#endif
