/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP by libmicrohttpd, used where it is well tried: a thread for each connection, nothing
 * suspended, no forms, no authentication of its own. */
#include "server/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "server/deadlines.h"

#define POOL_BYTES     16384u  /* of a connection: holds its request line and headers */
#define STACK_BYTES    262144u /* address space; what is never touched takes no memory */
#define STREAM_BYTES   4096u   /* that a stream hands over at once */
#define IDLE_S         15u     /* a connection without a request, or whose reader stands still */
#define ANSWER_S       600u    /* longest time for sending an answer that is no stream */
#define STREAM_S       60u     /* a stream's reader may stand still so long */
#define SPARE          32u     /* connections that are told to come back later */
#define MAX_BODY_BYTES ((uint64_t)64 << 30)

/* What is known of a connection, for as long as it lives. */
struct connection {
    bool welcome;
    struct sockaddr_storage peer;
    struct miev_deadline deadline;
};

struct miev_http {
    struct MHD_Daemon *daemon;
    struct miev_http_options options;
    struct miev_clients *clients;
    int fd; /* that listens; the daemon's own once there is one */
    uint16_t port;
    struct miev_deadlines deadlines;
};

struct miev_http_request {
    struct miev_http *http;
    struct MHD_Connection *connection;
    struct connection *line;
    char *target;
    const char *method;
    bool begun, refused;
    void *data;
};

static uint64_t now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- connections and their deadlines -------------------------------------------------------- */

static void set_deadline(struct connection *line, unsigned seconds)
{
    if (line)
        miev_deadline_set(&line->deadline, seconds);
}

static struct connection *line_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static struct connection *connection_begin(struct miev_http *http,
                                           struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct connection *line = calloc(1, sizeof(*line));
    if (!line || !fd || !peer) {
        free(line);
        return NULL;
    }
    line->deadline.fd = fd->connect_fd;
    size_t length = peer->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                             : sizeof(struct sockaddr_in);
    memcpy(&line->peer, peer->client_addr, length);
    line->welcome =
        miev_clients_enter(http->clients, (const struct sockaddr *)&line->peer, now_ns());
    set_deadline(line, http->options.head_s);
    miev_deadlines_add(&http->deadlines, &line->deadline);
    return line;
}

static void connection_end(struct miev_http *http, struct connection *line)
{
    miev_deadlines_remove(&http->deadlines, &line->deadline);
    miev_clients_leave(http->clients, (const struct sockaddr *)&line->peer);
    free(line);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **line,
                          enum MHD_ConnectionNotificationCode code)
{
    struct miev_http *http = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *line = connection_begin(http, connection);
    else if (*line)
        connection_end(http, *line);
}

/* ---- replies -------------------------------------------------------------------------------- */

void miev_http_set(struct miev_http_reply *reply, const char *name, const char *format, ...)
{
    if (reply->n_headers == MIEV_HTTP_REPLY_HEADERS)
        return;
    va_list args;
    va_start(args, format);
    reply->headers[reply->n_headers].name = name;
    (void)vsnprintf(reply->headers[reply->n_headers].value,
                    sizeof(reply->headers[reply->n_headers].value), format, args);
    va_end(args);
    reply->n_headers++;
}

struct stream {
    struct miev_http_reply reply;
};

static ssize_t stream_next(void *context, uint64_t position, char *out, size_t capacity)
{
    struct stream *stream = context;
    (void)position;
    size_t n = stream->reply.next(stream->reply.stream, out, capacity);
    return n > 0 ? (ssize_t)n : (ssize_t)MHD_CONTENT_READER_END_OF_STREAM;
}

static void stream_end(void *context)
{
    struct stream *stream = context;
    stream->reply.stream_done(stream->reply.stream);
    free(stream);
}

static struct MHD_Response *make_stream(const struct miev_http_reply *reply)
{
    struct stream *stream = malloc(sizeof(*stream));
    struct MHD_Response *response = NULL;
    if (stream) {
        stream->reply = *reply;
        response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BYTES, stream_next,
                                                     stream, stream_end);
    }
    if (!response) {
        free(stream);
        reply->stream_done(reply->stream);
    }
    return response;
}

