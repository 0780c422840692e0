/* SPDX-License-Identifier: Apache-2.0 */
/* The time of each step of a model's life: the headline is inference alone, the rest stands here.
 */
#include <math.h>
#include <string.h>

#include "cli/field.h"

static double stage_s(const json_t *model, const char *name)
{
    size_t i;
    json_t *stage;
    json_array_foreach(field_at(model, "stages"), i, stage)
    {
        if (strcmp(field_text(stage, "stage"), name) == 0)
            return field_number(stage, "seconds");
    }
    return NAN;
}

static double load_s(const json_t *model, const char *field)
{
    return field_number(field_at(model, "load"), field);
}

static double inference_s(const json_t *model, const char *field)
{
    return field_number(field_at(model, "latency"), field);
}

static const struct {
    const char *header, *field;
    double (*seconds)(const json_t *model, const char *field);
} steps[] = {
    {"load", "seconds", load_s},   {"first run", "first_inference_s", load_s},
    {"decode", "decode", stage_s}, {"preprocess", "preprocess", stage_s},
    {"p50", "p50_s", inference_s}, {"p90", "p90_s", inference_s},
    {"p99", "p99_s", inference_s}, {"postprocess", "postprocess", stage_s},
};
#define N_STEPS (sizeof(steps) / sizeof(steps[0]))

static void set_row(struct table *table, size_t row, const json_t *model, bool ascii)
{
    table_set(table, row, 0, "%s", field_text(model, "name"));
    for (size_t s = 0; s < N_STEPS; s++) {
        double seconds = steps[s].seconds(model, steps[s].field);
        /* One unit a cell: from the load to the postprocessing lie five orders of magnitude. */
        struct miev_unit unit = miev_unit_for(MIEV_QUANTITY_TIME_S, &seconds, 1, ascii);
        field_set_number(table, row, s + 1, seconds, &unit);
    }
}

void show_steps(const json_t *const *models, size_t n, const struct terminal *terminal)
{
    struct table table;
    if (!table_init(&table, n))
        return;
    (void)table_column(&table, "time of each step", false);
    for (size_t s = 0; s < N_STEPS; s++)
        (void)table_column(&table, steps[s].header, true);
    for (size_t i = 0; i < n; i++)
        set_row(&table, i, models[i], !terminal->utf8);
    /* Stacked it would be eight lines a model, and push what matters off the screen. */
    if (table_fits(&table, terminal))
        table_print(&table, terminal);
    else
        terminal_wrap(terminal,
                      "Load, decoding and the other steps have a table too, in a wider terminal; "
                      "--json has them always.",
                      2);
    table_finish(&table);
}
