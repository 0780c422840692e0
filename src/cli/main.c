/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "core/error.h"
#include "grid/suggest.h"
#include "server/unpack_child.h"
#include "study/worker.h"

int cli_fail(const struct miev_error *err)
{
    (void)fprintf(stderr, "miev: %s\n", err->message);
    return CLI_FAILED;
}

int cli_usage_error(const char *command, const struct miev_error *err)
{
    (void)fprintf(stderr, "miev: %s\nmiev: see 'miev %s --help'\n", err->message, command);
    return CLI_USAGE;
}

static void print_help(void)
{
    printf("usage: miev COMMAND [ARGUMENTS]\n\n"
           "MIEV tells what one inference of a model costs in grams of CO2 equivalent,\n"
           "beside how fast and how right it is.\n\ncommands:\n");
    for (size_t i = 0; cli_commands[i]; i++)
        printf("  %-10s %s\n", cli_commands[i]->name, cli_commands[i]->title);
    printf("\n'miev COMMAND --help' tells more. Exit status: 0 done, 1 failed, 2 wrong usage,\n"
           "3 not measured although --require-measured, 130 interrupted.\n");
}

static int refuse_command(const char *name)
{
    size_t best = 3; /* three slips of the finger make another word */
    const char *near = NULL;
    for (size_t i = 0; cli_commands[i]; i++) {
        size_t distance = miev_grid_distance(name, cli_commands[i]->name, 2);
        if (distance < best) {
            best = distance;
            near = cli_commands[i]->name;
        }
    }
    (void)fprintf(stderr, "miev: no command is named '%.60s'", name);
    if (near)
        (void)fprintf(stderr, ": did you mean '%s'?", near);
    (void)fprintf(stderr, "\nmiev: see 'miev --help'\n");
    return CLI_USAGE;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct miev_error err;
    struct arg_words words = {0};
    int status = CLI_OK;
    void *settings = malloc(command->settings_size + 1);
    if (!settings) {
        (void)miev_error_set(&err, MIEV_ERR_NOMEM, "no memory for the command's settings");
        return cli_fail(&err);
    }
    if (command->settings_size)
        memcpy(settings, command->defaults, command->settings_size);
    if (args_parse(argc, argv, command->name, &command->usage, settings, &words, &err) != MIEV_OK)
        status = cli_usage_error(command->name, &err);
    else if (words.help)
        args_print_help(command->name, &command->usage);
    else
        status = command->run(settings, argv, words.n);
    free(settings);
    return status;
}

/* What was printed may be lost when it leaves the buffer: a full disk is a failure. */
static int close_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    (void)fprintf(stderr, "miev: cannot write all of it to standard output\n");
    return status == CLI_OK ? CLI_FAILED : status;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], MIEV_WORKER_ARGUMENT) == 0)
        return miev_worker_main(MIEV_WORKER_SOCKET, miev_engines);
    if (argc > 1 && strcmp(argv[1], MIEV_UNPACK_ARGUMENT) == 0)
        return miev_unpack_child_main(argv + 2, argc - 2);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help();
        return close_output(argc < 2 ? CLI_USAGE : CLI_OK);
    }
    const char *name = strcmp(argv[1], "--version") == 0 ? "version" : argv[1];
    for (size_t i = 0; cli_commands[i]; i++)
        if (strcmp(cli_commands[i]->name, name) == 0)
            return close_output(run(cli_commands[i], argc - 2, argv + 2));
    return refuse_command(name);
}
