/* SPDX-License-Identifier: Apache-2.0 */
/* `miev serve`: the page and the API. */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "core/error.h"
#include "core/file.h"
#include "server/server.h"

struct settings {
    double port, queue, connections, rate_limit;
    const char *listen, *host, *token_file, *forecast;
    bool open;
};

static const struct settings defaults = {
    .port = 8470, .queue = 32, .connections = 1200, .rate_limit = 200};

static const struct arg_option options[] = {
    ARG_COUNT_AT(struct settings, port, "--port", "N", 0, 65535,
                 "port to listen at (default 8470); 0: any that is free"),
    ARG_TEXT_AT(struct settings, listen, "--listen", "ADDRESS",
                "address in digits to listen at (default 127.0.0.1, this\nmachine alone); any "
                "other one needs a token"),
    ARG_TEXT_AT(struct settings, host, "--host", "NAME",
                "name that people call it by through a proxy; needs a token"),
    ARG_TEXT_AT(struct settings, token_file, "--token-file", "FILE",
                "file with the token that is asked for, in one line"),
    ARG_COUNT_AT(struct settings, queue, "--queue", "N", 1, 256,
                 "studies that may wait (default 32)"),
    ARG_COUNT_AT(struct settings, connections, "--connections", "N", 16, 10000,
                 "connections at once (default 1200)"),
    ARG_NUMBER_AT(struct settings, rate_limit, "--rate-limit", "N", 1, 1e9,
                  "requests a second of one address (default 200); ten\nseconds' worth may come at "
                  "once"),
    ARG_TEXT_AT(struct settings, forecast, "--forecast", "PROVIDER",
                "the hours to come, by electricitymaps or neso: the page\nprices by them "
                "(docs/live.md)"),
    ARG_FLAG_AT(struct settings, open, "--open", "show the page in a browser"),
    {0},
};

extern char **environ;

static void open_browser(const char *address)
{
    pid_t pid;
    sigset_t none, pipe;
    posix_spawnattr_t attributes;
    char program[] = "xdg-open", url[64];
    char *arguments[] = {program, url, NULL};
    (void)snprintf(url, sizeof(url), "%s", address);
    (void)sigemptyset(&none);
    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    (void)posix_spawnattr_init(&attributes); /* signals as a program expects them */
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &pipe);
    int rc = posix_spawnp(&pid, program, NULL, &attributes, arguments, environ);
    (void)posix_spawnattr_destroy(&attributes);
    if (rc != 0)
        (void)fprintf(stderr, "miev: there is no xdg-open to show the page: open %s\n", address);
}

static void tell_address(const struct settings *settings, uint16_t port)
{
    char address[64];
    bool six = settings->listen && strchr(settings->listen, ':');
    (void)snprintf(address, sizeof(address), "http://%s%s%s:%u/", six ? "[" : "",
                   settings->listen ? settings->listen : "127.0.0.1", six ? "]" : "", port);
    printf("miev is at %s\nCtrl-C ends it.\n", address);
    (void)fflush(stdout);
    if (settings->open)
        open_browser(address);
}

static int serve(const struct settings *settings, const char *token, const sigset_t *signals,
                 struct miev_error *err)
{
    struct miev_server_options server_options = MIEV_SERVER_OPTIONS_INIT;
    struct miev_server *server = NULL;
    int number = 0;
    server_options.env = miev_env_host();
    server_options.listen = settings->listen;
    server_options.port = (uint16_t)settings->port;
    server_options.host = settings->host;
    server_options.token = token;
    server_options.forecast = settings->forecast;
    server_options.queue = (unsigned)settings->queue;
    server_options.connections = (unsigned)settings->connections;
    server_options.requests_per_s = settings->rate_limit;
    int rc = miev_server_open(&server_options, &server, err);
    if (rc != MIEV_OK)
        return rc;
    tell_address(settings, miev_server_port(server));
    (void)sigwait(signals, &number);
    (void)fprintf(stderr, "miev: stopping; a study that runs is kept with what there is\n");
    miev_server_close(server);
    return MIEV_OK;
}

static int read_token(const char *path, char **out, struct miev_error *err)
{
    size_t length = 0;
    int rc = miev_file_load(path, MIEV_TOKEN_MAX_BYTES + 2, out, &length, err);
    if (rc == MIEV_OK)
        (*out)[strcspn(*out, "\r\n")] = '\0';
    return rc;
}

static int run_serve(const void *given, char **words, size_t n_words)
{
    const struct settings *settings = given;
    struct miev_error err;
    char *token = NULL;
    sigset_t signals;
    (void)words, (void)n_words;
    /* Before there is a thread, so that none is interrupted: this one waits for them. */
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    int rc = settings->token_file ? read_token(settings->token_file, &token, &err) : MIEV_OK;
    if (rc == MIEV_OK)
        rc = serve(settings, token, &signals, &err);
    free(token);
    return rc == MIEV_OK ? CLI_OK : cli_fail(&err);
}

const struct cli_command cli_serve = {
    .name = "serve",
    .title = "show the page and answer its questions, for this machine or a group",
    .usage = {"[--port N]",
              "Serve the page and its API: measure, compare and keep studies from a browser.\n"
              "Studies run one at a time; the others wait in a queue. docs/server.md tells about\n"
              "limits, tokens and proxies, docs/api/openapi.json is the contract.",
              "  miev serve --open\n"
              "  miev serve --port 0\n"
              "  miev serve --listen 0.0.0.0 --token-file token.txt",
              options, 0},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_serve,
};
