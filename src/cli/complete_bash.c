/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/completion.h"

/* Bash parts a word at ":" and "=" and hands over quotes as they were typed; a reply stands for
 * the last piece only. Hence the putting together and the cutting off. */
static const char script[] =
    "# Completion of miev for bash; made by 'miev completion bash'.\n"
    "\n"
    "_miev_offer() { # one candidate a line on standard input; uses before, value, quote, skip\n"
    "    local word full\n"
    "    while IFS= read -r word; do\n"
    "        [[ ${word,,} == \"${value,,}\"* ]] || continue\n"
    "        full=$before$word\n"
    "        full=${full:skip}\n"
    "        [[ $quote ]] || printf -v full %q \"$full\"\n"
    "        COMPREPLY+=(\"$full\")\n"
    "    done\n"
    "}\n"
    "\n"
    "_miev_files() { # FLAG of compgen\n"
    "    local word\n"
    "    compopt -o filenames\n"
    "    while IFS= read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen \"$1\" -- "
    "\"$value\")\n"
    "}\n"
    "\n"
    "_miev_value() {\n"
    "    case $kind in\n"
    "    file) _miev_files -f ;;\n"
    "    folder) _miev_files -d ;;\n"
    "    zone) _miev_offer < <(miev completion zones 2>/dev/null) ;;\n"
    "    model)\n"
    "        [[ $value == */* ]] || _miev_offer < <(miev completion models 2>/dev/null)\n"
    "        ((${#COMPREPLY[@]})) || _miev_files -f ;;\n"
    "    choice) _miev_offer < <(printf '%s\\n' $choices) ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "_miev() {\n"
    "    local line=$COMP_LINE piece words=() i cur prev command option\n"
    "    local kind='' choices='' options='' before='' value quote='' skip\n"
    "    local words_kind='' words_choices=''\n"
    "    for ((i = 0; i <= COMP_CWORD; i++)); do\n"
    "        piece=${COMP_WORDS[i]}\n"
    "        if ((i > 0)) && [[ $line && $line != [[:blank:]]* ]]; then\n"
    "            words[${#words[@]}-1]+=$piece\n"
    "        else\n"
    "            line=${line#\"${line%%[![:blank:]]*}\"}\n"
    "            words+=(\"$piece\")\n"
    "        fi\n"
    "        line=${line#\"$piece\"}\n"
    "    done\n"
    "    cur=${words[${#words[@]}-1]} prev=${words[${#words[@]}-2]} command=${words[1]}\n"
    "    skip=$((${#cur} - ${#piece}))\n"
    "    [[ $piece == [:=] ]] && skip=${#cur}\n"
    "    value=$cur COMPREPLY=()\n"
    "    if [[ $cur == --*=* ]]; then\n"
    "        option=${cur%%=*} before=${cur%%=*}= value=${cur#*=}\n"
    "    elif [[ $prev == --?* ]]; then\n"
    "        option=$prev\n"
    "    fi\n"
    "    case $value in\n"
    "    [\\'\\\"]*) quote=${value:0:1} value=${value:1} ;;\n"
    "    *) value=${value//\\\\/} ;;\n"
    "    esac\n"
    "    if ((${#words[@]} == 2)); then\n"
    "        kind=choice choices=$_miev_commands\n"
    "    else\n"
    "        _miev_table\n"
    "    fi\n"
    "    if [[ ! $kind && $cur == -* && $before == '' ]]; then\n"
    "        kind=choice choices=$options\n"
    "    elif [[ ! $kind && $before == '' ]]; then\n"
    "        kind=$words_kind choices=$words_choices\n"
    "    fi\n"
    "    _miev_value\n"
    "}\n"
    "\n"
    "complete -F _miev miev\n";

static const char *const kind_names[] = {
    [VALUE_NONE] = "none",      [VALUE_ANY] = "any",       [VALUE_FILE] = "file",
    [VALUE_FOLDER] = "folder",  [VALUE_ZONE] = "zone",     [VALUE_MODEL] = "model",
    [VALUE_COMMAND] = "choice", [VALUE_CHOICE] = "choice",
};

static void put_commands(FILE *file)
{
    for (size_t i = 0; cli_commands[i]; i++)
        (void)fprintf(file, "%s%s", i ? " " : "", cli_commands[i]->name);
}

static void put_kind(const char *prefix, const struct completed *value, FILE *file)
{
    (void)fprintf(file, "%skind='%s'", prefix, kind_names[value->kind]);
    if (value->kind == VALUE_COMMAND)
        (void)fprintf(file, " %schoices=$_miev_commands", prefix);
    else if (value->kind == VALUE_CHOICE)
        (void)fprintf(file, " %schoices='%s'", prefix, value->choices);
}

static void put_command(const struct cli_command *command, FILE *file)
{
    struct completed words = complete_words(&command->usage);
    (void)fprintf(file, "    %s)\n        options='", command->name);
    for (const struct arg_option *at = command->usage.options; at->name; at++)
        (void)fprintf(file, "%s ", at->name);
    (void)fputs("--help'\n        ", file);
    put_kind("words_", &words, file);
    (void)fputs("\n        case $option in\n", file);
    for (const struct arg_option *at = command->usage.options; at->name; at++) {
        struct completed value = complete_option(at);
        if (value.kind == VALUE_NONE)
            continue;
        (void)fprintf(file, "        %s) ", at->name);
        if (complete_only_equals(at))
            (void)fputs("[[ $before ]] && ", file);
        put_kind("", &value, file);
        (void)fputs(" ;;\n", file);
    }
    (void)fputs("        esac ;;\n", file);
}

void complete_bash(FILE *file)
{
    (void)fputs("_miev_commands='", file);
    put_commands(file);
    (void)fputs("'\n\n_miev_table() { # what there is to know of a command and its options\n"
                "    case $command in\n",
                file);
    for (size_t i = 0; cli_commands[i]; i++)
        put_command(cli_commands[i], file);
    (void)fputs("    esac\n}\n\n", file);
    (void)fputs(script, file);
}
