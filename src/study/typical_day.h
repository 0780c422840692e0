/* SPDX-License-Identifier: Apache-2.0 */
/* The hours of a typical day, from a person's own file of a grid's past: comma-separated values as
 * Electricity Maps' portal and NESO give them away, or two plain columns; docs/alternatives.md. */
#ifndef MIEV_STUDY_TYPICAL_DAY_H
#define MIEV_STUDY_TYPICAL_DAY_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "miev.h"

#define MIEV_TYPICAL_DAY_BYTES (128u << 20)
#define MIEV_TYPICAL_DAY_ROWS  1000000
#define MIEV_TYPICAL_DAY_DAYS  366 /* the last ones: grids change */
#define MIEV_DAY_HOURS         24

struct miev_typical_day {
    double mean_g_per_kwh[MIEV_DAY_HOURS]; /* of each hour of the day, UTC */
    double day_g_per_kwh;                  /* mean of those */
    unsigned least_hour, most_hour;
    double least_low_g_per_kwh, least_high_g_per_kwh; /* 95 % of the least hour's mean */
    size_t days;                                      /* with a figure */
    size_t rows, older_rows, empty_rows;              /* taken, left out, without a figure */
    time_t first, last;                               /* of those that are taken */
    bool zone_told;  /* false: times without an offset were taken as UTC */
    char column[96]; /* which one it is from, as the file calls it */
};

/* text is terminated. MIEV_ERR_INVALID says which line or column is wrong, MIEV_ERR_LIMIT what is
 * too much, MIEV_ERR_UNAVAILABLE what a typical day still lacks; *out is unchanged then. */
MIEV_MUST_USE int miev_typical_day_read(const char *text, struct miev_typical_day *out,
                                        struct miev_error *err);
/* The same of a file's bytes, terminated too; its sentences begin with `source`, how a person calls
 * the file. A file that does not make a day is MIEV_ERR_INVALID. */
MIEV_MUST_USE int miev_typical_day_take(const char *bytes, size_t length, const char *source,
                                        struct miev_typical_day *out, struct miev_error *err);

#endif
