/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_CORE_ERROR_H
#define MIEV_CORE_ERROR_H

#include "miev.h"

/* Write a sentence and a code; err may be NULL. Returns code, so that `return miev_error_set(...)`
 * reads as one step. */
int miev_error_set(struct miev_error *err, int code, const char *fmt, ...) MIEV_PRINTF(3, 4);

/* The same from errno, whose text is appended: ENOENT and ENODEV become MIEV_ERR_UNAVAILABLE,
 * EACCES and EPERM MIEV_ERR_PERMISSION, ENOMEM MIEV_ERR_NOMEM, ETIMEDOUT MIEV_ERR_TIMEOUT, all
 * others MIEV_ERR_BROKEN. */
int miev_error_errno(struct miev_error *err, const char *fmt, ...) MIEV_PRINTF(2, 3);

/* Put "context: " before the message that is there. Returns err's code. */
int miev_error_prefix(struct miev_error *err, const char *fmt, ...) MIEV_PRINTF(2, 3);

#ifdef __clang_analyzer__
/* The analyzer sees one file at a time: tell it that none of these can return MIEV_OK. */
#define miev_error_set(err, code, ...) ((void)(miev_error_set)(err, code, __VA_ARGS__), (code))
#define miev_error_errno(err, ...)     ((void)(miev_error_errno)(err, __VA_ARGS__), MIEV_ERR_BROKEN)
#endif

/* The status that belongs to a word of miev_status_name, or MIEV_ERR_BROKEN for an unknown one. */
int miev_status_from_name(const char *name);

#endif
