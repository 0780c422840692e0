/* SPDX-License-Identifier: Apache-2.0 */
/* A finished report that a word of a command names. */
#ifndef MIEV_CLI_REPORT_OPEN_H
#define MIEV_CLI_REPORT_OPEN_H

#include <jansson.h>

#include "store/store.h"

struct report_source {
    json_t *report;            /* checked and clean; owned */
    struct miev_store_row row; /* of a report from the history; row.id 0: from a file */
};

/* What REPORT means, for the help of the commands that take one. */
#define REPORT_HELP                                                                         \
    "A REPORT is a number of the history (12), \"last\", a file (./report.json) or - for\n" \
    "standard input."

/* MIEV_ERR_INVALID unless the word is a number of the history ("12", "#12") or "last", which is
 * MIEV_STORE_LAST. */
MIEV_MUST_USE int report_number(const char *word, int64_t *id, struct miev_error *err);

/* Open a REPORT. The message of a failure names the word. report_close when done. */
MIEV_MUST_USE int report_open(const char *word, struct report_source *out, struct miev_error *err);
/* The same, files and standard input only. */
MIEV_MUST_USE int report_open_file(const char *path, struct report_source *out,
                                   struct miev_error *err);
/* report_open, for what is to be priced: MIEV_ERR_INVALID too when no model has energy. */
MIEV_MUST_USE int report_open_priceable(const char *word, struct report_source *out,
                                        struct miev_error *err);
/* Say that the word is missing; returns the exit status. */
int report_missing(const char *command);
void report_close(struct report_source *source);

#endif
