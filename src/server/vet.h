/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused by its headers alone, before a byte of the body is read: what two programs in a
 * row could read in two ways, what a page of another site sends, and who has no token. */
#ifndef MIEV_SERVER_VET_H
#define MIEV_SERVER_VET_H

#include "server/http.h"

#define MIEV_TOKEN_MIN_BYTES 16
#define MIEV_TOKEN_MAX_BYTES 256
#define MIEV_COOKIE_NAME     "miev_session"
/* Of a client's allowance, in requests: guessing is slow. */
#define MIEV_WRONG_TOKEN_COST 40.0

/* By whom the server may be asked, and how it is called. */
struct miev_guard {
    uint16_t port;
    bool any_host;     /* it listens beyond this machine, under names that it cannot know */
    const char *host;  /* a name it is called by from outside, without a port; NULL: none */
    const char *token; /* NULL: none is asked for */
    char cookie[65];   /* what a browser shows in place of the token; made by miev_guard_init */
};

/* Draw the cookie. MIEV_ERR_INVALID: a token that is too short, too long or holds blanks. */
MIEV_MUST_USE int miev_guard_init(struct miev_guard *guard, struct miev_error *err);

/* What is wrong with a request: an HTTP status, a code for the reply and a sentence; status 0:
 * nothing. */
struct miev_refusal {
    unsigned status;
    const char *code, *detail;
};

/* The form of the headers, Host and Origin. *length: the Content-Length, -1 where there is none. */
struct miev_refusal miev_vet_headers(const struct miev_guard *guard,
                                     const struct miev_http_request *request, int64_t *length);
/* The token, in "Authorization: Bearer" or as a cookie. */
struct miev_refusal miev_vet_token(const struct miev_guard *guard,
                                   const struct miev_http_request *request);

/* Both equal, in a time that does not tell how far. */
bool miev_same_secret(const char *a, const char *b);

#endif
