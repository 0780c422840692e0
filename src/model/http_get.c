/* SPDX-License-Identifier: Apache-2.0 */
#include "model/http_get.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "core/error.h"
#include "core/text.h"
#include "model/http_head.h"

#define CONNECT_PATIENCE_S 20L
#define USER_AGENT         "miev/" MIEV_VERSION

struct transfer {
    const struct miev_http_get *get;
    struct miev_http_answer *answer;
    struct miev_error *err;
    CURL *curl;
    char curl_words[CURL_ERROR_SIZE];
    size_t n_words;
    bool judged, behind_proxy, private_host;
    int rc; /* what head or body returned */
};

static bool stopped(const struct transfer *transfer)
{
    return transfer->get->stop && *transfer->get->stop;
}

static bool brings_model(const struct miev_http_head *head)
{
    return head->status == 200 || head->status == 206;
}

static void judge_head(struct transfer *transfer)
{
    struct miev_http_head *head = &transfer->answer->head;
    if (transfer->judged)
        return;
    transfer->judged = true;
    miev_http_read_head(transfer->curl, head);
    if (brings_model(head))
        transfer->rc = transfer->get->head(transfer->get->context, head, transfer->err);
}

/* ---- what libcurl calls --------------------------------------------------------------------- */

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
    struct transfer *transfer = context;
    size_t length = size * n;
    judge_head(transfer);
    if (transfer->rc != MIEV_OK)
        return CURL_WRITEFUNC_ERROR;
    if (brings_model(&transfer->answer->head)) {
        transfer->rc = transfer->get->body(transfer->get->context, bytes, length, transfer->err);
        return transfer->rc == MIEV_OK ? length : CURL_WRITEFUNC_ERROR;
    }
    size_t room = MIEV_HTTP_WORDS_BYTES - 1 - transfer->n_words;
    size_t kept = length < room ? length : room;
    memcpy(transfer->answer->words + transfer->n_words, bytes, kept);
    transfer->n_words += kept;
    /* A refusal may be as long as it likes; what is to be shown has come. */
    return kept == length ? length : CURL_WRITEFUNC_ERROR;
}

static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now)
{
    const struct transfer *transfer = context;
    (void)total, (void)now, (void)up_total, (void)up_now;
    transfer->get->waits(transfer->get->context);
    return stopped(transfer);
}

/* Loopback, link-local, private and unspecified addresses, and version 4 dressed as version 6. */
static bool is_private4(uint32_t address)
{
    unsigned a = address >> 24, b = address >> 16 & 0xff;
    return a == 0 || a == 10 || a == 127 || a >= 224 || (a == 172 && b >= 16 && b < 32) ||
           (a == 192 && b == 168) || (a == 169 && b == 254) || (a == 100 && b >= 64 && b < 128);
}

static bool is_private(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof(v4));
        return is_private4(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family != AF_INET6)
        return true;
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof(v6));
    const uint8_t *bytes = v6.sin6_addr.s6_addr;
    uint32_t last = (uint32_t)bytes[12] << 24 | (uint32_t)bytes[13] << 16 |
                    (uint32_t)bytes[14] << 8 | bytes[15];
    static const uint8_t zeros[10] = {0}, translated[12] = {0, 0x64, 0xff, 0x9b};
    bool carries4 = memcmp(bytes, zeros, 10) == 0 || memcmp(bytes, translated, 12) == 0;
    return carries4 ? is_private4(last) : (bytes[0] & 0xe0) != 0x20; /* 2000::/3 is the public */
}

