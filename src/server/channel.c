/* SPDX-License-Identifier: Apache-2.0 */
#include "server/channel.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXACTLY JSON_REAL_PRECISION(17)

struct miev_channel {
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t told;
    unsigned references;
    struct {
        uint64_t id; /* 0: none yet */
        struct miev_shared_text *text;
    } news[MIEV_CHANNEL_KINDS];
    uint64_t last;
    bool over;
};

void miev_shared_text_release(struct miev_shared_text *text)
{
    if (text && --text->references == 0)
        free(text);
}

struct miev_shared_text *miev_event_text(const char *event, const json_t *document)
{
    char *data = document ? json_dumps(document, JSON_COMPACT | EXACTLY) : NULL;
    if (!data)
        return NULL;
    size_t capacity = strlen(data) + strlen(event) + sizeof("event: \ndata: \n\n");
    struct miev_shared_text *text = malloc(sizeof(*text) + capacity);
    if (text) {
        text->references = 1;
        text->length =
            (size_t)snprintf(text->bytes, capacity, "event: %s\ndata: %s\n\n", event, data);
    }
    free(data);
    return text;
}

struct miev_channel *miev_channel_create(uint64_t last)
{
    pthread_condattr_t attributes;
    struct miev_channel *channel = calloc(1, sizeof(*channel));
    if (!channel)
        return NULL;
    channel->references = 1;
    channel->last = last;
    (void)pthread_mutex_init(&channel->mutex, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&channel->told, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    return channel;
}

struct miev_channel *miev_channel_hold(struct miev_channel *channel)
{
    (void)pthread_mutex_lock(&channel->mutex);
    channel->references++;
    (void)pthread_mutex_unlock(&channel->mutex);
    return channel;
}

void miev_channel_release(struct miev_channel *channel)
{
    if (!channel)
        return;
    (void)pthread_mutex_lock(&channel->mutex);
    bool last = --channel->references == 0;
    (void)pthread_mutex_unlock(&channel->mutex);
    if (!last)
        return;
    for (size_t i = 0; i < MIEV_CHANNEL_KINDS; i++)
        miev_shared_text_release(channel->news[i].text);
    (void)pthread_cond_destroy(&channel->told);
    (void)pthread_mutex_destroy(&channel->mutex);
    free(channel);
}

void miev_channel_publish(struct miev_channel *channel, unsigned kind,
                          struct miev_shared_text *text)
{
    if (!text)
        return;
    (void)pthread_mutex_lock(&channel->mutex);
    miev_shared_text_release(channel->news[kind].text);
    channel->news[kind].text = text;
    channel->news[kind].id = ++channel->last;
    (void)pthread_cond_broadcast(&channel->told);
    (void)pthread_mutex_unlock(&channel->mutex);
}

void miev_channel_end(struct miev_channel *channel)
{
    (void)pthread_mutex_lock(&channel->mutex);
    channel->over = true;
    (void)pthread_cond_broadcast(&channel->told);
    (void)pthread_mutex_unlock(&channel->mutex);
}

/* With the lock held: the oldest news after *seen. */
static bool take_news(const struct miev_channel *channel, uint64_t *seen,
                      struct miev_shared_text **text)
{
    int next = -1;
    for (int kind = 0; kind < MIEV_CHANNEL_KINDS; kind++)
        if (channel->news[kind].id > *seen &&
            (next < 0 || channel->news[kind].id < channel->news[next].id))
            next = kind;
    if (next < 0)
        return false;
    *seen = channel->news[next].id;
    *text = channel->news[next].text;
    (*text)->references++;
    return true;
}

enum miev_wait miev_channel_wait(struct miev_channel *channel, double timeout_s, uint64_t *seen,
                                 struct miev_shared_text **text)
{
    struct timespec until;
    enum miev_wait found = MIEV_WAIT_NEWS;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)timeout_s;
    (void)pthread_mutex_lock(&channel->mutex);
    while (!take_news(channel, seen, text)) {
        if (channel->over)
            found = MIEV_WAIT_OVER;
        else if (pthread_cond_timedwait(&channel->told, &channel->mutex, &until) != 0)
            found = MIEV_WAIT_QUIET;
        if (found != MIEV_WAIT_NEWS)
            break;
    }
    (void)pthread_mutex_unlock(&channel->mutex);
    return found;
}
