/* SPDX-License-Identifier: Apache-2.0 */
/* Energy x site -> grams: SCI = E * PUE * I + M per inference (ISO/IEC 21031:2024). Pure. Every
 * equation, its units, its source and its known error stand in docs/method-footprint.md. */
#ifndef MIEV_FOOTPRINT_FOOTPRINT_H
#define MIEV_FOOTPRINT_FOOTPRINT_H

#include "core/machine_class.h"
#include "grid/grid.h"

/* What manufacturing one machine emitted, and over what it is spread. */
struct miev_embodied {
    enum miev_machine_class machine_class;
    struct miev_interval total_g;    /* p10, median, p90 of published product footprints */
    struct miev_interval lifetime_s; /* calendar time in use */
    const char *source;              /* a constant that needs no release */
};

/* Published figures for a class of machine. MIEV_ERR_UNAVAILABLE for MIEV_MACHINE_UNKNOWN: a
 * server carries five times what a laptop does, so the user has to say which it is. */
MIEV_MUST_USE int miev_embodied_default(enum miev_machine_class machine_class,
                                        struct miev_embodied *out, struct miev_error *err);

/* Spread it over the lifetime that the machine's owner plans with, in place of the class's range;
 * 0: not told. */
void miev_embodied_plan(struct miev_embodied *embodied, double lifetime_s);

/* Grams of manufacturing that time_s of share (0..1) of the machine carries:
 * M = TE * TiR / EL * share. A virtual machine with n of a server's N CPUs has the share n / N,
 * which only the caller can know. The interval spans the corners low total / high lifetime and high
 * total / low lifetime. MIEV_ERR_INVALID for a time that is negative, a share outside 0..1, a
 * lifetime that is not positive, or bounds that do not hold their value. */
MIEV_MUST_USE int miev_embodied_share(const struct miev_embodied *embodied, double time_s,
                                      double share, struct miev_interval *out_g,
                                      struct miev_error *err);

/* Logical CPUs that a machine's manufacturing is shared out over: its own, or, of a virtual
 * machine, those of its host. told: by its instance type, else host_cpus is the usual size of such
 * hosts, and with 0 that of any server (median, 10th and 90th percentile of the two-socket systems
 * in the SPECpower_ssj2008 results published from 2019 to March 2026; docs/method-footprint.md).
 * The bounds are the guess's own. */
struct miev_interval miev_embodied_host(unsigned own_cpus, bool virtual_machine, unsigned host_cpus,
                                        bool told);

/* What making one graphics card emitted. */
struct miev_embodied_card {
    char name[64];                /* as it was asked for */
    bool listed;                  /* false: no table has it, the range of any card */
    struct miev_interval total_g; /* spread over the lifetime of the machine that it is in */
    char source[192];
};

/* By the words of a card's name ("NVIDIA A100-SXM4-40GB"); "": any card. MIEV_ERR_BROKEN: the
 * table cannot be read. */
MIEV_MUST_USE int miev_embodied_card_named(const char *name, struct miev_embodied_card *out,
                                           struct miev_error *err);

struct miev_site {
    char zone[64];              /* code or name as shown, "world" or "custom" */
    double intensity_g_per_kwh; /* finite, >= 0 */
    int year;                   /* of the intensity, 0 when custom */
    char source[512];           /* who says so, and of a live figure when it was */
    double pue;                 /* >= 1 */
};

/* Energy per inference with both uncertainties, joules, gross (all that is reserved draws). */
struct miev_energy_estimate {
    double value_j;                               /* finite, >= 0 */
    double statistical_low_j, statistical_high_j; /* of the rounds; low may be below 0 */
    double systematic_low_j, systematic_high_j;   /* of the sensor or the estimate */
};

/* Both uncertainties of the energy as one: in quadrature, on the logarithms of bound / value. A
 * bound that is not positive (rounds whose interval crosses 0) has no logarithm: then that side is
 * combined in quadrature of the plain distances, and low may be below 0. */
MIEV_MUST_USE int miev_energy_interval(const struct miev_energy_estimate *energy,
                                       struct miev_interval *out_j, struct miev_error *err);

struct miev_footprint {
    /* Operational and embodied added; its distances to low and to high are those of the two in
     * quadrature, because they err independently. */
    struct miev_interval total_g;
    /* Energy x PUE x intensity; the interval is the energy's. PUE and grid factor are held fixed
     * and named. */
    struct miev_interval operational_g;
    struct miev_interval embodied_g; /* zeros when switched off */
};

/* embodied_g NULL: switched off. MIEV_ERR_INVALID names what is negative, not finite, not in order,
 * or a PUE below 1. */
MIEV_MUST_USE int miev_footprint_per_inference(const struct miev_energy_estimate *energy,
                                               const struct miev_site *site,
                                               const struct miev_interval *embodied_g,
                                               struct miev_footprint *out, struct miev_error *err);

/* Things people can hold, for an amount of grams. */
struct miev_equivalents {
    double car_km;     /* EU passenger car, exhaust: data/equivalents.csv */
    double lamp_10w_h; /* hours of a 10 W lamp at the site's intensity; NAN where that is 0 */
};
MIEV_MUST_USE int miev_equivalents(double co2e_g, const struct miev_site *site,
                                   struct miev_equivalents *out, struct miev_error *err);

#endif
