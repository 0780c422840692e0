/* SPDX-License-Identifier: Apache-2.0 */
/* One study of this server from its place in the queue to its end: what is to be measured, and what
 * those who watch are told. */
#ifndef MIEV_SERVER_JOB_H
#define MIEV_SERVER_JOB_H

#include <pthread.h>
#include <stdatomic.h>

#include "server/ask.h"
#include "server/names.h"
#include "server/queue.h"
#include "study/keep.h"
#include "study/reselect.h"
#include "study/study.h"

/* What is told: the newest of each kind is the whole present state, so that nothing else need be
 * kept for a late client or one that comes back. */
enum miev_news { MIEV_NEWS_STUDY, MIEV_NEWS_PROGRESS, MIEV_NEWS_REPORT, MIEV_NEWS_END };
#define MIEV_NEWS_KINDS 4

/* A text that several threads send at once. */
struct miev_shared_text {
    _Atomic unsigned references;
    size_t length;
    char bytes[];
};
struct miev_shared_text *miev_shared_text_hold(struct miev_shared_text *text);
void miev_shared_text_release(struct miev_shared_text *text); /* NULL allowed */

enum miev_job_state { MIEV_JOB_QUEUED, MIEV_JOB_RUNNING, MIEV_JOB_ENDED };

struct miev_job {
    /* Set before it is queued, the same until it is destroyed. */
    char client[MIEV_QUEUE_CLIENT_BYTES];
    json_t *model_ids;
    struct miev_reselection models; /* .selection is what is measured */
    struct miev_input input;
    struct miev_site site;
    struct miev_price_options price; /* refers to site */
    struct miev_study_options options;
    char delegate[32];
    int64_t id;
    struct miev_lab *lab;

    atomic_bool stop; /* set by anyone, read by the study */

    /* Of the thread that measures, or, once it has left the queue, of the one that took it out. */
    struct miev_keep keep;
    enum miev_study_phase phase;
    size_t at;                                 /* model that is measured; n: none yet */
    const char *states[MIEV_STUDY_MAX_MODELS]; /* "queued", "load", ... */
    char names[MIEV_STUDY_MAX_MODELS][192];    /* as the report calls them */
    uint64_t told_ns, reported_ns;             /* when progress and a report were published last */

    /* Guarded by the lab's lock. */
    struct miev_job *next; /* of all that are not ended */
    unsigned references;
    enum miev_job_state state;
    struct miev_store_row row; /* as the store has it */
    json_t *progress, *error;
    struct {
        uint64_t id;
        struct miev_shared_text *text;
    } news[MIEV_NEWS_KINDS];
    uint64_t last_news;
    pthread_cond_t told;
};

/* A job of what a client asks. input: the picture. MIEV_ERR_INVALID for a model that is not known
 * or named twice, MIEV_ERR_UNAVAILABLE for one that is known and not here. miev_job_destroy when
 * done, unless the lab took it. */
MIEV_MUST_USE int miev_job_make(struct miev_server *server, const struct miev_ask *ask,
                                const struct miev_input *input, const char *client,
                                struct miev_job **out, struct miev_error *err);
/* A job that does a kept report's study again. MIEV_ERR_UNAVAILABLE: a file of it is not here. */
MIEV_MUST_USE int miev_job_repeat(struct miev_server *server, const json_t *report,
                                  const struct miev_store_row *row, const char *client,
                                  struct miev_job **out, struct miev_error *err);
void miev_job_destroy(struct miev_job *job); /* NULL allowed */

#endif
