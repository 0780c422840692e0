/* SPDX-License-Identifier: Apache-2.0 */
/* One GET by libcurl, no redirect followed: each answer is judged before the next host is asked. */
#ifndef MIEV_MODEL_HTTP_GET_H
#define MIEV_MODEL_HTTP_GET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/credentials.h"

#define MIEV_HTTP_WORDS_BYTES 1024

/* What stands in an answer's head. Text is as the server wrote it: not fit to be shown. */
struct miev_http_head {
    long status;
    char location[MIEV_URL_BYTES]; /* absolute, "" where it is no redirect */
    char validator[256];           /* for If-Range: a strong ETag, else Last-Modified, else "" */
    uint64_t from, total;          /* of the body: its first byte in the whole; 0: not told */
    char sha256[65];               /* Hugging Face's X-Linked-Etag, or "" */
    char commit[41];               /* Hugging Face's X-Repo-Commit, or "" */
    char md5[33];                  /* Google's X-Goog-Hash in hexadecimal, or "" */
    char error_code[64];           /* Hugging Face's X-Error-Code */
    uint64_t retry_after_s;
};

struct miev_http_get {
    const struct miev_env *env;
    const char *url;                            /* one that miev_address_check_url lets pass */
    const struct miev_credentials *credentials; /* go along only where the origin is theirs */
    const char *validator;                      /* of bytes that are here, with from > 0 */
    uint64_t from;                              /* first byte that is asked for */
    double patience_s;                          /* at less than 1 kB/s, then it is given up */
    bool public_only; /* refuse hosts of this machine and of private networks */
    const atomic_bool *stop;
    /* The body of a 200 or 206, piece by piece, the head before the first (and before an empty
     * body's end). Anything but MIEV_OK ends the transfer with that status. */
    int (*head)(void *context, const struct miev_http_head *head, struct miev_error *err);
    int (*body)(void *context, const void *bytes, size_t length, struct miev_error *err);
    /* Now and then, also while nothing comes. */
    void (*waits)(void *context);
    void *context;
};

/* How a GET ended that brought no answer. */
enum miev_http_fault {
    MIEV_HTTP_FINE,
    MIEV_HTTP_LOST,        /* the connection: the same may work in a moment */
    MIEV_HTTP_UNREACHABLE, /* no connection came about: a slip in the address, or the net is away */
    MIEV_HTTP_REFUSED,     /* by us or for good: asking again does not help */
};

struct miev_http_answer {
    struct miev_http_head head;
    enum miev_http_fault fault;
    char words[MIEV_HTTP_WORDS_BYTES]; /* the body's begin, of an answer that is no model */
};

/* MIEV_OK when the server answered, whatever it said. MIEV_ERR_INTERRUPTED after *stop. */
MIEV_MUST_USE int miev_http_get(const struct miev_http_get *get, struct miev_http_answer *out,
                                struct miev_error *err);

#endif
