/* SPDX-License-Identifier: Apache-2.0 */
/* Small files of /sys and /proc, and whole files with a cap. */
#ifndef MIEV_CORE_FILE_H
#define MIEV_CORE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "core/env.h"

/* Read all of root+path, at most capacity-1 bytes, terminated; trailing white space is cut.
 * MIEV_ERR_LIMIT when there is more. path is printf-style and begins with a slash. */
int miev_file_read_text(const struct miev_env *env, char *out, size_t capacity,
                        struct miev_error *err, const char *path_format, ...) MIEV_PRINTF(5, 6);

/* Open root+path to be read again and again. -1 on failure, with errno as open left it. */
int miev_file_open(const struct miev_env *env, struct miev_error *err, const char *path_format, ...)
    MIEV_PRINTF(3, 4);

/* Read a file that holds one unsigned decimal number. */
int miev_file_read_u64(const struct miev_env *env, uint64_t *out, struct miev_error *err,
                       const char *path_format, ...) MIEV_PRINTF(4, 5);

/* Whole decimal number, white space around it allowed. MIEV_ERR_BROKEN for anything else. */
int miev_parse_u64(const char *text, uint64_t *out, struct miev_error *err);

/* Whole text is one finite decimal number. MIEV_ERR_INVALID for anything else. Locale does not
 * matter: the program never leaves the C locale. */
int miev_parse_double(const char *text, double *out, struct miev_error *err);

/* MIEV_ERR_INVALID, with what to do, for "https://..." where a file was asked for. */
int miev_file_refuse_address(const char *path, struct miev_error *err);

/* Read a whole file of this machine into fresh memory (caller frees), terminated by a zero byte
 * that length does not count. MIEV_ERR_LIMIT when it is larger than capacity. */
int miev_file_load(const char *path, size_t capacity, char **out, size_t *length,
                   struct miev_error *err);

#endif
