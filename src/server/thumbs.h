/* SPDX-License-Identifier: Apache-2.0 */
/* Small pictures of those that are here, made when one is first asked for, one at a time, and kept
 * in memory: the newest MIEV_THUMBS_KEPT of them. Callable from any thread. */
#ifndef MIEV_SERVER_THUMBS_H
#define MIEV_SERVER_THUMBS_H

#include <stddef.h>

#include "miev.h"

#define MIEV_THUMBS_KEPT 128

struct miev_thumbs;

struct miev_thumbs *miev_thumbs_create(void); /* NULL without memory */
void miev_thumbs_destroy(struct miev_thumbs *thumbs);

/* A copy of the PNG, the caller's to free, of the picture with that hash at that path. What cannot
 * be decoded is not tried again while it is remembered. */
MIEV_MUST_USE int miev_thumbs_get(struct miev_thumbs *thumbs, const char *sha256, const char *path,
                                  char **png, size_t *length, struct miev_error *err);

#endif
