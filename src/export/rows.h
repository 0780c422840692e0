/* SPDX-License-Identifier: Apache-2.0 */
/* The models of a report as the rows of its main table, in the order that all outputs show. */
#ifndef MIEV_EXPORT_ROWS_H
#define MIEV_EXPORT_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/units.h"
#include "export/field.h"

struct miev_row {
    const json_t *model;
    double gross_j, p50_s;
    double grams, grams_low, grams_high; /* per million inferences, NAN: none */
};

struct miev_units {
    struct miev_unit time, energy, mass;
};

/* One row a model: least carbon first; those without a figure, then failed ones, last. The caller
 * frees; NULL when there is no memory. */
struct miev_row *miev_rows_read(const json_t *models);

/* One unit a column, that of its values. */
struct miev_units miev_rows_units(const struct miev_row *rows, size_t n, bool ascii);

#endif
