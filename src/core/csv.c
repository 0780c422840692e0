/* SPDX-License-Identifier: Apache-2.0 */
#include "core/csv.h"

#include <string.h>

/* Read one field from *in into *out (both move on); returns the character that ended it. */
static char take_field(const char **in, char **out)
{
    bool quoted = **in == '"';
    const char *from = *in + (quoted ? 1 : 0);
    char *to = *out;
    while (*from != '\0' && (quoted || *from != ',')) {
        if (quoted && *from == '"') {
            if (from[1] != '"') {
                quoted = false;
                from++;
                continue;
            }
            from++; /* a doubled quote stands for one */
        }
        *to++ = *from++;
    }
    *to++ = '\0';
    *out = to;
    char end = *from;
    *in = end == ',' ? from + 1 : from;
    return end;
}

static bool split(const char *line, struct miev_csv_row *row)
{
    char *to = row->text;
    row->n_fields = 0;
    for (;;) {
        if (row->n_fields == MIEV_CSV_MAX_FIELDS)
            return false;
        row->fields[row->n_fields++] = to;
        if (take_field(&line, &to) != ',')
            return true;
    }
}

bool miev_csv_next(const char **cursor, struct miev_csv_row *row)
{
    char line[MIEV_CSV_MAX_LINE / 2];
    while (**cursor != '\0') {
        const char *start = *cursor;
        size_t length = strcspn(start, "\r\n");
        *cursor = start + length + strspn(start + length, "\r\n");
        if (length == 0 || length >= sizeof(line) || *start == '#')
            continue;
        memcpy(line, start, length);
        line[length] = '\0';
        if (split(line, row))
            return true;
    }
    return false;
}

const char *miev_csv_field(const struct miev_csv_row *row, size_t i)
{
    return i < row->n_fields ? row->fields[i] : "";
}
