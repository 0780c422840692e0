/* SPDX-License-Identifier: Apache-2.0 */
#include "export/columns.h"
#include "export/export.h"

#define EXACTLY JSON_REAL_PRECISION(17)

bool miev_export_json(const json_t *report, FILE *file)
{
    return json_dumpf(report, file, JSON_INDENT(2) | EXACTLY) == 0 && fputc('\n', file) != EOF;
}

static json_t *make_row(const json_t *report, const json_t *model)
{
    json_t *row = json_object();
    for (const struct miev_column *column = miev_columns; column->name; column++) {
        const json_t *value = miev_column_value(column, report, model);
        /* A deep copy, because the row's reference count is not the report's. */
        if (json_object_set_new(row, column->name, value ? json_deep_copy(value) : json_null()) !=
            0) {
            json_decref(row);
            return NULL;
        }
    }
    return row;
}

bool miev_export_json_lines(const json_t *report, FILE *file)
{
    size_t i;
    json_t *model;
    bool ok = true;
    json_array_foreach(json_object_get(report, "models"), i, model)
    {
        json_t *row = make_row(report, model);
        ok = ok && row && json_dumpf(row, file, JSON_COMPACT | EXACTLY) == 0 &&
             fputc('\n', file) != EOF;
        json_decref(row);
    }
    return ok;
}
