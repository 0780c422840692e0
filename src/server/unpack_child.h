/* SPDX-License-Identifier: Apache-2.0 */
/* Archives of clients are unpacked by a child of this process, which can write to its own folder
 * and to nothing else: what a bad one does to it is that child's end. */
#ifndef MIEV_SERVER_UNPACK_CHILD_H
#define MIEV_SERVER_UNPACK_CHILD_H

#include <stdint.h>

#include "miev.h"

/* First argument that makes the program such a child. */
#define MIEV_UNPACK_ARGUMENT "unpack"

/* Unpack the archive below the empty folder that folder_fd has open, at most so many bytes and
 * members. MIEV_ERR_INVALID: it is none, or a bad one, in words; then something may lie there. */
MIEV_MUST_USE int miev_unpack_apart(int archive_fd, int folder_fd, uint64_t bytes, uint64_t members,
                                    struct miev_error *err);

/* The child: archive on descriptor 0, the folder is its own, the sentence goes to 1. Returns the
 * exit status. words: bytes and members. */
int miev_unpack_child_main(char **words, int n_words);

#endif
