/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of comma-separated values, as the tables of data/ use them. */
#ifndef MIEV_CORE_CSV_H
#define MIEV_CORE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#define MIEV_CSV_MAX_FIELDS 40
#define MIEV_CSV_MAX_LINE   1024

struct miev_csv_row {
    size_t n_fields;
    const char *fields[MIEV_CSV_MAX_FIELDS]; /* terminated; point into text */
    char text[MIEV_CSV_MAX_LINE];
};

/* Take the next line that is neither empty nor begins with '#' from *cursor and move *cursor behind
 * it. Fields may be quoted ("a, ""b"""). False at the end; a line of MIEV_CSV_MAX_LINE / 2 or more,
 * or with more than MIEV_CSV_MAX_FIELDS fields is passed over. */
bool miev_csv_next(const char **cursor, struct miev_csv_row *row);

/* Field i, or "" when the row has fewer. */
const char *miev_csv_field(const struct miev_csv_row *row, size_t i);

#endif
