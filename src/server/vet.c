/* SPDX-License-Identifier: Apache-2.0 */
#include "server/vet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "core/error.h"
#include "core/sha256.h"

#define MAX_LENGTH_DIGITS 12

#define REFUSE(status, code, detail) ((struct miev_refusal){status, code, detail})
#define TAKEN                        ((struct miev_refusal){0, NULL, NULL})

/* ---- the form of the headers ---------------------------------------------------------------- */

struct seen {
    unsigned hosts, lengths, encodings, origins;
    bool malformed;
    int64_t length;
};

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool well_formed(const char *name, size_t name_length, const char *value,
                        size_t value_length)
{
    if (name_length == 0)
        return false;
    for (size_t i = 0; i < name_length; i++)
        if (!is_token_char(name[i]))
            return false;
    for (size_t i = 0; i < value_length; i++)
        if (((unsigned char)value[i] < 0x20 && value[i] != '\t') || value[i] == 0x7f)
            return false;
    return true;
}

static bool read_length(const char *value, size_t length, int64_t *out)
{
    if (length == 0 || length > MAX_LENGTH_DIGITS || strspn(value, "0123456789") != length)
        return false;
    *out = strtoll(value, NULL, 10);
    return true;
}

static void look_at(void *context, const char *name, size_t name_length, const char *value,
                    size_t value_length)
{
    struct seen *seen = context;
    if (!well_formed(name, name_length, value, value_length)) {
        seen->malformed = true;
        return;
    }
    seen->hosts += strcasecmp(name, "Host") == 0;
    seen->origins += strcasecmp(name, "Origin") == 0;
    seen->encodings += strcasecmp(name, "Transfer-Encoding") == 0;
    if (strcasecmp(name, "Content-Length") == 0 &&
        (seen->lengths++ > 0 || !read_length(value, value_length, &seen->length)))
        seen->malformed = true;
}

/* ---- Host and Origin ------------------------------------------------------------------------ */

/* host, or host:port. */
static bool names(const char *text, const char *host, uint16_t port)
{
    char with_port[300];
    if (strcasecmp(text, host) == 0)
        return true;
    (void)snprintf(with_port, sizeof(with_port), "%s:%u", host, port);
    return strcasecmp(text, with_port) == 0;
}

static bool plausible_host(const char *host)
{
    size_t length = strlen(host);
    return length > 0 && length < 256 &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]%") ==
               length;
}

/* A page elsewhere can make a browser ask this server under a name of its own (DNS rebinding); the
 * Host header then still tells that name. */
static bool host_is_ours(const struct miev_guard *guard, const char *host)
{
    static const char *const ours[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (names(host, ours[i], guard->port))
            return true;
    if (guard->host && (names(host, guard->host, 443) || names(host, guard->host, guard->port)))
        return true;
    return guard->any_host && plausible_host(host);
}

/* A browser's own word on which page asks: ours alone may. */
static bool origin_is_ours(const struct miev_guard *guard, const char *origin, const char *host)
{
    bool secure = strncmp(origin, "https://", 8) == 0;
    if (!secure && strncmp(origin, "http://", 7) != 0)
        return false;
    const char *from = origin + (secure ? 8 : 7);
    return strcasecmp(from, host) == 0 || (guard->host && names(from, guard->host, guard->port));
}

struct miev_refusal miev_vet_headers(const struct miev_guard *guard,
                                     const struct miev_http_request *request, int64_t *length)
{
    struct seen seen = {.length = -1};
    miev_http_each_header(request, look_at, &seen);
    if (seen.malformed)
        return REFUSE(400, "invalid", "a header is malformed, or there is a second Content-Length");
    if (seen.hosts != 1)
        return REFUSE(400, "invalid", "the request must have one Host header");
    if (seen.encodings > 0)
        return REFUSE(501, "unsupported",
                      "Transfer-Encoding is not taken: send the body with its Content-Length");
    const char *host = miev_http_header(request, "Host");
    if (!host || !host_is_ours(guard, host))
        return REFUSE(421, "wrong-host",
                      "this server does not answer to that Host: open the address that it printed, "
                      "or start it with --host NAME");
    const char *origin = miev_http_header(request, "Origin");
    if (seen.origins > 1 || (origin && !origin_is_ours(guard, origin, host)))
        return REFUSE(403, "forbidden", "a page of another site may not ask this server");
    *length = seen.length;
    return TAKEN;
}

/* ---- the token ------------------------------------------------------------------------------ */

bool miev_same_secret(const char *a, const char *b)
{
    /* Of equal length whatever was sent, and unforeseeable. */
    char x[65], y[65];
    unsigned differ = 0;
    miev_sha256_hex(a, strlen(a), x);
    miev_sha256_hex(b, strlen(b), y);
    for (size_t i = 0; i < sizeof(x); i++)
        differ |= (unsigned)(x[i] ^ y[i]);
    return differ == 0;
}

int miev_guard_init(struct miev_guard *guard, struct miev_error *err)
{
    unsigned char bytes[32];
    size_t length = guard->token ? strlen(guard->token) : 0;
    guard->cookie[0] = '\0';
    if (!guard->token)
        return MIEV_OK;
    if (length < MIEV_TOKEN_MIN_BYTES || length > MIEV_TOKEN_MAX_BYTES)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the token has %zu characters: give it %d to %d, as 'openssl rand "
                              "-hex 24' does",
                              length, MIEV_TOKEN_MIN_BYTES, MIEV_TOKEN_MAX_BYTES);
    for (size_t i = 0; i < length; i++)
        if (guard->token[i] <= ' ' || guard->token[i] > '~')
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "the token holds blanks or letters that are not ASCII");
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return miev_error_errno(err, "cannot draw random bytes");
    miev_sha256_hex(bytes, sizeof(bytes), guard->cookie);
    return MIEV_OK;
}

/* The value of our cookie within "a=1; miev_session=...; b=2". */
static bool has_cookie(const char *cookies, const char *wanted)
{
    static const char name[] = MIEV_COOKIE_NAME "=";
    while (cookies && *cookies) {
        cookies += strspn(cookies, " ;");
        size_t length = strcspn(cookies, ";");
        if (strncmp(cookies, name, sizeof(name) - 1) == 0) {
            char value[80];
            (void)snprintf(
                value, sizeof(value), "%.*s",
                (int)(length - (sizeof(name) - 1) < 79 ? length - (sizeof(name) - 1) : 79),
                cookies + sizeof(name) - 1);
            return miev_same_secret(value, wanted);
        }
        cookies += length;
    }
    return false;
}

struct miev_refusal miev_vet_token(const struct miev_guard *guard,
                                   const struct miev_http_request *request)
{
    const char *given = miev_http_header(request, "Authorization");
    if (!guard->token)
        return TAKEN;
    if (given && strncasecmp(given, "Bearer ", 7) == 0 && miev_same_secret(given + 7, guard->token))
        return TAKEN;
    if (has_cookie(miev_http_header(request, "Cookie"), guard->cookie))
        return TAKEN;
    return REFUSE(401, "unauthorised",
                  "this server asks for its token: send 'Authorization: Bearer TOKEN', or open its "
                  "page and type it there");
}
