/* SPDX-License-Identifier: Apache-2.0 */
/* The store of reports as the server's threads share it: one connection, one lock, held for one
 * statement. */
#ifndef MIEV_SERVER_HISTORY_H
#define MIEV_SERVER_HISTORY_H

#include <jansson.h>

#include "store/store.h"

struct miev_history;

/* Opens the store of this user, and makes it where it is not there. */
MIEV_MUST_USE int miev_history_open(const struct miev_env *env, struct miev_history **out,
                                    struct miev_error *err);
void miev_history_close(struct miev_history *history); /* NULL allowed */

/* As the functions of the store. */
MIEV_MUST_USE int miev_history_find(struct miev_history *history, int64_t id,
                                    struct miev_store_row *row, char **report,
                                    struct miev_error *err);
MIEV_MUST_USE int miev_history_remove(struct miev_history *history, int64_t id,
                                      struct miev_error *err);
MIEV_MUST_USE int miev_history_rename(struct miev_history *history, int64_t id, const char *name,
                                      struct miev_error *err);
MIEV_MUST_USE int miev_history_import(struct miev_history *history, const json_t *report,
                                      struct miev_store_row *row, bool *there,
                                      struct miev_error *err);
/* Every row, newest first. The caller frees *out. */
MIEV_MUST_USE int miev_history_list(struct miev_history *history, struct miev_store_row **out,
                                    size_t *n, struct miev_error *err);
/* Whether a kept report holds this hash of a file. A store that cannot be asked says yes. */
bool miev_history_mentions(struct miev_history *history, const char *sha256);
/* A report that is kept, checked. *report: new reference. */
MIEV_MUST_USE int miev_history_report(struct miev_history *history, int64_t id,
                                      struct miev_store_row *row, json_t **report,
                                      struct miev_error *err);

#endif
