/* SPDX-License-Identifier: Apache-2.0 */
/* The line that tells a waiting person where an evaluation is. */
#ifndef MIEV_CLI_EVAL_PROGRESS_H
#define MIEV_CLI_EVAL_PROGRESS_H

#include "cli/progress.h"
#include "eval/eval.h"

struct eval_progress {
    struct progress line;
};

void eval_progress_init(struct eval_progress *progress);
/* For miev_eval_options.progress; does nothing when no person looks. */
void eval_progress_show(void *progress, const struct miev_eval_progress *state);
void eval_progress_clear(struct eval_progress *progress);

#endif
