/* SPDX-License-Identifier: Apache-2.0 */
/* `miev pull WHAT --json-progress` as a child of this process. */
#ifndef MIEV_SERVER_PULL_CHILD_H
#define MIEV_SERVER_PULL_CHILD_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "miev.h"

struct miev_pull_child {
    pid_t pid;
    int fd; /* what it says */
    char line[8192];
    size_t used;
    bool skipping; /* the rest of a line that was too long */
};

/* miev_pull_child_finish when done. program: NULL for the one that runs. */
MIEV_MUST_USE int miev_pull_child_start(struct miev_pull_child *child, const char *program,
                                        const char *what, struct miev_error *err);
/* Wait up to timeout_ms for what it says, and hand each object that is whole to `each`. False: it
 * has closed its mouth. */
bool miev_pull_child_listen(struct miev_pull_child *child, int timeout_ms,
                            void (*each)(void *context, const json_t *event), void *context);
/* Ask it to end; by force: it ends at once. */
void miev_pull_child_stop(const struct miev_pull_child *child, bool by_force);
/* Wait for its end; its exit status, -1 when a signal ended it. */
int miev_pull_child_finish(struct miev_pull_child *child);

#endif
