/* SPDX-License-Identifier: Apache-2.0 */
/* The folder that a store lies in, and who is still at work in it. */
#ifndef MIEV_STORE_FOLDER_H
#define MIEV_STORE_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "miev.h"

/* Which rows have a process at work: byte `id` of the file "running.lock" is locked by it. The
 * kernel takes the lock back when the process ends, however it ends; a number of a process, which
 * is given again, would tell less. */
struct miev_store_owners {
    int own_fd;  /* holds this state's locks; -1: none yet */
    int test_fd; /* sees all locks, also our own; -1: none yet */
};
#define MIEV_STORE_OWNERS_INIT \
    {                          \
        -1, -1                 \
    }

MIEV_MUST_USE int miev_store_own(struct miev_store_owners *owners, const char *folder, int64_t id,
                                 struct miev_error *err);
void miev_store_disown(struct miev_store_owners *owners, int64_t id);
bool miev_store_owned(struct miev_store_owners *owners, const char *folder, int64_t id);
void miev_store_owners_finish(struct miev_store_owners *owners);

/* One process at a time makes, opens or closes what lies in the folder: byte 0 of the same file.
 * Returns what miev_store_leave takes; -1, which it takes too, where the folder cannot be written
 * or another process holds the gate for ten seconds: the store's own locks guard what is in it. */
int miev_store_enter(const char *folder);
void miev_store_leave(int gate);

#endif
