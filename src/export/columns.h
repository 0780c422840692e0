/* SPDX-License-Identifier: Apache-2.0 */
/* A report as rows of named columns: what --csv and --json-lines write, and what
 * docs/outputs.md promises. */
#ifndef MIEV_EXPORT_COLUMNS_H
#define MIEV_EXPORT_COLUMNS_H

#include <jansson.h>

enum miev_column_kind { MIEV_COLUMN_TEXT, MIEV_COLUMN_NUMBER, MIEV_COLUMN_WHOLE, MIEV_COLUMN_FLAG };

struct miev_column {
    const char *name; /* stable; ends with its SI unit where it has one */
    enum miev_column_kind kind;
    /* Where the value stands: below the model, or, after "$.", below the report. A list's item is
     * chosen by its place, "[0]", or by one of its fields, "[part=cpu]". */
    const char *path;
    const char *meaning;
};

/* All columns in their order, ends with a NULL name. New ones are added at the end. */
extern const struct miev_column miev_columns[];

const char *miev_column_kind_name(enum miev_column_kind kind);

/* The value of a model's row; NULL where it is absent, which is never zero or empty text. A value
 * of another kind than the column's is absent too: a report may come from elsewhere. */
const json_t *miev_column_value(const struct miev_column *column, const json_t *report,
                                const json_t *model);

#endif
