/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a report for showing it, and showing its numbers. */
#ifndef MIEV_CLI_FIELD_H
#define MIEV_CLI_FIELD_H

#include <jansson.h>

#include "cli/terminal.h"
#include "core/units.h"

/* Fields of a JSON object that may be NULL: NULL, "" and NAN where there is none, because absent is
 * not zero. */
const json_t *field_at(const json_t *object, const char *key);
const char *field_text(const json_t *object, const char *key);
double field_number(const json_t *object, const char *key);

/* "12.3 ms" into a cell, "-" for what is not finite. */
void field_set_number(struct table *table, size_t row, size_t column, double value,
                      const struct miev_unit *unit);

#endif
