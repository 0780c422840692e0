/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "core/text.h"
#include "server/measure.h"
#include "server/server.h"
#include "server/study.h"

#define NUDGE_MS 100

struct miev_lab {
    struct miev_server *server;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t work;    /* a job came, or the lab stops */
    pthread_cond_t stopped; /* for those who wait for nothing else */
    struct miev_queue queue;
    struct miev_job *jobs; /* all that are not ended */
    struct miev_job *running;
    bool stopping, idle; /* idle: the thread has ended its work for good */
    uint64_t finished, failed;
};

static void lock(struct miev_lab *lab)
{
    (void)pthread_mutex_lock(&lab->mutex);
}

static void unlock(struct miev_lab *lab)
{
    (void)pthread_mutex_unlock(&lab->mutex);
}

/* ---- telling -------------------------------------------------------------------------------- */

/* With the lock held: the newest of its kind takes the place of the one before. Takes the text,
 * which is NULL when there was no memory for it. */
static void publish(struct miev_job *job, enum miev_news kind, struct miev_shared_text *text)
{
    if (!text)
        return;
    miev_shared_text_release(job->news[kind].text);
    job->news[kind].text = text;
    job->news[kind].id = ++job->last_news;
    (void)pthread_cond_broadcast(&job->told);
}

/* Takes the document. */
static struct miev_shared_text *event(const char *name, json_t *document)
{
    struct miev_shared_text *text = miev_event_text(name, document);
    json_decref(document);
    return text;
}

/* With the lock held. */
static json_t *study_of(const struct miev_lab *lab, const struct miev_job *job)
{
    return miev_study_json(lab->server, &(struct miev_study_view){
                                            .row = &job->row,
                                            .input = &job->input,
                                            .queue_place = miev_queue_place(&lab->queue, job),
                                            .model_ids = job->model_ids,
                                            .progress = job->progress,
                                            .error = job->error,
                                        });
}

static void tell_study(const struct miev_lab *lab, struct miev_job *job)
{
    publish(job, MIEV_NEWS_STUDY, event("study", study_of(lab, job)));
}

/* With the lock held: those that wait, whose places may have changed. */
static void tell_queue(const struct miev_lab *lab)
{
    for (struct miev_job *job = lab->jobs; job; job = job->next)
        if (job->state == MIEV_JOB_QUEUED)
            tell_study(lab, job);
}

/* ---- jobs ----------------------------------------------------------------------------------- */

/* With the lock held. */
static struct miev_job *find(const struct miev_lab *lab, int64_t id)
{
    for (struct miev_job *job = lab->jobs; job; job = job->next)
        if (job->id == id)
            return job;
    return NULL;
}

static void release(struct miev_lab *lab, struct miev_job *job)
{
    lock(lab);
    bool last = --job->references == 0;
    unlock(lab);
    if (last)
        miev_job_destroy(job);
}

/* With the lock held: it is in the store and nowhere else from now on, but for those who watch. */
static void end_job(struct miev_lab *lab, struct miev_job *job)
{
    struct miev_job **at = &lab->jobs;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    job->state = MIEV_JOB_ENDED;
    job->row.status = job->keep.row.status;
    (void)snprintf(job->row.note, sizeof(job->row.note), "%s", job->keep.row.note);
    lab->finished += job->row.status == MIEV_STORE_FINISHED;
    lab->failed += job->row.status == MIEV_STORE_FAILED;
    json_decref(job->progress);
    job->progress = NULL;
    tell_study(lab, job);
    publish(job, MIEV_NEWS_END, event("end", study_of(lab, job)));
    tell_queue(lab);
}

/* Without the lock, for a job that was taken out of the queue. */
static void end_unrun(struct miev_lab *lab, struct miev_job *job, const char *note)
{
    (void)miev_keep_end(&job->keep, MIEV_STORE_INTERRUPTED, note);
    lock(lab);
    end_job(lab, job);
    unlock(lab);
    release(lab, job);
}

static int refuse_full(const struct miev_lab *lab, struct miev_error *err)
{
    return miev_error_set(err, MIEV_ERR_LIMIT,
                          "%zu studies wait already, and no more may: try again later",
                          lab->queue.capacity);
}

