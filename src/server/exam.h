/* SPDX-License-Identifier: Apache-2.0 */
/* One evaluation of a model on a dataset, as a task of the lab. */
#ifndef MIEV_SERVER_EXAM_H
#define MIEV_SERVER_EXAM_H

#include "server/lab.h"
#include "server/server.h"

struct miev_exam;

/* document: {"model", "dataset", "mapping"?, "zone"?, "limit"?}. MIEV_ERR_INVALID for a field that
 * is wrong, MIEV_ERR_UNAVAILABLE for a model that is known and not here. miev_exam_destroy when
 * done, unless the lab took it. */
MIEV_MUST_USE int miev_exam_make(struct miev_server *server, json_t *document, const char *client,
                                 struct miev_exam **out, struct miev_error *err);
void miev_exam_destroy(struct miev_exam *exam); /* NULL allowed */
/* Keep its row, and queue it: it is the lab's from then on. Statuses of miev_lab_add, and failures
 * to write. */
MIEV_MUST_USE int miev_exam_queue(struct miev_exam *exam, int64_t *id, struct miev_error *err);

extern const struct miev_task_ops miev_exam_ops;

#endif
