/* SPDX-License-Identifier: Apache-2.0 */
#include "export/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PER_MILLION 1e6

static struct miev_row read_row(const json_t *model)
{
    const json_t *grams = miev_field_at(miev_field_at(model, "footprint"), "per_inference_g");
    return (struct miev_row){
        .model = model,
        .gross_j =
            miev_field_number(miev_field_at(miev_field_at(miev_field_at(model, "energy"), "gross"),
                                            "per_inference_j"),
                              "value"),
        .p50_s = miev_field_number(miev_field_at(model, "latency"), "p50_s"),
        .grams = miev_field_number(grams, "value") * PER_MILLION,
        .grams_low = miev_field_number(grams, "low") * PER_MILLION,
        .grams_high = miev_field_number(grams, "high") * PER_MILLION,
    };
}

/* Least carbon first; models without a figure, then failed ones, last. */
static int by_carbon(const void *a, const void *b)
{
    const struct miev_row *x = a, *y = b;
    int x_class = miev_field_at(x->model, "error") ? 2 : !isfinite(x->grams);
    int y_class = miev_field_at(y->model, "error") ? 2 : !isfinite(y->grams);
    if (x_class != y_class)
        return x_class - y_class;
    if (x_class != 0 || x->grams == y->grams)
        return 0;
    return x->grams < y->grams ? -1 : 1;
}

struct miev_row *miev_rows_read(const json_t *models)
{
    size_t n = json_array_size(models);
    struct miev_row *rows = calloc(n + 1, sizeof(*rows));
    if (!rows)
        return NULL;
    for (size_t i = 0; i < n; i++)
        rows[i] = read_row(json_array_get(models, i));
    qsort(rows, n, sizeof(*rows), by_carbon);
    return rows;
}

static struct miev_unit unit_of(enum miev_quantity quantity, const struct miev_row *rows, size_t n,
                                size_t offset, bool ascii)
{
    double *values = calloc(n + 1, sizeof(*values));
    for (size_t i = 0; values && i < n; i++)
        memcpy(&values[i], (const char *)&rows[i] + offset, sizeof(double));
    struct miev_unit unit = miev_unit_for(quantity, values, values ? n : 0, ascii);
    free(values);
    return unit;
}

struct miev_units miev_rows_units(const struct miev_row *rows, size_t n, bool ascii)
{
    return (struct miev_units){
        .time = unit_of(MIEV_QUANTITY_TIME_S, rows, n, offsetof(struct miev_row, p50_s), ascii),
        .energy =
            unit_of(MIEV_QUANTITY_ENERGY_J, rows, n, offsetof(struct miev_row, gross_j), ascii),
        .mass = unit_of(MIEV_QUANTITY_MASS_G, rows, n, offsetof(struct miev_row, grams), ascii),
    };
}