static struct MHD_Response *make_response(const struct miev_http_reply *reply)
{
    if (reply->next)
        return make_stream(reply);
    if (reply->fd >= 0) {
        struct MHD_Response *response = MHD_create_response_from_fd64(reply->length, reply->fd);
        if (!response)
            (void)close(reply->fd);
        return response;
    }
    if (reply->owned) {
        struct MHD_Response *response =
            MHD_create_response_from_buffer_with_free_callback(reply->length, reply->owned, free);
        if (!response)
            free(reply->owned);
        return response;
    }
    /* The library takes a pointer to what may be changed, and changes nothing. */
    union {
        const void *ours;
        void *theirs;
    } bytes = {.ours = reply->bytes};
    return MHD_create_response_from_buffer(reply->length, bytes.theirs, MHD_RESPMEM_PERSISTENT);
}

static bool has_header(const struct miev_http_reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->n_headers; i++)
        if (strcmp(reply->headers[i].name, name) == 0)
            return true;
    return false;
}

static enum MHD_Result send_reply(struct miev_http_request *request,
                                  const struct miev_http_reply *reply)
{
    struct MHD_Response *response = make_response(reply);
    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < reply->n_headers; i++)
        (void)MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    for (const struct miev_http_header *h = request->http->options.always; h->name; h++)
        if (!has_header(reply, h->name))
            (void)MHD_add_response_header(response, h->name, h->value);
    if (reply->type)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
    if (reply->close || request->refused)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    set_deadline(request->line, reply->next ? 0 : ANSWER_S);
    if (reply->next)
        (void)MHD_set_connection_option(request->connection, MHD_CONNECTION_OPTION_TIMEOUT,
                                        STREAM_S);
    enum MHD_Result result = MHD_queue_response(request->connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* ---- requests ------------------------------------------------------------------------------- */

static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    struct miev_http_request *request = calloc(1, sizeof(*request));
    if (!request)
        return NULL;
    *request = (struct miev_http_request){.http = context,
                                          .connection = connection,
                                          .line = line_of(connection),
                                          .target = strdup(target)};
    return request;
}

/* Longer for a large body, which the application has taken: half a second a megabyte. */
static unsigned time_for_body(const struct miev_http_request *request)
{
    uint64_t length = 0;
    const char *text = miev_http_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (!text || miev_parse_u64(text, &length, NULL) != MIEV_OK || length > MAX_BODY_BYTES)
        length = 0;
    return request->http->options.body_s + (unsigned)(length >> 21);
}

static enum MHD_Result begin(struct miev_http_request *request, const char *method)
{
    const struct miev_http_app *app = &request->http->options.app;
    struct miev_http_reply reply = {.fd = -1};
    request->begun = true;
    request->method = method;
    app->head(app->context, request, &request->data, &reply);
    set_deadline(request->line, time_for_body(request));
    if (reply.status == 0)
        return MHD_YES;
    request->refused = true;
    return send_reply(request, &reply);
}

/* NOLINTNEXTLINE(readability-function-size): the library's own list of arguments */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *length, void **own)
{
    struct miev_http_request *request = *own;
    (void)context, (void)connection, (void)url, (void)version;
    if (!request || !request->target || !request->line)
        return MHD_NO; /* no memory */
    if (!request->begun)
        return begin(request, method);
    const struct miev_http_app *app = &request->http->options.app;
    if (*length > 0) {
        bool taken = app->body(app->context, request->data, bytes, *length);
        *length = 0;
        return taken ? MHD_YES : MHD_NO;
    }
    struct miev_http_reply reply = {.fd = -1};
    set_deadline(request->line, 0); /* its own work is no client's fault */
    app->answer(app->context, request->data, &reply);
    return send_reply(request, &reply);
}

static void on_done(void *context, struct MHD_Connection *connection, void **own,
                    enum MHD_RequestTerminationCode code)
{
    struct miev_http *http = context;
    struct miev_http_request *request = *own;
    (void)code;
    if (!request)
        return;
    if (request->begun)
        http->options.app.done(http->options.app.context, request->data);
    set_deadline(line_of(connection), http->options.head_s); /* for the next one */
    free(request->target);
    free(request);
    *own = NULL;
}

/* The application decodes what was sent by itself, and strictly. */
static size_t leave_as_it_is(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context, (void)connection;
    return strlen(text);
}

const char *miev_http_method(const struct miev_http_request *request)
{
    return request->method;
}

const char *miev_http_target(const struct miev_http_request *request)
{
    return request->target;
}

bool miev_http_welcome(const struct miev_http_request *request)
{
    return request->line->welcome;
}

