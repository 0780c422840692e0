/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to a study, as it happens: an event stream. Each event tells the whole present state
 * of its kind, so that a client that comes late, or comes back with Last-Event-ID, is sent the
 * newest of each kind that it has not seen, and one that reads slowly skips what is out of date. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/file.h"
#include "server/call.h"
#include "server/findings.h"
#include "server/lab.h"
#include "server/study.h"

#define PING_S 15
#define LOOK_S 2 /* how often the history is asked about a study that another program runs */

struct stream {
    struct miev_server *server;
    int64_t id;
    struct miev_job *job; /* NULL: it is not this server's, or has ended: `last` is to be told */
    bool elsewhere;       /* another program is at work on it: there will be more to tell */
    uint64_t seen;
    char id_line[32]; /* what is being sent: this line, then the text from `sent` on */
    struct miev_shared_text *text;
    size_t sent;
    struct miev_shared_text *last[2];
};

static size_t send_piece(struct stream *stream, char *out, size_t capacity)
{
    size_t head = strlen(stream->id_line);
    if (head > 0 && head <= capacity) {
        memcpy(out, stream->id_line, head);
        stream->id_line[0] = '\0';
        return head;
    }
    size_t left = stream->text->length - stream->sent;
    size_t n = left < capacity ? left : capacity;
    memcpy(out, stream->text->bytes + stream->sent, n);
    stream->sent += n;
    if (stream->sent == stream->text->length) {
        miev_shared_text_release(stream->text);
        stream->text = NULL;
    }
    return n;
}

static void begin_event(struct stream *stream, struct miev_shared_text *text)
{
    stream->text = text;
    stream->sent = 0;
    (void)snprintf(stream->id_line, sizeof(stream->id_line), "id: %llu\n",
                   (unsigned long long)stream->seen);
}

/* What the history says of a study that is not this server's: what it is and, unless another
 * program is at work on it, that there is no more. */
static int look(struct stream *stream, struct miev_error *err)
{
    struct miev_store_row row;
    int rc = miev_history_find(stream->server->history, stream->id, &row, NULL, err);
    if (rc != MIEV_OK)
        return rc;
    bool pending = row.status == MIEV_STORE_RUNNING || row.status == MIEV_STORE_QUEUED;
    if (stream->elsewhere && pending)
        return MIEV_OK; /* as before */
    miev_findings_refresh(stream->server->findings, stream->server->history);
    json_t *study = miev_study_kept(stream->server, &row);
    stream->last[0] = miev_event_text("study", study);
    stream->last[1] = pending ? NULL : miev_event_text("end", study);
    stream->elsewhere = pending;
    json_decref(study);
    return MIEV_OK;
}

static bool next_of_history(struct stream *stream)
{
    for (size_t i = 0; i < 2; i++) {
        struct miev_shared_text *text = stream->last[i];
        if (!text)
            continue;
        stream->last[i] = NULL;
        stream->seen++;
        begin_event(stream, text);
        return true;
    }
    return false;
}

static size_t ping(char *out)
{
    static const char text[] = ": ping\n\n";
    memcpy(out, text, sizeof(text) - 1);
    return sizeof(text) - 1;
}

static size_t next_elsewhere(struct stream *stream, char *out, size_t capacity)
{
    for (int waited_s = 0; !next_of_history(stream); waited_s += LOOK_S) {
        if (!stream->elsewhere)
            return 0;
        if (waited_s >= PING_S)
            return ping(out);
        if (!miev_lab_pause(stream->server->lab, LOOK_S) || look(stream, NULL) != MIEV_OK)
            return 0;
    }
    return send_piece(stream, out, capacity);
}

static size_t stream_next(void *context, char *out, size_t capacity)
{
    struct stream *stream = context;
    struct miev_shared_text *text = NULL;
    if (stream->text)
        return send_piece(stream, out, capacity);
    if (!stream->job)
        return next_elsewhere(stream, out, capacity);
    switch (miev_lab_wait(stream->server->lab, stream->job, PING_S, &stream->seen, &text)) {
    case MIEV_WAIT_NEWS:
        begin_event(stream, text);
        return send_piece(stream, out, capacity);
    case MIEV_WAIT_QUIET:
        return ping(out);
    case MIEV_WAIT_OVER:
        break;
    }
    return 0;
}

static void stream_done(void *context)
{
    struct stream *stream = context;
    if (stream->job)
        miev_lab_leave(stream->server->lab, stream->job);
    miev_shared_text_release(stream->text);
    for (size_t i = 0; i < 2; i++)
        miev_shared_text_release(stream->last[i]);
    stream->server->open_streams--;
    free(stream);
}

/* Where a client left off; what is no number is nothing. */
static uint64_t last_seen(const struct miev_call *call)
{
    uint64_t id = 0;
    const char *text = miev_http_header(call->request, "Last-Event-ID");
    return text && miev_parse_u64(text, &id, NULL) == MIEV_OK ? id : 0;
}

void miev_api_study_events(struct miev_call *call)
{
    struct miev_server *server = call->server;
    struct miev_error err;
    int64_t id = 0;
    struct stream *stream = calloc(1, sizeof(*stream));
    server->open_streams++;
    if (!stream || server->open_streams > server->options.streams) {
        free(stream);
        server->open_streams--;
        miev_answer_problem(call, 503, "busy", "too many event streams are open: try again soon");
        miev_http_set(call->reply, "Retry-After", "5");
        return;
    }
    *stream = (struct stream){.server = server, .seen = last_seen(call)};
    int rc = miev_study_id(call, &id, &err);
    if (rc == MIEV_OK) {
        stream->id = id;
        stream->job = miev_lab_watch(server->lab, id);
        rc = stream->job ? MIEV_OK : look(stream, &err);
    }
    if (rc != MIEV_OK) {
        stream_done(stream);
        miev_answer_error(call, &err);
        return;
    }
    call->reply->status = 200;
    call->reply->type = "text/event-stream";
    call->reply->next = stream_next;
    call->reply->stream = stream;
    call->reply->stream_done = stream_done;
    miev_http_set(call->reply, "Cache-Control", "no-store");
    miev_http_set(call->reply, "X-Accel-Buffering", "no"); /* a proxy must not hold it back */
}
