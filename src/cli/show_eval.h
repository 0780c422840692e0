/* SPDX-License-Identifier: Apache-2.0 */
/* The report of an evaluation as people read it. */
#ifndef MIEV_CLI_SHOW_EVAL_H
#define MIEV_CLI_SHOW_EVAL_H

#include <jansson.h>

#include "cli/terminal.h"

/* The tables with the sentences below them; quiet: the first table alone. */
void show_eval(const json_t *report, const struct terminal *terminal, bool quiet);

#endif
