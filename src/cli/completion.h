/* SPDX-License-Identifier: Apache-2.0 */
/* Shell completions, made of the commands' own tables. A shell asks for zones and models while it
 * completes: `miev completion zones` and `miev completion models`. */
#ifndef MIEV_CLI_COMPLETION_H
#define MIEV_CLI_COMPLETION_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/args.h"

enum value_kind {
    VALUE_NONE, /* a flag, or a command without words */
    VALUE_ANY,  /* a number, a name: nothing to offer */
    VALUE_FILE,
    VALUE_FOLDER,
    VALUE_ZONE,
    VALUE_MODEL, /* a name of the catalog or a file */
    VALUE_COMMAND,
    VALUE_CHOICE
};

struct completed {
    enum value_kind kind;
    char name[32];     /* "MODEL", for the hint */
    char choices[160]; /* of a VALUE_CHOICE, parted by blanks */
};

/* What an option's value is, and what a command's words are by its synopsis. */
struct completed complete_option(const struct arg_option *option);
struct completed complete_words(const struct arg_usage *usage);
/* The value must stand in the same word, after "=". */
bool complete_only_equals(const struct arg_option *option);

/* The sentences of a text without its line breaks. Characters of `escaped` get a backslash, and a
 * single quote becomes `quote`, since it stands in single quotes. */
void complete_put(FILE *file, const char *text, const char *escaped, const char *quote);

void complete_bash(FILE *file);
void complete_fish(FILE *file);
void complete_zsh(FILE *file);

#endif
