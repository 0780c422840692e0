/* SPDX-License-Identifier: Apache-2.0 */
/* What would emit less, kind by kind: a table, or the sentence that says why there is none. */
#include "cli/show_alternatives.h"

#include <math.h>
#include <string.h>

#include "cli/show_parts.h"

#define MOST_SHOWN 8
#define OTHER_YEAR "*" /* the figure is of another year than the report's */

static const struct {
    const char *kind, *title, *what;
} titles[] = {{"settings", "Settings", "settings"},
              {"models", "Other models", "model"},
              {"hour", "Hour", "hour"},
              {"place", "Place", "place"},
              {"hardware", "Other hardware: a projection", "projected on"}};

struct columns {
    size_t ratio, saved, p99, top1, verdict, intensity, year, pue;
    bool years;
    struct miev_unit saved_unit;
};

static const json_t *saved_of(const json_t *item)
{
    return miev_field_at(item, "saved_year_g");
}

static void set_interval(struct table *table, size_t row, size_t column, const json_t *interval,
                         const struct miev_unit *unit)
{
    char words[MIEV_INTERVAL_SIZE];
    miev_format_interval(words, sizeof(words), miev_field_number(interval, "value"),
                         miev_field_number(interval, "low"), miev_field_number(interval, "high"),
                         unit);
    table_set(table, row, column, "%s", words);
}

static void set_price(struct table *table, size_t row, const json_t *item, const struct columns *at,
                      bool ascii)
{
    double p99 = miev_field_number(item, "p99_s"),
           top1 = miev_field_number(item, "top1_difference");
    const struct miev_unit unit = miev_unit_for(MIEV_QUANTITY_TIME_S, &p99, 1, ascii);
    const char *verdict = miev_field_text(item, "energy_verdict");
    field_set_number(table, row, at->p99, p99, &unit);
    if (isfinite(top1))
        table_set(table, row, at->top1, "%+.1f points", 100 * top1);
    else
        table_set(table, row, at->top1, "-");
    table_set(table, row, at->verdict, "%s%s",
              json_is_true(miev_field_at(item, "likely")) && *verdict ? "likely " : "",
              *verdict ? verdict : "-");
}

static void set_electricity(struct table *table, size_t row, const json_t *item,
                            const struct columns *at)
{
    char number[MIEV_NUMBER_SIZE];
    double pue = miev_field_number(item, "pue");
    miev_format_number(number, sizeof(number), miev_field_number(item, "intensity_g_per_kwh"));
    table_set(table, row, at->intensity, "%s", number);
    if (at->years)
        table_set(table, row, at->year, "%.0f%s", miev_field_number(item, "year"),
                  json_is_true(miev_field_at(item, "same_year")) ? "" : OTHER_YEAR);
    miev_format_number(number, sizeof(number), pue);
    table_set(table, row, at->pue, "%s", isfinite(pue) ? number : "-");
}

/* Projections by themselves: grams with their interval in place of a price. */
static void show_projections(const json_t *items, const char *what, const struct terminal *terminal)
{
    size_t i, n = json_array_size(items);
    const json_t *item;
    struct table table;
    double grams = miev_field_number(miev_field_at(json_array_get(items, 0), "per_g"), "value");
    const struct miev_unit unit = miev_unit_for(MIEV_QUANTITY_MASS_G, &grams, 1, !terminal->utf8);
    char head[64];
    if (!table_init(&table, n))
        return;
    (void)snprintf(head, sizeof(head), "projected %s CO2e", unit.name);
    (void)table_column(&table, what, false);
    size_t per_g = table_column(&table, head, false), ratio = table_column(&table, "of now", true);
    size_t told = table_column(&table, "against now", false);
    size_t answer = table_column_if_wide(&table, "answer after", true, 1);
    json_array_foreach(items, i, item)
    {
        double answer_s = miev_field_number(item, "answer_s");
        const struct miev_unit time =
            miev_unit_for(MIEV_QUANTITY_TIME_S, &answer_s, 1, !terminal->utf8);
        table_set(&table, i, 0, "%s", miev_field_text(item, "what"));
        set_interval(&table, i, per_g, miev_field_at(item, "per_g"), &unit);
        table_set(&table, i, ratio, "%.3g %%", 100 * miev_field_number(item, "ratio"));
        table_set(&table, i, told, "%s",
                  strcmp(miev_field_text(item, "told"), "open") == 0
                      ? "cannot be told"
                      : miev_field_text(item, "told"));
        field_set_number(&table, i, answer, answer_s, &time);
    }
    show_table(&table, terminal);
    table_finish(&table);
    json_array_foreach(items, i, item)
    {
        say(terminal, "- %s: %s; %s.", miev_field_text(item, "what"),
            miev_field_text(item, "source"), miev_field_text(item, "assumed"));
    }
}

