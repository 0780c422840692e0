/* SPDX-License-Identifier: Apache-2.0 */
/* Where the time, and so by attribution the energy, of one inference goes: operator by operator.
 * Its result is a JSON document (docs/profile.schema.json). */
#ifndef MIEV_PROFILE_PROFILE_H
#define MIEV_PROFILE_PROFILE_H

#include <jansson.h>

#include "engine/op_times.h"
#include "study/study.h"

#define MIEV_PROFILE_SCHEMA   "miev.profile/1"
#define MIEV_PROFILE_MIN_RUNS 5u

struct miev_profile_options {
    struct miev_study_options study; /* budget_s, target_ratio, seed and profile are not used */
    size_t runs; /* MIEV_PROFILE_MIN_RUNS to MIEV_OP_RUNS_MAX; fewer when they take long */
};

/* What was timed. */
struct miev_profile {
    struct miev_op_times times; /* of runs that the runtime's profiler watched */
    double *plain_s;            /* of inferences that nobody watched, before and after; owned */
    size_t n_plain;
    json_t *model; /* name, sha256, bytes, engine, sandbox, inputs, outputs; owned */
    json_t *input; /* name, sha256; owned */
};

/* Time a model with and without the profiler of its runtime, each in a locked worker of its own.
 * MIEV_ERR_UNSUPPORTED: its engine tells no operator's time. miev_profile_finish in any case. */
MIEV_MUST_USE int miev_profile_measure(const struct miev_profile_options *options,
                                       const struct miev_study_entry *entry,
                                       struct miev_profile *out, struct miev_error *err);
void miev_profile_finish(struct miev_profile *profile);

/* Share out the energy of the model of that hash in a priced report of a study; where the report
 * has none, there are shares of time alone. Refused when it measured the model otherwise (threads,
 * delegate). *out: new reference. */
MIEV_MUST_USE int miev_profile_report(const struct miev_profile *profile, const json_t *report,
                                      json_t **out, struct miev_error *err);

/* Take the answer of a worker, which is not trusted, to "profile": n_runs runs that took at most
 * waited_s together, and names that can be shown. miev_op_times_finish in any case. */
MIEV_MUST_USE int miev_profile_take_answer(const json_t *answer, size_t n_runs, double waited_s,
                                           struct miev_op_times *out, struct miev_error *err);

#endif
