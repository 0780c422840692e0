/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP client for one server, on libcurl. Where it is dialled,
 * all that opens a file, a socket or looks up a name is done when it is opened, so that the process
 * can be locked behind it. It follows no redirect, uses
 * no proxy, and sends the token to that server alone. Not for several threads. */
#ifndef MIEV_REMOTE_CLIENT_H
#define MIEV_REMOTE_CLIENT_H

#include <stddef.h>

#include "remote/address.h"

/* Longest answer: 4 million float32 values in binary form. */
#define MIEV_REMOTE_MAX_REPLY ((size_t)16 << 20)

struct miev_remote_client; /* opaque */

struct miev_remote_client_options {
    struct miev_remote_origin origin;
    const char *token; /* NULL: none */
    bool dialled;      /* connections come from a process of their own (dialler.h) */
    double timeout_s;  /* of one request, from its start to its last byte */
    unsigned lanes;    /* requests that may be under way at once, >= 1 */
};

struct miev_remote_request {
    const char *path; /* "/v2/models/x/infer" */
    const void *body; /* NULL: GET; else POST; lives until the answer is there */
    size_t length;
    long header_length; /* of a body in the binary tensor extension, its JSON part; -1: all JSON */
};

struct miev_remote_reply {
    long status;        /* 200 */
    char *body;         /* terminated by a zero byte that length does not count; the client's */
    size_t length;      /* <= MIEV_REMOTE_MAX_REPLY */
    long header_length; /* as the server told it; -1: it did not */
};

/* The version of libcurl that is in use: "7.88.1". */
const char *miev_remote_client_version(void);

/* MIEV_ERR_UNAVAILABLE: the host's name is not known. */
MIEV_MUST_USE int miev_remote_client_open(const struct miev_remote_client_options *options,
                                          struct miev_remote_client **out, struct miev_error *err);
void miev_remote_client_close(struct miev_remote_client *client); /* NULL allowed */

/* Ask and wait. *out stays the client's, until the next request. Any status of HTTP is an answer;
 * MIEV_ERR_TIMEOUT, MIEV_ERR_UNAVAILABLE (nobody listens), MIEV_ERR_LIMIT (too long) and
 * MIEV_ERR_BROKEN say in words why there is none. */
MIEV_MUST_USE int miev_remote_client_ask(struct miev_remote_client *client,
                                         const struct miev_remote_request *request,
                                         const struct miev_remote_reply **out,
                                         struct miev_error *err);

/* The same, several at once. Start on a lane that is free ... */
MIEV_MUST_USE int miev_remote_client_start(struct miev_remote_client *client, unsigned lane,
                                           const struct miev_remote_request *request,
                                           struct miev_error *err);
/* ... wait until something happened, at most so long ... */
MIEV_MUST_USE int miev_remote_client_wait(struct miev_remote_client *client, int timeout_ms,
                                          struct miev_error *err);
/* ... and take one that is done: false when none is. *rc: as miev_remote_client_ask would return.
 */
bool miev_remote_client_take(struct miev_remote_client *client, unsigned *lane,
                             const struct miev_remote_reply **out, int *rc, struct miev_error *err);
/* Give up whatever is under way. */
void miev_remote_client_abandon(struct miev_remote_client *client);

/* What an answer that is not 200 says, as an error: the server's own "error" where it has one.
 * MIEV_OK for 200. who: "the server at http://host:8000". */
int miev_remote_check_status(const struct miev_remote_reply *reply, const char *who,
                             struct miev_error *err);

#endif
