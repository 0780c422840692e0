/* SPDX-License-Identifier: Apache-2.0 */
/* A model that is a folder, as one run of bytes: so it is hashed, sealed and handed over like a
 * file, and nobody opens the folder a second time.
 *
 *     miev-folder/1
 *     SHA-256  SIZE  PATH           a line for each file, two blanks between, sorted by the bytes
 *     ...                           of PATH, which counts from the folder
 *     (an empty line)
 *     the bytes of the files, one behind the other in the same order
 *
 * The SHA-256 of the lines of files alone is the identity of the folder. */
#ifndef MIEV_CORE_PACK_H
#define MIEV_CORE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miev.h"

#define MIEV_PACK_MAX_FILES 4096u
#define MIEV_PACK_MAX_PATH  512u

struct miev_pack_entry {
    char path[MIEV_PACK_MAX_PATH]; /* "variables/variables.index" */
    uint64_t bytes;
};

struct miev_pack {
    struct miev_pack_entry *entries; /* sorted; owned */
    size_t n;
    uint64_t bytes; /* of all files */
};

/* What lies in an open folder (the descriptor stays the caller's). MIEV_ERR_INVALID for a link, a
 * pipe or a name that cannot be shown, MIEV_ERR_LIMIT for too many files, folders too deep or more
 * than max_bytes; `name` is for these sentences. miev_pack_finish after MIEV_OK. */
MIEV_MUST_USE int miev_pack_list(int fd, const char *name, uint64_t max_bytes,
                                 struct miev_pack *out, struct miev_error *err);
void miev_pack_finish(struct miev_pack *folder);
bool miev_pack_has(const struct miev_pack *folder, const char *path);

/* Bytes that the lines take, with the first one and the empty one. */
size_t miev_pack_head_bytes(const struct miev_pack *folder);
/* Write them into that room; sha256 has 64 digits for each entry. identity receives its own. */
void miev_pack_write_head(const struct miev_pack *folder, const char (*sha256)[65], char *head,
                          char identity[65]);

/* ---- the other side: any bytes, every length checked ---- */

struct miev_pack_reader {
    const char *line, *lines_end; /* what is left of the lines */
    const char *content;          /* of the next file */
    size_t left;                  /* bytes from there on */
};

struct miev_pack_file {
    char path[MIEV_PACK_MAX_PATH];
    const void *bytes;
    size_t length;
};

/* The first line is that of a folder. */
bool miev_pack_is_one(const void *bytes, size_t length);
/* MIEV_ERR_BROKEN: no folder that this program packed. */
MIEV_MUST_USE int miev_pack_read(const void *bytes, size_t length, struct miev_pack_reader *reader,
                                 struct miev_error *err);
/* The next file; *more is false, and nothing told, behind the last. */
MIEV_MUST_USE int miev_pack_next(struct miev_pack_reader *reader, struct miev_pack_file *file,
                                 bool *more, struct miev_error *err);

#endif
