/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_TESTS_FUZZ_FUZZ_H
#define MIEV_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One input; returns 0. A target aborts, or a sanitizer does, when it finds a fault. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_require(int truth)
{
    if (!truth)
        abort();
}

/* The bytes as text of exactly that room, so that a sanitizer sees one byte too many; the caller
 * frees it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    fuzz_require(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

#endif
