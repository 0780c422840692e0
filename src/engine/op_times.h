/* SPDX-License-Identifier: Apache-2.0 */
/* How long each operator of a model took in each of several runs, as a runtime's profiler tells. */
#ifndef MIEV_ENGINE_OP_TIMES_H
#define MIEV_ENGINE_OP_TIMES_H

#include <stddef.h>
#include <stdint.h>

#include "miev.h"

#define MIEV_OPS_MAX      8192u
#define MIEV_OP_RUNS_MAX  200u
#define MIEV_OP_TIMES_MAX 500000u /* operators times runs */

/* Runtimes tell whole microseconds, the rest cut off: the middle is added to each, and a time is
 * certain to this much either way. */
#define MIEV_OP_RESOLUTION_S 0.5e-6

struct miev_op {
    int64_t index; /* the runtime's own number; with name and type it tells one from another */
    char name[128], type[64];
    char provider[48]; /* what executes it, "" when that is not told */
    char shape[96];    /* of its first output: "1 x 64 x 56 x 56", "" when that is not told */
    size_t calls;      /* over all runs: more than one a run in a loop */
};

struct miev_op_times {
    size_t n_runs;
    double *run_s;       /* of each run as a whole; owned */
    struct miev_op *ops; /* in the order of their first call; owned */
    double *op_s;        /* of operator o in run r: op_s[o * n_runs + r]; owned */
    size_t n_ops, capacity;
    size_t expected; /* runs repeat the same order: the next one is most likely this */
};

/* n_runs: 1 to MIEV_OP_RUNS_MAX. miev_op_times_finish when done (allowed on a zeroed struct). */
MIEV_MUST_USE int miev_op_times_init(struct miev_op_times *times, size_t n_runs,
                                     struct miev_error *err);
void miev_op_times_finish(struct miev_op_times *times);

/* One call of an operator in a run took that many whole microseconds; op->calls is not looked at.
 * MIEV_ERR_LIMIT: more operators than fit. */
MIEV_MUST_USE int miev_op_times_add(struct miev_op_times *times, size_t run,
                                    const struct miev_op *op, uint64_t microseconds,
                                    struct miev_error *err);

/* What the n dimensions of an output are, as struct miev_op.shape. */
void miev_op_show_shape(char *out, size_t capacity, const int64_t *dims, size_t n);

/* CLOCK_MONOTONIC, to time a run by. */
uint64_t miev_op_clock_ns(void);

#endif
