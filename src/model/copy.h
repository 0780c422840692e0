/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_MODEL_COPY_H
#define MIEV_MODEL_COPY_H

#include <stdatomic.h>
#include <stdint.h>

#include "miev.h"

struct miev_copy {
    uint64_t max_bytes;
    const atomic_bool *stop;
    void (*progress)(void *context, uint64_t bytes, uint64_t total);
    void *context;
};

/* The content of a file of this machine into an empty open file, without moving bytes where the
 * file system can share them. MIEV_ERR_INVALID for a folder, a device or nothing at all. */
MIEV_MUST_USE int miev_copy_file(const char *path, int to_fd, const struct miev_copy *how,
                                 struct miev_error *err);

#endif
