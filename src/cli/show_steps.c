/* SPDX-License-Identifier: Apache-2.0 */
/* First use (cold: the load and the first run) beside warm use, and the time of each step: the
 * headline is inference alone, the rest stands here. */
#include <math.h>
#include <string.h>

#include "cli/show_parts.h"

static double stage_s(const json_t *model, const char *name)
{
    size_t i;
    json_t *stage;
    json_array_foreach(miev_field_at(model, "stages"), i, stage)
    {
        if (strcmp(miev_field_text(stage, "stage"), name) == 0)
            return miev_field_number(stage, "seconds");
    }
    return NAN;
}

static double load_s(const json_t *model, const char *field)
{
    return miev_field_number(miev_field_at(model, "load"), field);
}

static double cold_of(const json_t *model, const char *field)
{
    const json_t *owner = miev_field_at(model, strcmp(field, "cold_g") == 0 ? "footprint" : "load");
    return miev_field_number(miev_field_at(owner, field), "value");
}

static double inference_s(const json_t *model, const char *field)
{
    return miev_field_number(miev_field_at(model, "latency"), field);
}

/* leave: as in table_column_if_wide, 0 for what is always there. */
static const struct {
    const char *header, *field;
    double (*value)(const json_t *model, const char *field);
    enum miev_quantity quantity;
    unsigned leave;
} steps[] = {
    {"load", "seconds", load_s, MIEV_QUANTITY_TIME_S, 0},
    {"first run", "first_inference_s", load_s, MIEV_QUANTITY_TIME_S, 0},
    {"cold energy", "cold_j", cold_of, MIEV_QUANTITY_ENERGY_J, 0},
    {"cold CO2e", "cold_g", cold_of, MIEV_QUANTITY_MASS_G, 4},
    {"decode", "decode", stage_s, MIEV_QUANTITY_TIME_S, 5},
    {"preprocess", "preprocess", stage_s, MIEV_QUANTITY_TIME_S, 3},
    {"warm p50", "p50_s", inference_s, MIEV_QUANTITY_TIME_S, 0},
    {"p90", "p90_s", inference_s, MIEV_QUANTITY_TIME_S, 2},
    {"p99", "p99_s", inference_s, MIEV_QUANTITY_TIME_S, 6},
    {"postprocess", "postprocess", stage_s, MIEV_QUANTITY_TIME_S, 1},
};
#define N_STEPS (sizeof(steps) / sizeof(steps[0]))

static void set_row(struct table *table, size_t row, const json_t *model, bool ascii)
{
    table_set(table, row, 0, "%s", miev_field_text(model, "name"));
    for (size_t s = 0; s < N_STEPS; s++) {
        double value = steps[s].value(model, steps[s].field);
        /* One unit a cell: from the load to the postprocessing lie five orders of magnitude. */
        struct miev_unit unit = miev_unit_for(steps[s].quantity, &value, 1, ascii);
        field_set_number(table, row, s + 1, value, &unit);
    }
}

void show_steps(const json_t *const *models, size_t n, const struct terminal *terminal)
{
    struct table table;
    if (!table_init(&table, n))
        return;
    (void)table_column(&table, "first use, then warm", false);
    for (size_t s = 0; s < N_STEPS; s++)
        (void)table_column_if_wide(&table, steps[s].header, true, steps[s].leave);
    for (size_t i = 0; i < n; i++)
        set_row(&table, i, models[i], !terminal->utf8);
    /* Stacked it would be ten lines a model, and push what matters off the screen. */
    if (table_fit(&table, terminal))
        show_table(&table, terminal);
    else
        say(terminal, "Load, decoding and the other steps have a table too, in a wider terminal; "
                      "--json has them always.");
    table_finish(&table);
}
