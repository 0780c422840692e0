/* SPDX-License-Identifier: Apache-2.0 */
#include "server/queue.h"

#include <stdio.h>
#include <string.h>

/* Behind all that have no later turn. */
static void insert(struct miev_queue *queue, const struct miev_queue_entry *entry)
{
    size_t at = 0;
    while (at < queue->n && queue->entries[at].turn <= entry->turn)
        at++;
    memmove(&queue->entries[at + 1], &queue->entries[at],
            (queue->n - at) * sizeof(queue->entries[0]));
    queue->entries[at] = *entry;
    queue->n++;
}

static void take_out(struct miev_queue *queue, size_t at)
{
    queue->n--;
    memmove(&queue->entries[at], &queue->entries[at + 1],
            (queue->n - at) * sizeof(queue->entries[0]));
}

bool miev_queue_add(struct miev_queue *queue, const char *client, void *job)
{
    if (queue->n >= queue->capacity)
        return false;
    struct miev_queue_entry entry = {.job = job};
    (void)snprintf(entry.client, sizeof(entry.client), "%s", client);
    entry.turn = strcmp(queue->running, entry.client) == 0;
    for (size_t i = 0; i < queue->n; i++)
        entry.turn += strcmp(queue->entries[i].client, entry.client) == 0;
    insert(queue, &entry);
    return true;
}

void *miev_queue_begin(struct miev_queue *queue)
{
    if (queue->n == 0)
        return NULL;
    void *job = queue->entries[0].job;
    memcpy(queue->running, queue->entries[0].client, sizeof(queue->running));
    take_out(queue, 0);
    return job;
}

/* The turns of a client's studies from one place on. */
static void move_up(struct miev_queue *queue, const char *client, size_t from)
{
    for (size_t i = from; i < queue->n; i++) {
        struct miev_queue_entry entry = queue->entries[i];
        if (strcmp(entry.client, client) != 0 || entry.turn == 0)
            continue;
        entry.turn--;
        take_out(queue, i);
        insert(queue, &entry);
    }
}

void miev_queue_end(struct miev_queue *queue)
{
    char client[MIEV_QUEUE_CLIENT_BYTES];
    memcpy(client, queue->running, sizeof(client));
    queue->running[0] = '\0';
    move_up(queue, client, 0);
}

bool miev_queue_remove(struct miev_queue *queue, const void *job)
{
    size_t place = miev_queue_place(queue, job);
    if (place == 0)
        return false;
    char client[MIEV_QUEUE_CLIENT_BYTES];
    memcpy(client, queue->entries[place - 1].client, sizeof(client));
    take_out(queue, place - 1);
    move_up(queue, client, place - 1);
    return true;
}

size_t miev_queue_place(const struct miev_queue *queue, const void *job)
{
    for (size_t i = 0; i < queue->n; i++)
        if (queue->entries[i].job == job)
            return i + 1;
    return 0;
}
