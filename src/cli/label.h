/* SPDX-License-Identifier: Apache-2.0 */
/* What `miev label` and `miev publish` share: which model of which report, priced for a label. */
#ifndef MIEV_CLI_LABEL_H
#define MIEV_CLI_LABEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli/args.h"
#include "cli/report_open.h"
#include "cli/site.h"
#include "study/label.h"

struct label_choice {
    const char *model, *reference, *file;
    struct site_settings site;
};

#define LABEL_CHOICE_INIT          \
    {                              \
        .site = SITE_SETTINGS_INIT \
    }

/* The rows of a command's option table; `at` is the label_choice in its settings. */
/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): the name of a member takes none */
#define LABEL_OPTIONS(type, at)                                                                    \
    ARG_TEXT_AT(type, at.model, "--model", "NAME",                                                 \
                "which model of the report; default: its first"),                                  \
    ARG_TEXT_AT(type, at.reference, "--reference", "NAME",                                         \
                "the model of the same study that the ratio is told to;\ndefault: "                \
                MIEV_LABEL_REFERENCE ", where it is there"),                                       \
    ARG_TEXT_AT(type, at.file, "--file", "MODEL",                                                  \
                "the model's file: a label of another one is stale, and says\nso (svg) or is "     \
                "refused"),                                                                        \
    SITE_OPTIONS(type, at.site)
/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */

/* The label of one model of the report that words[0] names, new reference; *stale: choice->file is
 * another one. What is wrong is said on standard error. Returns an exit status. */
int label_open(const char *command, const struct label_choice *choice, char **words, size_t n_words,
               json_t **label, bool *stale);

/* MIEV_ERR_INVALID: the report is of another file than choice->file. */
MIEV_MUST_USE int label_refuse_stale(const struct label_choice *choice, bool stale,
                                     struct miev_error *err);

#endif
