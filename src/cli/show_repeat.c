/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_repeat.h"

#include <math.h>
#include <string.h>

#include "cli/show_parts.h"
#include "study/study.h"

static struct miev_unit energy_unit(const json_t *models, bool ascii)
{
    double values[2 * MIEV_STUDY_MAX_MODELS];
    size_t used = 0;
    for (size_t i = 0; i < json_array_size(models) && i < MIEV_STUDY_MAX_MODELS; i++) {
        values[used++] = miev_field_number(json_array_get(models, i), "before_j");
        values[used++] = miev_field_number(json_array_get(models, i), "after_j");
    }
    return miev_unit_for(MIEV_QUANTITY_ENERGY_J, values, used, ascii);
}

/* "1.02 (0.97 to 1.08)", with the interval that was judged by. */
static void set_factor(struct table *table, size_t row, size_t column, const json_t *ratio)
{
    const json_t *judged = miev_field_at(ratio, "judged");
    double value = miev_field_number(ratio, "value"), high = miev_field_number(judged, "high");
    if (!isfinite(value))
        table_set(table, row, column, "-");
    else if (isfinite(high))
        table_set(table, row, column, "%.3g (%.3g to %.3g)", value,
                  miev_field_number(judged, "low"), high);
    else
        table_set(table, row, column, "%.3g (%.3g or more)", value,
                  miev_field_number(judged, "low"));
}

static void set_row(struct table *table, size_t row, const json_t *model,
                    const struct miev_unit *unit)
{
    double latency = miev_field_number(model, "latency_ratio");
    table_set(table, row, 0, "%s", miev_field_text(model, "name"));
    field_set_number(table, row, 1, miev_field_number(model, "before_j"), unit);
    field_set_number(table, row, 2, miev_field_number(model, "after_j"), unit);
    set_factor(table, row, 3, miev_field_at(model, "energy_ratio"));
    if (isfinite(latency))
        table_set(table, row, 4, "%.3g", latency);
    else
        table_set(table, row, 4, "-");
    table_set(table, row, 5, "%s",
              *miev_field_text(model, "answers") ? miev_field_text(model, "answers") : "-");
    table_set(table, row, 6, "%s", miev_field_text(model, "verdict"));
}

static void print_models(const json_t *models, const struct terminal *terminal)
{
    static const char *const headers[] = {"model",   "energy then", "now",    "now / then",
                                          "latency", "answers",     "verdict"};
    struct table table;
    struct miev_unit unit = energy_unit(models, !terminal->utf8);
    if (!table_init(&table, json_array_size(models)))
        return;
    for (size_t c = 0; c < sizeof(headers) / sizeof(headers[0]); c++)
        (void)table_column(&table, headers[c], c == 1 || c == 2 || c == 4);
    for (size_t i = 0; i < json_array_size(models); i++)
        set_row(&table, i, json_array_get(models, i), &unit);
    table_print(&table, terminal);
    table_finish(&table);
}

static void say_reasons(const json_t *models, const struct terminal *terminal)
{
    size_t i;
    json_t *model;
    json_array_foreach(models, i, model)
    {
        const char *reason = miev_field_text(model, "reason");
        if (*reason)
            say(terminal, "%s, %s: %s.", miev_field_text(model, "name"),
                miev_field_text(model, "verdict"), reason);
        else if (json_is_false(miev_field_at(model, "enough_rounds")))
            say(terminal, "%s: too few rounds, then or now, to rely on the interval.",
                miev_field_text(model, "name"));
    }
}

void show_repeat(const json_t *result, const struct terminal *terminal, bool quiet)
{
    size_t i;
    json_t *note;
    print_models(miev_field_at(result, "models"), terminal);
    if (!quiet) {
        (void)fputc('\n', terminal->file);
        say_reasons(miev_field_at(result, "models"), terminal);
        json_array_foreach(miev_field_at(result, "notes"), i, note)
            say(terminal, "To know: %s.", json_string_value(note));
        say(terminal,
            "The interval is of now / then; a model agrees when it holds 1 or lies within "
            "3 %% of it, and the first answer is the same.");
    }
    say(terminal, "%sThe repeated study: %s.%s", terminal_bold(terminal),
        miev_field_text(result, "verdict"), terminal_reset(terminal));
}
