/* SPDX-License-Identifier: Apache-2.0 */
/* From addresses to URLs and back. The URL's grammar is libcurl's, so that what is checked here and
 * what is asked for there are the same. */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "core/text.h"
#include "model/address_parts.h"

/* One part of a URL in memory of the caller; "" when it has none. False when it does not fit. */
static bool part_of(CURLU *url, CURLUPart part, unsigned flags, char *out, size_t capacity)
{
    char *text = NULL;
    CURLUcode code = curl_url_get(url, part, &text, flags);
    int n = snprintf(out, capacity, "%s", code == CURLUE_OK ? text : "");
    curl_free(text);
    bool absent = code == CURLUE_NO_QUERY || code == CURLUE_NO_USER || code == CURLUE_NO_PASSWORD;
    return (code == CURLUE_OK || absent) && n >= 0 && (size_t)n < capacity;
}

static bool is_loopback(const char *host)
{
    return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
           (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

static int refuse(const char *url, const char *why, struct miev_error *err)
{
    char shown[100];
    miev_text_show(shown, sizeof(shown), url);
    shown[strcspn(shown, "?#")] = '\0'; /* what follows may be a key */
    return miev_error_set(err, MIEV_ERR_INVALID, "'%s' %s", shown, why);
}

static int check_parsed(CURLU *parsed, const char *url, bool *loopback, struct miev_error *err)
{
    char scheme[16], host[256], user[8], password[8];
    bool named = !part_of(parsed, CURLUPART_USER, 0, user, sizeof(user)) || user[0] ||
                 !part_of(parsed, CURLUPART_PASSWORD, 0, password, sizeof(password)) || password[0];
    if (named)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the address has a user or a password in it: leave them out (a token "
                              "is taken from its usual place, docs/pull.md)");
    if (!part_of(parsed, CURLUPART_SCHEME, 0, scheme, sizeof(scheme)) ||
        !part_of(parsed, CURLUPART_HOST, 0, host, sizeof(host)) || host[0] == '\0')
        return refuse(url, "is no address of the web that can be fetched", err);
    bool here = is_loopback(host);
    if (strcmp(scheme, "https") != 0 && !(strcmp(scheme, "http") == 0 && here))
        return refuse(url,
                      strcmp(scheme, "http") == 0
                          ? "is not encrypted, so that anyone on the way could change the model: "
                            "use https://"
                          : "has a scheme that is not fetched: https:// is",
                      err);
    if (loopback)
        *loopback = here;
    return MIEV_OK;
}

/* libcurl takes more for a URL: one slash, blanks, letters of any script. A card keeps plain ASCII.
 */
static bool is_url(const char *url)
{
    size_t letters = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    for (const char *c = url; *c; c++)
        if (*c <= ' ' || *c >= 0x7f)
            return false;
    return letters > 0 && strncmp(url + letters, "://", 3) == 0 && strlen(url) < MIEV_URL_BYTES;
}

int miev_address_check_url(const char *url, bool *loopback, struct miev_error *err)
{
    CURLU *parsed = curl_url();
    if (!parsed)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for an address");
    int rc = MIEV_OK;
    if (!is_url(url) ||
        curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        rc = refuse(url, "is no address of the web that can be fetched", err);
    else
        rc = check_parsed(parsed, url, loopback, err);
    curl_url_cleanup(parsed);
    return rc;
}

static bool origin_of(const char *url, char out[400])
{
    char scheme[16], host[256], port[16];
    CURLU *parsed = curl_url();
    bool whole = parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
                 part_of(parsed, CURLUPART_SCHEME, 0, scheme, sizeof(scheme)) &&
                 part_of(parsed, CURLUPART_HOST, 0, host, sizeof(host)) &&
                 part_of(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof(port));
    if (whole)
        (void)snprintf(out, 400, "%s://%s:%s", scheme, host, port);
    curl_url_cleanup(parsed);
    return whole;
}

bool miev_address_same_origin(const char *url, const char *other)
{
    char a[400], b[400];
    return origin_of(url, a) && origin_of(other, b) && strcasecmp(a, b) == 0;
}

/* ---- pages ---------------------------------------------------------------------------------- */

/* Percent signs undone. False for what does not fit or holds a zero byte. */
static bool decode(const char *text, size_t length, char *out, size_t capacity)
{
    int n = 0;
    char *plain = length > 0 ? curl_easy_unescape(NULL, text, (int)length, &n) : NULL;
    bool whole = plain && (size_t)n < capacity && strlen(plain) == (size_t)n;
    if (whole)
        memcpy(out, plain, (size_t)n + 1);
    curl_free(plain);
    return whole;
}

/* "/owner/repo/resolve/revision/path": split before it is decoded, for a revision may have slashes
 * of its own. */
static int from_hf(const char *path, struct miev_address *out, struct miev_error *err)
{
    static const char *const words[] = {"/resolve/", "/blob/", "/raw/"};
    char repository[MIEV_ADDRESS_BYTES], revision[MIEV_ADDRESS_BYTES], file[MIEV_ADDRESS_BYTES];
    char rest[3 * MIEV_ADDRESS_BYTES];
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const char *at = strstr(path, words[i]);
        const char *begin = at ? at + strlen(words[i]) : "";
        size_t length = strcspn(begin, "/");
        if (!begin[length] ||
            !decode(path + 1, (size_t)(at - path - 1), repository, sizeof(repository)) ||
            !decode(begin, length, revision, sizeof(revision)) ||
            !decode(begin + length + 1, strlen(begin + length + 1), file, sizeof(file)))
            continue;
        (void)snprintf(rest, sizeof(rest), "%s@%s:%s", repository, revision, file);
        return miev_address_hf(rest, out, err);
    }
    return miev_address_hf(path + 1, out, err); /* refuses it, in words */
}

/* Pages tell the words in between, the API does not. */
static int from_kaggle(const char *path, struct miev_address *out, struct miev_error *err)
{
    static const char *const between[] = {"frameworks", "variations", "versions", "download",
                                          "tfhub-redirect"};
    char rest[MIEV_ADDRESS_BYTES] = "";
    size_t used = 0;
    const char *part = strstr(path, "/models/") + strlen("/models/");
    while (*part && used < sizeof(rest)) {
        size_t length = strcspn(part, "/");
        bool told = false;
        for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++)
            told = told || (strlen(between[i]) == length && strncmp(part, between[i], length) == 0);
        if (!told && length > 0)
            used += (size_t)snprintf(rest + used, sizeof(rest) - used, "%s%.*s", used ? "/" : "",
                                     (int)length, part);
        part += length + (part[length] == '/');
    }
    return miev_address_kaggle(rest, out, err);
}

static int from_tfhub(const char *path, const char *query, struct miev_address *out,
                      struct miev_error *err)
{
    char rest[2 * MIEV_ADDRESS_BYTES];
    int n = snprintf(rest, sizeof(rest), "%s%s%s", path + 1, *query ? "?" : "", query);
    if (n < 0 || (size_t)n >= sizeof(rest))
        return refuse(path, "is too long", err);
    return miev_address_tfhub(rest, out, err);
}

static int from_parts(const char *host, const char *path, const char *query,
                      struct miev_address *out, bool *known, struct miev_error *err)
{
    *known = true;
    if (strcasecmp(host, "huggingface.co") == 0 || strcasecmp(host, "hf.co") == 0) {
        /* Data sets and spaces are no models, yet a file of one can be fetched as it is. */
        *known = strncmp(path, "/datasets/", 10) != 0 && strncmp(path, "/spaces/", 8) != 0 &&
                 strncmp(path, "/api/", 5) != 0;
        return *known ? from_hf(path, out, err) : MIEV_OK;
    }
    if (strcasecmp(host, "www.kaggle.com") == 0 || strcasecmp(host, "kaggle.com") == 0) {
        *known = strncmp(path, "/models/", 8) == 0 || strncmp(path, "/api/v1/models/", 15) == 0;
        return *known ? from_kaggle(path, out, err) : MIEV_OK;
    }
    *known = strcasecmp(host, "tfhub.dev") == 0 || strcasecmp(host, "www.tfhub.dev") == 0;
    return *known ? from_tfhub(path, query, out, err) : MIEV_OK;
}

int miev_address_from_page(const char *url, struct miev_address *out, bool *known,
                           struct miev_error *err)
{
    char host[256], path[2 * MIEV_ADDRESS_BYTES], query[MIEV_ADDRESS_BYTES];
    CURLU *parsed = curl_url();
    if (!parsed)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for an address");
    *known = false;
    int rc = MIEV_OK;
    if (curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
        part_of(parsed, CURLUPART_HOST, 0, host, sizeof(host)) &&
        part_of(parsed, CURLUPART_PATH, 0, path, sizeof(path)) &&
        part_of(parsed, CURLUPART_QUERY, 0, query, sizeof(query)))
        rc = from_parts(host, path, query, out, known, err);
    curl_url_cleanup(parsed);
    return rc;
}

/* ---- what to ask for ------------------------------------------------------------------------ */

static const struct hub {
    const char *variable, *usual;
} hubs[] = {
    [MIEV_ADDRESS_HF] = {"HF_ENDPOINT", "https://huggingface.co"},
    [MIEV_ADDRESS_KAGGLE] = {"KAGGLE_API_ENDPOINT", "https://www.kaggle.com"},
    [MIEV_ADDRESS_TFHUB] = {"MIEV_TFHUB_ENDPOINT", "https://tfhub.dev"},
    [MIEV_ADDRESS_WEB] = {NULL, NULL},
};

bool miev_address_hub_is_own(const struct miev_address *address, const struct miev_env *env)
{
    const char *variable = hubs[address->kind].variable;
    const char *named = variable ? miev_env_variable(env, variable) : NULL;
    return named && *named;
}

static int endpoint(const struct miev_address *address, const struct miev_env *env, char out[256],
                    struct miev_error *err)
{
    const struct hub *hub = &hubs[address->kind];
    const char *named = miev_env_variable(env, hub->variable);
    int n = snprintf(out, 256, "%s", named && *named ? named : hub->usual);
    if (n < 0 || n >= 256)
        return miev_error_set(err, MIEV_ERR_INVALID, "%s is too long", hub->variable);
    while (n > 0 && out[n - 1] == '/')
        out[--n] = '\0';
    return miev_address_check_url(out, NULL, err) == MIEV_OK
               ? MIEV_OK
               : miev_error_prefix(err, "%s", hub->variable);
}

/* Percent signs for all but letters, digits and -._~; a slash too where it is no separator. */
static bool escape(const char *text, bool keep_slashes, char *out, size_t capacity)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t used = 0;
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     strchr("-._~", c) || (keep_slashes && c == '/');
        if (used + 4 > capacity)
            return false;
        if (plain) {
            out[used++] = (char)c;
        } else {
            out[used++] = '%';
            out[used++] = digits[c >> 4];
            out[used++] = digits[c & 15];
        }
    }
    out[used] = '\0';
    return true;
}

