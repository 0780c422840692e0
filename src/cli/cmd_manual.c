/* SPDX-License-Identifier: Apache-2.0 */
/* Manual pages, made of the commands' own tables: `miev manual run | man -l -`. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "core/error.h"
#include "export/columns.h"

struct entry {
    const char *name, *meaning;
};

static const struct entry exits[] = {
    {"0", "Done."},
    {"1",
     "Nothing, or not everything, that was asked for could be done. Standard error says what."},
    {"2", "The words of the command are wrong; nothing was done."},
    {"3", "With --require-measured: some joule was estimated."},
    {"130", "Interrupted by Ctrl-C; what was found so far is shown and written."},
    {NULL, NULL},
};

static const struct entry variables[] = {
    {"MIEV_HOME",
     "Folder that holds models/ and the runtime, in place of the one beside the program."},
    {"MIEV_DATA", "Folder that the history of studies lies in."},
    {"MIEV_MODELS",
     "Folder that pulled models lie in; without it miev/models of XDG_DATA_HOME, else "
     "HOME/.local/share/miev/models."},
    {"HF_TOKEN, HUGGING_FACE_HUB_TOKEN, HF_TOKEN_PATH, HF_HOME",
     "A token for Hugging Face, or the file or folder that holds it; without them "
     "~/.cache/huggingface/token."},
    {"KAGGLE_API_TOKEN, KAGGLE_USERNAME, KAGGLE_KEY, KAGGLE_CONFIG_DIR",
     "A token or a key for Kaggle, or the folder of kaggle.json; without them ~/.kaggle."},
    {"HF_ENDPOINT, KAGGLE_API_ENDPOINT", "A mirror in place of https://huggingface.co or "
                                         "https://www.kaggle.com; it gets the token."},
    {"https_proxy, all_proxy, no_proxy",
     "The proxy that \\(aqmiev pull\\(aq asks, and for which hosts not; in capitals too."},
    {"SSL_CERT_FILE, SSL_CERT_DIR, CURL_CA_BUNDLE, REQUESTS_CA_BUNDLE",
     "Whose certificates \\(aqmiev pull\\(aq trusts, in place of the system\\(aqs."},
    {"XDG_DATA_HOME, HOME",
     "Without MIEV_DATA the history lies in miev/ of the first, else in .local/share/miev of the "
     "second."},
    {"MIEV_DEBUG", "Set to anything: what a model's process prints is shown."},
    {"MIEV_METER", "Shell command that prints the joules of the whole machine, such as a wall "
                   "meter\\(aqs reader; "
                   "docs/sensors.md has its protocol."},
    {"ELECTRICITYMAPS_TOKEN",
     "The key for --live electricitymaps; without it the file miev/electricitymaps.token of "
     "XDG_CONFIG_HOME, else of ~/.config."},
    {"CARBON_AWARE_URL", "The address of the Carbon Aware SDK for --live carbon-aware."},
    {"MIEV_ELECTRICITYMAPS_URL, MIEV_NESO_URL", "A mirror in place of the provider\\(aqs address."},
    {"MIEV_REMOTE_TOKEN",
     "Token that the server of a model that is served elsewhere asks for; it goes to that server "
     "alone."},
    {"MIEV_METER_TOKEN", "Token that the meter of --meter asks for; it goes there alone."},
    {"MIEV_NVML", "The library of NVIDIA\\(aqs driver, in place of libnvidia\\-ml.so.1."},
    {"XDG_DATA_HOME, HOME",
     "The profile of \\(aqmiev calibrate\\(aq is XDG_DATA_HOME/miev/machine.csv, else "
     "HOME/.local/share/miev/machine.csv."},
    {"XDG_CACHE_HOME, HOME",
     "Where miev eval keeps answers until all are there: in miev/eval of the first one, or in\n"
     "the folder .cache/miev/eval of the second."},
    {"NO_COLOR", "Set to anything but nothing: no colour."},
    {"TERM", "With dumb: no colour, and no line is written over."},
    {"LC_ALL, LC_CTYPE, LANG", "The first that is set tells whether the terminal shows UTF-8."},
    {NULL, NULL},
};

static const struct entry files[] = {
    {"PREFIX/share/miev/models", "The bundled models with their cards."},
    {"PREFIX/share/miev/vendor", "The runtime that executes them."},
    {"~/.local/share/miev/models", "Models that were pulled, and their cards."},
    {"~/.local/share/miev/history.db", "The studies that were kept."},
    {"/sys/class/powercap",
     "Energy counters of processors; \\(aqmiev doctor\\(aq tells what opens them."},
    {NULL, NULL},
};

/* Text as it is: a backslash, a hyphen and a dot or a quote that begins a line mean something else
 * to roff. */
static void put_text(const char *text)
{
    bool begins = true;
    for (; *text; text++) {
        if (begins && (*text == '.' || *text == '\''))
            printf("\\&");
        if (*text == '\\')
            printf("\\e");
        else if (*text == '-')
            printf("\\-");
        else if (*text == '\'')
            printf("\\(aq");
        else if (*text == '"')
            printf("\\(dq");
        else
            putchar(*text);
        begins = *text == '\n';
    }
}

