/* SPDX-License-Identifier: Apache-2.0 */
/* One table per command reads its options and prints its help. */
#ifndef MIEV_CLI_ARGS_H
#define MIEV_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "miev.h"

enum arg_kind {
    ARG_FLAG,   /* a bool, becomes true */
    ARG_TEXT,   /* a const char * */
    ARG_MAYBE,  /* a const char *: "" for "--name" alone, the value of "--name=value" */
    ARG_NUMBER, /* a double within [min, max] */
    ARG_COUNT,  /* the same, whole numbers only */
};

/* A constant, so that help, completion and manual pages are made from the table that is parsed. */
struct arg_option {
    const char *name; /* "--input" */
    enum arg_kind kind;
    size_t at;              /* offsetof the value in the command's settings */
    const char *value_name; /* "FILE", NULL for a flag; FILE and DIR are completed as paths */
    const char *help;       /* one line, or more parted by \n */
    double min, max;        /* of an ARG_NUMBER or ARG_COUNT */
    const char *choices;    /* "float32 int8 all": the values there are; NULL: not a list */
};

/* Rows of an option table; `at` is the setting within the command's settings, of that type. */
#define ARG_FLAG_AT(type, at, name, help)                          \
    {                                                              \
        name, ARG_FLAG, offsetof(type, at), NULL, help, 0, 0, NULL \
    }
#define ARG_TEXT_AT(type, at, name, value_name, help)                    \
    {                                                                    \
        name, ARG_TEXT, offsetof(type, at), value_name, help, 0, 0, NULL \
    }
#define ARG_CHOICE_AT(type, at, name, value_name, choices, help)            \
    {                                                                       \
        name, ARG_TEXT, offsetof(type, at), value_name, help, 0, 0, choices \
    }
#define ARG_MAYBE_AT(type, at, name, value_name, help)                    \
    {                                                                     \
        name, ARG_MAYBE, offsetof(type, at), value_name, help, 0, 0, NULL \
    }
#define ARG_NUMBER_AT(type, at, name, value_name, min, max, help)              \
    {                                                                          \
        name, ARG_NUMBER, offsetof(type, at), value_name, help, min, max, NULL \
    }
#define ARG_COUNT_AT(type, at, name, value_name, min, max, help)              \
    {                                                                         \
        name, ARG_COUNT, offsetof(type, at), value_name, help, min, max, NULL \
    }

#define ARGS_ANY_WORDS ((size_t)-1)

/* What a command takes. */
struct arg_usage {
    const char *synopsis;             /* "[MODEL...] --input FILE" */
    const char *summary;              /* what it does, in sentences */
    const char *examples;             /* lines to copy */
    const struct arg_option *options; /* ends with a NULL name */
    size_t max_words;                 /* positional words at most */
};

/* What a command was given beside its options. */
struct arg_words {
    size_t n;  /* positional words, moved to the front of argv */
    bool help; /* --help or -h is among them */
};

/* Read argv (without program and command) into the settings that the table's offsets belong to.
 * More than max_words positional words are refused, since what is ignored in silence is
 * misunderstood. MIEV_ERR_INVALID names the word that is wrong. */
MIEV_MUST_USE int args_parse(int argc, char **argv, const char *command,
                             const struct arg_usage *usage, void *settings, struct arg_words *out,
                             struct miev_error *err);

void args_print_help(const char *command, const struct arg_usage *usage);

#endif
