/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers for people: one unit prefix for a set of values, three significant digits. Pure. */
#ifndef MIEV_CORE_UNITS_H
#define MIEV_CORE_UNITS_H

#include <stdbool.h>
#include <stddef.h>

enum miev_quantity { MIEV_QUANTITY_ENERGY_J, MIEV_QUANTITY_TIME_S, MIEV_QUANTITY_MASS_G };

struct miev_unit {
    const char *name; /* "mJ"; a constant that needs no release */
    double size;      /* of one in joules, seconds or grams: 1e-3 */
};

/* One unit for all values of a table's column or a chart, which are in joules, seconds or grams:
 * that in which the largest reads 1 to 1000, or a smaller one (nearest first, down to where the
 * largest reads 100 000) while the smallest would read less than 0.01. Zeros and what is not finite
 * do not count; with nothing left it is J, s or g. Beyond the ends of the scale (nJ to MJ, ns to s,
 * ng to t) it is the last one. ascii: "uJ" for places that cannot show "µJ". */
struct miev_unit miev_unit_for(enum miev_quantity quantity, const double *values, size_t n,
                               bool ascii);

#define MIEV_NUMBER_SIZE   24 /* room for a number */
#define MIEV_INTERVAL_SIZE 80 /* room for "12.3 (11.9 to 12.7)" */

/* Three significant digits: "0.123", "1.23", "12.3", "123", "12300". "0" for 0, "n/a" for what is
 * not finite; only below 0.00001 and from 1e9 on "1.23e-06". capacity is at least MIEV_NUMBER_SIZE.
 */
void miev_format_number(char *out, size_t capacity, double value);

/* "12.3 (11.9 to 12.7)" of three values in joules, seconds or grams, shown in a unit whose name the
 * caller puts beside it. capacity is at least MIEV_INTERVAL_SIZE. */
void miev_format_interval(char *out, size_t capacity, double value, double low, double high,
                          const struct miev_unit *unit);

#endif
