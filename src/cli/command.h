/* SPDX-License-Identifier: Apache-2.0 */
/* The commands. A new one is a file cmd_<name>.c, a line here and a line in main.c's table. */
#ifndef MIEV_CLI_COMMAND_H
#define MIEV_CLI_COMMAND_H

#include "miev.h"

/* Stable exit statuses. */
enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,       /* nothing or not everything that was asked for could be done */
    CLI_USAGE = 2,        /* the words of the command are wrong */
    CLI_NO_SENSOR = 3,    /* --require-measured, and a joule was estimated */
    CLI_INTERRUPTED = 130 /* Ctrl-C; what was found so far is shown */
};

/* argv holds the words after the command's name. */
int cmd_compare(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_models(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_version(int argc, char **argv);
int cmd_zones(int argc, char **argv);

/* Print "miev: message" to standard error, with a pointer to --help for wrong usage. Returns the
 * exit status that belongs to it. */
int cli_fail(const struct miev_error *err);
int cli_usage_error(const char *command, const struct miev_error *err);

#endif
