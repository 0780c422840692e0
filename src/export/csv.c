/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "export/columns.h"
#include "export/export.h"

#define NUMBER_SIZE 40

/* A name that begins with one of these would be a formula to a spreadsheet. An apostrophe before it
 * makes it text again; one before an apostrophe keeps that reversible. */
static bool looks_like_formula(const char *text)
{
    return *text && strchr("=+-@\t\r'", *text) != NULL;
}

static void put_text(const char *text, FILE *file)
{
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;
    if (quoted)
        (void)fputc('"', file);
    if (looks_like_formula(text))
        (void)fputc('\'', file);
    for (; *text; text++) {
        if (*text == '"')
            (void)fputc('"', file);
        (void)fputc(*text, file);
    }
    if (quoted)
        (void)fputc('"', file);
}

/* The shortest digits that read back as the very same number. */
static void put_real(double value, FILE *file)
{
    char text[NUMBER_SIZE];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    (void)fputs(text, file);
}

static void put_value(const json_t *value, FILE *file)
{
    if (json_is_string(value))
        put_text(json_string_value(value), file);
    else if (json_is_real(value))
        put_real(json_real_value(value), file);
    else if (json_is_integer(value))
        (void)fprintf(file, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        (void)fputs(json_is_true(value) ? "true" : "false", file);
}

static void put_row(const json_t *report, const json_t *model, FILE *file)
{
    for (const struct miev_column *column = miev_columns; column->name; column++) {
        const json_t *value = miev_column_value(column, report, model);
        if (column != miev_columns)
            (void)fputc(',', file);
        if (value) /* absent is an empty cell */
            put_value(value, file);
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
