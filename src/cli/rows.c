/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PER_MILLION 1e6

static struct row read_row(const json_t *model)
{
    const json_t *grams = field_at(field_at(model, "footprint"), "per_inference_g");
    return (struct row){
        .model = model,
        .gross_j = field_number(
            field_at(field_at(field_at(model, "energy"), "gross"), "per_inference_j"), "value"),
        .p50_s = field_number(field_at(model, "latency"), "p50_s"),
        .grams = field_number(grams, "value") * PER_MILLION,
        .grams_low = field_number(grams, "low") * PER_MILLION,
        .grams_high = field_number(grams, "high") * PER_MILLION,
    };
}

/* Least carbon first; models without a figure, then failed ones, last. */
static int by_carbon(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int x_class = field_at(x->model, "error") ? 2 : !isfinite(x->grams);
    int y_class = field_at(y->model, "error") ? 2 : !isfinite(y->grams);
    if (x_class != y_class)
        return x_class - y_class;
    if (x_class != 0 || x->grams == y->grams)
        return 0;
    return x->grams < y->grams ? -1 : 1;
}

struct row *rows_read(const json_t *models)
{
    size_t n = json_array_size(models);
    struct row *rows = calloc(n + 1, sizeof(*rows));
    if (!rows)
        return NULL;
    for (size_t i = 0; i < n; i++)
        rows[i] = read_row(json_array_get(models, i));
    qsort(rows, n, sizeof(*rows), by_carbon);
    return rows;
}

static struct miev_unit unit_of(enum miev_quantity quantity, const struct row *rows, size_t n,
                                size_t offset, bool ascii)
{
    double *values = calloc(n + 1, sizeof(*values));
    for (size_t i = 0; values && i < n; i++)
        memcpy(&values[i], (const char *)&rows[i] + offset, sizeof(double));
    struct miev_unit unit = miev_unit_for(quantity, values, values ? n : 0, ascii);
    free(values);
    return unit;
}

struct units rows_units(const struct row *rows, size_t n, bool ascii)
{
    return (struct units){
        .time = unit_of(MIEV_QUANTITY_TIME_S, rows, n, offsetof(struct row, p50_s), ascii),
        .energy = unit_of(MIEV_QUANTITY_ENERGY_J, rows, n, offsetof(struct row, gross_j), ascii),
        .mass = unit_of(MIEV_QUANTITY_MASS_G, rows, n, offsetof(struct row, grams), ascii),
    };
}
