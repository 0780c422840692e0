/* SPDX-License-Identifier: Apache-2.0 */
/* How a counter of microjoules adds up, and whether it is one at all. */
#ifndef MIEV_SENSOR_COUNTER_H
#define MIEV_SENSOR_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/env.h"
#include "sensor/sensor.h"

/* Watts that one counter cannot pass: several times the largest socket or card. */
#define MIEV_COUNTER_MAX_W 2000.0

struct miev_counter {
    uint64_t raw_uj;   /* last seen */
    uint64_t range_uj; /* goes round behind it; 0: not known */
    uint64_t read_ns, changed_ns;
    double energy_j; /* since open */
    bool moved;      /* at least once */
    unsigned gaps;
};

/* Take a fresh reading. Joules are added, or, where they cannot be known, gaps grows: the counter
 * fell and its range is not known; it has moved by more than anything can use; or it was left alone
 * for so long that it may have gone round twice. */
void miev_counter_add(struct miev_counter *counter, uint64_t raw_uj, uint64_t now_ns);

/* A whole number at the beginning of a file that is open, read anew. 0, or -1 with errno set. */
int miev_counter_pread(int fd, uint64_t *out);

/* Reads a source once, in microjoules or microwatts; -1: not now. */
typedef int miev_probe_read(void *source, uint64_t *out_micro);

/* Read the source that the counter is of, and tell what it has counted. Not valid when it cannot be
 * read, or has stood still for stuck_ns; 0: it may. */
void miev_counter_read(struct miev_counter *counter, miev_probe_read *read, void *source,
                       uint64_t now_ns, uint64_t stuck_ns, struct miev_reading *out);

/* ---- validation: before a source is believed ---- */

struct miev_look_plan {
    uint64_t step_ns, max_ns; /* look so often, and at most so long */
    unsigned max_changes;     /* enough has been seen behind so many movements */
};

struct miev_look {
    uint64_t first_micro, last_micro;
    uint64_t span_ns;   /* between the first and the last reading */
    uint64_t period_ns; /* shortest time between two movements, 0: fewer than two were seen */
    unsigned changes;
    uint64_t beat_micro, beat_ns; /* between the first and the last movement */
    bool fell, failed;            /* at least once */
};

/* Look at a source for a moment: whether it moves, falls, and how often. */
void miev_look_at(const struct miev_env *env, miev_probe_read *read, void *source,
                  const struct miev_look_plan *plan, struct miev_look *out);

/* Watts that a counter has counted, from beat to beat where two were seen. */
double miev_look_power_w(const struct miev_look *look);

/* Is it a counter of energy? MIEV_ERR_BROKEN says why not: it cannot be read, stands still, falls
 * or counts more than max_w. */
int miev_judge_counter(const struct miev_look *look, const char *what, double max_w,
                       struct miev_error *err);

/* Is it a power? MIEV_ERR_BROKEN says why not: it cannot be read, is 0 or more than max_w. */
int miev_judge_power(const struct miev_look *look, const char *what, double max_w,
                     struct miev_error *err);

/* Do two witnesses of the same watts agree within a factor? MIEV_ERR_BROKEN names both. */
int miev_judge_second(const char *what, double power_w, const char *second, double second_w,
                      double factor, struct miev_error *err);

#endif
