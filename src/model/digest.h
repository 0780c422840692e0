/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_MODEL_DIGEST_H
#define MIEV_MODEL_DIGEST_H

#include <stdint.h>

#include "miev.h"

struct miev_digest {
    char sha256[65], md5[33]; /* hexadecimal, lower case */
    uint64_t bytes;
};

/* All bytes of an open file, from its start. step (may be NULL) is called with what is done now and
 * then; false from it ends with MIEV_ERR_INTERRUPTED. */
MIEV_MUST_USE int miev_digest_file(int fd, int (*step)(void *context, uint64_t bytes),
                                   void *context, struct miev_digest *out, struct miev_error *err);

#endif
