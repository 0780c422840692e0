/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 as far as the server needs it: all that is known of the library behind it
 * (libmicrohttpd, http.c). Each connection has a thread of its own, so that a function of the
 * application may wait.
 *
 * A request goes through three functions of the application, in one thread: `head` before its body,
 * which may refuse it; `body` for each piece; `answer`. `done` follows in any case. */
#ifndef MIEV_SERVER_HTTP_H
#define MIEV_SERVER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "miev.h"
#include "server/clients.h"

struct miev_http;
struct miev_http_request;

struct miev_http_header {
    const char *name, *value;
};

#define MIEV_HTTP_REPLY_HEADERS 6

/* What is sent; zeroed with fd -1 before the application sees it. */
struct miev_http_reply {
    unsigned status;   /* 0: not decided */
    const char *type;  /* of the content; NULL: there is none */
    const void *bytes; /* length of them, copied by nobody: constants, or `owned` */
    void *owned;       /* freed when all is sent; NULL: nothing */
    size_t length;
    int fd;     /* in place of bytes: length bytes of this file, closed when sent; -1: none */
    bool close; /* the connection too */
    struct {
        const char *name; /* a constant */
        char value[256];
    } headers[MIEV_HTTP_REPLY_HEADERS];
    size_t n_headers;
    /* In place of bytes: a stream without end. next waits, writes at most capacity bytes and
     * returns how many; 0 ends it. stream_done is called in any case. */
    size_t (*next)(void *stream, char *out, size_t capacity);
    void (*stream_done)(void *stream);
    void *stream;
};

struct miev_http_app {
    /* Headers are there, the body is not. A reply with a status refuses the request: then its body
     * is never read. *data is the application's own, handed to the others. */
    void (*head)(void *context, struct miev_http_request *request, void **data,
                 struct miev_http_reply *reply);
    /* A piece of the body; in all never more than the Content-Length. False ends the connection. */
    bool (*body)(void *context, void *data, const void *bytes, size_t length);
    void (*answer)(void *context, void *data, struct miev_http_reply *reply);
    void (*done)(void *context, void *data);
    void *context;
};

struct miev_http_options {
    const struct sockaddr *address; /* port 0: any that is free */
    socklen_t address_length;
    struct miev_http_app app;
    const struct miev_http_header *always; /* on every reply, unless it has one of that name; ends
                                            * with a NULL name */
    struct miev_clients_limits limits;
    unsigned head_s, body_s; /* longest time for the headers, and for a small body behind them */
};

/* Take the port, and answer nobody yet. MIEV_ERR_UNAVAILABLE when it is taken, MIEV_ERR_PERMISSION
 * when it may not be had. miev_http_close when done. */
MIEV_MUST_USE int miev_http_open(const struct miev_http_options *options, struct miev_http **out,
                                 struct miev_error *err);
/* Begin to answer: all that the application is told about must be in place. */
MIEV_MUST_USE int miev_http_start(struct miev_http *http, struct miev_error *err);
uint16_t miev_http_port(const struct miev_http *http);
struct miev_clients *miev_http_clients(const struct miev_http *http);
/* End all connections and wait for their threads: streams must have been told to end. */
void miev_http_close(struct miev_http *http); /* NULL allowed */

const char *miev_http_method(const struct miev_http_request *request);
const char *miev_http_target(const struct miev_http_request *request); /* as it was sent */
/* False: there are too many connections, this one should be answered so and closed. */
bool miev_http_welcome(const struct miev_http_request *request);
const struct sockaddr *miev_http_peer(const struct miev_http_request *request);
/* The first header of that name, or NULL. */
const char *miev_http_header(const struct miev_http_request *request, const char *name);
/* Call each for every header; the lengths tell what the texts hide behind a zero byte. */
void miev_http_each_header(const struct miev_http_request *request,
                           void (*each)(void *context, const char *name, size_t name_length,
                                        const char *value, size_t value_length),
                           void *context);

/* A header of the reply, printf-style. */
void miev_http_set(struct miev_http_reply *reply, const char *name, const char *format, ...)
    MIEV_PRINTF(3, 4);

#endif
