/* SPDX-License-Identifier: Apache-2.0 */
#include "server/intake.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/error.h"
#include "media/media.h"
#include "server/call.h"
#include "server/datasets.h"
#include "server/squeeze.h"
#include "study/report_check.h"

/* ---- before the body ------------------------------------------------------------------------ */

static void refuse_busy(struct miev_call *call, unsigned status, const char *code, unsigned wait_s,
                        const char *detail)
{
    miev_answer_problem(call, status, code, "%s", detail);
    miev_http_set(call->reply, "Retry-After", "%u", wait_s);
}

static void refuse(struct miev_call *call, const struct miev_refusal *why)
{
    miev_answer_problem(call, why->status, why->code, "%s", why->detail);
    if (why->status == 401)
        miev_http_set(call->reply, "WWW-Authenticate", "Bearer");
}

static void check_client(struct miev_call *call, int64_t *length)
{
    struct miev_server *server = call->server;
    struct miev_refusal why = miev_vet_headers(&server->guard, call->request, length);
    if (why.status != 0) {
        refuse(call, &why);
        return;
    }
    if (!miev_http_welcome(call->request)) {
        refuse_busy(call, 503, "busy", 2, "there are too many connections: try again soon");
        call->reply->close = true;
        return;
    }
    unsigned wait_s =
        miev_clients_take(miev_http_clients(server->http), miev_http_peer(call->request), 1,
                          miev_env_now_ns(server->options.env));
    if (wait_s > 0)
        refuse_busy(call, 429, "limit", wait_s, "too many requests in a short time");
}

static void check_token(struct miev_call *call)
{
    struct miev_refusal why = miev_vet_token(&call->server->guard, call->request);
    if (why.status == 0)
        return;
    miev_clients_charge(miev_http_clients(call->server->http), miev_http_peer(call->request),
                        MIEV_WRONG_TOKEN_COST, miev_env_now_ns(call->server->options.env));
    refuse(call, &why);
}

static void find_route(struct miev_call *call)
{
    struct miev_error err;
    char allowed[MIEV_ROUTES_ALLOWED_BYTES];
    if (miev_target_parse(miev_http_target(call->request), &call->target, &err) != MIEV_OK) {
        miev_answer_problem(call, err.code == MIEV_ERR_LIMIT ? 414 : 400, "invalid", "%s",
                            err.message);
        return;
    }
    call->route =
        miev_route_find(miev_http_method(call->request), &call->target, &call->id, allowed);
    if (call->route)
        return;
    if (*allowed) {
        miev_answer_problem(call, 405, "invalid", "that address takes %s", allowed);
        miev_http_set(call->reply, "Allow", "%s", allowed);
    } else {
        miev_answer_problem(call, 404, "not-found",
                            "there is nothing at that address: /api/v1/openapi.json lists what is");
    }
}

/* ---- the body ------------------------------------------------------------------------------- */

static bool is_type(const char *given, const char *wanted)
{
    size_t length = strlen(wanted);
    return given && strncasecmp(given, wanted, length) == 0 &&
           (wanted[length - 1] == '/' || given[length] == '\0' || strchr("; \t", given[length]));
}

static bool is_archive(const char *type)
{
    static const char *const types[] = {"application/zip", "application/x-zip-compressed",
                                        "application/x-tar", "application/gzip",
                                        "application/x-gzip"};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (is_type(type, types[i]))
            return true;
    return false;
}

static void refuse_type(struct miev_call *call, enum miev_route_body kind)
{
    miev_answer_problem(call, 415, "unsupported", "that Content-Type is not taken here: send %s",
                        kind == MIEV_BODY_CSV
                            ? "the file's bytes as text/csv"
                            : "application/json, or a file's bytes as application/octet-stream or "
                              "as its image type");
}

/* What this request's body is to be, by its route and its type; MIEV_BODY_NONE: it is refused. */
static enum miev_route_body kind_of_body(struct miev_call *call)
{
    const char *type = miev_http_header(call->request, "Content-Type");
    enum miev_route_body kind = call->route->body;
    bool json = is_type(type, "application/json");
    bool bytes = !type || is_type(type, "application/octet-stream") ||
                 (kind == MIEV_BODY_ARCHIVE && is_archive(type));
    if (kind == MIEV_BODY_STUDY)
        kind = json ? MIEV_BODY_JSON : MIEV_BODY_IMAGE;
    bool fits = kind == MIEV_BODY_JSON    ? json
                : kind == MIEV_BODY_CSV   ? is_type(type, "text/csv")
                : kind == MIEV_BODY_IMAGE ? bytes || is_type(type, "image/")
                                          : bytes || json;
    if (fits)
        return kind;
    refuse_type(call, kind);
    return MIEV_BODY_NONE;
}

