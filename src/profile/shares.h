/* SPDX-License-Identifier: Apache-2.0 */
/* Each operator's share of the time of one inference. Pure. */
#ifndef MIEV_PROFILE_SHARES_H
#define MIEV_PROFILE_SHARES_H

#include <stdbool.h>

#include "engine/op_times.h"

struct miev_share_row {
    struct miev_interval share; /* 0..1, 95 % */
    double seconds;             /* mean of the runs */
    double calls;               /* an inference; 0 for what is no operator */
};

struct miev_share_kind {
    const char *type; /* of the operators' own */
    size_t operators;
    struct miev_share_row row;
};

struct miev_shares {
    struct miev_share_row *ops;    /* as the operators stand; owned */
    struct miev_share_kind *kinds; /* largest share first; owned */
    size_t n_kinds;
    struct miev_share_row between;   /* what is left of an inference beside its operators */
    size_t runs, runs_left_out;      /* left out: took more than a tenth longer than the
                                      * lower quartile */
    double watched_s, plain_s;       /* medians of those that count, with and without a profiler */
    double shared_s;                 /* mean of what the rows are shares of, and add up to */
    struct miev_interval per_call_s; /* what watching adds to the time told of a call; taken off */
    bool overlap;                    /* operators ran at the same time */
};

/* The shares of all operators and of what lies between them add up to 1. What watching took, the
 * difference of the two medians, is taken off: of each call what can lie within it, the rest off
 * what lies between them. Where operators ran at the same time the whole is the sum of their times.
 * miev_shares_finish in any case. MIEV_ERR_BROKEN: fewer than two runs that count. */
MIEV_MUST_USE int miev_shares_make(const struct miev_op_times *times, const double *plain_s,
                                   size_t n_plain, struct miev_shares *out, struct miev_error *err);
void miev_shares_finish(struct miev_shares *shares);

#endif
