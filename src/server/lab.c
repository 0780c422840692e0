/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/error.h"

#define NUDGE_MS 100

struct miev_lab {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t work;    /* a task came, or the lab stops */
    pthread_cond_t stopped; /* for those who wait for nothing else */
    struct miev_queue queue;
    struct miev_task *tasks; /* all that are here */
    struct miev_task *running;
    bool stopping, idle; /* idle: the thread has ended its work for good */
    uint64_t finished, failed;
};

void miev_lab_lock(struct miev_lab *lab)
{
    (void)pthread_mutex_lock(&lab->mutex);
}

void miev_lab_unlock(struct miev_lab *lab)
{
    (void)pthread_mutex_unlock(&lab->mutex);
}

/* ---- tasks ---------------------------------------------------------------------------------- */

void miev_task_init(struct miev_task *task, const struct miev_task_ops *ops, struct miev_lab *lab,
                    const char *client)
{
    task->ops = ops;
    task->lab = lab;
    task->channel = miev_channel_create(0);
    (void)snprintf(task->client, sizeof(task->client), "%s", client);
}

void miev_task_finish(struct miev_task *task)
{
    miev_channel_release(task->channel);
}

/* With the lock held, as all functions of this part. */
static struct miev_task *find(const struct miev_lab *lab, const struct miev_task_ops *ops,
                              int64_t id)
{
    for (struct miev_task *task = lab->tasks; task; task = task->next)
        if (task->ops == ops && task->id == id)
            return task;
    return NULL;
}

static json_t *view_of(const struct miev_lab *lab, const struct miev_task *task)
{
    return task->ops->view(task, miev_queue_place(&lab->queue, task));
}

static void tell(const struct miev_lab *lab, struct miev_task *task, enum miev_news kind,
                 const char *event)
{
    json_t *view = view_of(lab, task);
    miev_channel_publish(task->channel, kind, miev_event_text(event, view));
    json_decref(view);
}

static void tell_state(const struct miev_lab *lab, struct miev_task *task)
{
    tell(lab, task, MIEV_NEWS_STATE, task->ops->event);
}

/* Those that wait, whose places may have changed. */
static void tell_queue(const struct miev_lab *lab)
{
    for (struct miev_task *task = lab->tasks; task; task = task->next)
        if (task->state == MIEV_TASK_QUEUED)
            tell_state(lab, task);
}

static void take_out(struct miev_lab *lab, const struct miev_task *task)
{
    struct miev_task **at = &lab->tasks;
    while (*at != task)
        at = &(*at)->next;
    *at = task->next;
}

static void end_task(struct miev_lab *lab, struct miev_task *task)
{
    take_out(lab, task);
    enum miev_task_outcome outcome = task->ops->end(task);
    lab->finished += outcome == MIEV_TASK_FINISHED;
    lab->failed += outcome == MIEV_TASK_FAILED;
    tell_state(lab, task);
    tell(lab, task, MIEV_NEWS_END, "end");
    miev_channel_end(task->channel);
    tell_queue(lab);
}

/* Without the lock, for a task that was taken out of the queue. */
static void end_unrun(struct miev_lab *lab, struct miev_task *task, const char *note)
{
    task->ops->drop(task, note);
    miev_lab_lock(lab);
    end_task(lab, task);
    miev_lab_unlock(lab);
    task->ops->destroy(task);
}

/* ---- adding, looking, ending ---------------------------------------------------------------- */

/* With the lock held. */
static int check_place(const struct miev_lab *lab, struct miev_error *err)
{
    if (lab->stopping)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE, "the server is stopping");
    if (lab->queue.n >= lab->queue.capacity)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "%zu studies wait already, and no more may: try again later",
                              lab->queue.capacity);
    return MIEV_OK;
}

int miev_lab_admit(struct miev_lab *lab, struct miev_error *err)
{
    miev_lab_lock(lab);
    int rc = check_place(lab, err);
    miev_lab_unlock(lab);
    return rc;
}

int miev_lab_add(struct miev_lab *lab, struct miev_task *task, struct miev_error *err)
{
    miev_lab_lock(lab);
    int rc = check_place(lab, err);
    if (rc == MIEV_OK && miev_queue_add(&lab->queue, task->client, task)) {
        task->next = lab->tasks;
        lab->tasks = task;
        tell_queue(lab);
        (void)pthread_cond_signal(&lab->work);
    }
    miev_lab_unlock(lab);
    return rc;
}

bool miev_lab_cancel(struct miev_lab *lab, const struct miev_task_ops *ops, int64_t id)
{
    miev_lab_lock(lab);
    struct miev_task *task = find(lab, ops, id);
    bool waits = task && miev_queue_remove(&lab->queue, task);
    if (task && !waits) {
        task->stop = true;
        if (task == lab->running) /* it may wait for a worker that takes its time */
            (void)pthread_kill(lab->thread, SIGUSR1);
    }
    miev_lab_unlock(lab);
    if (waits)
        end_unrun(lab, task, "cancelled before its turn");
    return task != NULL;
}

