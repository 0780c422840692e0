/* SPDX-License-Identifier: Apache-2.0 */
#include "server/pulls.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "core/text.h"
#include "export/field.h"
#include "server/pull_child.h"

#define AT_ONCE    2
#define LISTEN_MS  200
#define PATIENCE_S 5 /* for one that is asked to end */

enum state { WAITING, RUNNING, DONE, FAILED, CANCELLED };
static const char *const state_words[] = {
    [WAITING] = "waiting", [RUNNING] = "running",     [DONE] = "done",
    [FAILED] = "failed",   [CANCELLED] = "cancelled",
};

struct pull {
    int64_t id;
    char what[MIEV_PULL_BYTES];
    enum state state;
    bool stop; /* it was cancelled */
    char phase[24], problem[400];
    json_int_t bytes, total; /* total: -1 where it is not known */
    json_t *models;          /* ids of those that came */
    struct miev_channel *channel;
    struct pull *next; /* older */
};

struct miev_pulls {
    struct miev_pulls_options options;
    pthread_t threads[AT_ONCE];
    size_t n_threads;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t work;
    struct pull *list; /* newest first */
    int64_t last;
    bool stopping;
};

static void lock(struct miev_pulls *pulls)
{
    (void)pthread_mutex_lock(&pulls->mutex);
}

static void unlock(struct miev_pulls *pulls)
{
    (void)pthread_mutex_unlock(&pulls->mutex);
}

/* ---- telling: with the lock held ------------------------------------------------------------ */

static json_t *view_of(const struct pull *pull)
{
    const json_t *last = json_array_get(pull->models, json_array_size(pull->models) - 1);
    return json_pack("{s:I, s:s, s:s, s:s?, s:I, s:o, s:s?, s:o, s:s?}", "id", (json_int_t)pull->id,
                     "what", pull->what, "state", state_words[pull->state], "phase",
                     *pull->phase ? pull->phase : NULL, "bytes", pull->bytes, "total",
                     pull->total >= 0 ? json_integer(pull->total) : json_null(), "model",
                     json_string_value(last), "models", json_deep_copy(pull->models), "problem",
                     *pull->problem ? pull->problem : NULL);
}

static void tell(const struct pull *pull)
{
    json_t *view = view_of(pull);
    miev_channel_publish(pull->channel, 0, miev_event_text("progress", view));
    if (pull->state > RUNNING) {
        miev_channel_publish(pull->channel, 1, miev_event_text("end", view));
        miev_channel_end(pull->channel);
    }
    json_decref(view);
}

static void end(struct pull *pull, enum state state, const char *problem)
{
    pull->state = state;
    pull->phase[0] = '\0';
    if (problem)
        miev_text_show(pull->problem, sizeof(pull->problem), problem);
    tell(pull);
}

static struct pull *find(const struct miev_pulls *pulls, int64_t id)
{
    struct pull *pull = pulls->list;
    while (pull && pull->id != id)
        pull = pull->next;
    return pull;
}

static void destroy(struct pull *pull)
{
    json_decref(pull->models);
    miev_channel_release(pull->channel);
    free(pull);
}

/* ---- asking --------------------------------------------------------------------------------- */

