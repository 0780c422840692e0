/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_TESTS_FUZZ_FUZZ_H
#define MIEV_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* One input; returns 0. A target aborts, or a sanitizer does, when it finds a fault. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
