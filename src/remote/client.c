/* SPDX-License-Identifier: Apache-2.0 */
#include "remote/client.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "remote/dialler.h"

#define CA_MAX_BYTES   ((size_t)8 << 20)
#define CA_FILE        "/etc/ssl/certs/ca-certificates.crt"
#define MAX_HEADER     128
#define CONNECT_MAX_MS 10000L

struct lane {
    CURL *easy;
    struct miev_remote_reply reply;
    size_t capacity; /* of reply.body */
    struct curl_slist *headers;
    bool busy, too_long;
    char fault[CURL_ERROR_SIZE];
};

struct miev_remote_client {
    struct miev_remote_client_options options;
    CURLM *multi;
    struct lane *lanes;
    int dialler, dial_error;    /* -1: libcurl connects by itself; errno of the last attempt */
    struct curl_slist *resolve; /* what libcurl takes the host's address for, or NULL */
    char *token;                /* "Authorization: Bearer ...", or NULL */
    char *authorities;          /* certificates that are trusted, or NULL */
    size_t authorities_length;
};

const char *miev_remote_client_version(void)
{
    return curl_version_info(CURLVERSION_NOW)->version;
}

/* ---- before the lock ------------------------------------------------------------------------ */

/* The locked process connects to nobody: it is handed its connections. libcurl only needs to
 * believe that the name is known, and that its own connect() is under way, which the lock sees to
 * (CURL_SOCKOPT_ALREADY_CONNECTED is not believed by 7.88, and waits 200 ms). */
static int start_dialler(struct miev_remote_client *client, struct miev_error *err)
{
    const struct miev_remote_origin *origin = &client->options.origin;
    char text[300];
    if (!client->options.dialled)
        return MIEV_OK;
    (void)snprintf(text, sizeof(text), "%s:%u:127.0.0.1", origin->host, origin->port);
    client->resolve = curl_slist_append(NULL, text);
    return client->resolve ? miev_dialler_start(origin, &client->dialler, err)
                           : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a name");
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct miev_remote_client *client = context;
    (void)purpose;
    (void)address;
    int fd = miev_dialler_dial(client->dialler, &client->dial_error);
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int read_authorities(struct miev_remote_client *client, struct miev_error *err)
{
    const char *chosen = miev_env_variable(miev_env_host(), "SSL_CERT_FILE"); /* as for OpenSSL */
    if (!client->options.origin.tls)
        return MIEV_OK;
    int rc = miev_file_load(chosen ? chosen : CA_FILE, CA_MAX_BYTES, &client->authorities,
                            &client->authorities_length, err);
    return rc == MIEV_OK ? rc : miev_error_prefix(err, "https needs trusted certificates");
}

/* Room for so many bytes more and the zero byte behind them. */
static bool make_room(struct lane *lane, size_t more)
{
    size_t wanted = lane->reply.length + more + 1;
    char *body = wanted > lane->capacity ? realloc(lane->reply.body, wanted * 2) : NULL;
    if (wanted <= lane->capacity)
        return true;
    if (!body)
        return false;
    lane->reply.body = body;
    lane->capacity = wanted * 2;
    return true;
}

static size_t take_bytes(char *bytes, size_t size, size_t n, void *context)
{
    struct lane *lane = context;
    size_t more = size * n;
    lane->too_long = more > MIEV_REMOTE_MAX_REPLY - lane->reply.length;
    if (lane->too_long || !make_room(lane, more))
        return 0;
    memcpy(lane->reply.body + lane->reply.length, bytes, more);
    lane->reply.length += more;
    lane->reply.body[lane->reply.length] = '\0';
    return more;
}

/* What is the same for every request of a lane. */
static CURLcode set_up(struct miev_remote_client *client, struct lane *lane)
{
    CURL *easy = lane->easy;
    struct curl_blob authorities = {
        .data = client->authorities, .len = client->authorities_length, .flags = CURL_BLOB_NOCOPY};
    CURLcode rc = CURLE_OK;
#define SET(option, value) rc = rc == CURLE_OK ? curl_easy_setopt(easy, option, value) : rc
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_PROTOCOLS_STR, client->options.origin.tls ? "https" : "http");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_USERAGENT, "miev");
    SET(CURLOPT_TIMEOUT_MS, (long)(client->options.timeout_s * 1000));
    SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MAX_MS);
    SET(CURLOPT_ERRORBUFFER, lane->fault);
    SET(CURLOPT_WRITEFUNCTION, take_bytes);
    SET(CURLOPT_WRITEDATA, lane);
    SET(CURLOPT_PRIVATE, lane);
    if (client->options.dialled) {
        SET(CURLOPT_RESOLVE, client->resolve);
        SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
        SET(CURLOPT_OPENSOCKETDATA, client);
    }
    if (client->authorities) {
        SET(CURLOPT_CAINFO_BLOB, &authorities);
        SET(CURLOPT_CAPATH, NULL);
    }
