/* SPDX-License-Identifier: Apache-2.0 */
/* Models that are brought from where they are: this program runs itself as a child, `miev pull`, so
 * that nothing of a stranger is unpacked here. Two run at a time, the others wait. What was half
 * done when the server ends is taken up by the next pull of the same. Callable from any thread: one
 * lock, under which no other is taken but a channel's. */
#ifndef MIEV_SERVER_PULLS_H
#define MIEV_SERVER_PULLS_H

#include <jansson.h>

#include "miev.h"
#include "server/channel.h"

#define MIEV_PULLS_WAITING 32  /* at most */
#define MIEV_PULLS_KEPT    100 /* that are told of, the ended ones too */
#define MIEV_PULL_BYTES    512 /* of what is to be pulled */

struct miev_pulls;

struct miev_pulls_options {
    const char *program; /* NULL: the one that runs */
    /* A model has come; in a thread of this, without its lock. */
    void (*came)(void *context);
    void *context;
};

MIEV_MUST_USE int miev_pulls_open(const struct miev_pulls_options *options, struct miev_pulls **out,
                                  struct miev_error *err);
/* End those that run; take no more. NULL allowed. */
void miev_pulls_stop(struct miev_pulls *pulls);
void miev_pulls_close(struct miev_pulls *pulls); /* NULL allowed */

/* Names of the catalog and addresses may be pulled, files of this machine not. MIEV_ERR_INVALID for
 * what is neither; MIEV_ERR_LIMIT: too many wait; MIEV_ERR_UNAVAILABLE: the server is stopping.
 * *view: as below. */
MIEV_MUST_USE int miev_pulls_add(struct miev_pulls *pulls, const char *what, json_t **view,
                                 struct miev_error *err);
/* {id, what, state, phase, bytes, total, model, models, problem}, or NULL. New reference. */
json_t *miev_pulls_view(struct miev_pulls *pulls, int64_t id);
/* All, newest first. New reference. */
json_t *miev_pulls_views(struct miev_pulls *pulls);
/* Its channel, to be released, or NULL. */
struct miev_channel *miev_pulls_watch(struct miev_pulls *pulls, int64_t id);

enum miev_pulls_cancel { MIEV_PULLS_CANCELLED, MIEV_PULLS_ENDED_BEFORE, MIEV_PULLS_NONE };
/* One that runs ends soon: its channel tells when. */
enum miev_pulls_cancel miev_pulls_cancel(struct miev_pulls *pulls, int64_t id);

#endif
