/* SPDX-License-Identifier: Apache-2.0 */
/* Files that clients bring: kept once each, under the SHA-256 of their content, with the name that
 * they came with beside them. A file appears whole or not at all. Callable from any thread: the one
 * lock is held while room is made and a file gets its name. */
#ifndef MIEV_SERVER_UPLOADS_H
#define MIEV_SERVER_UPLOADS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miev.h"

struct miev_uploads;

struct miev_upload {
    char sha256[65];
    char name[128]; /* as its owner calls it, without folders and harmful characters */
    size_t bytes;
    int64_t used_unix_s; /* when it came, or was last used */
};

struct miev_uploads_options {
    const char *folder; /* made where it is not there */
    uint64_t max_bytes; /* of all files together */
    const char *what;   /* "models", for sentences */
    /* Whether a file must stay. Called with the lock held; takes none of its own that is not a
     * leaf. */
    bool (*in_use)(void *context, const char *sha256);
    void *context;
};

MIEV_MUST_USE int miev_uploads_open(const struct miev_uploads_options *options,
                                    struct miev_uploads **out, struct miev_error *err);
void miev_uploads_close(struct miev_uploads *uploads); /* NULL allowed */

/* A file to write an upload into: a descriptor, and its path (capacity PATH_MAX), which the caller
 * removes unless miev_uploads_keep takes it; or a negative status. */
int miev_uploads_spool(struct miev_uploads *uploads, char *path, struct miev_error *err);
/* Keep a spool file that is written. *there: the same was there before. MIEV_ERR_LIMIT: no room,
 * also when what nobody uses is taken away. */
MIEV_MUST_USE int miev_uploads_keep(struct miev_uploads *uploads, int fd, const char *path,
                                    const char *name, struct miev_upload *out, bool *there,
                                    struct miev_error *err);

/* The file whose hash begins with so many hex digits (12 to 64); path (capacity PATH_MAX, may be
 * NULL) tells where it is. MIEV_ERR_UNAVAILABLE: there is none. */
MIEV_MUST_USE int miev_uploads_find(struct miev_uploads *uploads, const char *prefix,
                                    struct miev_upload *out, char *path, struct miev_error *err);
/* It is used now: those that were used longest ago are the first to make room. */
void miev_uploads_touch(struct miev_uploads *uploads, const char *sha256);
/* All of them, newest first; the caller frees *out. */
MIEV_MUST_USE int miev_uploads_list(struct miev_uploads *uploads, struct miev_upload **out,
                                    size_t *n, struct miev_error *err);
/* MIEV_ERR_UNAVAILABLE: there is none. */
MIEV_MUST_USE int miev_uploads_remove(struct miev_uploads *uploads, const char *sha256,
                                      struct miev_error *err);
const char *miev_uploads_folder(const struct miev_uploads *uploads);

#endif