#undef SET
    return rc;
}

static int open_lanes(struct miev_remote_client *client, struct miev_error *err)
{
    unsigned n = client->options.lanes;
    client->lanes = calloc(n, sizeof(*client->lanes));
    client->multi = curl_multi_init();
    bool right =
        client->lanes && client->multi &&
        curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)n) == CURLM_OK &&
        curl_multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)n) == CURLM_OK;
    for (unsigned i = 0; right && i < n; i++) {
        client->lanes[i].easy = curl_easy_init();
        right = client->lanes[i].easy && set_up(client, &client->lanes[i]) == CURLE_OK;
    }
    return right ? MIEV_OK
                 : miev_error_set(err, MIEV_ERR_BROKEN, "libcurl %s cannot be set up",
                                  miev_remote_client_version());
}

static int keep_token(struct miev_remote_client *client, struct miev_error *err)
{
    const char *token = client->options.token;
    client->options.token = NULL;
    if (!token)
        return MIEV_OK;
    for (const char *c = token; *c; c++)
        if (*c <= ' ' || *c > '~')
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "the token for the server holds blanks or letters that are not "
                                  "ASCII");
    if (asprintf(&client->token, "Authorization: Bearer %s", token) >= 0)
        return MIEV_OK;
    client->token = NULL;
    return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the token");
}

int miev_remote_client_open(const struct miev_remote_client_options *options,
                            struct miev_remote_client **out, struct miev_error *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return miev_error_set(err, MIEV_ERR_BROKEN, "libcurl does not start");
    struct miev_remote_client *client = calloc(1, sizeof(*client));
    if (!client)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for an HTTP client");
    client->options = *options;
    client->dialler = -1;
    int rc = keep_token(client, err);
    if (rc == MIEV_OK)
        rc = start_dialler(client, err);
    if (rc == MIEV_OK)
        rc = read_authorities(client, err);
    if (rc == MIEV_OK)
        rc = open_lanes(client, err);
    if (rc == MIEV_OK)
        *out = client;
    else
        miev_remote_client_close(client);
    return rc;
}

void miev_remote_client_close(struct miev_remote_client *client)
{
    if (!client)
        return;
    for (unsigned i = 0; client->lanes && i < client->options.lanes; i++) {
        struct lane *lane = &client->lanes[i];
        if (lane->busy)
            (void)curl_multi_remove_handle(client->multi, lane->easy);
        curl_easy_cleanup(lane->easy);
        curl_slist_free_all(lane->headers);
        free(lane->reply.body);
    }
    (void)curl_multi_cleanup(client->multi);
    curl_slist_free_all(client->resolve);
    if (client->dialler >= 0)
        (void)close(client->dialler);
    free(client->lanes);
    free(client->token);
    free(client->authorities);
    free(client);
}

/* ---- requests ------------------------------------------------------------------------------- */

static bool add_header(struct lane *lane, const char *text)
{
    struct curl_slist *more = curl_slist_append(lane->headers, text);
    lane->headers = more ? more : lane->headers;
    return more != NULL;
}

