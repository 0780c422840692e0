/* SPDX-License-Identifier: Apache-2.0 */
/* Where a pull is, for a waiting person or (--json-progress) for a program. */
#ifndef MIEV_CLI_PULL_PROGRESS_H
#define MIEV_CLI_PULL_PROGRESS_H

#include "cli/progress.h"
#include "model/pull.h"

struct pull_progress {
    struct progress line;
    bool json;
    const char *what; /* the word of the command line that is being pulled */
    enum miev_pull_phase phase;
    uint64_t shown_ns;              /* when something was shown last; 0: nothing yet */
    uint64_t began_ns, began_bytes; /* of this phase */
};

void pull_progress_init(struct pull_progress *progress, bool json);
/* A new word; the line of the one before goes. */
void pull_progress_begin(struct pull_progress *progress, const char *what);
/* For miev_pull_options; a few times a second it shows something. */
void pull_progress_show(void *progress, enum miev_pull_phase phase, uint64_t bytes, uint64_t total);
/* What came, what did not. */
void pull_progress_pulled(struct pull_progress *progress, const struct miev_pulled *pulled);
void pull_progress_failed(struct pull_progress *progress, const char *message);

#endif