/* Asked with the address that is really connected to: a name may stand for any. */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *transfer = context;
    (void)purpose;
    if (!transfer->behind_proxy && is_private(&address->addr)) {
        transfer->private_host = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- options -------------------------------------------------------------------------------- */

/* The first of the variables that is set and not empty, or NULL. */
static const char *variable_of(const struct miev_env *env, const char *const *names)
{
    for (; *names; names++) {
        const char *value = miev_env_variable(env, *names);
        if (value && *value)
            return value;
    }
    return NULL;
}

/* libcurl would read the process's own environment; "" keeps it from that. */
static void set_proxy(struct transfer *transfer, bool loopback)
{
    static const char *const proxies[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                          NULL};
    static const char *const exceptions[] = {"no_proxy", "NO_PROXY", NULL};
    const struct miev_env *env = transfer->get->env;
    const char *proxy = loopback ? NULL : variable_of(env, proxies);
    const char *except = variable_of(env, exceptions);
    transfer->behind_proxy = proxy != NULL;
    (void)curl_easy_setopt(transfer->curl, CURLOPT_PROXY, proxy ? proxy : "");
    (void)curl_easy_setopt(transfer->curl, CURLOPT_NOPROXY, except ? except : "");
    (void)curl_easy_setopt(transfer->curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_trust(const struct transfer *transfer)
{
    static const char *const bundles[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
                                          NULL};
    static const char *const folders[] = {"SSL_CERT_DIR", NULL};
    const char *bundle = variable_of(transfer->get->env, bundles);
    const char *folder = variable_of(transfer->get->env, folders);
    if (bundle)
        (void)curl_easy_setopt(transfer->curl, CURLOPT_CAINFO, bundle);
    if (folder)
        (void)curl_easy_setopt(transfer->curl, CURLOPT_CAPATH, folder);
    (void)curl_easy_setopt(transfer->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

/* Only to the origin that they are for: every hop asks anew. */
static void set_credentials(const struct transfer *transfer)
{
    const struct miev_credentials *own = transfer->get->credentials;
    CURL *curl = transfer->curl;
    if (!own || own->kind == MIEV_CREDENTIALS_NONE ||
        !miev_address_same_origin(transfer->get->url, own->origin))
        return;
    if (own->kind == MIEV_CREDENTIALS_BEARER) {
        (void)curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        (void)curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, own->secret);
    } else {
        (void)curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        (void)curl_easy_setopt(curl, CURLOPT_USERNAME, own->user);
        (void)curl_easy_setopt(curl, CURLOPT_PASSWORD, own->secret);
    }
}

/* The size of the file itself is wanted, not of what a server makes of it on the way. */
static struct curl_slist *set_headers(const struct transfer *transfer)
{
    char line[300], range[32];
    struct curl_slist *list = curl_slist_append(NULL, "Accept-Encoding: identity");
    if (list && transfer->get->from > 0) {
        (void)snprintf(range, sizeof(range), "%llu-", (unsigned long long)transfer->get->from);
        (void)snprintf(line, sizeof(line), "If-Range: %s", transfer->get->validator);
        struct curl_slist *longer = curl_slist_append(list, line);
        if (!longer)
            curl_slist_free_all(list);
        list = longer;
        (void)curl_easy_setopt(transfer->curl, CURLOPT_RANGE, range);
    }
    (void)curl_easy_setopt(transfer->curl, CURLOPT_HTTPHEADER, list);
    return list;
}

static int set_options(struct transfer *transfer, struct miev_error *err)
{
    const struct miev_http_get *get = transfer->get;
    CURL *curl = transfer->curl;
    bool loopback = false;
    int rc = miev_address_check_url(get->url, &loopback, err);
    if (rc != MIEV_OK)
        return rc;
    (void)curl_easy_setopt(curl, CURLOPT_URL, get->url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, loopback ? "https,http" : "https");
    (void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, USER_AGENT);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->curl_words);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_PATIENCE_S);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1000L);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)(get->patience_s + 0.999));
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    if (get->public_only) {
        (void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
        (void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
    }
    set_proxy(transfer, loopback);
    set_trust(transfer);
    set_credentials(transfer);
    return MIEV_OK;
}

/* ---- the end -------------------------------------------------------------------------------- */

static enum miev_http_fault fault_of(CURLcode code)
{
    switch ((int)code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
        return MIEV_HTTP_UNREACHABLE;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SSL_CONNECT_ERROR:
        return MIEV_HTTP_LOST;
    default:
        return MIEV_HTTP_REFUSED;
    }
}

static int refuse(struct transfer *transfer, CURLcode code, struct miev_error *err)
{
    char host[100], words[200];
    const char *begin = strstr(transfer->get->url, "://");
    (void)snprintf(host, sizeof(host), "%.*s", begin ? (int)strcspn(begin + 3, "/?#") : 0,
                   begin ? begin + 3 : "");
    miev_text_show(words, sizeof(words),
                   transfer->curl_words[0] ? transfer->curl_words : curl_easy_strerror(code));
    if (transfer->private_host)
        return miev_error_set(err, MIEV_ERR_PERMISSION,
                              "%s is a host of this machine or of a private network, which is not "
                              "asked on someone else's behalf",
                              host);
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
        return miev_error_set(
            err, MIEV_ERR_PERMISSION,
            "%s does not prove who it is (%s): a proxy that reads along needs its "
            "certificate in SSL_CERT_FILE",
            host, words);
    if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "%s cannot be reached (%s): is this machine on the net? A proxy is "
                              "named by https_proxy",
                              host, words);
    return miev_error_set(err, MIEV_ERR_BROKEN, "the connection to %s was lost (%s)", host, words);
}

static int conclude(struct transfer *transfer, CURLcode code, struct miev_error *err)
{
    struct miev_http_answer *answer = transfer->answer;
    if (stopped(transfer))
        return miev_error_set(err, MIEV_ERR_INTERRUPTED, "interrupted");
    if (transfer->rc != MIEV_OK)
        return transfer->rc;
    bool enough = transfer->judged && !brings_model(&answer->head);
    if (code == CURLE_OK || enough) {
        judge_head(transfer); /* of an answer without a body */
        answer->fault = MIEV_HTTP_FINE;
        return transfer->rc;
    }
    if (!transfer->private_host)
        answer->fault = fault_of(code);
    return refuse(transfer, code, err);
}

int miev_http_get(const struct miev_http_get *get, struct miev_http_answer *out,
                  struct miev_error *err)
{
    struct transfer transfer = {.get = get, .answer = out, .err = err, .rc = MIEV_OK};
    *out = (struct miev_http_answer){.fault = MIEV_HTTP_REFUSED};
    transfer.curl = curl_easy_init();
    if (!transfer.curl)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a download");
    int rc = set_options(&transfer, err);
    if (rc == MIEV_OK) {
        struct curl_slist *headers = set_headers(&transfer);
        if (headers)
            rc = conclude(&transfer, curl_easy_perform(transfer.curl), err);
        else
            rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a download");
        curl_slist_free_all(headers);
    }
    curl_easy_cleanup(transfer.curl);
    return rc;
}
