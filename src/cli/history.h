/* SPDX-License-Identifier: Apache-2.0 */
/* How commands that measure keep their study. */
#ifndef MIEV_CLI_HISTORY_H
#define MIEV_CLI_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/args.h"
#include "cli/output.h"
#include "study/keep.h"

struct history_settings {
    const char *name;
    bool off;
};

/* The rows of a command's option table; `at` is the history_settings in its settings. */
/* NOLINTBEGIN(bugprone-macro-parentheses): the name of a member takes none */
/* clang-format off */
#define HISTORY_OPTIONS(type, at)                                                                  \
    ARG_TEXT_AT(type, at.name, "--name", "TEXT", "what the history calls this study"),             \
    ARG_FLAG_AT(type, at.off, "--no-history", "do not keep this study ('miev history')")
/* clang-format on */
/* NOLINTEND(bugprone-macro-parentheses) */

/* Begin to keep a study, unless it is switched off. Returns what `measure` takes: keep or NULL. */
struct miev_keep *history_begin(const struct history_settings *settings,
                                const struct miev_price_options *price, struct miev_keep *keep);
/* Keep the finished report; NULL: the study failed as a whole. keep may be NULL. */
void history_finish(struct miev_keep *keep, const json_t *report);
/* Say where the study is, below the table where one is shown (output NULL: there is none); that it
 * is not kept, on standard error. Closes keep, which may be NULL. */
void history_tell(struct miev_keep *keep, const struct output_settings *output);

#endif
