/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine's history says last of a model, by the hash of its file. Reports are large:
 * each is read once, and what is kept of it here is a line. Callable from any thread. */
#ifndef MIEV_SERVER_LAST_H
#define MIEV_SERVER_LAST_H

#include <jansson.h>

#include "server/history.h"

struct miev_last;

struct miev_last *miev_last_create(void); /* NULL without memory */
void miev_last_destroy(struct miev_last *last);

/* Take in what the history got and lost since the last call. */
void miev_last_refresh(struct miev_last *last, struct miev_history *history);
/* {study, created_unix_s, zone, method, per_inference_g}, or null. New reference. */
json_t *miev_last_json(struct miev_last *last, const char *sha256);

#endif