static uint64_t largest(const struct miev_call *call, enum miev_route_body kind)
{
    switch (kind) {
    case MIEV_BODY_IMAGE:
        return MIEV_IMAGE_MAX_BYTES;
    case MIEV_BODY_MODEL:
        return call->server->options.model_bytes;
    case MIEV_BODY_REPORT:
        return MIEV_REPORT_MAX_BYTES;
    case MIEV_BODY_CSV:
        return MIEV_CSV_BODY_BYTES;
    case MIEV_BODY_ARCHIVE:
        return call->server->options.archive_bytes;
    case MIEV_BODY_NONE:
    case MIEV_BODY_JSON:
    case MIEV_BODY_STUDY:
        break;
    }
    return MIEV_SMALL_BODY_BYTES;
}

static int make_place(struct miev_call *call, enum miev_route_body kind, struct miev_error *err)
{
    struct miev_server *server = call->server;
    if (kind == MIEV_BODY_IMAGE || kind == MIEV_BODY_MODEL || kind == MIEV_BODY_ARCHIVE) {
        int fd = kind == MIEV_BODY_ARCHIVE
                     ? miev_datasets_spool(server->datasets, call->spool_path, err)
                     : miev_uploads_spool(kind == MIEV_BODY_MODEL ? server->models : server->inputs,
                                          call->spool_path, err);
        call->spool_fd = fd >= 0 ? fd : -1;
        return fd >= 0 ? MIEV_OK : fd;
    }
    call->text = malloc(call->expected + 1);
    if (!call->text)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the request");
    call->text[0] = '\0';
    return MIEV_OK;
}

/* Few large bodies at a time: they take memory and disk. */
static bool take_spool(struct miev_call *call)
{
    struct miev_server *server = call->server;
    call->counts_as_spool = true;
    if (server->open_spools++ < server->options.spools)
        return true;
    refuse_busy(call, 503, "busy", 2, "others are uploading: try again soon");
    return false;
}

static void expect_body(struct miev_call *call, int64_t length)
{
    struct miev_error err;
    if (call->route->body == MIEV_BODY_NONE) {
        if (length > 0)
            miev_answer_problem(call, 400, "invalid", "that address takes no body");
        return;
    }
    enum miev_route_body kind = kind_of_body(call);
    if (kind == MIEV_BODY_NONE)
        return;
    if (length < 0) {
        miev_answer_problem(call, 411, "invalid", "a Content-Length is missing");
        return;
    }
    if ((uint64_t)length > largest(call, kind)) {
        miev_answer_problem(call, 413, "too-large",
                            "the body has %lld bytes, at most %llu are taken here",
                            (long long)length, (unsigned long long)largest(call, kind));
        return;
    }
    call->expected = (size_t)length;
    if (kind != MIEV_BODY_JSON && !take_spool(call))
        return;
    if (make_place(call, kind, &err) != MIEV_OK)
        miev_answer_error(call, &err);
}

/* ---- the four steps of a request ------------------------------------------------------------ */

static void on_head(void *context, struct miev_http_request *request, void **data,
                    struct miev_http_reply *reply)
{
    struct miev_server *server = context;
    int64_t length = -1;
    struct miev_call *call = calloc(1, sizeof(*call));
    *data = call;
    if (!call) {
        reply->status = 503;
        return;
    }
    *call =
        (struct miev_call){.server = server, .request = request, .reply = reply, .spool_fd = -1};
    check_client(call, &length);
    if (reply->status == 0)
        find_route(call);
    if (reply->status == 0 && !call->route->open)
        check_token(call);
    if (reply->status == 0)
        expect_body(call, length);
    server->answered++;
    server->refused += reply->status != 0;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n <= 0)
            return false; /* the disk is full: the connection ends, and the file goes */
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

static bool on_body(void *context, void *data, const void *bytes, size_t length)
{
    struct miev_call *call = data;
    (void)context;
    if (length > call->expected - call->length)
        return false;
    if (call->spool_fd >= 0 && !write_all(call->spool_fd, bytes, length))
        return false;
    if (call->text) {
        memcpy(call->text + call->length, bytes, length);
        call->text[call->length + length] = '\0';
    }
    call->length += length;
    return call->text || call->spool_fd >= 0;
}

static void on_answer(void *context, void *data, struct miev_http_reply *reply)
{
    struct miev_call *call = data;
    (void)context;
    call->reply = reply;
    call->route->answer(call);
    miev_squeeze_reply(call);
}

static void on_done(void *context, void *data)
{
    struct miev_server *server = context;
    struct miev_call *call = data;
    if (!call)
        return;
    if (call->counts_as_spool)
        server->open_spools--;
    if (call->spool_fd >= 0) {
        (void)close(call->spool_fd);
        (void)unlink(call->spool_path); /* unless it was kept: then it has another name */
    }
    free(call->text);
    free(call);
}

struct miev_http_app miev_intake(struct miev_server *server)
{
    return (struct miev_http_app){on_head, on_body, on_answer, on_done, server};
}
