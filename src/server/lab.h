/* SPDX-License-Identifier: Apache-2.0 */
/* Where runs what needs the machine for itself (studies, evaluations): one task at a time, in a
 * thread of its own, the others in a queue. Callable from any thread. One lock guards the queue and
 * what is told of the tasks in it; whoever holds it takes no other but a channel's, and whoever
 * measures, writes or sends does so without it. */
#ifndef MIEV_SERVER_LAB_H
#define MIEV_SERVER_LAB_H

#include <stdatomic.h>
#include <stdbool.h>

#include "miev.h"
#include "server/channel.h"
#include "server/queue.h"

struct miev_lab;
struct miev_task;

/* The kinds of news on a task's channel. */
enum miev_news { MIEV_NEWS_STATE, MIEV_NEWS_PROGRESS, MIEV_NEWS_REPORT, MIEV_NEWS_END };

enum miev_task_outcome { MIEV_TASK_FINISHED, MIEV_TASK_FAILED, MIEV_TASK_ENDED };

/* One kind of task. No slot is NULL. */
struct miev_task_ops {
    const char *event; /* what its view is told as: "study" */
    /* In the lab's thread and without the lock: this takes as long as it takes. */
    void (*run)(struct miev_task *task);
    /* Without the lock: it left the queue before its turn, and why. */
    void (*drop)(struct miev_task *task, const char *note);
    /* With the lock held: its turn has come. */
    void (*begin)(struct miev_task *task);
    /* With the lock held, after run or drop: what came of it is to be seen in its view. */
    enum miev_task_outcome (*end)(struct miev_task *task);
    /* With the lock held: as clients see it. queue_place: 0 unless it waits. New reference. */
    json_t *(*view)(const struct miev_task *task, size_t queue_place);
    /* Whether it needs what is kept under a hash. */
    bool (*uses)(const struct miev_task *task, const char *sha256);
    void (*destroy)(struct miev_task *task);
};

enum miev_task_state { MIEV_TASK_QUEUED, MIEV_TASK_RUNNING };

/* The first member of what a kind of task holds. */
struct miev_task {
    const struct miev_task_ops *ops;
    char client[MIEV_QUEUE_CLIENT_BYTES];
    int64_t id; /* unique among its kind */
    struct miev_lab *lab;
    struct miev_channel *channel; /* owned */
    atomic_bool stop;             /* set by anyone, read by run */
    struct miev_task *next;       /* of all in the lab; guarded by its lock */
    enum miev_task_state state;   /* likewise */
};

/* NULL channel: there was no memory. */
void miev_task_init(struct miev_task *task, const struct miev_task_ops *ops, struct miev_lab *lab,
                    const char *client);
void miev_task_finish(struct miev_task *task);

/* capacity: how many may wait. */
MIEV_MUST_USE int miev_lab_open(size_t capacity, struct miev_lab **out, struct miev_error *err);
/* End the running task with what there is, and those that wait; take no more. NULL allowed. */
void miev_lab_stop(struct miev_lab *lab);
void miev_lab_close(struct miev_lab *lab); /* NULL allowed */

/* Whether there is a place, for a task that writes something down before it is added.
 * MIEV_ERR_LIMIT: the queue is full; MIEV_ERR_UNAVAILABLE: the server is stopping. */
MIEV_MUST_USE int miev_lab_admit(struct miev_lab *lab, struct miev_error *err);
/* Queue a task, which is the lab's from then on and may end at any time. Statuses as above. */
MIEV_MUST_USE int miev_lab_add(struct miev_lab *lab, struct miev_task *task,
                               struct miev_error *err);
/* False: that task neither runs nor waits here. */
bool miev_lab_cancel(struct miev_lab *lab, const struct miev_task_ops *ops, int64_t id);
/* The task as clients see it, NULL when it neither runs nor waits here. New reference. */
json_t *miev_lab_view(struct miev_lab *lab, const struct miev_task_ops *ops, int64_t id);
/* All of a kind that run and wait, the running one first. New reference to a list. */
json_t *miev_lab_views(struct miev_lab *lab, const struct miev_task_ops *ops);
/* Its channel, to be released; NULL: it neither runs nor waits here. */
struct miev_channel *miev_lab_watch(struct miev_lab *lab, const struct miev_task_ops *ops,
                                    int64_t id);
/* Call change with the lock held, if the task is here, and tell what it is now. */
void miev_lab_change(struct miev_lab *lab, const struct miev_task_ops *ops, int64_t id,
                     void (*change)(struct miev_task *task, const void *context),
                     const void *context);
/* Whether a task that runs or waits needs what is kept under a hash. */
bool miev_lab_uses(struct miev_lab *lab, const char *sha256);
/* Sleep; false: the server is stopping. */
bool miev_lab_pause(struct miev_lab *lab, double duration_s);

/* For what a task's view tells: others look at it with the lock held. */
void miev_lab_lock(struct miev_lab *lab);
void miev_lab_unlock(struct miev_lab *lab);

struct miev_lab_count {
    size_t running, queued;
    uint64_t finished, failed; /* since the server started */
};
struct miev_lab_count miev_lab_count(struct miev_lab *lab);

#endif
