/* SPDX-License-Identifier: Apache-2.0 */
/* A sweep's report: one row a combination of settings, energy against throughput, advice. The
 * front, the knee and the advice are the report's. */
#ifndef MIEV_CLI_SHOW_SWEEP_H
#define MIEV_CLI_SHOW_SWEEP_H

#include <stdbool.h>

#include "cli/terminal.h"
#include "export/rows.h"

/* True for a report that `miev sweep` made. */
bool is_sweep(const json_t *report);
/* The table, and unless quiet the plot. rows: all n models of the report; sorted anew. */
void show_sweep(const json_t *report, struct miev_row *rows, size_t n,
                const struct terminal *terminal, bool quiet);
/* Why combinations failed; a reason that several share is told once. */
void say_sweep_failures(const struct miev_row *rows, size_t n, const struct terminal *terminal);
/* The advice and the knee. */
void say_sweep(const json_t *report, const struct terminal *terminal);

#endif
