/* SPDX-License-Identifier: Apache-2.0 */
/* Names of models that are served elsewhere, "oip:http://host:8000/NAME[/versions/V]", and the
 * addresses of meters. Pure. */
#ifndef MIEV_REMOTE_ADDRESS_H
#define MIEV_REMOTE_ADDRESS_H

#include <stdbool.h>

#include "miev.h"

/* Scheme, host and port: who is asked, and who alone gets the token. */
struct miev_remote_origin {
    bool tls;
    char host[256]; /* a name, or an address in digits without brackets */
    unsigned port;
    char text[288]; /* "http://host:8000": as in a URL */
};

enum miev_remote_kind {
    MIEV_REMOTE_OIP,       /* Open Inference Protocol v2: Triton, KServe, OpenVINO Model Server */
    MIEV_REMOTE_TFSERVING, /* TensorFlow Serving's REST interface */
};

struct miev_remote_address {
    enum miev_remote_kind kind;
    struct miev_remote_origin origin;
    char model[128];
    char version[64]; /* "": the server's choice */
};

/* True for a word that begins as such a name, right or wrong. */
bool miev_remote_is_address(const char *word);
/* MIEV_ERR_INVALID says what is wrong and how it is written. */
MIEV_MUST_USE int miev_remote_address_read(const char *word, struct miev_remote_address *out,
                                           struct miev_error *err);

/* "http://host:8002/path": *path is what follows the port, "" or from its slash on. */
MIEV_MUST_USE int miev_remote_origin_read(const char *word, struct miev_remote_origin *out,
                                          const char **path, struct miev_error *err);
bool miev_remote_origin_same(const struct miev_remote_origin *a,
                             const struct miev_remote_origin *b);

#endif