int miev_lab_add(struct miev_lab *lab, struct miev_job *job, int64_t *id, struct miev_error *err)
{
    lock(lab);
    bool full = lab->queue.n >= lab->queue.capacity;
    unlock(lab);
    if (full) /* before anything is written */
        return refuse_full(lab, err);
    miev_keep_open(&job->keep, lab->server->options.env, job->row.name, &job->price);
    if (miev_keep_queue(&job->keep, &job->row) != MIEV_OK) {
        *err = job->keep.error;
        return err->code;
    }
    job->row = job->keep.row;
    job->id = job->row.id;
    job->lab = lab;
    int rc = MIEV_OK;
    lock(lab);
    if (lab->stopping)
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE, "the server is stopping");
    else if (!miev_queue_add(&lab->queue, job->client, job))
        rc = refuse_full(lab, err);
    if (rc == MIEV_OK) {
        *id = job->id;
        job->next = lab->jobs;
        lab->jobs = job;
        tell_queue(lab);
        (void)pthread_cond_signal(&lab->work);
    }
    unlock(lab);
    if (rc == MIEV_OK)
        return rc;
    /* It never was: nobody has seen its number. What cannot be removed shows as interrupted. */
    (void)miev_keep_end(&job->keep, MIEV_STORE_INTERRUPTED, "there was no place in the queue");
    int removed = miev_history_remove(lab->server->history, job->id, NULL);
    (void)removed;
    return rc;
}

bool miev_lab_cancel(struct miev_lab *lab, int64_t id)
{
    lock(lab);
    struct miev_job *job = find(lab, id);
    bool waits = job && miev_queue_remove(&lab->queue, job);
    if (job && !waits) {
        job->stop = true;
        if (job == lab->running) /* it may wait for a worker that takes its time */
            (void)pthread_kill(lab->thread, SIGUSR1);
    }
    unlock(lab);
    if (waits)
        end_unrun(lab, job, "cancelled before its turn");
    return job != NULL;
}

json_t *miev_lab_study(struct miev_lab *lab, int64_t id)
{
    lock(lab);
    struct miev_job *job = find(lab, id);
    json_t *out = job ? study_of(lab, job) : NULL;
    unlock(lab);
    return out;
}

json_t *miev_lab_studies(struct miev_lab *lab)
{
    json_t *list = json_array();
    lock(lab);
    if (lab->running)
        (void)json_array_append_new(list, study_of(lab, lab->running));
    for (size_t i = 0; i < lab->queue.n; i++)
        (void)json_array_append_new(list, study_of(lab, lab->queue.entries[i].job));
    unlock(lab);
    return list;
}

void miev_lab_rename(struct miev_lab *lab, int64_t id, const char *name)
{
    lock(lab);
    struct miev_job *job = find(lab, id);
    if (job) {
        miev_text_show(job->row.name, sizeof(job->row.name), name);
        tell_study(lab, job);
    }
    unlock(lab);
}

bool miev_lab_uses(struct miev_lab *lab, const char *sha256)
{
    bool uses = false;
    lock(lab);
    for (const struct miev_job *job = lab->jobs; job && !uses; job = job->next) {
        uses = strcmp(job->input.sha256, sha256) == 0;
        for (size_t i = 0; i < job->models.selection.n; i++)
            uses = uses || strstr(job->models.selection.entries[i].file->path, sha256);
    }
    unlock(lab);
    return uses;
}

struct miev_lab_count miev_lab_count(struct miev_lab *lab)
{
    lock(lab);
    struct miev_lab_count count = {lab->running != NULL, lab->queue.n, lab->finished, lab->failed};
    unlock(lab);
    return count;
}

/* ---- watching ------------------------------------------------------------------------------- */

struct miev_job *miev_lab_watch(struct miev_lab *lab, int64_t id)
{
    lock(lab);
    struct miev_job *job = find(lab, id);
    if (job)
        job->references++;
    unlock(lab);
    return job;
}

void miev_lab_leave(struct miev_lab *lab, struct miev_job *job)
{
    release(lab, job);
}

/* With the lock held: the oldest news after *seen. */
static bool take_news(const struct miev_job *job, uint64_t *seen, struct miev_shared_text **text)
{
    int next = -1;
    for (int kind = 0; kind < MIEV_NEWS_KINDS; kind++)
        if (job->news[kind].id > *seen && (next < 0 || job->news[kind].id < job->news[next].id))
            next = kind;
    if (next < 0)
        return false;
    *seen = job->news[next].id;
    *text = miev_shared_text_hold(job->news[next].text);
    return true;
}

static struct timespec in_seconds(double duration_s)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)duration_s;
    return until;
}

bool miev_lab_pause(struct miev_lab *lab, double duration_s)
{
    const struct timespec until = in_seconds(duration_s);
    lock(lab);
    while (!lab->stopping && pthread_cond_timedwait(&lab->stopped, &lab->mutex, &until) == 0)
        ;
    bool goes_on = !lab->stopping;
    unlock(lab);
    return goes_on;
}

enum miev_wait miev_lab_wait(struct miev_lab *lab, struct miev_job *job, double timeout_s,
                             uint64_t *seen, struct miev_shared_text **text)
{
    const struct timespec until = in_seconds(timeout_s);
    enum miev_wait found = MIEV_WAIT_NEWS;
    lock(lab);
    while (!take_news(job, seen, text)) {
        if (job->state == MIEV_JOB_ENDED)
            found = MIEV_WAIT_OVER;
        else if (pthread_cond_timedwait(&job->told, &lab->mutex, &until) != 0)
            found = MIEV_WAIT_QUIET;
        if (found != MIEV_WAIT_NEWS)
            break;
    }
    unlock(lab);
    return found;
}

