/* SPDX-License-Identifier: Apache-2.0 */
#include "export/columns.h"
#include "export/csv_cell.h"
#include "export/export.h"

static void put_row(const json_t *report, const json_t *model, FILE *file)
{
    for (const struct miev_column *column = miev_columns; column->name; column++) {
        const json_t *value = miev_column_value(column, report, model);
        if (column != miev_columns)
            (void)fputc(',', file);
        if (value) /* absent is an empty cell */
            miev_csv_put(value, file);
    }
    (void)fputs("\r\n", file);
}

bool miev_export_csv(const json_t *report, FILE *file)
{
    size_t i;
    json_t *model;
    for (const struct miev_column *column = miev_columns; column->name; column++)
        (void)fprintf(file, "%s%s", column == miev_columns ? "" : ",", column->name);
    (void)fputs("\r\n", file);
    json_array_foreach(json_object_get(report, "models"), i, model) put_row(report, model, file);
    return !ferror(file);
}
