/* SPDX-License-Identifier: Apache-2.0 */
#include "model/http_head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The header of that name in the last answer, "" when it is not there; its i-th value. */
static const char *header(CURL *curl, const char *name, size_t i)
{
    struct curl_header *found = NULL;
    return curl_easy_header(curl, name, i, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value
                                                                                  : "";
}

/* Whole or not at all: half a tag would match nothing. */
static void keep(char *out, size_t capacity, const char *value)
{
    if (strlen(value) < capacity)
        (void)snprintf(out, capacity, "%s", value);
}

static bool is_hex(const char *text, size_t length)
{
    return strlen(text) == length && strspn(text, "0123456789abcdef") == length;
}

/* W/"..." may stand for other bytes, which a range must not be taken from. */
static void read_validator(CURL *curl, char *out, size_t capacity)
{
    const char *tag = header(curl, "ETag", 0);
    keep(out, capacity, tag[0] == '"' ? tag : header(curl, "Last-Modified", 0));
}

/* "\"<64 digits>\"", as it stands behind X-Linked-Etag for files in Git LFS. */
static void read_linked(CURL *curl, char out[65])
{
    const char *tag = header(curl, "X-Linked-Etag", 0);
    char bare[80] = "";
    if (tag[0] == '"' && strlen(tag) == 66)
        (void)snprintf(bare, sizeof(bare), "%.64s", tag + 1);
    if (is_hex(bare, 64))
        memcpy(out, bare, 65);
}

static uint64_t number(const char *text)
{
    return *text >= '0' && *text <= '9' ? strtoull(text, NULL, 10) : 0;
}

/* "bytes 100-199/200", where the last may be '*'. */
static void read_range(CURL *curl, struct miev_http_head *out)
{
    const char *range = header(curl, "Content-Range", 0);
    const char *slash = strchr(range, '/');
    if (strncasecmp(range, "bytes ", 6) != 0)
        return;
    out->from = number(range + 6);
    out->total = slash ? number(slash + 1) : 0;
}

static int digit64(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

void miev_http_md5_of(const char *value, char out[33])
{
    const char *at = strstr(value, "md5=");
    unsigned bits = 0, n_bits = 0;
    size_t used = 0;
    char hex[33];
    for (at = at ? at + 4 : ""; digit64(*at) >= 0 && used < 32; at++) {
        bits = bits << 6 | (unsigned)digit64(*at);
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            (void)snprintf(hex + used, sizeof(hex) - used, "%02x", bits >> n_bits & 0xff);
            used += 2;
        }
    }
    if (used == 32)
        memcpy(out, hex, 33);
}

void miev_http_read_head(CURL *curl, struct miev_http_head *out)
{
    char *location = NULL;
    curl_off_t length = 0, wait_s = 0;
    *out = (struct miev_http_head){0};
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out->status);
    (void)curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location);
    (void)curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    (void)curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait_s);
    keep(out->location, sizeof(out->location), location ? location : "");
    read_validator(curl, out->validator, sizeof(out->validator));
    read_linked(curl, out->sha256);
    if (out->status == 206)
        read_range(curl, out);
    else if (out->status >= 300 && out->status < 400)
        out->total = number(header(curl, "X-Linked-Size", 0));
    else
        out->total = length > 0 ? (uint64_t)length : 0;
    if (is_hex(header(curl, "X-Repo-Commit", 0), 40))
        keep(out->commit, sizeof(out->commit), header(curl, "X-Repo-Commit", 0));
    for (size_t i = 0; i < 4; i++)
        miev_http_md5_of(header(curl, "X-Goog-Hash", i), out->md5);
    keep(out->error_code, sizeof(out->error_code), header(curl, "X-Error-Code", 0));
    out->retry_after_s = wait_s > 0 ? (uint64_t)wait_s : 0;
}
