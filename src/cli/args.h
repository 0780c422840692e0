/* SPDX-License-Identifier: Apache-2.0 */
/* One table per command reads its options and prints its help. */
#ifndef MIEV_CLI_ARGS_H
#define MIEV_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "miev.h"

enum arg_kind {
    ARG_FLAG,   /* value: bool *, becomes true */
    ARG_TEXT,   /* value: const char ** */
    ARG_NUMBER, /* value: double *, within [min, max] */
};

struct arg_option {
    const char *name; /* "--input" */
    enum arg_kind kind;
    void *value;
    const char *value_name; /* "FILE", NULL for a flag */
    const char *help;       /* one line, or more parted by \n */
    double min, max;        /* of an ARG_NUMBER */
};

struct arg_usage {
    const char *command;              /* "compare" */
    const char *synopsis;             /* "[MODEL...] --input FILE" */
    const char *summary;              /* what it does, one sentence */
    const char *examples;             /* lines to copy */
    const struct arg_option *options; /* ends with a NULL name */
};

/* Read argv (without program and command). Positional words are moved to its front and counted.
 * *help becomes true when --help or -h is there. MIEV_ERR_INVALID names the word that is wrong. */
MIEV_MUST_USE int args_parse(int argc, char **argv, const struct arg_option *options,
                             size_t *n_words, bool *help, struct miev_error *err);

/* Refuse words that the command has no use for: what is ignored in silence is misunderstood. */
MIEV_MUST_USE int args_words(const char *command, char **argv, size_t n_words, size_t most,
                             struct miev_error *err);

void args_print_help(const struct arg_usage *usage);

#endif
