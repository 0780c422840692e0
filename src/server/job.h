/* SPDX-License-Identifier: Apache-2.0 */
/* One study of this server from its place in the queue to its end: what is to be measured, and what
 * those who watch are told. */
#ifndef MIEV_SERVER_JOB_H
#define MIEV_SERVER_JOB_H

#include "server/ask.h"
#include "server/lab.h"
#include "server/names.h"
#include "study/keep.h"
#include "study/reselect.h"
#include "study/study.h"

struct miev_job {
    struct miev_task task; /* its id is the study's number */
    /* Set before it is queued, the same until it is destroyed. */
    struct miev_server *server;
    json_t *model_ids;
    struct miev_reselection models; /* .selection is what is measured */
    struct miev_input input;
    struct miev_site site;
    struct miev_price_options price; /* refers to site */
    struct miev_study_options options;
    char delegate[32];
    struct miev_sweep_grid grid; /* of a sweep: its entries refer to it */

    /* Of the thread that measures, or, once it has left the queue, of the one that took it out. */
    struct miev_keep keep;
    enum miev_study_phase phase;
    size_t at;                                 /* model that is measured; n: none yet */
    const char *states[MIEV_STUDY_MAX_MODELS]; /* "queued", "load", ... */
    char names[MIEV_STUDY_MAX_MODELS][192];    /* as the report calls them */
    uint64_t told_ns, reported_ns;             /* when progress and a report were published last */

    /* Guarded by the lab's lock. */
    struct miev_store_row row; /* as the store has it */
    json_t *progress, *error;
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

/* Give it a row in the history, whose number is *id, and a place in the queue: it is the lab's from
 * then on. Statuses of miev_lab_add, and the failures of the store. */
MIEV_MUST_USE int miev_job_queue(struct miev_job *job, int64_t *id, struct miev_error *err);

/* Studies as tasks of the lab (measure.c). */
extern const struct miev_task_ops miev_job_ops;

#endif
