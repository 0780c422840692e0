/* SPDX-License-Identifier: Apache-2.0 */
#include "core/transport.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

struct body {
    struct miev_transport_reply *reply;
    size_t capacity;
    bool too_long;
};

static size_t take(char *bytes, size_t size, size_t n, void *context)
{
    struct body *body = context;
    size_t more = size * n, wanted = body->reply->length + more;
    body->too_long = wanted > MIEV_TRANSPORT_MAX_BYTES;
    if (body->too_long)
        return 0;
    if (wanted + 1 > body->capacity) {
        char *bigger = realloc(body->reply->body, wanted * 2 + 1);
        if (!bigger)
            return 0;
        body->reply->body = bigger;
        body->capacity = wanted * 2 + 1;
    }
    memcpy(body->reply->body + body->reply->length, bytes, more);
    body->reply->length = wanted;
    body->reply->body[wanted] = '\0';
    return more;
}

/* Plain http to this machine only: a key must not cross a network in the clear. */
static bool is_allowed(const char *url)
{
    static const char *const here[] = {"http://127.0.0.1:", "http://127.0.0.1/",
                                       "http://localhost:", "http://localhost/",
                                       "http://[::1]:",     "http://[::1]/"};
    if (strncmp(url, "https://", 8) == 0)
        return true;
    for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++)
        if (strncmp(url, here[i], strlen(here[i])) == 0)
            return true;
    return false;
}

static CURLcode set_up(CURL *curl, const struct miev_env *env, const char *url,
                       const struct curl_slist *headers, double timeout_s, struct body *body)
{
    const char *authorities = miev_env_variable(env, "SSL_CERT_FILE");
    CURLcode rc = CURLE_OK;
#define SET(option, value) rc = rc == CURLE_OK ? curl_easy_setopt(curl, option, value) : rc
    SET(CURLOPT_URL, url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_USERAGENT, "miev");
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_TIMEOUT_MS, (long)(timeout_s * 1000));
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(timeout_s * 1000));
    SET(CURLOPT_WRITEFUNCTION, take);
    SET(CURLOPT_WRITEDATA, body);
    if (authorities)
        SET(CURLOPT_CAINFO, authorities);
#undef SET
    return rc;
}

static int refuse(CURLcode code, const struct body *body, struct miev_error *err)
{
    if (body->too_long)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the answer is longer than %zu bytes",
                              MIEV_TRANSPORT_MAX_BYTES);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return miev_error_set(err, MIEV_ERR_TIMEOUT, "no whole answer came in time");
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE, "no answer came (%s)",
                          curl_easy_strerror(code));
}

static int get(const struct miev_transport *transport, const char *url, const char *header,
               double timeout_s, struct miev_transport_reply *out, struct miev_error *err)
{
    struct miev_transport_reply reply = {.body = calloc(1, 1)};
    struct body body = {.reply = &reply, .capacity = 1};
    struct curl_slist *headers = header ? curl_slist_append(NULL, header) : NULL;
    CURL *curl = curl_easy_init();
    int rc = MIEV_OK;
    if (!reply.body || !curl || (header && !headers))
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a request");
    else if (!is_allowed(url))
        rc =
            miev_error_set(err, MIEV_ERR_PERMISSION,
                           "its address has to begin with https:// (http:// only to this machine)");
    if (rc == MIEV_OK) {
        CURLcode code = set_up(curl, transport->env, url, headers, timeout_s, &body);
        code = code == CURLE_OK ? curl_easy_perform(curl) : code;
        rc = code == CURLE_OK ? MIEV_OK : refuse(code, &body, err);
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (rc == MIEV_OK)
        *out = reply;
    else
        free(reply.body);
    return rc;
}

struct miev_transport miev_transport_curl(const struct miev_env *env)
{
    return (struct miev_transport){.get = get, .env = env};
}
