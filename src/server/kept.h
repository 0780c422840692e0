/* SPDX-License-Identifier: Apache-2.0 */
/* An answer that is kept as text for as long as what it was made of stays the same. Callable from
 * any thread. */
#ifndef MIEV_SERVER_KEPT_H
#define MIEV_SERVER_KEPT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an answer was made of: numbers that are others after a change. */
struct miev_kept_of {
    uint64_t studies, uploads, shelf;
};

struct miev_kept {
    pthread_mutex_t mutex; /* guards what follows; a leaf */
    struct miev_kept_of of;
    char *text; /* NULL: nothing is kept */
    size_t length;
};

void miev_kept_init(struct miev_kept *kept);
void miev_kept_finish(struct miev_kept *kept);

/* A copy of the text that was made of the same, which the caller frees; NULL: there is none. */
char *miev_kept_get(struct miev_kept *kept, const struct miev_kept_of *of, size_t *length);
/* Keep a copy of a text. `of` was asked before the text was made: what changes meanwhile is then
 * made again, and never missed. */
void miev_kept_put(struct miev_kept *kept, const struct miev_kept_of *of, const char *text,
                   size_t length);

#endif
