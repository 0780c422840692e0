/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of one thing that happens, to any number of watchers. The newest news of each kind
 * is the whole present state of that kind, so that nothing else need be kept for a late watcher or
 * one that comes back. Callable from any thread: the one lock is a leaf, and may be taken by who
 * holds the lab's. */
#ifndef MIEV_SERVER_CHANNEL_H
#define MIEV_SERVER_CHANNEL_H

#include <jansson.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* A text that several threads send at once. */
struct miev_shared_text {
    _Atomic unsigned references;
    size_t length;
    char bytes[];
};
void miev_shared_text_release(struct miev_shared_text *text); /* NULL allowed */

/* A message of an event stream, but for its first line, the id; NULL without memory. */
struct miev_shared_text *miev_event_text(const char *event, const json_t *document);

#define MIEV_CHANNEL_KINDS 4

struct miev_channel;

/* With one reference; NULL without memory. Its first news has the number behind `last`. */
struct miev_channel *miev_channel_create(uint64_t last);
struct miev_channel *miev_channel_hold(struct miev_channel *channel);
void miev_channel_release(struct miev_channel *channel); /* NULL allowed */

/* The newest of its kind (below MIEV_CHANNEL_KINDS) takes the place of the one before. Takes the
 * text, which is NULL when there was no memory for it. */
void miev_channel_publish(struct miev_channel *channel, unsigned kind,
                          struct miev_shared_text *text);
/* There will be no more. */
void miev_channel_end(struct miev_channel *channel);

enum miev_wait { MIEV_WAIT_NEWS, MIEV_WAIT_QUIET, MIEV_WAIT_OVER };
/* Wait for news after *seen, at most until timeout_s have passed (QUIET). NEWS: *text is to be
 * released, *seen is its number. OVER: there will be no more. */
enum miev_wait miev_channel_wait(struct miev_channel *channel, double timeout_s, uint64_t *seen,
                                 struct miev_shared_text **text);

#endif
