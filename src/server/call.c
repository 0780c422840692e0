/* SPDX-License-Identifier: Apache-2.0 */
#include "server/call.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/text.h"

#define EXACTLY JSON_REAL_PRECISION(17)

const char *miev_call_field(const struct miev_call *call, const char *name)
{
    return miev_target_field(&call->target, name);
}

bool miev_call_number(const struct miev_call *call, int64_t *id)
{
    uint64_t number = 0;
    if (strspn(call->id, "0123456789") != strlen(call->id) ||
        miev_parse_u64(call->id, &number, NULL) != MIEV_OK || number == 0 || number > INT64_MAX)
        return false;
    *id = (int64_t)number;
    return true;
}

void miev_call_client(const struct miev_call *call, char out[MIEV_QUEUE_CLIENT_BYTES])
{
    const char *own = miev_http_header(call->request, "X-MIEV-Client");
    const struct sockaddr *peer = miev_http_peer(call->request);
    if (own && *own) {
        (void)snprintf(out, MIEV_QUEUE_CLIENT_BYTES, "%s", own);
    } else if (peer->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, peer, sizeof(in));
        (void)inet_ntop(AF_INET6, &in.sin6_addr, out, MIEV_QUEUE_CLIENT_BYTES);
    } else {
        struct sockaddr_in in;
        memcpy(&in, peer, sizeof(in));
        (void)inet_ntop(AF_INET, &in.sin_addr, out, MIEV_QUEUE_CLIENT_BYTES);
    }
}

int miev_study_id(const struct miev_call *call, int64_t *id, struct miev_error *err)
{
    if (!miev_call_number(call, id))
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "'%.40s' is no number of a study: /api/v1/studies lists them",
                              call->id);
    return MIEV_OK;
}

json_t *miev_call_json(struct miev_call *call)
{
    struct miev_error err;
    json_t *document = NULL;
    int rc = miev_json_parse(call->text ? call->text : "", call->length, &document, &err);
    if (rc == MIEV_OK && !json_is_object(document)) {
        json_decref(document);
        rc = miev_error_set(&err, MIEV_ERR_INVALID, "the body must be a JSON object");
    }
    if (rc == MIEV_OK)
        return document;
    miev_answer_error(call, &err);
    return NULL;
}

void miev_answer_text(struct miev_call *call, unsigned status, const char *type, char *text,
                      size_t length)
{
    call->reply->status = status;
    call->reply->type = type;
    call->reply->bytes = call->reply->owned = text;
    call->reply->length = length;
    miev_http_set(call->reply, "Cache-Control", "no-store");
}

static void answer_document(struct miev_call *call, unsigned status, const char *type,
                            json_t *document)
{
    char *text = document ? json_dumps(document, JSON_COMPACT | EXACTLY) : NULL;
    json_decref(document);
    if (text)
        miev_answer_text(call, status, type, text, strlen(text));
    else
        call->reply->status = 500; /* no memory, not even for a sentence */
}

void miev_answer_json(struct miev_call *call, unsigned status, json_t *document)
{
    answer_document(call, status, "application/json", document);
}

void miev_answer_nothing(struct miev_call *call)
{
    call->reply->status = 204;
    miev_http_set(call->reply, "Cache-Control", "no-store");
}

static const char *title_of(unsigned status)
{
    static const struct {
        unsigned status;
        const char *title;
    } titles[] = {
        {400, "Bad request"},
        {401, "Unauthorised"},
        {403, "Forbidden"},
        {404, "Not found"},
        {405, "Method not allowed"},
        {408, "Timeout"},
        {409, "Conflict"},
        {411, "Length required"},
        {413, "Too large"},
        {415, "Unsupported media type"},
        {421, "Misdirected request"},
        {422, "Not usable"},
        {429, "Too many requests"},
        {500, "Server error"},
        {501, "Not implemented"},
        {503, "Busy"},
        {507, "No room"},
    };
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Error";
}

json_t *miev_problem(unsigned status, const char *code, const char *detail)
{
    char type[64], shown[1024];
    miev_text_show(shown, sizeof(shown), detail);
    (void)snprintf(type, sizeof(type), "/problems/%.40s", code);
    return json_pack("{s:s, s:s, s:i, s:s, s:s}", "type", type, "title", title_of(status), "status",
                     (int)status, "detail", shown, "code", code);
}

void miev_answer_problem(struct miev_call *call, unsigned status, const char *code,
                         const char *detail, ...)
{
    char sentence[1024];
    va_list args;
    va_start(args, detail);
    (void)vsnprintf(sentence, sizeof(sentence), detail, args);
    va_end(args);
    answer_document(call, status, "application/problem+json", miev_problem(status, code, sentence));
}

void miev_answer_error(struct miev_call *call, const struct miev_error *err)
{
    static const struct {
        int error;
        unsigned status;
        const char *code;
    } kinds[] = {
        {MIEV_ERR_INVALID, 400, "invalid"},         {MIEV_ERR_UNAVAILABLE, 404, "not-found"},
        {MIEV_ERR_PERMISSION, 500, "permission"},   {MIEV_ERR_BROKEN, 500, "broken"},
        {MIEV_ERR_UNSUPPORTED, 422, "unsupported"}, {MIEV_ERR_LIMIT, 422, "limit"},
        {MIEV_ERR_NOMEM, 503, "out-of-memory"},     {MIEV_ERR_TIMEOUT, 503, "busy"},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].error != err->code)
            continue;
        miev_answer_problem(call, kinds[i].status, kinds[i].code, "%s", err->message);
        if (kinds[i].status == 503)
            miev_http_set(call->reply, "Retry-After", "5");
        return;
    }
    miev_answer_problem(call, 500, "broken", "%s", err->message);
}

void miev_answer_not_queued(struct miev_call *call, const struct miev_error *err)
{
    if (err->code != MIEV_ERR_LIMIT && err->code != MIEV_ERR_UNAVAILABLE) {
        miev_answer_error(call, err);
        return;
    }
    miev_answer_problem(call, 503, err->code == MIEV_ERR_LIMIT ? "queue-full" : "busy", "%s",
                        err->message);
    miev_http_set(call->reply, "Retry-After", "30");
}
