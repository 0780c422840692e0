/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/completion.h"

#define QUOTE "\\'" /* a quote within single quotes */

static void put_value(const struct completed *value, FILE *file)
{
    switch (value->kind) {
    case VALUE_FILE:
        (void)fputs(" -r -F", file);
        break;
    case VALUE_FOLDER:
        (void)fputs(" -x -a '(__fish_complete_directories)'", file);
        break;
    case VALUE_ZONE:
        (void)fputs(" -x -a '(miev completion zones 2>/dev/null)'", file);
        break;
    case VALUE_MODEL:
        (void)fputs(" -r -F -a '(miev completion models 2>/dev/null)'", file);
        break;
    case VALUE_COMMAND:
        (void)fputs(" -x -a '", file);
        for (size_t i = 0; cli_commands[i]; i++)
            (void)fprintf(file, "%s%s", i ? " " : "", cli_commands[i]->name);
        (void)fputs("'", file);
        break;
    case VALUE_CHOICE:
        (void)fprintf(file, " -x -a '%s'", value->choices);
        break;
    case VALUE_ANY:
        (void)fputs(" -x", file);
        break;
    case VALUE_NONE:
        break;
    }
}

static void put_option(const char *command, const struct arg_option *option, FILE *file)
{
    struct completed value = complete_option(option);
    (void)fprintf(file, "complete -c miev -n '__fish_seen_subcommand_from %s' -l %s", command,
                  option->name + 2);
    if (complete_only_equals(option)) /* fish knows no optional value: the bare option is offered */
        value.kind = VALUE_NONE;
    put_value(&value, file);
    (void)fputs(" -d '", file);
    complete_put(file, option->help, "\\", QUOTE);
    (void)fputs("'\n", file);
}

static void put_command(const struct cli_command *command, FILE *file)
{
    struct completed words = complete_words(&command->usage);
    (void)fprintf(file, "\ncomplete -c miev -n __fish_use_subcommand -a %s -d '", command->name);
    complete_put(file, command->title, "\\", QUOTE);
    (void)fputs("'\n", file);
    for (const struct arg_option *at = command->usage.options; at->name; at++)
        put_option(command->name, at, file);
    (void)fprintf(file,
                  "complete -c miev -n '__fish_seen_subcommand_from %s' -l help -d 'show this "
                  "text'\n",
                  command->name);
    if (words.kind == VALUE_NONE || words.kind == VALUE_ANY)
        return;
    (void)fprintf(file, "complete -c miev -n '__fish_seen_subcommand_from %s'", command->name);
    put_value(&words, file);
    (void)fputs("\n", file);
}

void complete_fish(FILE *file)
{
    (void)fputs("# Completion of miev for fish; made by 'miev completion fish'.\n"
                "complete -c miev -f\n",
                file);
    for (size_t i = 0; cli_commands[i]; i++)
        put_command(cli_commands[i], file);
}
