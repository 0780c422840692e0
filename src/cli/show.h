/* SPDX-License-Identifier: Apache-2.0 */
/* A report as people read it. Everything is taken from the report: nothing is computed anew here
 * but the choice of units. */
#ifndef MIEV_CLI_SHOW_H
#define MIEV_CLI_SHOW_H

#include <jansson.h>

#include "cli/terminal.h"

/* The table of models with the sentences below it; quiet leaves the sentences out. */
void show_report(const json_t *report, const struct terminal *terminal, bool quiet);

#endif