/* The version stands for a date, so that the same source always makes the same page. */
static void put_head(const char *name, const char *section, const char *title)
{
    printf(".TH \"");
    put_text(name);
    printf("\" %s \"\" \"miev %s\" \"MIEV\"\n.nh\n.ad l\n.SH NAME\n", section, miev_version());
    put_text(name);
    printf(" \\- ");
    put_text(title);
    printf("\n");
}

static void put_entries(const char *heading, const struct entry *entries)
{
    printf(".SH %s\n", heading);
    for (; entries->name; entries++) {
        printf(".TP\n.B ");
        put_text(entries->name);
        printf("\n%s\n", entries->meaning);
    }
}

static void put_option(const struct arg_option *option)
{
    printf(".TP\n\\fB");
    put_text(option->name);
    printf("\\fR");
    if (option->value_name)
        printf(option->kind == ARG_MAYBE ? "[=\\fI%s\\fR]" : " \\fI%s\\fR", option->value_name);
    printf("\n");
    put_text(option->help);
    printf(".\n");
    if (option->kind == ARG_NUMBER || option->kind == ARG_COUNT)
        printf("From %.16g to %.16g.\n", option->min, option->max);
}

static void put_examples(const char *examples)
{
    printf(".SH EXAMPLES\n.nf\n");
    put_text(examples);
    printf("\n.fi\n");
}

static void put_see_also(const char *own)
{
    bool first = true;
    printf(".SH SEE ALSO\n");
    for (size_t i = 0; cli_commands[i]; i++) {
        if (own && strcmp(cli_commands[i]->name, own) == 0)
            continue;
        printf("%s.BR miev\\-%s (1)", first ? "" : ",\n", cli_commands[i]->name);
        first = false;
    }
    printf(",\n.BR miev\\-outputs (5)\n");
}

static void print_command(const struct cli_command *command)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "miev-%s", command->name);
    put_head(name, "1", command->title);
    printf(".SH SYNOPSIS\n.B miev %s\n", command->name);
    if (*command->usage.synopsis) {
        put_text(command->usage.synopsis);
        printf("\n");
    }
    printf(".SH DESCRIPTION\n");
    put_text(command->usage.summary);
    printf("\n.SH OPTIONS\n");
    for (const struct arg_option *option = command->usage.options; option->name; option++)
        put_option(option);
    printf(".TP\n\\fB\\-\\-help\\fR\nshow a short text.\n");
    put_entries("EXIT STATUS", exits);
    put_entries("ENVIRONMENT", variables);
    put_entries("FILES", files);
    if (command->usage.examples)
        put_examples(command->usage.examples);
    put_see_also(command->name);
}

static void print_overview(void)
{
    put_head("miev", "1", "carbon of machine learning inference");
    printf(".SH SYNOPSIS\n.B miev\n.I COMMAND\n[\\fIARGUMENTS\\fR]\n.SH DESCRIPTION\n"
           "Tells what one inference of a model costs in grams of CO2 equivalent, on this machine "
           "and on\nreal input, beside how fast and how right it is.\n.SH COMMANDS\n");
    for (size_t i = 0; cli_commands[i]; i++) {
        printf(".TP\n.BR miev\\-%s (1)\n", cli_commands[i]->name);
        put_text(cli_commands[i]->title);
        printf(".\n");
    }
    put_entries("EXIT STATUS", exits);
    put_entries("ENVIRONMENT", variables);
    put_entries("FILES", files);
    put_examples(cli_compare.usage.examples);
    put_see_also(NULL);
}

static void print_outputs(void)
{
    put_head("miev-outputs", "5", "columns of --csv and --json-lines");
    printf(".SH DESCRIPTION\nA row a model. The unit is the end of a name: _s seconds, _j joules, "
           "_g grams of CO2 equivalent,\n_ratio a plain factor. Absent is an empty cell or null, "
           "never 0. A text in CSV that would be a\nformula to a spreadsheet has an apostrophe "
           "before it. New columns are added at the end.\n.SH COLUMNS\n");
    for (const struct miev_column *column = miev_columns; column->name; column++) {
        printf(".TP\n.B %s\n", column->name);
        put_text(column->meaning);
        printf(" (%s).\n", miev_column_kind_name(column->kind));
    }
    put_see_also(NULL);
}

static int print_manual(const void *settings, char **words, size_t n_words)
{
    struct miev_error err;
    (void)settings;
    if (n_words == 0 || strcmp(words[0], "miev") == 0) {
        print_overview();
        return CLI_OK;
    }
    if (strcmp(words[0], "outputs") == 0) {
        print_outputs();
        return CLI_OK;
    }
    for (size_t i = 0; cli_commands[i]; i++) {
        if (strcmp(cli_commands[i]->name, words[0]) == 0) {
            print_command(cli_commands[i]);
            return CLI_OK;
        }
    }
    (void)miev_error_set(&err, MIEV_ERR_INVALID,
                         "there is no page of '%.60s': name a command, or 'outputs'", words[0]);
    return cli_usage_error("manual", &err);
}

static const struct arg_option options[] = {{0}};

const struct cli_command cli_manual = {
    .name = "manual",
    .title = "print the manual page of a command",
    .usage =
        {"[COMMAND]",
         "Print the manual page of a COMMAND, or of miev itself. 'outputs' is the page of the\n"
         "columns that --csv and --json-lines write. An installed miev brings the pages along:\n"
         "man miev-compare.",
         "  miev manual compare | man -l -\n  miev manual outputs | man -l -", options, 1},
    .run = print_manual,
};
