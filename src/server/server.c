/* SPDX-License-Identifier: Apache-2.0 */
#include "server/server.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/error.h"
#include "server/datasets.h"
#include "server/findings.h"
#include "server/forecasts.h"
#include "server/intake.h"
#include "server/joules.h"
#include "server/lab.h"
#include "server/machine.h"
#include "server/marks.h"
#include "server/names.h"
#include "server/pulls.h"
#include "server/thumbs.h"

#define OTHER_FILES 512 /* of the histories of those that wait, of uploads and of a study */

/* Only the program's own files; nothing of another site, and no place in another site's page. */
#define PAGE_POLICY                                                                           \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "   \
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action " \
    "'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

static const struct miev_http_header always[] = {
    {"Content-Security-Policy", PAGE_POLICY},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {NULL, NULL},
};

/* ---- opening -------------------------------------------------------------------------------- */

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof(in));
        return ntohl(in.sin_addr.s_addr) >> 24 == 127;
    }
    struct sockaddr_in6 in;
    memcpy(&in, address, sizeof(in));
    return IN6_IS_ADDR_LOOPBACK(&in.sin6_addr);
}

static int listen_here(struct miev_server *server, struct miev_error *err)
{
    const struct miev_server_options *options = &server->options;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *address = NULL;
    char port[8];
    (void)snprintf(port, sizeof(port), "%u", options->port);
    if (getaddrinfo(options->listen ? options->listen : "127.0.0.1", port, &hints, &address) != 0)
        return miev_error_set(
            err, MIEV_ERR_INVALID,
            "'%.60s' is no address in digits, such as 127.0.0.1, 0.0.0.0 or ::", options->listen);
    server->guard.any_host = !is_loopback(address->ai_addr);
    int rc = (server->guard.any_host || options->host) && !options->token
                 ? miev_error_set(err, MIEV_ERR_INVALID,
                                  "others can reach this server then, so that it needs a token: "
                                  "--token-file FILE")
                 : miev_guard_init(&server->guard, err);
    if (rc == MIEV_OK) {
        const struct miev_http_options http = {
            .address = address->ai_addr,
            .address_length = address->ai_addrlen,
            .app = miev_intake(server),
            .always = always,
            .limits = {options->connections, options->connections_per_address,
                       options->requests_per_s, options->requests_per_s * 10},
            .head_s = 15,
            .body_s = 60,
        };
        rc = miev_http_open(&http, &server->http, err);
    }
    freeaddrinfo(address);
    if (rc != MIEV_OK)
        return rc;
    server->guard.port = miev_http_port(server->http);
    return miev_http_start(server->http, err);
}

static bool model_in_use(void *context, const char *sha256)
{
    struct miev_server *server = context;
    return miev_lab_uses(server->lab, sha256) || miev_history_mentions(server->history, sha256);
}

static int open_uploads(struct miev_server *server, struct miev_error *err)
{
    char folder[PATH_MAX], models[PATH_MAX + 32], inputs[PATH_MAX + 32];
    int rc = miev_store_folder(server->options.env, folder, sizeof(folder), err);
    if (rc != MIEV_OK)
        return rc;
    (void)snprintf(models, sizeof(models), "%s/uploads/models", folder);
    (void)snprintf(inputs, sizeof(inputs), "%s/uploads/inputs", folder);
    const struct miev_uploads_options of_models = {models, server->options.uploads_bytes, "models",
                                                   model_in_use, server};
    const struct miev_uploads_options of_inputs = {inputs, server->options.uploads_bytes / 4,
                                                   "pictures", model_in_use, server};
    rc = miev_uploads_open(&of_models, &server->models, err);
    return rc == MIEV_OK ? miev_uploads_open(&of_inputs, &server->inputs, err) : rc;
}

