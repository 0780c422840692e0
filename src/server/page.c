/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/sha256.h"
#include "server/call.h"

#define BLANKS " \t"

/* The weight of an item such as "gzip;q=0.5", which begins behind its name; 1 where it has none. */
static double weight_of(const char *item, size_t length)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "%.*s", (int)(length < 63 ? length : 63), item);
    const char *at = strpbrk(text, "qQ");
    if (!at)
        return 1;
    at += 1 + strspn(at + 1, BLANKS);
    return *at == '=' ? strtod(at + 1, NULL) : 1;
}

bool miev_page_accepts(const char *accept_encoding, const char *coding)
{
    double any = 0;
    for (const char *at = accept_encoding; at && *at;) {
        at += strspn(at, BLANKS ",");
        size_t length = strcspn(at, ",");
        size_t name = strcspn(at, BLANKS ",;");
        double weight = weight_of(at + name, length - name);
        if (name == strlen(coding) && strncasecmp(at, coding, name) == 0)
            return weight > 0;
        if (name == 1 && *at == '*')
            any = weight;
        at += length;
    }
    return any > 0;
}

enum miev_page_encoding miev_page_choose(const struct miev_page_file *file,
                                         const char *accept_encoding)
{
    static const char *const codings[] = {[MIEV_PAGE_BROTLI] = "br", [MIEV_PAGE_GZIP] = "gzip"};
    for (int e = MIEV_PAGE_BROTLI; e < MIEV_PAGE_RAW; e++)
        if (file->encodings[e].begin != file->encodings[e].end &&
            miev_page_accepts(accept_encoding, codings[e]))
            return (enum miev_page_encoding)e;
    return MIEV_PAGE_RAW;
}

bool miev_page_matches(const char *if_none_match, const char *etag)
{
    for (const char *at = if_none_match; at && *at;) {
        at += strspn(at, BLANKS ",");
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        size_t length = strcspn(at, BLANKS ",");
        if ((length == 1 && *at == '*') ||
            (length == strlen(etag) && strncmp(at, etag, length) == 0))
            return true;
        at += length;
    }
    return false;
}

static void answer_without_page(struct miev_call *call)
{
    static const char sentence[] =
        "This miev was built without its page (scripts/setup tells what a build of it needs).\n"
        "What it can do is there all the same: /api/v1/openapi.json tells how to ask.\n";
    call->reply->status = 200;
    call->reply->type = "text/plain; charset=utf-8";
    call->reply->bytes = sentence;
    call->reply->length = sizeof(sentence) - 1;
    miev_http_set(call->reply, "Cache-Control", "no-cache");
}

static void answer_file(struct miev_call *call, const struct miev_page_file *file)
{
    static const char *const names[] = {
        [MIEV_PAGE_BROTLI] = "br", [MIEV_PAGE_GZIP] = "gzip", [MIEV_PAGE_RAW] = NULL};
    enum miev_page_encoding encoding =
        miev_page_choose(file, miev_http_header(call->request, "Accept-Encoding"));
    const unsigned char *begin = file->encodings[encoding].begin;
    size_t length = (size_t)(file->encodings[encoding].end - begin);
    char sha256[65], etag[MIEV_ETAG_BYTES];
    miev_sha256_hex(begin, length, sha256);
    (void)snprintf(etag, sizeof(etag), "\"%.20s\"", sha256);
    miev_http_set(call->reply, "ETag", "%s", etag);
    miev_http_set(call->reply, "Cache-Control", "no-cache");
    miev_http_set(call->reply, "Vary", "Accept-Encoding");
    if (miev_page_matches(miev_http_header(call->request, "If-None-Match"), etag)) {
        call->reply->status = 304;
        return;
    }
    call->reply->status = 200;
    call->reply->type = file->type;
    call->reply->bytes = begin;
    call->reply->length = length;
    if (names[encoding])
        miev_http_set(call->reply, "Content-Encoding", "%s", names[encoding]);
}

void miev_page_answer(struct miev_call *call)
{
    char path[64] = "/";
    const struct miev_target *target = &call->target;
    if (target->n_segments == 1)
        (void)snprintf(path, sizeof(path), "/%.60s", target->segments[0]);
    for (const struct miev_page_file *file = miev_page_files; file->path; file++) {
        if (target->n_segments > 1 || strcmp(file->path, path) != 0)
            continue;
        answer_file(call, file);
        return;
    }
    if (target->n_segments == 0)
        answer_without_page(call);
    else
        miev_answer_problem(call, 404, "not-found",
                            "there is nothing at that address: the page is at /");
}
