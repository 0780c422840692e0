/* SPDX-License-Identifier: Apache-2.0 */
/* How a short answer is fetched from the net: handed in, so that tests answer by themselves. */
#ifndef MIEV_CORE_TRANSPORT_H
#define MIEV_CORE_TRANSPORT_H

#include <stddef.h>

#include "core/env.h"

#define MIEV_TRANSPORT_MAX_BYTES ((size_t)1 << 20)

struct miev_transport_reply {
    long status;   /* 200, 401, ... */
    char *body;    /* terminated by a zero byte that length does not count; the caller frees it */
    size_t length; /* <= MIEV_TRANSPORT_MAX_BYTES */
};

struct miev_transport {
    /* GET url, which is https or of this machine, with one header line more ("auth-token: ...") or
     * NULL. Any status is an answer. MIEV_ERR_TIMEOUT after timeout_s in all, MIEV_ERR_UNAVAILABLE
     * where nobody answers, MIEV_ERR_LIMIT for a body that is too long. A redirect is not followed,
     * so that the header goes nowhere else; no message holds it. */
    int (*get)(const struct miev_transport *transport, const char *url, const char *header,
               double timeout_s, struct miev_transport_reply *out, struct miev_error *err);
    const struct miev_env *env;
    void *context; /* of a transport that is not libcurl's */
};

/* By libcurl, with the proxies and the certificates (SSL_CERT_FILE) of the environment. */
struct miev_transport miev_transport_curl(const struct miev_env *env);

#endif
