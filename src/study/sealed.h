/* SPDX-License-Identifier: Apache-2.0 */
/* A file's bytes in a sealed memfd: what is hashed here is what the worker gets, whatever happens
 * to the file meanwhile, and no side can change it. */
#ifndef MIEV_STUDY_SEALED_H
#define MIEV_STUDY_SEALED_H

#include <stddef.h>

#include "miev.h"

struct miev_sealed {
    int fd;      /* -1: none */
    void *bytes; /* mapped read-only: writing to them ends the program */
    size_t length;
    size_t content_bytes; /* of the file, or of all files of a folder (length has their list too) */
    char sha256[65];
};

/* Copy a regular file. MIEV_ERR_INVALID for a folder or an empty file, MIEV_ERR_LIMIT over
 * max_bytes. miev_sealed_finish when done (allowed on a zeroed struct with fd -1). */
MIEV_MUST_USE int miev_sealed_load(const char *path, size_t max_bytes, struct miev_sealed *out,
                                   struct miev_error *err);
/* The same for a model, which may be a folder: then what core/pack.h tells, and sha256 is the
 * folder's identity. MIEV_ERR_INVALID for a folder that is no model. */
MIEV_MUST_USE int miev_sealed_load_model(const char *path, size_t max_bytes,
                                         struct miev_sealed *out, struct miev_error *err);
void miev_sealed_finish(struct miev_sealed *sealed);

#endif
