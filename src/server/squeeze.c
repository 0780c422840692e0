/* SPDX-License-Identifier: Apache-2.0 */
#include "server/squeeze.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "server/page.h"

#define GZIP_WINDOW (15 + 16) /* as zlib names gzip's own form */
#define LEVEL       6
#define MEMORY      8

static bool pack(const void *bytes, size_t length, char **out, size_t *out_length)
{
    union {
        const void *ours;
        Bytef *theirs; /* which changes nothing */
    } in = {.ours = bytes};
    z_stream stream = {.next_in = in.theirs, .avail_in = (uInt)length};
    if (length > UINT_MAX / 2 ||
        deflateInit2(&stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    uLong bound = deflateBound(&stream, (uLong)length);
    char *packed = malloc(bound);
    stream.next_out = (Bytef *)packed;
    stream.avail_out = (uInt)bound;
    bool whole = packed && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    *out_length = bound - stream.avail_out;
    (void)deflateEnd(&stream);
    if (whole)
        *out = packed;
    else
        free(packed);
    return whole;
}

bool miev_squeeze(char **text, size_t *length)
{
    char *packed = NULL;
    size_t packed_length = 0;
    if (!pack(*text, *length, &packed, &packed_length))
        return false;
    free(*text);
    *text = packed;
    *length = packed_length;
    return true;
}

bool miev_squeeze_wanted(const struct miev_call *call)
{
    return miev_page_accepts(miev_http_header(call->request, "Accept-Encoding"), "gzip");
}

void miev_squeeze_told(struct miev_call *call)
{
    miev_http_set(call->reply, "Vary", "Accept-Encoding");
    miev_http_set(call->reply, "Content-Encoding", "gzip");
}

static bool is_text(const char *type)
{
    return type && (strncmp(type, "application/json", 16) == 0 || strncmp(type, "text/", 5) == 0);
}

/* What is encoded already says that itself, and that it varies. */
static bool varies(const struct miev_http_reply *reply)
{
    for (size_t i = 0; i < reply->n_headers; i++)
        if (strcmp(reply->headers[i].name, "Vary") == 0)
            return true;
    return false;
}

void miev_squeeze_reply(struct miev_call *call)
{
    struct miev_http_reply *reply = call->reply;
    char *packed = NULL;
    size_t length = 0;
    if (reply->next || reply->fd >= 0 || !is_text(reply->type) ||
        reply->length < MIEV_SQUEEZE_FROM_BYTES || varies(reply))
        return;
    if (!miev_squeeze_wanted(call) || !pack(reply->bytes, reply->length, &packed, &length)) {
        miev_http_set(reply, "Vary", "Accept-Encoding");
        return;
    }
    free(reply->owned);
    reply->bytes = reply->owned = packed;
    reply->length = length;
    miev_squeeze_told(call);
}
