/* SPDX-License-Identifier: Apache-2.0 */
/* What other tools would have said of a piece of work: their published formulas, each with its own
 * constants, tables of grids and version. docs/methods.md tells where each formula stands. */
#ifndef MIEV_FOOTPRINT_FORMULA_H
#define MIEV_FOOTPRINT_FORMULA_H

#include <stdbool.h>

#include "miev.h"

#define MIEV_FORMULA_PLACE_MAX 48

/* The work, in the quantities that these tools go by. NAN: not known. */
struct miev_formula_work {
    double duration_s;                      /* > 0, wall time */
    double cpu_s;                           /* CPU seconds of the work itself */
    double machine_cpu_s;                   /* CPU seconds of everything on the machine meanwhile */
    unsigned logical_cpus, cores, sockets;  /* >= 1; cores are those of one socket */
    double tdp_w;                           /* thermal design power of one socket */
    double memory_gib;                      /* of the machine */
    double process_gib;                     /* that the work kept in memory */
    double counted_cpu_j, counted_memory_j; /* what energy counters told for the whole machine */
    double gpu_tdp_w;                       /* of all graphics cards that it ran on */
    double gpu_usage;                       /* 0..1 */
    char place[8];                          /* "KR", "US-CA"; "": the world */
    char region[MIEV_FORMULA_PLACE_MAX];    /* "gcp:europe-west1", or "" */
};

struct miev_formula_answer {
    double cpu_j, memory_j, gpu_j; /* before the PUE; NAN: the tool leaves it out */
    double pue;
    double intensity_g_per_kwh;
    char place[MIEV_FORMULA_PLACE_MAX]; /* whose intensity it is: "KR", "WORLD" */
    int year;                           /* of that; 0: the tool does not tell */
    double co2e_g;
    const char *power_model; /* how it came to the watts, in words */
};

struct miev_formula {
    const char *id, *name, *version;
    const char *checked; /* what its formula was held against here, in words */
    /* Why it would have no answer, or NULL after filling *out. */
    const char *(*answer)(const struct miev_formula_work *work, struct miev_formula_answer *out);
};

/* All of them, ends with NULL. */
extern const struct miev_formula *const miev_formulas[];
/* The one of that id, or NULL. */
const struct miev_formula *miev_formula_named(const char *id);

/* The tool's own grams per kWh at the work's place: its region's, its part's ("US-CA"), its
 * country's or the world's, in this order, as far as the tool has them. False when it has none. */
bool miev_formula_grid(const char *method, const struct miev_formula_work *work,
                       struct miev_formula_answer *out);

/* Refuse quantities that no work can have. */
MIEV_MUST_USE int miev_formula_check(const struct miev_formula_work *work, struct miev_error *err);

#endif
