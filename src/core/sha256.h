/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_CORE_SHA256_H
#define MIEV_CORE_SHA256_H

#include <stddef.h>

/* SHA-256 of bytes as 64 lower-case hex digits and a terminator. */
void miev_sha256_hex(const void *bytes, size_t length, char out[65]);

#endif