json_t *miev_lab_view(struct miev_lab *lab, const struct miev_task_ops *ops, int64_t id)
{
    miev_lab_lock(lab);
    struct miev_task *task = find(lab, ops, id);
    json_t *out = task ? view_of(lab, task) : NULL;
    miev_lab_unlock(lab);
    return out;
}

json_t *miev_lab_views(struct miev_lab *lab, const struct miev_task_ops *ops)
{
    json_t *list = json_array();
    miev_lab_lock(lab);
    if (lab->running && lab->running->ops == ops)
        (void)json_array_append_new(list, view_of(lab, lab->running));
    for (size_t i = 0; i < lab->queue.n; i++) {
        const struct miev_task *task = lab->queue.entries[i].job;
        if (task->ops == ops)
            (void)json_array_append_new(list, view_of(lab, task));
    }
    miev_lab_unlock(lab);
    return list;
}

struct miev_channel *miev_lab_watch(struct miev_lab *lab, const struct miev_task_ops *ops,
                                    int64_t id)
{
    miev_lab_lock(lab);
    struct miev_task *task = find(lab, ops, id);
    struct miev_channel *channel = task ? miev_channel_hold(task->channel) : NULL;
    miev_lab_unlock(lab);
    return channel;
}

void miev_lab_change(struct miev_lab *lab, const struct miev_task_ops *ops, int64_t id,
                     void (*change)(struct miev_task *task, const void *context),
                     const void *context)
{
    miev_lab_lock(lab);
    struct miev_task *task = find(lab, ops, id);
    if (task) {
        change(task, context);
        tell_state(lab, task);
    }
    miev_lab_unlock(lab);
}

bool miev_lab_uses(struct miev_lab *lab, const char *sha256)
{
    bool uses = false;
    miev_lab_lock(lab);
    for (const struct miev_task *task = lab->tasks; task && !uses; task = task->next)
        uses = task->ops->uses(task, sha256);
    miev_lab_unlock(lab);
    return uses;
}

struct miev_lab_count miev_lab_count(struct miev_lab *lab)
{
    miev_lab_lock(lab);
    struct miev_lab_count count = {lab->running != NULL, lab->queue.n, lab->finished, lab->failed};
    miev_lab_unlock(lab);
    return count;
}

bool miev_lab_pause(struct miev_lab *lab, double duration_s)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)duration_s;
    miev_lab_lock(lab);
    while (!lab->stopping && pthread_cond_timedwait(&lab->stopped, &lab->mutex, &until) == 0)
        ;
    bool goes_on = !lab->stopping;
    miev_lab_unlock(lab);
    return goes_on;
}

/* ---- the thread that measures --------------------------------------------------------------- */

/* With the lock held: the next task, or NULL when the lab stops. */
static struct miev_task *next_task(struct miev_lab *lab)
{
    while (!lab->stopping && lab->queue.n == 0)
        (void)pthread_cond_wait(&lab->work, &lab->mutex);
    struct miev_task *task = lab->stopping ? NULL : miev_queue_begin(&lab->queue);
    if (!task)
        return NULL;
    lab->running = task;
    task->state = MIEV_TASK_RUNNING;
    task->ops->begin(task);
    tell_state(lab, task);
    tell_queue(lab);
    return task;
}

static void *work(void *context)
{
    struct miev_lab *lab = context;
    struct miev_task *task;
    miev_lab_lock(lab);
    while ((task = next_task(lab))) {
        miev_lab_unlock(lab);
        task->ops->run(task);
        miev_lab_lock(lab);
        lab->running = NULL;
        miev_queue_end(&lab->queue);
        end_task(lab, task);
        miev_lab_unlock(lab);
        task->ops->destroy(task);
        miev_lab_lock(lab);
    }
    while ((task = miev_queue_begin(&lab->queue))) {
        miev_lab_unlock(lab);
        end_unrun(lab, task, "the server was stopped before its turn");
        miev_lab_lock(lab);
    }
    lab->idle = true;
    miev_lab_unlock(lab);
    return NULL;
}

/* ---- opening -------------------------------------------------------------------------------- */

static void wake(int number)
{
    (void)number; /* that a wait ends is all */
}

int miev_lab_open(size_t capacity, struct miev_lab **out, struct miev_error *err)
{
    /* Without SA_RESTART: a wait for a worker ends at once. */
    struct sigaction action = {.sa_handler = wake};
    pthread_condattr_t attributes;
    struct miev_lab *lab = calloc(1, sizeof(*lab));
    if (!lab)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the queue of studies");
    lab->queue.capacity = capacity < MIEV_QUEUE_MAX ? capacity : MIEV_QUEUE_MAX;
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
    miev_lab_lock(lab);
    lab->stopping = true;
    (void)pthread_cond_signal(&lab->work);
    (void)pthread_cond_broadcast(&lab->stopped);
    while (!lab->idle) {
        if (lab->running) {
            lab->running->stop = true;
            (void)pthread_kill(lab->thread, SIGUSR1);
        }
        miev_lab_unlock(lab);
        (void)nanosleep(&pause, NULL);
        miev_lab_lock(lab);
    }
    miev_lab_unlock(lab);
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
