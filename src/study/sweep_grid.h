/* SPDX-License-Identifier: Apache-2.0 */
/* Which combinations of settings a sweep measures: threads x batch x delegate x files of one model,
 * each an entry of one study. Pure. */
#ifndef MIEV_STUDY_SWEEP_GRID_H
#define MIEV_STUDY_SWEEP_GRID_H

#include "study/study.h"

#define MIEV_SWEEP_MAX_VALUES    16
#define MIEV_SWEEP_MAX_DELEGATES 8

struct miev_sweep_grid {
    unsigned threads[MIEV_SWEEP_MAX_VALUES], batches[MIEV_SWEEP_MAX_VALUES];
    char delegates[MIEV_SWEEP_MAX_DELEGATES][33]; /* "": the engine's best */
    size_t n_threads, n_batches;
    size_t n_delegates; /* 0: what the file's engine has */
};

/* "1,2,4" into list, each once and in the order given; MIEV_ERR_INVALID for what is no whole number
 * from 1 to max. what: the option, for the message. */
MIEV_MUST_USE int miev_sweep_counts(const char *text, const char *what, unsigned max,
                                    unsigned list[MIEV_SWEEP_MAX_VALUES], size_t *n,
                                    struct miev_error *err);
/* "xnnpack,none" into grid->delegates; "best" is the engine's own choice. */
MIEV_MUST_USE int miev_sweep_delegates(const char *text, struct miev_sweep_grid *grid,
                                       struct miev_error *err);
/* What nobody named: 1, half and all of the CPUs; batches of 1, 4, 8 and 16. */
void miev_sweep_defaults(struct miev_sweep_grid *grid, unsigned logical_cpus);

/* The combinations for the files in `files`, the default first, which is always among them: 1
 * thread, batch 1, the first delegate, and float32 where there is such a file. They hold pointers
 * into grid. Larger batches last, so that they are what does not fit. Returns how many were left
 * out.
 */
size_t miev_sweep_combine(const struct miev_sweep_grid *grid, const struct miev_study_entry *files,
                          size_t n_files, struct miev_study_entry out[MIEV_STUDY_MAX_MODELS],
                          size_t *n_out);

/* Time for so many combinations that nobody gave a time for: that of the ten rounds that each
 * interval asks for, and to prepare. */
double miev_sweep_budget_s(size_t n_combinations);

#endif
