/* SPDX-License-Identifier: Apache-2.0 */
/* The commands. A new one is a file cmd_<name>.c, a line here and a line in commands.c. */
#ifndef MIEV_CLI_COMMAND_H
#define MIEV_CLI_COMMAND_H

#include "cli/args.h"

/* Stable exit statuses. */
enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,       /* nothing or not everything that was asked for could be done */
    CLI_USAGE = 2,        /* the words of the command are wrong */
    CLI_NO_SENSOR = 3,    /* --require-measured, and a joule was estimated */
    CLI_INTERRUPTED = 130 /* Ctrl-C; what was found so far is shown */
};

struct cli_command {
    const char *name, *title;
    struct arg_usage usage;
    const void *defaults; /* the settings that the options change, settings_size bytes; or NULL */
    size_t settings_size;
    int (*run)(const void *settings, char **words, size_t n_words); /* returns the exit status */
};

/* All commands in the order of the help, ends with NULL. */
extern const struct cli_command *const cli_commands[];

extern const struct cli_command cli_calibrate;
extern const struct cli_command cli_compare;
extern const struct cli_command cli_completion;
extern const struct cli_command cli_doctor;
extern const struct cli_command cli_label;
extern const struct cli_command cli_publish;
extern const struct cli_command cli_manual;
extern const struct cli_command cli_footprint;
extern const struct cli_command cli_alternatives;
extern const struct cli_command cli_gc;
extern const struct cli_command cli_history;
extern const struct cli_command cli_import;
extern const struct cli_command cli_estimate;
extern const struct cli_command cli_eval;
extern const struct cli_command cli_models;
extern const struct cli_command cli_probe;
extern const struct cli_command cli_profile;
extern const struct cli_command cli_pull;
extern const struct cli_command cli_repeat;
extern const struct cli_command cli_run;
extern const struct cli_command cli_selftest;
extern const struct cli_command cli_serve;
extern const struct cli_command cli_sweep;
extern const struct cli_command cli_use;
extern const struct cli_command cli_version;
extern const struct cli_command cli_zones;

/* Print "miev: message" to standard error, with a pointer to --help for wrong usage. Returns the
 * exit status that belongs to it. */
int cli_fail(const struct miev_error *err);
int cli_usage_error(const char *command, const struct miev_error *err);

#endif
