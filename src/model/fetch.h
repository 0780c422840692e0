/* SPDX-License-Identifier: Apache-2.0 */
/* A whole file from an address: redirects, resuming, and asking again. */
#ifndef MIEV_MODEL_FETCH_H
#define MIEV_MODEL_FETCH_H

#include "model/http_get.h"

struct miev_fetch {
    const struct miev_env *env;
    const struct miev_address *address; /* for words */
    const char *url;
    const struct miev_credentials *credentials;
    int fd;               /* the file; what is in it is gone on with where `validator` holds */
    char validator[256];  /* of the bytes in fd, "" for none; kept up to date */
    uint64_t total;       /* of the whole file, 0: not known; kept up to date */
    uint64_t limit_bytes; /* a file that is larger is refused */
    double patience_s;    /* at less than 1 kB/s */
    bool public_only;
    const atomic_bool *stop;
    /* The head of an answer that redirects (where Hugging Face tells what will come) or brings the
     * file: *enough ends the fetch, for the file is here already. May refuse. */
    int (*look)(void *context, const struct miev_http_head *head, bool *enough,
                struct miev_error *err);
    /* A body begins; `validator` and `total` are its own from here on, and fd holds no bytes of
     * another. May refuse. */
    int (*begins)(void *context, struct miev_error *err);
    void (*progress)(void *context, uint64_t bytes, uint64_t total);
    void *context;
};

/* MIEV_OK: all of it is in fd (or `look` said enough). Else a sentence that says what to do; what
 * came stays in fd, to go on with. */
MIEV_MUST_USE int miev_fetch(struct miev_fetch *fetch, struct miev_error *err);

/* In words: an answer that brings no model. Returns the status that belongs to it; *again: the same
 * may work in a moment. */
int miev_fetch_refused(struct miev_fetch *fetch, const struct miev_http_answer *answer, bool *again,
                       struct miev_error *err);

#endif
