/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_EXPORT_CSV_CELL_H
#define MIEV_EXPORT_CSV_CELL_H

#include <jansson.h>
#include <stdio.h>

/* One value of a table for a spreadsheet (RFC 4180): a text that would be a formula becomes text
 * again, a number keeps all its digits; null and what has no cell is an empty one. */
void miev_csv_put(const json_t *value, FILE *file);

#endif
