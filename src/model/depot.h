/* SPDX-License-Identifier: Apache-2.0 */
/* Where pulled models lie:
 *
 *     blobs/<sha256>   files, named by what is in them, never written again
 *     trees/<sha256>/  unpacked SavedModels, named by their archive
 *     cards/<name>.json
 *     partial/<key>/   one download under way: "lock", "body", "mark", "tree"
 *     lock             shared by those who pull, held alone by `miev gc`
 *
 * What lies in blobs and trees came there whole, by rename(2), after it was checked and is on the
 * disk: a process may end at any point. */
#ifndef MIEV_MODEL_DEPOT_H
#define MIEV_MODEL_DEPOT_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/env.h"

/* $MIEV_MODELS, else $XDG_DATA_HOME/miev/models, else ~/.local/share/miev/models; it need not be
 * there. MIEV_ERR_UNAVAILABLE when the user has no home folder either. */
MIEV_MUST_USE int miev_depot_folder(const struct miev_env *env, char *out, size_t capacity,
                                    struct miev_error *err);

struct miev_depot {
    const struct miev_env *env;
    const atomic_bool *stop;
    char folder[PATH_MAX];
    int lock_fd;
};

enum miev_depot_part { MIEV_DEPOT_BLOBS, MIEV_DEPOT_TREES, MIEV_DEPOT_CARDS, MIEV_DEPOT_PARTIAL };

/* Make the folders that are missing and take the lock. alone: MIEV_ERR_UNAVAILABLE while somebody
 * pulls; else it waits for who holds it alone, until *stop (may be NULL). env and stop must outlive
 * it. miev_depot_close, also after a failure. */
MIEV_MUST_USE int miev_depot_open(const struct miev_env *env, const atomic_bool *stop, bool alone,
                                  struct miev_depot *out, struct miev_error *err);
void miev_depot_close(struct miev_depot *depot);

/* The path of what is called `name` in a part, or of the part for "". */
MIEV_MUST_USE int miev_depot_path(const struct miev_depot *depot, enum miev_depot_part part,
                                  const char *name, char out[PATH_MAX], struct miev_error *err);

/* Whether a blob or a tree is there. */
bool miev_depot_has(const struct miev_depot *depot, enum miev_depot_part part, const char *sha256);

/* Put a file or folder at `path`, which is checked and to which nobody writes any more, among the
 * blobs or trees. One of that name that is there already stays, and the new one is removed. */
MIEV_MUST_USE int miev_depot_keep(const struct miev_depot *depot, enum miev_depot_part part,
                                  const char *path, const char *sha256, struct miev_error *err);

/* Wait for an exclusive lock on fd until it comes or *stop. */
MIEV_MUST_USE int miev_depot_lock(const struct miev_depot *depot, int fd, struct miev_error *err);

/* Write a text that appears as cards/<name>.json whole or not at all. scratch: a path on the same
 * disk, of the caller's own. */
MIEV_MUST_USE int miev_depot_write_card(const struct miev_depot *depot, const char *name,
                                        const char *text, const char *scratch,
                                        struct miev_error *err);

#endif
