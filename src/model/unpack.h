/* SPDX-License-Identifier: Apache-2.0 */
/* Archives from anywhere (.tar, .tar.gz, .zip) into a folder of our own, by libarchive. */
#ifndef MIEV_MODEL_UNPACK_H
#define MIEV_MODEL_UNPACK_H

#include <stdatomic.h>
#include <stdint.h>

#include "miev.h"

struct miev_unpack_limits {
    uint64_t bytes;   /* of all files together, unpacked */
    uint64_t members; /* files and folders */
};

/* Far above every model that is known, far below what hurts. */
#define MIEV_UNPACK_LIMITS                            \
    {                                                 \
        .bytes = (uint64_t)32 << 30, .members = 10000 \
    }

struct miev_unpack {
    struct miev_unpack_limits limits;
    const atomic_bool *stop;
    void (*progress)(void *context, uint64_t bytes); /* may be NULL */
    void *context;
};

/* Unpack the archive in fd, from its start, below the empty folder that folder_fd has open. Plain
 * files and folders alone: a link, a device, a name that is absolute or climbs out, one that comes
 * twice, a password, more than the limits allow, or hundreds of times more bytes than the archive
 * has are refused, each in words. On failure something may lie there; the caller removes it. */
MIEV_MUST_USE int miev_unpack(int fd, int folder_fd, const struct miev_unpack *how,
                              struct miev_error *err);

#endif
