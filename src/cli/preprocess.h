/* SPDX-License-Identifier: Apache-2.0 */
/* The options that say what a model file does not: labels, normalisation, crop. Shared by the
 * commands that run models. */
#ifndef MIEV_CLI_PREPROCESS_H
#define MIEV_CLI_PREPROCESS_H

#include "cli/args.h"
#include "model/override.h"

/* The rows of a command's option table; `at` is the miev_override in its settings. */
/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): the name of a member takes none */
#define PREPROCESS_OPTIONS(type, at)                                                               \
    ARG_TEXT_AT(type, at.labels, "--labels", "FILE",                                               \
                "names of the classes of your own model, one a line"),                             \
    ARG_TEXT_AT(type, at.normalise, "--normalise", "HOW",                                          \
                "its numbers for pixels: raw, unit (0..1), signed\n(-1..1), imagenet, caffe, or "   \
                "MEAN/STD as 127.5/127.5"),                                                        \
    ARG_TEXT_AT(type, at.crop, "--crop", "HOW",                                                    \
                "its part of the photo: stretch, letterbox, crop, or\nthe share of its middle as "  \
                "87.5%")
/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */

#endif
