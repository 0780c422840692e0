/* SPDX-License-Identifier: Apache-2.0 */
/* The line that tells a waiting person where a study is. */
#ifndef MIEV_CLI_PROGRESS_H
#define MIEV_CLI_PROGRESS_H

#include "cli/terminal.h"
#include "study/study.h"

struct progress {
    struct terminal terminal; /* of standard error */
    size_t shown;             /* columns of the line that stands there */
};

void progress_init(struct progress *progress);
/* For miev_study_options.progress; does nothing when no person looks. */
void progress_show(void *progress, const struct miev_study_progress *state);
/* Show a line in place of the one that stands there. */
void progress_line(struct progress *progress, const char *text);
/* Take the line away. */
void progress_clear(struct progress *progress);
/* "2 h 05 min", "3 min 20 s", "12 s". */
void progress_left(char *out, size_t capacity, double seconds);

#endif