/* A bare word is a name of the catalog; nothing that could be a path or an option gets through. */
static bool is_name(const char *what)
{
    size_t length = strspn(what, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789-_.:");
    return what[length] == '\0' && *what != '-' && *what != '.';
}

static int check(const char *what, struct miev_error *err)
{
    static const char *const schemes[] = {"tfhub:", "kaggle:", "hf:", "https://"};
    size_t length = strlen(what);
    bool fits = length > 0 && length < MIEV_PULL_BYTES && is_name(what);
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        fits = fits ||
               (length < MIEV_PULL_BYTES && strncmp(what, schemes[i], strlen(schemes[i])) == 0);
    for (const char *at = what; *at; at++)
        fits = fits && (unsigned char)*at > ' ' && *at != 0x7f;
    return fits
               ? MIEV_OK
               : miev_error_set(err, MIEV_ERR_INVALID,
                                "'%.60s' is neither a model's name (/api/v1/models lists them) nor "
                                "an address that begins with tfhub:, kaggle:, hf: or https://",
                                what);
}

/* With the lock held: the oldest that have ended make room. */
static void forget(struct miev_pulls *pulls)
{
    size_t n = 0;
    for (struct pull **at = &pulls->list; *at;) {
        struct pull *pull = *at;
        if (++n > MIEV_PULLS_KEPT && pull->state > RUNNING) {
            *at = pull->next;
            destroy(pull);
        } else {
            at = &pull->next;
        }
    }
}

static struct pull *make(const char *what)
{
    struct pull *pull = calloc(1, sizeof(*pull));
    if (!pull)
        return NULL;
    (void)snprintf(pull->what, sizeof(pull->what), "%s", what);
    pull->total = -1;
    pull->models = json_array();
    pull->channel = miev_channel_create(0);
    if (pull->models && pull->channel)
        return pull;
    destroy(pull);
    return NULL;
}

int miev_pulls_add(struct miev_pulls *pulls, const char *what, json_t **view,
                   struct miev_error *err)
{
    size_t waiting = 0;
    int rc = check(what, err);
    if (rc != MIEV_OK)
        return rc;
    struct pull *pull = make(what);
    if (!pull)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a pull");
    lock(pulls);
    for (const struct pull *each = pulls->list; each; each = each->next)
        waiting += each->state == WAITING;
    if (pulls->stopping)
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE, "the server is stopping");
    else if (waiting >= MIEV_PULLS_WAITING)
        rc =
            miev_error_set(err, MIEV_ERR_LIMIT, "%zu pulls wait already: try again later", waiting);
    if (rc == MIEV_OK) {
        pull->id = ++pulls->last;
        pull->next = pulls->list;
        pulls->list = pull;
        forget(pulls);
        tell(pull);
        *view = view_of(pull);
        (void)pthread_cond_signal(&pulls->work);
    }
    unlock(pulls);
    if (rc != MIEV_OK)
        destroy(pull);
    return rc;
}

json_t *miev_pulls_view(struct miev_pulls *pulls, int64_t id)
{
    lock(pulls);
    const struct pull *pull = find(pulls, id);
    json_t *view = pull ? view_of(pull) : NULL;
    unlock(pulls);
    return view;
}

json_t *miev_pulls_views(struct miev_pulls *pulls)
{
    json_t *list = json_array();
    lock(pulls);
    for (const struct pull *pull = pulls->list; pull; pull = pull->next)
        (void)json_array_append_new(list, view_of(pull));
    unlock(pulls);
    return list;
}

struct miev_channel *miev_pulls_watch(struct miev_pulls *pulls, int64_t id)
{
    lock(pulls);
    const struct pull *pull = find(pulls, id);
    struct miev_channel *channel = pull ? miev_channel_hold(pull->channel) : NULL;
    unlock(pulls);
    return channel;
}

enum miev_pulls_cancel miev_pulls_cancel(struct miev_pulls *pulls, int64_t id)
{
    lock(pulls);
    struct pull *pull = find(pulls, id);
    enum miev_pulls_cancel found = !pull                   ? MIEV_PULLS_NONE
                                   : pull->state > RUNNING ? MIEV_PULLS_ENDED_BEFORE
                                                           : MIEV_PULLS_CANCELLED;
    if (found == MIEV_PULLS_CANCELLED && pull->state == WAITING)
        end(pull, CANCELLED, NULL);
    else if (found == MIEV_PULLS_CANCELLED)
        pull->stop = true; /* its thread looks at it */
    unlock(pulls);
    return found;
}

/* ---- pulling: in a thread of this ----------------------------------------------------------- */

struct run {
    struct miev_pulls *pulls;
    struct pull *pull;
    bool came; /* something did since the last look */
};

static json_int_t whole(const json_t *event, const char *key, json_int_t otherwise)
{
    const json_t *value = json_object_get(event, key);
    return json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value)
                                                                    : otherwise;
}

/* {"event": "progress" | "pulled" | "failed", ...}: the program's own contract. */
static void on_event(void *context, const json_t *event)
{
    struct run *run = context;
    struct pull *pull = run->pull;
    const char *kind = miev_field_text(event, "event");
    lock(run->pulls);
    if (strcmp(kind, "progress") == 0) {
        miev_text_show(pull->phase, sizeof(pull->phase), miev_field_text(event, "phase"));
        pull->bytes = whole(event, "bytes", 0);
        pull->total = whole(event, "total", -1);
    } else if (strcmp(kind, "pulled") == 0) {
        (void)json_array_append_new(pull->models, json_string(miev_field_text(event, "name")));
        pull->bytes = whole(event, "bytes", pull->bytes);
        run->came = true;
    } else if (strcmp(kind, "failed") == 0) {
        miev_text_show(pull->problem, sizeof(pull->problem), miev_field_text(event, "message"));
    }
    tell(pull);
    unlock(run->pulls);
}

