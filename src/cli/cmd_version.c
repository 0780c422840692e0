/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/command.h"

static int print_version(const void *settings, char **words, size_t n_words)
{
    (void)settings, (void)words, (void)n_words;
    printf("miev %s\n", miev_version());
    return CLI_OK;
}

static const struct arg_option options[] = {{0}};

const struct cli_command cli_version = {
    .name = "version",
    .title = "show the version",
    .usage = {"", "Show the version.", "  miev version", options, 0},
    .run = print_version,
};
