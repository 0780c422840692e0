/* SPDX-License-Identifier: Apache-2.0 */
/* Event streams of a channel. */
#ifndef MIEV_SERVER_EVENTS_H
#define MIEV_SERVER_EVENTS_H

#include "server/call.h"
#include "server/channel.h"

/* Where a client left off, by its Last-Event-ID. */
uint64_t miev_events_seen(const struct miev_call *call);

/* Answer with what is told on a channel, until it ends. Takes the reference; NULL: there was no
 * memory for it. */
void miev_answer_events(struct miev_call *call, struct miev_channel *channel);

/* A channel on which one thing was told, and the end. NULL without memory. */
struct miev_channel *miev_events_of_ended(const struct miev_call *call, const json_t *document);

#endif