static void show_items(const json_t *kind, const char *what, const struct terminal *terminal)
{
    const json_t *items = miev_field_at(kind, "items"), *first = json_array_get(items, 0);
    size_t n = json_array_size(items) < MOST_SHOWN ? json_array_size(items) : MOST_SHOWN;
    bool measured = json_is_object(first) && json_object_get(first, "p99_s");
    double most = miev_field_number(saved_of(first), "value");
    struct columns at = {.saved_unit =
                             miev_unit_for(MIEV_QUANTITY_MASS_G, &most, 1, !terminal->utf8),
                         .years = isfinite(miev_field_number(first, "year"))};
    char saves[64];
    struct table table;
    if (!table_init(&table, n))
        return;
    (void)snprintf(saves, sizeof(saves), "saves a year, %s CO2e", at.saved_unit.name);
    (void)table_column(&table, what, false);
    at.ratio = table_column(&table, "of now", true);
    if (isfinite(most))
        at.saved = table_column(&table, saves, false);
    if (measured) {
        at.p99 = table_column_if_wide(&table, "p99", true, 2);
        at.top1 = table_column(&table, "accuracy", true);
        at.verdict = table_column_if_wide(&table, "energy", false, 1);
    } else {
        at.intensity = table_column_if_wide(&table, "g/kWh", true, 2);
        if (at.years)
            at.year = table_column(&table, "year", true);
        at.pue = table_column_if_wide(&table, "PUE", true, 1);
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(items, i);
        table_set(&table, i, 0, "%s", miev_field_text(item, "what"));
        table_set(&table, i, at.ratio, "%.3g %%", 100 * miev_field_number(item, "ratio"));
        if (isfinite(most))
            set_interval(&table, i, at.saved, saved_of(item), &at.saved_unit);
        if (measured)
            set_price(&table, i, item, &at, !terminal->utf8);
        else
            set_electricity(&table, i, item, &at);
    }
    show_table(&table, terminal);
    table_finish(&table);
}

/* One of those that the table shows is of another year. */
static bool has_other_year(const json_t *items)
{
    size_t i;
    const json_t *item;
    json_array_foreach(items, i, item)
    {
        if (i < MOST_SHOWN && json_is_false(miev_field_at(item, "same_year")))
            return true;
    }
    return false;
}

static void show_kind(const json_t *kind, const struct terminal *terminal)
{
    const char *name = miev_field_text(kind, "kind");
    size_t n = json_array_size(miev_field_at(kind, "items"));
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        if (strcmp(titles[i].kind, name) != 0)
            continue;
        say_title(terminal, titles[i].title);
        if (n > 0 && strcmp(name, "hardware") == 0)
            show_projections(miev_field_at(kind, "items"), titles[i].what, terminal);
        else if (n > 0)
            show_items(kind, titles[i].what, terminal);
    }
    if (n == 0)
        say(terminal, "%s.", miev_field_text(kind, "why"));
    else
        say(terminal, "By: %s%s%s.", miev_field_text(kind, "basis"),
            has_other_year(miev_field_at(kind, "items"))
                ? "; " OTHER_YEAR " of another year than the report's figure"
                : "",
            n > MOST_SHOWN ? "; the rest: --json" : "");
}

void show_alternatives(const json_t *document, const json_t *site, const struct terminal *terminal)
{
    const json_t *year = miev_field_at(document, "year_g"), *kinds, *kind;
    const json_t *cost = json_is_object(year) ? year : miev_field_at(document, "cost_g");
    double grams = miev_field_number(cost, "value");
    const struct miev_unit unit = miev_unit_for(MIEV_QUANTITY_MASS_G, &grams, 1, !terminal->utf8);
    char words[MIEV_INTERVAL_SIZE], rate[96] = "one inference";
    size_t i;
    miev_format_interval(words, sizeof(words), grams, miev_field_number(cost, "low"),
                         miev_field_number(cost, "high"), &unit);
    if (json_is_object(year))
        (void)snprintf(rate, sizeof(rate), "a year of %.10g requests a day",
                       miev_field_number(document, "requests_per_day"));
    say(terminal, "%s%s%s in %s: %s takes %s %s CO2e.%s", terminal_bold(terminal),
        miev_field_text(document, "model"), terminal_reset(terminal), miev_field_text(site, "zone"),
        rate, words, unit.name,
        json_is_object(year) ? "" : " What that saves in a year: --rate N requests a day.");
    kinds = miev_field_at(document, "kinds");
    json_array_foreach(kinds, i, kind)
    {
        show_kind(kind, terminal);
    }
}
