/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/meter_line.h"

#include <ctype.h>
#include <string.h>

#include "core/file.h"

#define MAX_J 1e12

static void end_line(struct miev_meter_lines *lines)
{
    while (lines->length > 0 && isspace((unsigned char)lines->part[lines->length - 1]))
        lines->length--;
    if (!lines->too_long && lines->length > 0 && lines->part[0] != '#') {
        memcpy(lines->line, lines->part, lines->length);
        lines->line[lines->length] = '\0';
        lines->fresh = true;
    }
    lines->length = 0;
    lines->too_long = false;
}

void miev_meter_lines_take(struct miev_meter_lines *lines, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n')
            end_line(lines);
        else if (lines->length + 1 < sizeof(lines->part))
            lines->part[lines->length++] = text[i];
        else
            lines->too_long = true;
    }
}

bool miev_meter_line_parse(const char *line, uint64_t *out_uj)
{
    double energy_j = 0.0;
    while (isspace((unsigned char)*line))
        line++;
    if (miev_parse_double(line, &energy_j, NULL) != MIEV_OK || energy_j < 0.0 || energy_j > MAX_J)
        return false;
    *out_uj = (uint64_t)(energy_j * 1e6);
    return true;
}
