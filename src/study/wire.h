/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON message a line over a socketpair, with at most one open descriptor beside it. */
#ifndef MIEV_STUDY_WIRE_H
#define MIEV_STUDY_WIRE_H

#include <jansson.h>
#include <stdbool.h>

#include "miev.h"

#define MIEV_WIRE_MAX_MESSAGE (8u << 20)

struct miev_wire {
    int socket;
    int waiting_fd; /* a descriptor that came with bytes not yet taken as a message, or -1 */
    char *bytes;    /* received and not yet taken, owned */
    size_t used, capacity;
    size_t searched; /* of them, which hold no end of a line: looked at once, however they come */
};

void miev_wire_init(struct miev_wire *wire, int socket);
/* Closes the socket too. */
void miev_wire_finish(struct miev_wire *wire);

/* Send one message; fd -1: none. Takes no reference of message. MIEV_ERR_CRASHED: the other side is
 * gone; MIEV_ERR_TIMEOUT: it reads nothing, where the socket has a timeout (SO_SNDTIMEO). */
MIEV_MUST_USE int miev_wire_send(struct miev_wire *wire, const json_t *message, int fd,
                                 struct miev_error *err);

/* Wait for one message at most timeout_ms (-1: for ever). *out: new reference. *fd, when not NULL,
 * receives the descriptor that came along (caller closes) or -1. MIEV_ERR_TIMEOUT,
 * MIEV_ERR_INTERRUPTED (a signal came), MIEV_ERR_CRASHED (the other side is gone), or
 * MIEV_ERR_LIMIT / MIEV_ERR_INVALID for a message that is too long or deep, or no JSON object. */
MIEV_MUST_USE int miev_wire_receive(struct miev_wire *wire, int timeout_ms, json_t **out, int *fd,
                                    struct miev_error *err);

/* The next miev_wire_receive() returns at once: a whole message was received and not yet taken. */
bool miev_wire_holds_message(const struct miev_wire *wire);

#endif
