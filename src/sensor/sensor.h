/* SPDX-License-Identifier: Apache-2.0 */
/* The plug-in table of energy sensors. docs/contributing.md adds one as a worked example. */
#ifndef MIEV_SENSOR_SENSOR_H
#define MIEV_SENSOR_SENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/env.h"

/* What a channel's joules cover. The headline of a report is CPU + MEMORY + GPU; MACHINE is the
 * whole (psys, a wall meter), from which only the rest is ever derived. */
enum miev_part { MIEV_PART_CPU, MIEV_PART_MEMORY, MIEV_PART_GPU, MIEV_PART_MACHINE };
#define MIEV_PART_COUNT 4

/* "cpu", "memory", "gpu", "machine": as in the report. */
const char *miev_part_name(enum miev_part part);

enum miev_quality { MIEV_UNAVAILABLE, MIEV_ESTIMATED, MIEV_MEASURED };

/* "unavailable", "estimated", "measured": as in the report. */
const char *miev_quality_name(enum miev_quality quality);

struct miev_channel {
    char id[64]; /* unique within its sensor: "package-0", "dram-0" */
    enum miev_part part;
    enum miev_quality quality; /* MIEV_MEASURED or MIEV_ESTIMATED */
    char inside[64];           /* id of the channel of this sensor whose joules contain these, ""
                                * for none; inside one of the same part it is shown, never added */
    int package;               /* socket, -1 when it belongs to none */
    uint64_t update_period_ns; /* how often the counter moves; 0: at every read */
    double
        systematic_low_ratio,  /* the true joules lie within [low, high] x the reading with 90 % */
        systematic_high_ratio; /* confidence; sourced in docs/method-energy.md */
    bool own_work_only;        /* true: the reading is idle power x time plus the metered work's own
                                * CPU time, so that neighbours are not in it (estimates) */
    char source[256];          /* words: which counter or which table */
};

struct miev_reading {
    double energy_j; /* cumulative since open, defined only when valid; between readings with the
                      * same gaps (of estimates: of the same work) it never falls */
    bool valid;      /* false: this channel could not be read this time (never shown as zero) */
    unsigned gaps;   /* times that joules were lost for good (a counter that was reset); a span
                      * between readings with different gaps has no energy that is known */
};

/* What the metered work has used so far; measured sensors need not look at it. */
struct miev_work {
    double cpu_s; /* CPU seconds of the metered processes since they were started */
};

struct miev_sensor_ops {
    const char *name;    /* stable id in CLI, JSON and database: "rapl" */
    const char *summary; /* one line for `miev doctor` */
    size_t state_size;   /* zeroed bytes the caller provides per open sensor */

    /* Find the hardware under env. Never NULL.
     * MIEV_OK: *n_channels >= 1 channels can be read.
     * MIEV_ERR_UNAVAILABLE: there is none (not a fault); MIEV_ERR_PERMISSION: it is there, but may
     * not be read, and err says the rule that would open it; MIEV_ERR_BROKEN: it answers nonsense.
     * After a failure close is not called, so open releases what it acquired. */
    int (*open)(void *state, const struct miev_env *env, size_t *n_channels,
                struct miev_error *err);

    /* Describe channel i < n_channels. Never NULL, cannot fail. */
    void (*describe)(const void *state, size_t i, struct miev_channel *out);

    /* Words about what was found and left out ("" for nothing), for as long as the sensor is open.
     * NULL: there never is anything. */
    const char *(*remarks)(const void *state);

    /* Cumulative joules of every channel since open, wrap-around handled here, all read in one
     * call, so that spans may overlap. out has n_channels entries; unchanged on failure. Called at
     * least once a minute. Never NULL. */
    int (*read)(void *state, const struct miev_work *work, struct miev_reading *out,
                struct miev_error *err);

    /* Release all that open acquired. Never NULL. */
    void (*close)(void *state);
};

/* All sensors, best first, ends with NULL; the estimate is the last and never unavailable. */
extern const struct miev_sensor_ops *const miev_sensors[];

#endif
