/* SPDX-License-Identifier: Apache-2.0 */
/* Where studies run: one at a time, in a thread of its own, the others in a queue. Callable from
 * any thread. One lock guards the queue and what is told of the jobs in it; it is a leaf, and
 * whoever measures, writes or sends does so without it. */
#ifndef MIEV_SERVER_LAB_H
#define MIEV_SERVER_LAB_H

#include "server/job.h"

struct miev_lab;

MIEV_MUST_USE int miev_lab_open(struct miev_server *server, struct miev_lab **out,
                                struct miev_error *err);
/* End the running study with what there is, and those that wait; take no more. NULL allowed. */
void miev_lab_stop(struct miev_lab *lab);
void miev_lab_close(struct miev_lab *lab); /* when nobody watches any more; NULL allowed */

/* Queue a job; *id is its number, and it is the lab's from then on. MIEV_ERR_LIMIT: the queue is
 * full; MIEV_ERR_UNAVAILABLE: the server is stopping; the failures of the store. */
MIEV_MUST_USE int miev_lab_add(struct miev_lab *lab, struct miev_job *job, int64_t *id,
                               struct miev_error *err);
/* False: that study neither runs nor waits here. */
bool miev_lab_cancel(struct miev_lab *lab, int64_t id);
/* The study as clients see it, NULL when it neither runs nor waits here. New reference. */
json_t *miev_lab_study(struct miev_lab *lab, int64_t id);
/* All that run and wait, the running one first. New reference to a list of the above. */
json_t *miev_lab_studies(struct miev_lab *lab);
/* Its name was changed. */
void miev_lab_rename(struct miev_lab *lab, int64_t id, const char *name);
/* Whether a study that runs or waits needs an uploaded file. */
bool miev_lab_uses(struct miev_lab *lab, const char *sha256);

struct miev_lab_count {
    size_t running, queued;
    uint64_t finished, failed; /* since the server started */
};
struct miev_lab_count miev_lab_count(struct miev_lab *lab);

/* ---- watching ---- */

/* NULL: it neither runs nor waits here. To be given back with miev_lab_leave. */
struct miev_job *miev_lab_watch(struct miev_lab *lab, int64_t id);
void miev_lab_leave(struct miev_lab *lab, struct miev_job *job);

enum miev_wait { MIEV_WAIT_NEWS, MIEV_WAIT_QUIET, MIEV_WAIT_OVER };
/* Wait for news after *seen, at most until timeout_s have passed (QUIET). NEWS: *text is to be
 * released, *seen is its number. OVER: there will be no more. */
enum miev_wait miev_lab_wait(struct miev_lab *lab, struct miev_job *job, double timeout_s,
                             uint64_t *seen, struct miev_shared_text **text);

/* Sleep; false: the server is stopping. */
bool miev_lab_pause(struct miev_lab *lab, double duration_s);

/* ---- told by the thread that measures (measure.c) ---- */

/* Takes the reference. */
void miev_lab_tell_progress(struct miev_job *job, json_t *progress);
/* A report that was priced and kept. */
void miev_lab_tell_report(struct miev_job *job, json_t *report);
/* Why there is none, as a problem; takes the reference. */
void miev_lab_tell_failure(struct miev_job *job, json_t *problem);

#endif