static int url_of_hf(const struct miev_address *address, const char *hub, char *out)
{
    char revision[3 * sizeof(address->revision) + 1], file[3 * MIEV_ADDRESS_BYTES + 1];
    if (!escape(address->revision, false, revision, sizeof(revision)) ||
        !escape(address->file, true, file, sizeof(file)))
        return -1;
    return snprintf(out, MIEV_URL_BYTES, "%s/%s/resolve/%s/%s", hub, address->repository, revision,
                    file);
}

static int url_of_kaggle(const struct miev_address *address, const char *hub, char *out)
{
    char file[3 * MIEV_ADDRESS_BYTES + 1];
    if (!escape(address->file, true, file, sizeof(file)))
        return -1;
    return snprintf(out, MIEV_URL_BYTES, "%s/api/v1/models/%s/download%s%s", hub,
                    address->repository, *file ? "/" : "", file);
}

int miev_address_url(const struct miev_address *address, const struct miev_env *env,
                     char out[MIEV_URL_BYTES], struct miev_error *err)
{
    char hub[256];
    int rc = MIEV_OK, n = -1;
    switch (address->kind) {
    case MIEV_ADDRESS_HF:
        rc = endpoint(address, env, hub, err);
        n = rc == MIEV_OK ? url_of_hf(address, hub, out) : 0;
        break;
    case MIEV_ADDRESS_KAGGLE:
        rc = endpoint(address, env, hub, err);
        n = rc == MIEV_OK ? url_of_kaggle(address, hub, out) : 0;
        break;
    case MIEV_ADDRESS_TFHUB:
        rc = endpoint(address, env, hub, err);
        n = rc == MIEV_OK
                ? snprintf(out, MIEV_URL_BYTES, "%s/%s?%s", hub, address->repository,
                           address->lite ? "lite-format=tflite" : "tf-hub-format=compressed")
                : 0;
        break;
    case MIEV_ADDRESS_WEB:
        n = snprintf(out, MIEV_URL_BYTES, "%s", address->text);
        break;
    case MIEV_ADDRESS_NAME:
    case MIEV_ADDRESS_FILE:
        return miev_error_set(err, MIEV_ERR_INVALID, "%s is no address of the web", address->text);
    }
    if (rc == MIEV_OK && (n < 0 || n >= MIEV_URL_BYTES))
        rc = miev_error_set(err, MIEV_ERR_LIMIT, "the address %.60s... is too long", address->text);
    return rc;
}
