/* SPDX-License-Identifier: Apache-2.0 */
/* Who comes next: a client's second study waits behind the first of everybody else. Pure; guarded
 * by whoever owns it. */
#ifndef MIEV_SERVER_QUEUE_H
#define MIEV_SERVER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#define MIEV_QUEUE_MAX          256
#define MIEV_QUEUE_CLIENT_BYTES 64

struct miev_queue_entry {
    void *job;
    char client[MIEV_QUEUE_CLIENT_BYTES];
    unsigned turn; /* studies of the same client that ran or waited before it */
};

struct miev_queue {
    struct miev_queue_entry entries[MIEV_QUEUE_MAX]; /* next first */
    size_t n, capacity;                              /* capacity: at most MIEV_QUEUE_MAX */
    char running[MIEV_QUEUE_CLIENT_BYTES];           /* whose study runs, "" */
};

/* False: it is full. */
bool miev_queue_add(struct miev_queue *queue, const char *client, void *job);
/* Take the next one, which runs from now on; NULL: none waits. */
void *miev_queue_begin(struct miev_queue *queue);
/* The one that ran has ended: its client's others move up. */
void miev_queue_end(struct miev_queue *queue);
/* False: it does not wait. */
bool miev_queue_remove(struct miev_queue *queue, const void *job);
/* 1: it is the next; 0: it does not wait. */
size_t miev_queue_place(const struct miev_queue *queue, const void *job);

#endif
