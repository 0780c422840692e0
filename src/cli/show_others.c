/* SPDX-License-Identifier: Apache-2.0 */
/* What other tools would have said of the same work, a table a model. */
#include "cli/show_others.h"

#include <math.h>
#include <string.h>

#include "cli/show_parts.h"
#include "miev.h"

#define S_PER_HOUR 3600.0

struct columns {
    size_t watts, energy, pue, grid, grams, of_miev;
    struct miev_unit energy_unit, grams_unit;
};

/* One unit for a column, MIEV's own figure among them. */
static struct miev_unit unit_of(const json_t *model, const char *key, enum miev_quantity quantity,
                                double own, bool ascii)
{
    double values[16] = {own};
    const json_t *others = miev_field_at(model, "others");
    size_t n = 1;
    for (size_t i = 0; i < json_array_size(others) && n < 16; i++)
        values[n++] = miev_field_number(json_array_get(others, i), key);
    return miev_unit_for(quantity, values, n, ascii);
}

static void set_plain(struct table *table, size_t row, size_t column, double value)
{
    char number[MIEV_NUMBER_SIZE];
    miev_format_number(number, sizeof(number), value);
    table_set(table, row, column, "%s", isfinite(value) ? number : "-");
}

static void set_own(struct table *table, const json_t *report, const json_t *model,
                    const struct columns *at)
{
    const json_t *own = miev_field_at(model, "miev"), *grams = miev_field_at(own, "co2e_g");
    const json_t *site = miev_field_at(report, "site");
    char interval[MIEV_INTERVAL_SIZE];
    double joules = miev_field_number(own, "joules");
    table_set(table, 0, 0, "MIEV %s", miev_field_text(report, "miev_version"));
    set_plain(table, 0, at->watts, joules / miev_field_number(model, "inference_s"));
    field_set_number(table, 0, at->energy, joules, &at->energy_unit);
    set_plain(table, 0, at->pue, miev_field_number(site, "pue"));
    set_plain(table, 0, at->grid, miev_field_number(site, "intensity_g_per_kwh"));
    miev_format_interval(interval, sizeof(interval), miev_field_number(grams, "value"),
                         miev_field_number(grams, "low"), miev_field_number(grams, "high"),
                         &at->grams_unit);
    table_set(table, 0, at->grams, "%s", interval);
    table_set(table, 0, at->of_miev, "1");
}

static void set_other(struct table *table, size_t row, const json_t *model, const json_t *other,
                      const struct columns *at)
{
    double joules = miev_field_number(other, "joules"), year = miev_field_number(other, "year");
    char number[MIEV_NUMBER_SIZE], of[16] = "";
    table_set(table, row, 0, "%s %s", miev_field_text(other, "name"),
              miev_field_text(other, "version"));
    if (!json_is_null(miev_field_at(other, "why"))) {
        table_set(table, row, at->grams, "-");
        return;
    }
    if (isfinite(year))
        (void)snprintf(of, sizeof(of), " %.0f", year);
    set_plain(table, row, at->watts, joules / miev_field_number(model, "inference_s"));
    field_set_number(table, row, at->energy, joules, &at->energy_unit);
    set_plain(table, row, at->pue, miev_field_number(other, "pue"));
    miev_format_number(number, sizeof(number), miev_field_number(other, "intensity_g_per_kwh"));
    table_set(table, row, at->grid, "%s %s%s", number, miev_field_text(other, "place"), of);
    miev_format_number(number, sizeof(number),
                       miev_field_number(other, "co2e_g") / at->grams_unit.size);
    table_set(table, row, at->grams, "%s", number);
    miev_format_number(number, sizeof(number), miev_field_number(other, "of_miev_ratio"));
    table_set(table, row, at->of_miev, "%s%s", number,
              json_is_true(miev_field_at(other, "within_miev")) ? " within" : "");
}

static void say_reasons(const json_t *others, const struct terminal *terminal)
{
    size_t i;
    json_t *other;
    json_array_foreach(others, i, other)
    {
        const char *why = miev_field_text(other, "why");
        say(terminal, "%s: %s%s; checked against %s.", miev_field_text(other, "name"),
            *why ? "no answer, " : "", *why ? why : miev_field_text(other, "power_model"),
            miev_field_text(other, "checked"));
    }
}

static void show_model(const json_t *report, const json_t *model, const struct terminal *terminal)
{
    const json_t *others = miev_field_at(model, "others"), *own = miev_field_at(model, "miev");
    struct table table;
    char grams[32];
    struct columns at = {.energy_unit = unit_of(model, "joules", MIEV_QUANTITY_ENERGY_J,
                                                miev_field_number(own, "joules"), !terminal->utf8),
                         .grams_unit =
                             unit_of(model, "co2e_g", MIEV_QUANTITY_MASS_G,
                                     miev_field_number(miev_field_at(own, "co2e_g"), "value"),
                                     !terminal->utf8)};
    if (!table_init(&table, json_array_size(others) + 1))
        return;
    (void)snprintf(grams, sizeof(grams), "%s CO2e", at.grams_unit.name);
    (void)table_column(&table, miev_field_text(model, "name"), false);
    at.watts = table_column_if_wide(&table, "W", true, 1);
    at.energy = table_column(&table, "energy", true);
    at.pue = table_column_if_wide(&table, "PUE", true, 2);
    at.grid = table_column_if_wide(&table, "g/kWh", false, 3);
    at.grams = table_column(&table, grams, false);
    at.of_miev = table_column(&table, "of MIEV's", false);
    set_own(&table, report, model, &at);
    for (size_t i = 0; i < json_array_size(others); i++)
        set_other(&table, i + 1, model, json_array_get(others, i), &at);
    show_table(&table, terminal);
    table_finish(&table);
}

void show_others(const json_t *report, const json_t *document, const struct terminal *terminal)
{
    const json_t *models = miev_field_at(document, "models");
    say_title(terminal, "What other tools would have said of one inference, without manufacturing");
    for (size_t i = 0; i < json_array_size(models); i++)
        show_model(report, json_array_get(models, i), terminal);
    if (json_array_size(models) == 0)
        return;
    say(terminal,
        "\"within\": inside MIEV's interval. Each tool has its own constants, grid figures and "
        "version, as it would have run beside the work; why they differ:");
    say_reasons(miev_field_at(json_array_get(models, 0), "others"), terminal);
}

/* As a report of one model, so that both have one table. */
void show_others_of_estimate(const json_t *document, const struct terminal *terminal)
{
    json_t *site = json_object_get(document, "site");
    json_t *report = json_pack("{s:s, s:O}", "miev_version", miev_version(), "site", site);
    json_t *model = json_pack("{s:s, s:f, s:{s:f, s:O}, s:O}", "name", "", "inference_s",
                              miev_field_number(document, "hours") * S_PER_HOUR, "miev", "joules",
                              miev_field_number(miev_field_at(document, "energy_j"), "value"),
                              "co2e_g", json_object_get(document, "operational_g"), "others",
                              json_object_get(document, "others"));
    say_title(terminal, "What other tools would say, without manufacturing");
    show_model(report, model, terminal);
    say_reasons(json_object_get(document, "others"), terminal);
    json_decref(model);
    json_decref(report);
}