static bool is_stopped(const struct run *run)
{
    lock(run->pulls);
    bool stopped = run->pull->stop || run->pulls->stopping;
    unlock(run->pulls);
    return stopped;
}

/* The catalog is read anew before anybody is told that the model is here. */
static void note_came(struct run *run)
{
    if (run->came && run->pulls->options.came)
        run->pulls->options.came(run->pulls->options.context);
    run->came = false;
}

/* Until it has said all; its exit status. */
static int listen_to(struct run *run, struct miev_pull_child *child)
{
    time_t asked = 0;
    while (miev_pull_child_listen(child, LISTEN_MS, on_event, run)) {
        note_came(run);
        if (!is_stopped(run))
            continue;
        if (asked == 0)
            miev_pull_child_stop(child, false);
        asked = asked ? asked : time(NULL);
        if (time(NULL) - asked > PATIENCE_S)
            miev_pull_child_stop(child, true);
    }
    int status = miev_pull_child_finish(child);
    note_came(run);
    return status;
}

static void pull_one(struct run *run)
{
    struct miev_pull_child child;
    struct miev_error err = {0};
    char words[80];
    int status = -1;
    int rc = miev_pull_child_start(&child, run->pulls->options.program, run->pull->what, &err);
    if (rc == MIEV_OK)
        status = listen_to(run, &child);
    (void)snprintf(words, sizeof(words), "'miev pull' ended without a word, exit status %d",
                   status);
    lock(run->pulls);
    struct pull *pull = run->pull;
    if (rc == MIEV_OK && status == 0)
        end(pull, DONE, NULL);
    else if (pull->stop || run->pulls->stopping)
        end(pull, CANCELLED, NULL);
    else
        end(pull, FAILED, rc != MIEV_OK ? err.message : *pull->problem ? NULL : words);
    unlock(run->pulls);
}

/* With the lock held: the one that waits longest. */
static struct pull *next_pull(struct miev_pulls *pulls)
{
    struct pull *oldest = NULL;
    for (struct pull *pull = pulls->list; pull; pull = pull->next)
        if (pull->state == WAITING)
            oldest = pull;
    return oldest;
}

static void *work(void *context)
{
    struct miev_pulls *pulls = context;
    lock(pulls);
    while (!pulls->stopping) {
        struct run run = {.pulls = pulls, .pull = next_pull(pulls)};
        if (!run.pull) {
            (void)pthread_cond_wait(&pulls->work, &pulls->mutex);
            continue;
        }
        run.pull->state = RUNNING;
        tell(run.pull);
        unlock(pulls);
        pull_one(&run);
        lock(pulls);
    }
    unlock(pulls);
    return NULL;
}

/* ---- opening -------------------------------------------------------------------------------- */

int miev_pulls_open(const struct miev_pulls_options *options, struct miev_pulls **out,
                    struct miev_error *err)
{
    struct miev_pulls *pulls = calloc(1, sizeof(*pulls));
    if (!pulls)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for pulls");
    pulls->options = *options;
    (void)pthread_mutex_init(&pulls->mutex, NULL);
    (void)pthread_cond_init(&pulls->work, NULL);
    while (pulls->n_threads < AT_ONCE &&
           pthread_create(&pulls->threads[pulls->n_threads], NULL, work, pulls) == 0)
        pulls->n_threads++;
    if (pulls->n_threads == 0) {
        miev_pulls_close(pulls);
        return miev_error_set(err, MIEV_ERR_NOMEM, "no thread for pulls");
    }
    *out = pulls;
    return MIEV_OK;
}

void miev_pulls_stop(struct miev_pulls *pulls)
{
    if (!pulls)
        return;
    lock(pulls);
    pulls->stopping = true;
    (void)pthread_cond_broadcast(&pulls->work);
    for (struct pull *pull = pulls->list; pull; pull = pull->next)
        if (pull->state == WAITING)
            end(pull, CANCELLED, "the server was stopped before its turn");
    unlock(pulls);
    for (size_t i = 0; i < pulls->n_threads; i++)
        (void)pthread_join(pulls->threads[i], NULL);
    pulls->n_threads = 0;
}

void miev_pulls_close(struct miev_pulls *pulls)
{
    if (!pulls)
        return;
    miev_pulls_stop(pulls);
    while (pulls->list) {
        struct pull *pull = pulls->list;
        pulls->list = pull->next;
        destroy(pull);
    }
    (void)pthread_mutex_destroy(&pulls->mutex);
    (void)pthread_cond_destroy(&pulls->work);
    free(pulls);
}
