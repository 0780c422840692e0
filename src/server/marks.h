/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluations as they are kept: a row each, and its report, in a folder of their own. Callable from
 * any thread; one lock, a leaf but for the files that are written under it. */
#ifndef MIEV_SERVER_MARKS_H
#define MIEV_SERVER_MARKS_H

#include <jansson.h>
#include <stdint.h>

#include "miev.h"

struct miev_marks;

/* folder: made where it is not there. What was under way when a server ended is interrupted. */
MIEV_MUST_USE int miev_marks_open(const char *folder, struct miev_marks **out,
                                  struct miev_error *err);
void miev_marks_close(struct miev_marks *marks); /* NULL allowed */

/* A number that no evaluation has had. */
int64_t miev_marks_next(struct miev_marks *marks);
/* Keep a row, in place of the one of that id, and a report unless it is NULL. */
MIEV_MUST_USE int miev_marks_put(struct miev_marks *marks, const json_t *row, const json_t *report,
                                 struct miev_error *err);
/* The row, NULL when it is not there. New reference. */
json_t *miev_marks_row(struct miev_marks *marks, int64_t id);
/* Its report, or NULL. New reference. */
json_t *miev_marks_report(struct miev_marks *marks, int64_t id);
/* All rows, newest first. New reference. */
json_t *miev_marks_rows(struct miev_marks *marks);
MIEV_MUST_USE int miev_marks_remove(struct miev_marks *marks, int64_t id, struct miev_error *err);
/* Where answers are kept until all are there. */
const char *miev_marks_state_folder(const struct miev_marks *marks);

#endif
