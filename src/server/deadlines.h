/* SPDX-License-Identifier: Apache-2.0 */
/* Ends connections that take too long. A limit of inactivity starts anew with each byte, so that
 * one byte a second would hold a connection for ever. */
#ifndef MIEV_SERVER_DEADLINES_H
#define MIEV_SERVER_DEADLINES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "miev.h"

struct miev_deadline {
    int fd;
    _Atomic int64_t at_ms; /* 0: none */
    struct miev_deadline *next, *before;
};

struct miev_deadlines {
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows; a leaf */
    pthread_cond_t wake;
    struct miev_deadline *list;
    bool closing;
};

void miev_deadlines_init(struct miev_deadlines *all);
void miev_deadlines_finish(struct miev_deadlines *all);
/* The thread that looks at them, four times a second. */
MIEV_MUST_USE int miev_deadlines_start(struct miev_deadlines *all, struct miev_error *err);
void miev_deadlines_stop(struct miev_deadlines *all);

/* deadline->fd is shut down once its time has passed, until it is removed. */
void miev_deadlines_add(struct miev_deadlines *all, struct miev_deadline *deadline);
void miev_deadlines_remove(struct miev_deadlines *all, struct miev_deadline *deadline);
/* In so many seconds from now; 0: never. */
void miev_deadline_set(struct miev_deadline *deadline, unsigned seconds);

#endif
