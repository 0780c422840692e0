/* SPDX-License-Identifier: Apache-2.0 */
/* One download under way. It belongs to one process at a time, and outlives it. */
#ifndef MIEV_MODEL_PARTIAL_H
#define MIEV_MODEL_PARTIAL_H

#include <stdint.h>

#include "model/depot.h"

/* Which file the bytes are of that lie there. */
struct miev_partial_mark {
    char validator[256]; /* "" for none */
    uint64_t total;      /* 0: not known */
};

struct miev_partial {
    const struct miev_depot *depot;
    char folder[PATH_MAX - 16]; /* room for what lies in it */
    int lock_fd, body_fd;
};

/* That of an address (any text names one), made where it is missing; waits for another process
 * that holds it. miev_partial_close, also after a failure. */
MIEV_MUST_USE int miev_partial_open(const struct miev_depot *depot, const char *address,
                                    struct miev_partial *out, struct miev_error *err);
/* Leave what is there to go on with. */
void miev_partial_close(struct miev_partial *partial);
/* Throw away what is there: it is in its place, or worth nothing. */
void miev_partial_discard(struct miev_partial *partial);

/* "body", "mark", "tree", "card". */
void miev_partial_path(const struct miev_partial *partial, const char *name, char out[PATH_MAX]);

/* No mark, or a broken one, is none. */
void miev_partial_read_mark(const struct miev_partial *partial, struct miev_partial_mark *out);
MIEV_MUST_USE int miev_partial_write_mark(const struct miev_partial *partial,
                                          const struct miev_partial_mark *mark,
                                          struct miev_error *err);

/* The empty folder "tree", opened; what lay there is removed. */
MIEV_MUST_USE int miev_partial_make_tree(const struct miev_partial *partial, int *folder_fd,
                                         struct miev_error *err);

#endif
