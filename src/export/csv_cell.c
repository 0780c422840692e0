/* SPDX-License-Identifier: Apache-2.0 */
#include "export/csv_cell.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

void miev_csv_put(const json_t *value, FILE *file)
{
    if (json_is_string(value))
        put_text(json_string_value(value), file);
    else if (json_is_real(value))
        put_real(json_real_value(value), file);
    else if (json_is_integer(value))
        (void)fprintf(file, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_boolean(value))
        (void)fputs(json_is_true(value) ? "true" : "false", file);
}
