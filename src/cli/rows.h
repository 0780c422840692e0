/* SPDX-License-Identifier: Apache-2.0 */
/* The models of a report as the rows of its main table, in the order that all outputs show. */
#ifndef MIEV_CLI_ROWS_H
#define MIEV_CLI_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/field.h"

struct row {
    const json_t *model;
    double gross_j, p50_s;
    double grams, grams_low, grams_high; /* per million inferences, NAN: none */
};

struct units {
    struct miev_unit time, energy, mass;
};

/* One row a model: least carbon first; those without a figure, then failed ones, last. The caller
 * frees; NULL when there is no memory. */
struct row *rows_read(const json_t *models);

/* One unit a column, that of its values. */
struct units rows_units(const struct row *rows, size_t n, bool ascii);

#endif