static bool set_headers(const struct miev_remote_client *client, struct lane *lane,
                        const struct miev_remote_request *request)
{
    char length[MAX_HEADER];
    bool binary = request->header_length >= 0;
    curl_slist_free_all(lane->headers);
    lane->headers = NULL;
    /* "Expect:" alone: no round trip in front of a large body. */
    bool right = add_header(lane, "Expect:") && (!client->token || add_header(lane, client->token));
    (void)snprintf(length, sizeof(length), "Inference-Header-Content-Length: %ld",
                   request->header_length);
    if (right && request->body)
        right = add_header(lane, binary ? "Content-Type: application/octet-stream"
                                        : "Content-Type: application/json");
    return right && (!binary || add_header(lane, length));
}

int miev_remote_client_start(struct miev_remote_client *client, unsigned lane_number,
                             const struct miev_remote_request *request, struct miev_error *err)
{
    struct lane *lane = &client->lanes[lane_number];
    char url[640];
    (void)snprintf(url, sizeof(url), "%s%s", client->options.origin.text, request->path);
    lane->reply.length = 0;
    lane->reply.status = 0;
    lane->too_long = false;
    lane->fault[0] = '\0';
    if (!make_room(lane, 0))
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for an answer");
    lane->reply.body[0] = '\0';
    bool right = set_headers(client, lane, request) &&
                 curl_easy_setopt(lane->easy, CURLOPT_URL, url) == CURLE_OK &&
                 curl_easy_setopt(lane->easy, CURLOPT_HTTPHEADER, lane->headers) == CURLE_OK &&
                 curl_easy_setopt(lane->easy, request->body ? CURLOPT_POST : CURLOPT_HTTPGET, 1L) ==
                     CURLE_OK &&
                 (!request->body ||
                  (curl_easy_setopt(lane->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                    (curl_off_t)request->length) == CURLE_OK &&
                   curl_easy_setopt(lane->easy, CURLOPT_POSTFIELDS, request->body) == CURLE_OK)) &&
                 curl_multi_add_handle(client->multi, lane->easy) == CURLM_OK;
    if (!right)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a request");
    lane->busy = true;
    return MIEV_OK;
}

int miev_remote_client_wait(struct miev_remote_client *client, int timeout_ms,
                            struct miev_error *err)
{
    int running = 0;
    CURLMcode code = curl_multi_perform(client->multi, &running);
    if (code == CURLM_OK)
        code = curl_multi_poll(client->multi, NULL, 0, timeout_ms, NULL);
    if (code == CURLM_OK)
        code = curl_multi_perform(client->multi, &running);
    return code == CURLM_OK
               ? MIEV_OK
               : miev_error_set(err, MIEV_ERR_BROKEN, "libcurl: %s", curl_multi_strerror(code));
}

/* Why there is no answer. */
static int describe(const struct miev_remote_client *client, const struct lane *lane, CURLcode code,
                    struct miev_error *err)
{
    const char *who = client->options.origin.text;
    char fault[256];
    miev_text_show(fault, sizeof(fault), *lane->fault ? lane->fault : curl_easy_strerror(code));
    if (lane->too_long)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "the answer of %s is longer than %zu MiB, the most that is read", who,
                              MIEV_REMOTE_MAX_REPLY >> 20);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return miev_error_set(err, MIEV_ERR_TIMEOUT,
                              "%s did not answer within %.3g s (--timeout): %s", who,
                              client->options.timeout_s, fault);
    if (code == CURLE_COULDNT_CONNECT)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "cannot connect to %s: is the server running, and is the port right? "
                              "(%s)",
                              who,
                              client->dial_error ? strerrordesc_np(client->dial_error) : fault);
    if (code == CURLE_GOT_NOTHING)
        return miev_error_set(err, MIEV_ERR_BROKEN, "%s closed the connection without an answer",
                              who);
    if (code == CURLE_PARTIAL_FILE)
        return miev_error_set(err, MIEV_ERR_BROKEN, "%s broke off in the middle of its answer",
                              who);
    return miev_error_set(err, MIEV_ERR_BROKEN, "%s: %s", who, fault);
}

static void read_headers(struct lane *lane)
{
    struct curl_header *header = NULL;
    (void)curl_easy_getinfo(lane->easy, CURLINFO_RESPONSE_CODE, &lane->reply.status);
    lane->reply.header_length = -1;
    if (curl_easy_header(lane->easy, "Inference-Header-Content-Length", 0, CURLH_HEADER, -1,
                         &header) != CURLHE_OK)
        return;
    uint64_t length = 0;
    bool right = miev_parse_u64(header->value, &length, NULL) == MIEV_OK;
    /* What is no number is longer than any answer: refused where the answer is read. */
    lane->reply.header_length =
        right && length <= MIEV_REMOTE_MAX_REPLY ? (long)length : (long)MIEV_REMOTE_MAX_REPLY + 1;
}

