/* SPDX-License-Identifier: Apache-2.0 */
/* What the documents that people are shown share (say.c), and the parts of a report that have files
 * of their own; show.c puts them together. */
#ifndef MIEV_CLI_SHOW_PARTS_H
#define MIEV_CLI_SHOW_PARTS_H

#include "cli/terminal.h"
#include "core/units.h"
#include "export/field.h"

#define SAY_BYTES 512 /* of what a sentence quotes */

/* printf a sentence, broken at the terminal's edge. */
void say(const struct terminal *terminal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A line of its own, below an empty one. */
void say_title(const struct terminal *terminal, const char *text);

/* Where it runs, and whose figure of the grid that is; nothing for a report without a place. */
void say_site(const json_t *report, const struct terminal *terminal);

/* "12.3 ms" into a cell, "-" for what is not finite. */
void field_set_number(struct table *table, size_t row, size_t column, double value,
                      const struct miev_unit *unit);

/* Print a table, and below it what the terminal was too narrow for. */
void show_table(struct table *table, const struct terminal *terminal);

/* show_steps.c: the second table, first use and how long each step takes. */
void show_steps(const json_t *const *models, size_t n, const struct terminal *terminal);

/* show_traffic.c: served models under the load of --per-second. */
void show_traffic(const json_t *const *models, size_t n, const struct terminal *terminal);

/* show_pareto.c */
/* True when two models can be held against each other. */
bool pareto_has_fronts(const json_t *report);
/* "yes", "no", "open" for a model's cell, "-" for one without an axis. */
const char *pareto_word(const json_t *report, const char *name);
/* A plot a data set, where there are enough models and columns. */
void show_pareto(const json_t *report, const struct terminal *terminal);
void say_pareto(const json_t *report, const struct terminal *terminal);

/* show_rate.c: what a request takes at the user's rate, as a table, a plot and sentences; nothing
 * without --rate. */
void show_rate(const json_t *const *models, size_t n, const struct terminal *terminal);

#endif
