/* SPDX-License-Identifier: Apache-2.0 */
/* What a metering command prints: a line for each reading, which holds the joules since whenever it
 * began to count. Pure. */
#ifndef MIEV_SENSOR_METER_LINE_H
#define MIEV_SENSOR_METER_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MIEV_METER_LINE_MAX 256

struct miev_meter_lines {
    char line[MIEV_METER_LINE_MAX]; /* the last one that is whole, terminated */
    char part[MIEV_METER_LINE_MAX]; /* what has come of the next */
    size_t length;                  /* of part */
    bool too_long;                  /* the next one is, and is passed over up to its end */
    bool fresh;                     /* a whole line has come since the reader cleared it */
};

/* Take what was printed. Empty lines and those that begin with '#' are passed over. */
void miev_meter_lines_take(struct miev_meter_lines *lines, const char *text, size_t n);

/* A line that is one decimal number of joules, 0 to 1e12, as microjoules. */
bool miev_meter_line_parse(const char *line, uint64_t *out_uj);

#endif