/* ---- told by the thread that measures ------------------------------------------------------- */

void miev_lab_tell_progress(struct miev_job *job, json_t *progress)
{
    struct miev_lab *lab = job->lab;
    struct miev_shared_text *text = event("progress", json_incref(progress));
    lock(lab);
    json_t *before = job->progress;
    job->progress = progress;
    publish(job, MIEV_NEWS_PROGRESS, text);
    unlock(lab);
    json_decref(before);
}

void miev_lab_tell_report(struct miev_job *job, json_t *report)
{
    struct miev_lab *lab = job->lab;
    struct miev_shared_text *text = event("report", json_incref(report));
    lock(lab);
    job->row.status = job->keep.row.status;
    job->row.bytes = job->keep.length;
    publish(job, MIEV_NEWS_REPORT, text);
    unlock(lab);
}

void miev_lab_tell_failure(struct miev_job *job, json_t *problem)
{
    lock(job->lab);
    job->error = problem;
    unlock(job->lab);
}

/* ---- the thread that measures -------------------------------------------------------------------
 */

/* With the lock held: the next job, or NULL when the lab stops. */
static struct miev_job *next_job(struct miev_lab *lab)
{
    while (!lab->stopping && lab->queue.n == 0)
        (void)pthread_cond_wait(&lab->work, &lab->mutex);
    struct miev_job *job = lab->stopping ? NULL : miev_queue_begin(&lab->queue);
    if (!job)
        return NULL;
    lab->running = job;
    job->state = MIEV_JOB_RUNNING;
    job->row.status = MIEV_STORE_RUNNING;
    tell_study(lab, job);
    tell_queue(lab);
    return job;
}

static void *work(void *context)
{
    struct miev_lab *lab = context;
    struct miev_job *job;
    lock(lab);
    while ((job = next_job(lab))) {
        unlock(lab);
        miev_job_measure(job);
        lock(lab);
        lab->running = NULL;
        miev_queue_end(&lab->queue);
        end_job(lab, job);
        unlock(lab);
        release(lab, job);
        lock(lab);
    }
    while ((job = miev_queue_begin(&lab->queue))) {
        unlock(lab);
        end_unrun(lab, job, "the server was stopped before its turn");
        lock(lab);
    }
    lab->idle = true;
    unlock(lab);
    return NULL;
}

/* ---- opening -------------------------------------------------------------------------------- */

static void wake(int number)
{
    (void)number; /* that a wait ends is all */
}

int miev_lab_open(struct miev_server *server, struct miev_lab **out, struct miev_error *err)
{
    /* Without SA_RESTART: a wait for a worker ends at once. */
    struct sigaction action = {.sa_handler = wake};
    pthread_condattr_t attributes;
    struct miev_lab *lab = calloc(1, sizeof(*lab));
    if (!lab)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the queue of studies");
    lab->server = server;
    lab->queue.capacity =
        server->options.queue < MIEV_QUEUE_MAX ? server->options.queue : MIEV_QUEUE_MAX;
    (void)pthread_mutex_init(&lab->mutex, NULL);
    (void)pthread_cond_init(&lab->work, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&lab->stopped, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)sigaction(SIGUSR1, &action, NULL);
    if (pthread_create(&lab->thread, NULL, work, lab) != 0) {
        free(lab);
        return miev_error_set(err, MIEV_ERR_NOMEM, "no thread for the studies");
    }
    *out = lab;
    return MIEV_OK;
}

void miev_lab_stop(struct miev_lab *lab)
{
    const struct timespec pause = {.tv_nsec = NUDGE_MS * 1000000L};
    if (!lab)
        return;
    lock(lab);
    lab->stopping = true;
    (void)pthread_cond_signal(&lab->work);
    (void)pthread_cond_broadcast(&lab->stopped);
    while (!lab->idle) {
        if (lab->running) {
            lab->running->stop = true;
            (void)pthread_kill(lab->thread, SIGUSR1);
        }
        unlock(lab);
        (void)nanosleep(&pause, NULL);
        lock(lab);
    }
    unlock(lab);
}

void miev_lab_close(struct miev_lab *lab)
{
    if (!lab)
        return;
    miev_lab_stop(lab);
    (void)pthread_join(lab->thread, NULL);
    (void)pthread_mutex_destroy(&lab->mutex);
    (void)pthread_cond_destroy(&lab->work);
    (void)pthread_cond_destroy(&lab->stopped);
    free(lab);
}