bool miev_remote_client_take(struct miev_remote_client *client, unsigned *lane_number,
                             const struct miev_remote_reply **out, int *rc, struct miev_error *err)
{
    int left = 0;
    CURLMsg *message = curl_multi_info_read(client->multi, &left);
    while (message && message->msg != CURLMSG_DONE)
        message = curl_multi_info_read(client->multi, &left);
    if (!message)
        return false;
    struct lane *lane = NULL;
    CURLcode code = message->data.result; /* the message is gone with its handle */
    (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &lane);
    (void)curl_multi_remove_handle(client->multi, lane->easy);
    lane->busy = false;
    *lane_number = (unsigned)(lane - client->lanes);
    *out = &lane->reply;
    read_headers(lane);
    *rc = code == CURLE_OK ? MIEV_OK : describe(client, lane, code, err);
    return true;
}

void miev_remote_client_abandon(struct miev_remote_client *client)
{
    for (unsigned i = 0; i < client->options.lanes; i++) {
        if (client->lanes[i].busy)
            (void)curl_multi_remove_handle(client->multi, client->lanes[i].easy);
        client->lanes[i].busy = false;
    }
}

int miev_remote_client_ask(struct miev_remote_client *client,
                           const struct miev_remote_request *request,
                           const struct miev_remote_reply **out, struct miev_error *err)
{
    unsigned lane = 0;
    int answer = MIEV_OK;
    int rc = miev_remote_client_start(client, 0, request, err);
    while (rc == MIEV_OK && !miev_remote_client_take(client, &lane, out, &answer, err))
        rc = miev_remote_client_wait(client, 1000, err);
    if (rc != MIEV_OK)
        miev_remote_client_abandon(client);
    return rc != MIEV_OK ? rc : answer;
}

/* ---- what a refusal says -------------------------------------------------------------------- */

/* {"error": "..."} as every protocol here has it; "" when it is something else. */
static void read_error(const struct miev_remote_reply *reply, char *out, size_t capacity)
{
    json_t *root = json_loadb(reply->body, reply->length, 0, NULL);
    const json_t *error = json_object_get(root, "error");
    const char *text = json_string_value(error ? error : json_object_get(root, "detail"));
    miev_text_show(out, capacity, text ? text : "");
    for (size_t end = strlen(out); end > 0 && strchr(". ", out[end - 1]); end--)
        out[end - 1] = '\0'; /* it becomes the end of a sentence of ours */
    json_decref(root);
}

static bool is_page(const struct miev_remote_reply *reply)
{
    const char *at = reply->body + strspn(reply->body, " \t\r\n");
    return strncasecmp(at, "<!doctype", 9) == 0 || strncasecmp(at, "<html", 5) == 0;
}

int miev_remote_check_status(const struct miev_remote_reply *reply, const char *who,
                             struct miev_error *err)
{
    char words[300];
    if (is_page(reply))
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "%s answers with an HTML page (status %ld): it is no inference "
                              "server, or something stands in front of it",
                              who, reply->status);
    if (reply->status == 200)
        return MIEV_OK;
    if (reply->status == 401 || reply->status == 403)
        return miev_error_set(err, MIEV_ERR_PERMISSION,
                              "%s asks for a token, or for another one (status %ld): set "
                              "MIEV_REMOTE_TOKEN",
                              who, reply->status);
    if (reply->status >= 300 && reply->status < 400)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "%s sends elsewhere (status %ld), which is not followed: name the "
                              "address that it means",
                              who, reply->status);
    read_error(reply, words, sizeof(words));
    return miev_error_set(err, reply->status == 404 ? MIEV_ERR_UNAVAILABLE : MIEV_ERR_BROKEN,
                          "%s answers with status %ld%s%s", who, reply->status, *words ? ": " : "",
                          words);
}
