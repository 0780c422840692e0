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
#ifndef MIEV_CORE_PACKED_FOLDER_H
#define MIEV_CORE_PACKED_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miev.h"

#define MIEV_FOLDER_MAX_FILES 4096u
#define MIEV_FOLDER_MAX_PATH  512u

struct miev_folder_entry {
    char path[MIEV_FOLDER_MAX_PATH]; /* "variables/variables.index" */
    uint64_t bytes;
};

struct miev_folder {
    struct miev_folder_entry *entries; /* sorted; owned */
    size_t n;
    uint64_t bytes; /* of all files */
};

/* What lies in an open folder (the descriptor stays the caller's). MIEV_ERR_INVALID for a link, a
 * pipe or a name that cannot be shown, MIEV_ERR_LIMIT for too many files, folders too deep or more
 * than max_bytes; `name` is for these sentences. miev_folder_finish after MIEV_OK. */
MIEV_MUST_USE int miev_folder_list(int fd, const char *name, uint64_t max_bytes,
                                   struct miev_folder *out, struct miev_error *err);
void miev_folder_finish(struct miev_folder *folder);
bool miev_folder_has(const struct miev_folder *folder, const char *path);

/* Bytes that the lines take, with the first one and the empty one. */
size_t miev_folder_head_bytes(const struct miev_folder *folder);
/* Write them into that room; sha256 has 64 digits for each entry. identity receives its own. */
void miev_folder_write_head(const struct miev_folder *folder, const char (*sha256)[65], char *head,
                            char identity[65]);

/* ---- the other side: any bytes, every length checked ---- */

struct miev_folder_reader {
    const char *line, *lines_end; /* what is left of the lines */
    const char *content;          /* of the next file */
    size_t left;                  /* bytes from there on */
};

struct miev_folder_file {
    char path[MIEV_FOLDER_MAX_PATH];
    const void *bytes;
    size_t length;
};

/* The first line is that of a folder. */
bool miev_folder_is_packed(const void *bytes, size_t length);
/* MIEV_ERR_BROKEN: no folder that this program packed. */
MIEV_MUST_USE int miev_folder_read(const void *bytes, size_t length,
                                   struct miev_folder_reader *reader, struct miev_error *err);
/* The next file; *more is false, and nothing told, behind the last. */
MIEV_MUST_USE int miev_folder_next(struct miev_folder_reader *reader, struct miev_folder_file *file,
                                   bool *more, struct miev_error *err);

#endif