static int open_evaluations(struct miev_server *server, struct miev_error *err)
{
    char folder[PATH_MAX], datasets[PATH_MAX + 32], marks[PATH_MAX + 32];
    int rc = miev_store_folder(server->options.env, folder, sizeof(folder), err);
    if (rc != MIEV_OK)
        return rc;
    (void)snprintf(datasets, sizeof(datasets), "%s/datasets", folder);
    (void)snprintf(marks, sizeof(marks), "%s/evaluations", folder);
    const struct miev_datasets_options of_datasets = {datasets, server->options.datasets_bytes,
                                                      server->options.datasets_bytes / 2};
    rc = miev_datasets_open(&of_datasets, &server->datasets, err);
    return rc == MIEV_OK ? miev_marks_open(marks, &server->marks, err) : rc;
}

static void on_pulled(void *context)
{
    struct miev_server *server = context;
    miev_shelf_renew(server->shelf);
}

static int open_parts(struct miev_server *server, struct miev_error *err)
{
    const struct miev_env *env = server->options.env;
    int rc = miev_home(env, server->home, sizeof(server->home), err);
    if (rc == MIEV_OK)
        rc = miev_runtime_dir(env, server->runtime_dir, sizeof(server->runtime_dir), err);
    if (rc == MIEV_OK)
        rc = miev_shelf_open(env, &server->shelf, err);
    if (rc == MIEV_OK)
        rc = miev_samples_load(server, err);
    if (rc == MIEV_OK)
        rc = miev_history_open(env, &server->history, err);
    if (rc == MIEV_OK)
        rc = open_uploads(server, err);
    if (rc == MIEV_OK)
        rc = open_evaluations(server, err);
    if (rc == MIEV_OK && server->options.forecast)
        rc = miev_forecasts_open(server->options.forecast, &server->forecasts, err);
    if (rc == MIEV_OK)
        rc = miev_machine_document(server, &server->machine, err);
    miev_page_tags_make(&server->page_tags);
    for (size_t i = 0; i < 2; i++)
        miev_kept_init(&server->catalog_text[i]);
    server->joules = miev_joules_create(env);
    server->findings = miev_findings_create();
    server->thumbs = miev_thumbs_create();
    if (rc == MIEV_OK && (!server->findings || !server->joules || !server->thumbs))
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the server");
    if (rc == MIEV_OK)
        rc = miev_lab_open(server->options.queue, &server->lab, err);
    const struct miev_pulls_options pulls = {.came = on_pulled, .context = server};
    if (rc == MIEV_OK)
        rc = miev_pulls_open(&pulls, &server->pulls, err);
    return rc == MIEV_OK ? listen_here(server, err) : rc;
}

/* Each connection is an open file; many systems let a program have 1,024 unless it asks for more.
 */
static void allow_files(unsigned connections)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)connections + OTHER_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

int miev_server_open(const struct miev_server_options *options, struct miev_server **out,
                     struct miev_error *err)
{
    struct miev_server *server = calloc(1, sizeof(*server));
    if (!server)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the server");
    server->options = *options;
    allow_files(options->connections);
    server->guard.token = options->token;
    server->guard.host = options->host;
    int rc = open_parts(server, err);
    if (rc == MIEV_OK)
        *out = server;
    else
        miev_server_close(server);
    return rc;
}

uint16_t miev_server_port(const struct miev_server *server)
{
    return server->guard.port;
}

void miev_server_close(struct miev_server *server)
{
    if (!server)
        return;
    miev_lab_stop(server->lab); /* streams end with what they tell of */
    miev_pulls_stop(server->pulls);
    miev_http_close(server->http);
    miev_lab_close(server->lab);
    miev_pulls_close(server->pulls);
    miev_datasets_close(server->datasets);
    miev_marks_close(server->marks);
    miev_uploads_close(server->models);
    miev_uploads_close(server->inputs);
    miev_history_close(server->history);
    miev_joules_destroy(server->joules);
    miev_forecasts_close(server->forecasts);
    miev_findings_destroy(server->findings);
    miev_thumbs_destroy(server->thumbs);
    for (size_t i = 0; i < 2; i++)
        miev_kept_finish(&server->catalog_text[i]);
    miev_shelf_close(server->shelf);
    free(server->samples);
    json_decref(server->machine);
    free(server);
}