const struct sockaddr *miev_http_peer(const struct miev_http_request *request)
{
    return (const struct sockaddr *)&request->line->peer;
}

const char *miev_http_header(const struct miev_http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

struct each_header {
    void (*each)(void *context, const char *name, size_t name_length, const char *value,
                 size_t value_length);
    void *context;
};

static enum MHD_Result visit_header(void *context, enum MHD_ValueKind kind, const char *name,
                                    size_t name_length, const char *value, size_t value_length)
{
    const struct each_header *visitor = context;
    (void)kind;
    visitor->each(visitor->context, name, name_length, value ? value : "", value_length);
    return MHD_YES;
}

void miev_http_each_header(const struct miev_http_request *request,
                           void (*each)(void *context, const char *name, size_t name_length,
                                        const char *value, size_t value_length),
                           void *context)
{
    struct each_header visitor = {each, context};
    (void)MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, visit_header, &visitor);
}

/* ---- opening and closing -------------------------------------------------------------------- */

static void log_nothing(void *context, const char *format, va_list args)
{
    (void)context, (void)format, (void)args; /* what a client does wrong is its own matter */
}

/* A socket of our own: only so its failure has a reason, and its port can be asked for. */
static int listen_at(const struct miev_http_options *options, uint16_t *port,
                     struct miev_error *err)
{
    struct sockaddr_storage bound;
    socklen_t length = sizeof(bound);
    int yes = 1;
    int fd = socket(options->address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return miev_error_errno(err, "cannot make a socket");
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(fd, options->address, options->address_length) != 0 || listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, (struct sockaddr *)&bound, &length) != 0) {
        int number = errno;
        (void)close(fd);
        errno = number;
        if (number == EADDRINUSE)
            return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                                  "the port is taken: another program, perhaps another miev, "
                                  "listens there; --port 0 takes any that is free");
        return miev_error_errno(err, "cannot listen there");
    }
    struct sockaddr_in in; /* both families have the port at the same place */
    memcpy(&in, &bound, sizeof(in));
    *port = ntohs(in.sin_port);
    return fd;
}

static struct MHD_Daemon *start_daemon(struct miev_http *http)
{
    return MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
            MHD_USE_ERROR_LOG,
        0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER, log_nothing, NULL,
        MHD_OPTION_LISTEN_SOCKET, http->fd, MHD_OPTION_CONNECTION_LIMIT,
        http->options.limits.connections + SPARE, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_THREAD_STACK_SIZE,
        (size_t)STACK_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_URI_LOG_CALLBACK,
        on_target, http, MHD_OPTION_UNESCAPE_CALLBACK, leave_as_it_is, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, on_done, http, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
        http, MHD_OPTION_END);
}

static int set_up(struct miev_http *http, struct miev_error *err)
{
    miev_deadlines_init(&http->deadlines);
    http->clients = miev_clients_create(&http->options.limits);
    if (!http->clients)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the server");
    http->fd = listen_at(&http->options, &http->port, err);
    return http->fd >= 0 ? MIEV_OK : http->fd;
}

static void destroy(struct miev_http *http)
{
    miev_deadlines_finish(&http->deadlines);
    miev_clients_destroy(http->clients);
    free(http);
}

int miev_http_open(const struct miev_http_options *options, struct miev_http **out,
                   struct miev_error *err)
{
    struct miev_http *http = calloc(1, sizeof(*http));
    if (!http)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the server");
    http->options = *options;
    int rc = set_up(http, err);
    if (rc == MIEV_OK)
        *out = http;
    else
        destroy(http);
    return rc;
}

int miev_http_start(struct miev_http *http, struct miev_error *err)
{
    int rc = miev_deadlines_start(&http->deadlines, err);
    if (rc != MIEV_OK)
        return rc;
    http->daemon = start_daemon(http);
    if (http->daemon)
        return MIEV_OK;
    miev_deadlines_stop(&http->deadlines);
    return miev_error_set(err, MIEV_ERR_BROKEN, "the HTTP library does not start here");
}

uint16_t miev_http_port(const struct miev_http *http)
{
    return http->port;
}

struct miev_clients *miev_http_clients(const struct miev_http *http)
{
    return http->clients;
}

void miev_http_close(struct miev_http *http)
{
    if (!http)
        return;
    if (http->daemon) {
        miev_deadlines_stop(&http->deadlines);
        MHD_stop_daemon(http->daemon);
    } else {
        (void)close(http->fd);
    }
    destroy(http);
}
