/* SPDX-License-Identifier: Apache-2.0 */
/* The report of a probe, for people. */
#ifndef MIEV_CLI_SHOW_PROBE_H
#define MIEV_CLI_SHOW_PROBE_H

#include <jansson.h>

#include "cli/terminal.h"

/* quiet: the table only. */
void show_probe(const json_t *report, const struct terminal *terminal, bool quiet);

#endif
