/* SPDX-License-Identifier: Apache-2.0 */
/* The options of commands that go through a folder of pictures (eval, probe). */
#ifndef MIEV_CLI_EXAM_OPTIONS_H
#define MIEV_CLI_EXAM_OPTIONS_H

#include "cli/measure.h"

/* The rows of a command's option table: which pictures, how they are answered, and what is shown.
 * Its settings have members of these names. */
/* clang-format off */
#define EXAM_WHICH_OPTIONS(type, seed_words)                                                       \
    ARG_COUNT_AT(type, limit, "--limit", "N", 0, 2000000,                                          \
                 "so many pictures of each class's share, drawn by the\nseed; default: all"),      \
    ARG_COUNT_AT(type, seed, "--seed", "N", 0, 9007199254740991.0, seed_words),                    \
    ARG_TEXT_AT(type, precision, "--precision", "WORD",                                            \
                "float32, int8 or all (default) of each bundled model")

#define EXAM_HOW_OPTIONS(type)                                                                     \
    THREADS_OPTION(type, threads),                                                                 \
    ARG_COUNT_AT(type, decoders, "--decoders", "N", 1, 64,                                         \
                 "processes that decode ahead; default: 1 to 4 by the CPUs"),                      \
    DELEGATE_OPTION(type, delegate),                                                               \
    MACHINE_OPTIONS(type, dedicated, fast_decode, memory_mib, timeout_s)
/* clang-format on */

#endif
