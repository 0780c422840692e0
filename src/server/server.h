/* SPDX-License-Identifier: Apache-2.0 */
/* The server: one process for the people of one machine or one group. It shows and parses; what it
 * shows is computed below.
 *
 * Threads: one for each connection, one that measures (lab.h), two that pull models (pulls.h), one
 * that ends slow connections (http.h), and the one that called miev_server_run, which waits for a
 * signal. Locks are leaves: nobody who holds one takes another or does I/O, but for the history and
 * the shelf, whose locks are there to be held for one statement of the store and one reading of the
 * catalog, for the joules, whose sensors are read one at a time, and for channels, which are told
 * by who holds the lock of what they tell. */
#ifndef MIEV_SERVER_SERVER_H
#define MIEV_SERVER_SERVER_H

#include <jansson.h>
#include <limits.h>

#include "core/env.h"
#include "server/history.h"
#include "server/http.h"
#include "server/kept.h"
#include "server/page.h"
#include "server/shelf.h"
#include "server/uploads.h"
#include "server/vet.h"

#define MIEV_SPOOL_PATH_BYTES (PATH_MAX + 64)
#define MIEV_SMALL_BODY_BYTES ((size_t)64 << 10)
#define MIEV_CSV_BODY_BYTES   ((size_t)4 << 20) /* Electricity Maps' year of hours is 1 MiB */

struct miev_server_options {
    const struct miev_env *env;
    const char *listen;   /* an address in digits; NULL: loopback */
    uint16_t port;        /* 0: any that is free */
    const char *host;     /* the name that a proxy is called by, or NULL */
    const char *token;    /* NULL: none is asked for, which is for loopback alone */
    const char *forecast; /* the provider of the hours to come: "neso"; NULL: none is asked */
    unsigned connections, connections_per_address, streams, spools, queue;
    double requests_per_s;
    uint64_t model_bytes, uploads_bytes;    /* of one model file; of all that was uploaded */
    uint64_t archive_bytes, datasets_bytes; /* of one dataset's archive; of all, unpacked */
};

#define MIEV_SERVER_OPTIONS_INIT                                                              \
    {                                                                                         \
        .port = 8470, .connections = 1200, .connections_per_address = 64, .streams = 1000,    \
        .spools = 16, .queue = 32, .requests_per_s = 200, .model_bytes = (uint64_t)256 << 20, \
        .uploads_bytes = (uint64_t)2 << 30, .archive_bytes = (uint64_t)1 << 30,               \
        .datasets_bytes = (uint64_t)8 << 30                                                   \
    }

struct miev_lab;
struct miev_input;
struct miev_findings;
struct miev_forecasts;
struct miev_pulls;
struct miev_datasets;
struct miev_marks;
struct miev_thumbs;
struct miev_joules;

struct miev_server {
    struct miev_server_options options;
    struct miev_guard guard;
    struct miev_shelf *shelf;   /* models by their cards */
    struct miev_input *samples; /* bundled pictures (names.h); never change */
    size_t n_samples;
    char home[PATH_MAX], runtime_dir[PATH_MAX];
    struct miev_history *history;
    struct miev_uploads *models, *inputs;
    struct miev_lab *lab;
    struct miev_pulls *pulls;
    struct miev_datasets *datasets;
    struct miev_marks *marks; /* evaluations */
    struct miev_findings *findings;
    struct miev_forecasts *forecasts; /* NULL: no provider is asked */
    struct miev_joules *joules;
    struct miev_thumbs *thumbs;
    struct miev_kept catalog_text[2]; /* what /api/v1/models says; [1]: compressed */
    struct miev_page_tags page_tags;  /* never change */
    struct miev_http *http;
    json_t *machine; /* what /api/v1/machine says; never changes */
    _Atomic unsigned open_streams, open_spools;
    _Atomic uint64_t answered, refused; /* requests, for /metrics */
};

/* Open everything and listen; *port is the one in use. MIEV_ERR_INVALID for options that make no
 * sense, and the failures of the parts. miev_server_close when done. */
MIEV_MUST_USE int miev_server_open(const struct miev_server_options *options,
                                   struct miev_server **out, struct miev_error *err);
uint16_t miev_server_port(const struct miev_server *server);
/* End the running study with what there is, and every connection. NULL allowed. */
void miev_server_close(struct miev_server *server);

#endif
