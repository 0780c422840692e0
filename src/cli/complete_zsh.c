/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/completion.h"

#define QUOTE   "'\\''" /* a quote within single quotes */
#define ESCAPED "[]:\\"

static const char head[] = "#compdef miev\n"
                           "# Completion of miev for zsh; made by 'miev completion zsh'.\n"
                           "\n"
                           "_miev_zones() {\n"
                           "    local -a found\n"
                           "    found=(${(f)\"$(miev completion zones 2>/dev/null)\"})\n"
                           "    _wanted zones expl zone compadd -M 'm:{a-zA-Z}={A-Za-z}' -a found\n"
                           "}\n"
                           "\n"
                           "_miev_models() {\n"
                           "    local -a found\n"
                           "    found=(${(f)\"$(miev completion models 2>/dev/null)\"})\n"
                           "    _wanted models expl model compadd -a found || _files\n"
                           "}\n"
                           "\n";

static const char tail[] = "    esac\n"
                           "}\n"
                           "\n"
                           "if [[ ${funcstack[1]} == _miev ]]; then\n"
                           "    _miev \"$@\"\n"
                           "else\n"
                           "    compdef _miev miev\n"
                           "fi\n";

/* ":NAME:action" of a value. */
static void put_value(const struct completed *value, FILE *file)
{
    (void)fputs(":", file);
    complete_put(file, value->kind == VALUE_CHOICE ? "word" : value->name, ESCAPED, QUOTE);
    switch (value->kind) {
    case VALUE_FILE:
        (void)fputs(":_files", file);
        break;
    case VALUE_FOLDER:
        (void)fputs(":_files -/", file);
        break;
    case VALUE_ZONE:
        (void)fputs(":_miev_zones", file);
        break;
    case VALUE_MODEL:
        (void)fputs(":_miev_models", file);
        break;
    case VALUE_COMMAND:
        (void)fputs(":(", file);
        for (size_t i = 0; cli_commands[i]; i++)
            (void)fprintf(file, "%s%s", i ? " " : "", cli_commands[i]->name);
        (void)fputs(")", file);
        break;
    case VALUE_CHOICE:
        (void)fprintf(file, ":(%s)", value->choices);
        break;
    case VALUE_ANY:
    case VALUE_NONE:
        (void)fputs(":", file);
        break;
    }
}

static void put_option(const struct arg_option *option, FILE *file)
{
    struct completed value = complete_option(option);
    bool only_equals = complete_only_equals(option);
    (void)fprintf(file, " \\\n            '%s%s[", option->name,
                  value.kind == VALUE_NONE ? ""
                  : only_equals            ? "=-"
                                           : "=");
    complete_put(file, option->help, ESCAPED, QUOTE);
    (void)fputs(only_equals ? "]:" : "]", file);
    if (value.kind != VALUE_NONE)
        put_value(&value, file);
    (void)fputs("'", file);
}

static void put_command(const struct cli_command *command, FILE *file)
{
    struct completed words = complete_words(&command->usage);
    (void)fprintf(file, "    %s)\n        _arguments -S '--help[show this text]'", command->name);
    for (const struct arg_option *at = command->usage.options; at->name; at++)
        put_option(at, file);
    if (words.kind != VALUE_NONE) {
        (void)fprintf(file, " \\\n            '%s", command->usage.max_words == 1 ? "1" : "*");
        put_value(&words, file);
        (void)fputs("'", file);
    }
    (void)fputs(" ;;\n", file);
}

void complete_zsh(FILE *file)
{
    (void)fputs(head, file);
    (void)fputs("_miev() {\n    local -a commands\n    commands=(\n", file);
    for (size_t i = 0; cli_commands[i]; i++) {
        (void)fprintf(file, "        '%s:", cli_commands[i]->name);
        complete_put(file, cli_commands[i]->title, ":\\", QUOTE);
        (void)fputs("'\n", file);
    }
    (void)fputs("    )\n    if ((CURRENT == 2)); then\n        _describe command commands\n"
                "        return\n    fi\n    shift words\n    ((CURRENT--))\n"
                "    case $words[1] in\n",
                file);
    for (size_t i = 0; cli_commands[i]; i++)
        put_command(cli_commands[i], file);
    (void)fputs(tail, file);
}
