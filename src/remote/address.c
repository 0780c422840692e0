/* SPDX-License-Identifier: Apache-2.0 */
#include "remote/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "core/text.h"

#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define MAX_PORT           65535

static const struct {
    const char *prefix, *example;
} kinds[] = {
    [MIEV_REMOTE_OIP] = {"oip:", "oip:http://host:8000/NAME[/versions/V]"},
    [MIEV_REMOTE_TFSERVING] = {"tfserving:", "tfserving:http://host:8501/NAME[/versions/V]"},
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const char *behind(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

bool miev_remote_is_address(const char *word)
{
    for (size_t k = 0; k < N_KINDS; k++)
        if (behind(word, kinds[k].prefix))
            return true;
    return false;
}

/* Copy text up to the length; false when it is empty, too long or holds other characters. */
static bool copy_word(const char *text, size_t length, const char *allowed, char *out,
                      size_t capacity)
{
    if (length == 0 || length >= capacity || strspn(text, allowed) < length)
        return false;
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

/* A name, or an IPv6 address in brackets; what stands behind it, or NULL. */
static const char *read_host(const char *text, struct miev_remote_origin *out)
{
    if (*text == '[') {
        size_t length = strcspn(text + 1, "]");
        bool right =
            text[1 + length] == ']' &&
            copy_word(text + 1, length, "0123456789abcdefABCDEF:.", out->host, sizeof(out->host));
        return right ? text + length + 2 : NULL;
    }
    size_t length = strspn(text, LETTERS_AND_DIGITS "-._");
    return copy_word(text, length, LETTERS_AND_DIGITS "-._", out->host, sizeof(out->host))
               ? text + length
               : NULL;
}

static const char *read_port(const char *text, struct miev_remote_origin *out)
{
    out->port = out->tls ? 443 : 80;
    if (*text != ':')
        return text;
    size_t digits = strspn(text + 1, "0123456789");
    unsigned long port = digits >= 1 && digits <= 5 ? strtoul(text + 1, NULL, 10) : 0;
    if (port == 0 || port > MAX_PORT)
        return NULL;
    out->port = (unsigned)port;
    return text + 1 + digits;
}

int miev_remote_origin_read(const char *word, struct miev_remote_origin *out, const char **path,
                            struct miev_error *err)
{
    struct miev_remote_origin origin = {.tls = false};
    char shown[128];
    const char *rest = behind(word, "http://");
    if (!rest) {
        rest = behind(word, "https://");
        origin.tls = rest != NULL;
    }
    if (rest)
        rest = read_host(rest, &origin);
    if (rest)
        rest = read_port(rest, &origin);
    if (!rest || (*rest != '\0' && *rest != '/')) {
        /* What stands before an @ may be a password. */
        miev_text_show(shown, sizeof(shown), strchr(word, '@') ? "..." : word);
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "'%s' is no address: write http://host:port or https://host:port, "
                              "without a user or a password in it",
                              shown);
    }
    bool v6 = strchr(origin.host, ':') != NULL;
    (void)snprintf(origin.text, sizeof(origin.text), "http%s://%s%s%s:%u", origin.tls ? "s" : "",
                   v6 ? "[" : "", origin.host, v6 ? "]" : "", origin.port);
    *out = origin;
    *path = rest;
    return MIEV_OK;
}

bool miev_remote_origin_same(const struct miev_remote_origin *a, const struct miev_remote_origin *b)
{
    return a->tls == b->tls && a->port == b->port && strcasecmp(a->host, b->host) == 0;
}

/* "/NAME" or "/NAME/versions/V". */
static bool read_model(const char *path, struct miev_remote_address *out)
{
    static const char allowed[] = LETTERS_AND_DIGITS "-._~";
    if (*path != '/')
        return false;
    size_t length = strcspn(path + 1, "/");
    const char *version = path + 1 + length;
    if (!copy_word(path + 1, length, allowed, out->model, sizeof(out->model)))
        return false;
    if (*version == '\0')
        return true;
    version = behind(version, "/versions/");
    return version &&
           copy_word(version, strlen(version), allowed, out->version, sizeof(out->version));
}

int miev_remote_address_read(const char *word, struct miev_remote_address *out,
                             struct miev_error *err)
{
    struct miev_remote_address address = {.kind = MIEV_REMOTE_OIP};
    const char *rest = NULL, *path = NULL;
    for (size_t k = 0; !rest && k < N_KINDS; k++) {
        address.kind = (enum miev_remote_kind)k;
        rest = behind(word, kinds[k].prefix);
    }
    int rc = rest ? miev_remote_origin_read(rest, &address.origin, &path, err)
                  : miev_error_set(err, MIEV_ERR_INVALID, "it is no name of a served model");
    if (rc != MIEV_OK)
        return rc;
    if (!read_model(path, &address))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%s is followed by no model's name: write %s, with letters, digits "
                              "and -._~ only",
                              address.origin.text, kinds[address.kind].example);
    *out = address;
    return MIEV_OK;
}
