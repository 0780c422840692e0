/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/args.h"
#include "cli/command.h"

int cmd_version(int argc, char **argv)
{
    static const struct arg_option options[] = {{0}};
    static const struct arg_usage usage = {"version", "", "Show the version.", "  miev version",
                                           options};
    struct miev_error err;
    size_t n_words = 0;
    bool help = false;
    if (args_parse(argc, argv, options, &n_words, &help, &err) != MIEV_OK ||
        args_words("version", argv, n_words, 0, &err) != MIEV_OK)
        return cli_usage_error("version", &err);
    if (help)
        args_print_help(&usage);
    else
        printf("miev %s\n", miev_version());
    return CLI_OK;
}
