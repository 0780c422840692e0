/* SPDX-License-Identifier: Apache-2.0 */
/* What happens, as it happens: event streams. Each event tells the whole present state of its kind,
 * so that a client that comes late, or comes back with Last-Event-ID, is sent the newest of each
 * kind that it has not seen, and one that reads slowly skips what is out of date. */
#include "server/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "server/findings.h"
#include "server/job.h"
#include "server/study.h"

#define PING_S 15
#define LOOK_S 2 /* how often the history is asked about a study that another program runs */

struct stream {
    struct miev_server *server;
    struct miev_channel *channel;
    int64_t elsewhere; /* a study that another program is at work on; 0: none */
    uint64_t seen;
    char id_line[32]; /* what is being sent: this line, then the text from `sent` on */
    struct miev_shared_text *text;
    size_t sent;
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

static size_t ping(char *out)
{
    static const char text[] = ": ping\n\n";
    memcpy(out, text, sizeof(text) - 1);
    return sizeof(text) - 1;
}

/* ---- studies of other programs -------------------------------------------------------------- */

/* What the history says of a study that is not this server's: what it is and, unless another
 * program is at work on it, that there is no more. */
static int look(struct miev_server *server, int64_t id, struct miev_channel *channel, bool *pending,
                struct miev_error *err)
{
    struct miev_store_row row;
    int rc = miev_history_find(server->history, id, &row, NULL, err);
    if (rc != MIEV_OK)
        return rc;
    bool before = *pending;
    *pending = row.status == MIEV_STORE_RUNNING || row.status == MIEV_STORE_QUEUED;
    if (before && *pending)
        return MIEV_OK;
    miev_findings_refresh(server->findings, server->history);
    json_t *study = miev_study_kept(server, &row);
    miev_channel_publish(channel, MIEV_NEWS_STATE, miev_event_text("study", study));
    if (!*pending) {
        miev_channel_publish(channel, MIEV_NEWS_END, miev_event_text("end", study));
        miev_channel_end(channel);
    }
    json_decref(study);
    return MIEV_OK;
}

/* Nobody tells when it changes. False: there is no more to be told. */
static bool look_again(struct stream *stream)
{
    bool pending = true;
    if (!miev_lab_pause(stream->server->lab, LOOK_S) ||
        look(stream->server, stream->elsewhere, stream->channel, &pending, NULL) != MIEV_OK)
        return false;
    if (!pending)
        stream->elsewhere = 0;
    return true;
}

/* ---- the stream ----------------------------------------------------------------------------- */

static size_t stream_next(void *context, char *out, size_t capacity)
{
    struct stream *stream = context;
    if (stream->text)
        return send_piece(stream, out, capacity);
    for (int waited_s = 0; waited_s < PING_S; waited_s += LOOK_S) {
        double wait_s = stream->elsewhere ? 0 : PING_S;
        switch (miev_channel_wait(stream->channel, wait_s, &stream->seen, &stream->text)) {
        case MIEV_WAIT_NEWS:
            stream->sent = 0;
            (void)snprintf(stream->id_line, sizeof(stream->id_line), "id: %llu\n",
                           (unsigned long long)stream->seen);
            return send_piece(stream, out, capacity);
        case MIEV_WAIT_OVER:
            return 0;
        case MIEV_WAIT_QUIET:
            break;
        }
        if (!stream->elsewhere)
            break;
        if (!look_again(stream))
            return 0;
    }
    return ping(out);
}

static void stream_done(void *context)
{
    struct stream *stream = context;
    miev_shared_text_release(stream->text);
    miev_channel_release(stream->channel);
    stream->server->open_streams--;
    free(stream);
}

uint64_t miev_events_seen(const struct miev_call *call)
{
    uint64_t id = 0;
    const char *text = miev_http_header(call->request, "Last-Event-ID");
    return text && miev_parse_u64(text, &id, NULL) == MIEV_OK ? id : 0;
}

static void answer(struct miev_call *call, struct miev_channel *channel, int64_t elsewhere)
{
    struct miev_server *server = call->server;
    struct stream *stream = channel ? calloc(1, sizeof(*stream)) : NULL;
    server->open_streams++;
    if (!stream || server->open_streams > server->options.streams) {
        free(stream);
        server->open_streams--;
        miev_channel_release(channel);
        miev_answer_problem(call, 503, "busy", "too many event streams are open: try again soon");
        miev_http_set(call->reply, "Retry-After", "5");
        return;
    }
    *stream = (struct stream){.server = server,
                              .channel = channel,
                              .elsewhere = elsewhere,
                              .seen = miev_events_seen(call)};
    call->reply->status = 200;
    call->reply->type = "text/event-stream";
    call->reply->next = stream_next;
    call->reply->stream = stream;
    call->reply->stream_done = stream_done;
    miev_http_set(call->reply, "Cache-Control", "no-store");
    miev_http_set(call->reply, "X-Accel-Buffering", "no"); /* a proxy must not hold it back */
}

void miev_answer_events(struct miev_call *call, struct miev_channel *channel)
{
    answer(call, channel, 0);
}

struct miev_channel *miev_events_of_ended(const struct miev_call *call, const json_t *document)
{
    struct miev_channel *channel = miev_channel_create(miev_events_seen(call));
    if (!channel)
        return NULL;
    miev_channel_publish(channel, MIEV_NEWS_END, miev_event_text("end", document));
    miev_channel_end(channel);
    return channel;
}

void miev_api_study_events(struct miev_call *call)
{
    struct miev_server *server = call->server;
    struct miev_error err;
    int64_t id = 0;
    bool pending = false;
    int rc = miev_study_id(call, &id, &err);
    struct miev_channel *channel =
        rc == MIEV_OK ? miev_lab_watch(server->lab, &miev_job_ops, id) : NULL;
    if (rc == MIEV_OK && !channel) {
        channel = miev_channel_create(miev_events_seen(call));
        rc = channel ? look(server, id, channel, &pending, &err) : MIEV_OK;
    }
    if (rc == MIEV_OK) {
        answer(call, channel, pending ? id : 0);
        return;
    }
    miev_channel_release(channel);
    miev_answer_error(call, &err);
}
