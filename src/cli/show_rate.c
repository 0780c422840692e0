/* SPDX-License-Identifier: Apache-2.0 */
/* What a request takes at the rate of --rate, where a worker waits between them. */
#include <math.h>
#include <string.h>

#include "cli/plot.h"
#include "cli/show_parts.h"
#include "study/study.h"

#define PLOT_COLUMNS 60
#define PLOT_ROWS    8
#define S_PER_DAY    86400.0
#define MOSTLY_IDLE  0.9

static const json_t *rate_of(const json_t *model)
{
    return miev_field_at(miev_field_at(model, "footprint"), "at_rate");
}

static double value_of(const json_t *rate, const char *key)
{
    return miev_field_number(miev_field_at(rate, key), "value");
}

/* ---- the table ------------------------------------------------------------------------------ */

struct columns {
    size_t name, busy, workers, energy, carbon, year, flat_out, most, car, lamp;
    struct miev_unit energy_unit, carbon_unit, year_unit;
    char carbon_header[64];
};

static void choose_units(const json_t *const *models, size_t n, bool ascii, struct columns *out)
{
    double joules[MIEV_STUDY_MAX_MODELS], grams[MIEV_STUDY_MAX_MODELS],
        years[MIEV_STUDY_MAX_MODELS];
    for (size_t i = 0; i < n; i++) {
        joules[i] = value_of(rate_of(models[i]), "per_request_j");
        grams[i] = value_of(rate_of(models[i]), "per_request_g");
        years[i] = miev_field_number(rate_of(models[i]), "year_g");
    }
    out->energy_unit = miev_unit_for(MIEV_QUANTITY_ENERGY_J, joules, n, ascii);
    out->carbon_unit = miev_unit_for(MIEV_QUANTITY_MASS_G, grams, n, ascii);
    out->year_unit = miev_unit_for(MIEV_QUANTITY_MASS_G, years, n, ascii);
}

static void make_columns(struct table *table, bool crowded, struct columns *at)
{
    (void)snprintf(at->carbon_header, sizeof(at->carbon_header), "%s CO2e/request",
                   at->carbon_unit.name);
    at->busy = table_column(table, "busy", true);
    at->workers = crowded ? table_column(table, "workers", true) : 0;
    at->energy = table_column_if_wide(table, "energy/request", true, 5);
    at->carbon = table_column(table, at->carbon_header, false);
    at->flat_out = table_column_if_wide(table, "of flat out", true, 4);
    at->year = table_column(table, "a year", true);
    at->most = table_column_if_wide(table, "most a day", true, 3);
    at->car = table_column_if_wide(table, "as km by car", true, 2);
    at->lamp = table_column_if_wide(table, "as 10 W lamp", true, 1);
}

static void set_busy(struct table *table, size_t row, size_t column, double busy_ratio)
{
    char number[MIEV_NUMBER_SIZE];
    miev_format_number(number, sizeof(number), busy_ratio * 100);
    if (busy_ratio < 1e-4)
        table_set(table, row, column, "< 0.01 %%");
    else
        table_set(table, row, column, "%s %%", number);
}

static void set_plain(struct table *table, size_t row, size_t column, double value,
                      const char *unit)
{
    char number[MIEV_NUMBER_SIZE];
    miev_format_number(number, sizeof(number), value);
    table_set(table, row, column, "%s%s", isfinite(value) ? number : "-",
              isfinite(value) ? unit : "");
}

static void set_row(struct table *table, size_t row, const json_t *model, bool crowded,
                    const struct columns *at)
{
    const json_t *rate = rate_of(model), *grams = miev_field_at(rate, "per_request_g");
    char interval[MIEV_INTERVAL_SIZE];
    table_set(table, row, 0, "%s", miev_field_text(model, "name"));
    set_busy(table, row, at->busy, miev_field_number(rate, "busy_ratio"));
    if (crowded)
        table_set(table, row, at->workers, "%.0f", miev_field_number(rate, "workers"));
    field_set_number(table, row, at->energy, value_of(rate, "per_request_j"), &at->energy_unit);
    miev_format_interval(interval, sizeof(interval), miev_field_number(grams, "value"),
                         miev_field_number(grams, "low"), miev_field_number(grams, "high"),
                         &at->carbon_unit);
    table_set(table, row, at->carbon, "%s", interval);
    set_plain(table, row, at->flat_out, miev_field_number(rate, "flat_out_ratio"), " x");
    field_set_number(table, row, at->year, miev_field_number(rate, "year_g"), &at->year_unit);
    set_plain(table, row, at->most, miev_field_number(rate, "most_requests_per_day"), "");
    set_plain(table, row, at->car, miev_field_number(rate, "car_km"), " km");
    set_plain(table, row, at->lamp, miev_field_number(rate, "lamp_10w_h"), " h");
}

/* How many models one worker cannot serve at the rate. */
static size_t count_crowded(const json_t *const *models, size_t n)
{
    size_t crowded = 0;
    for (size_t i = 0; i < n; i++)
        crowded += miev_field_number(rate_of(models[i]), "workers") > 1;
    return crowded;
}

static void print_table(const json_t *const *models, size_t n, const struct terminal *terminal)
{
    struct table table;
    struct columns at = {0};
    char title[64];
    bool crowded = count_crowded(models, n) > 0;
    if (!table_init(&table, n))
        return;
    (void)snprintf(title, sizeof(title), "at %.10g requests a day",
                   miev_field_number(rate_of(models[0]), "requests_per_day"));
    choose_units(models, n, !terminal->utf8, &at);
    (void)table_column(&table, title, false);
    make_columns(&table, crowded, &at);
    for (size_t i = 0; i < n; i++)
        set_row(&table, i, models[i], crowded, &at);
    show_table(&table, terminal);
    table_finish(&table);
    (void)fputc('\n', terminal->file);
}

/* ---- the plot ------------------------------------------------------------------------------- */

static double at_index(const json_t *list, size_t i)
{
    const json_t *value = json_array_get(list, i);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

struct curve {
    const json_t *rates, *joules;
    size_t n;
};

static struct curve curve_of(const json_t *model)
{
    const json_t *curve = miev_field_at(rate_of(model), "curve");
    struct curve found = {miev_field_at(curve, "requests_per_day"),
                          miev_field_at(curve, "joules_per_request"), 0};
    found.n = json_array_size(found.rates);
    return found;
}

/* Joules of a request may be none above zero where the noise of idle drowns them: no logarithm. */
static bool can_plot(const struct curve *curve)
{
    for (size_t i = 0; i < curve->n; i++)
        if (!(at_index(curve->joules, i) > 0))
            return false;
    return curve->n > 1 && curve->n == json_array_size(curve->joules);
}

static void stretch(struct plot_axis *axis, double value)
{
    axis->low = fmin(axis->low, value);
    axis->high = fmax(axis->high, value);
}

static void draw_curve(struct plot *plot, const struct curve *curve, char letter)
{
    for (size_t i = 1; i < curve->n; i++)
        plot_line(plot, at_index(curve->rates, i - 1), at_index(curve->joules, i - 1),
                  at_index(curve->rates, i), at_index(curve->joules, i));
    plot_letter(plot, at_index(curve->rates, curve->n - 1), at_index(curve->joules, curve->n - 1),
                letter);
}

static void write_end(char *out, size_t capacity, double joules, bool ascii)
{
    struct miev_unit unit = miev_unit_for(MIEV_QUANTITY_ENERGY_J, &joules, 1, ascii);
    char number[MIEV_NUMBER_SIZE];
    miev_format_number(number, sizeof(number), joules / unit.size);
    (void)snprintf(out, capacity, "%s %s", number, unit.name);
}

static void write_rate(char *out, size_t capacity, double requests_per_day)
{
    char number[MIEV_NUMBER_SIZE];
    bool often = requests_per_day >= S_PER_DAY;
    miev_format_number(number, sizeof(number), requests_per_day / (often ? S_PER_DAY : 1));
    (void)snprintf(out, capacity, "%s a %s", number, often ? "second" : "day");
}

static void print_curves(const struct plot *plot, const json_t *const *models, size_t n,
                         const struct terminal *terminal)
{
    char high[48], low[48], most[48], mark[64], legend[2][200];
    double requests_per_day = miev_field_number(rate_of(models[0]), "requests_per_day");
    write_end(high, sizeof(high), plot->y.high, !terminal->utf8);
    write_end(low, sizeof(low), plot->y.low, !terminal->utf8);
    write_rate(most, sizeof(most), plot->x.high);
    (void)snprintf(mark, sizeof(mark), "%.10g a day", requests_per_day);
    for (size_t i = 0; i < n; i++)
        (void)snprintf(legend[i], sizeof(legend[i]), "%s%c %s", i ? ", " : "", 'a' + (int)i,
                       miev_field_text(models[i], "name"));
    say(terminal, "%sjoules of a request%s by how often one comes, both logarithmic: %s%s",
        terminal_bold(terminal), terminal_reset(terminal), legend[0], n > 1 ? legend[1] : "");
    bool inside = requests_per_day >= plot->x.low && requests_per_day <= plot->x.high;
    struct plot_words words = {.y_high = high,
                               .y_low = low,
                               .x_low = "1 a day",
                               .x_high = most,
                               .below = inside ? mark : NULL,
                               .x_mark = requests_per_day};
    plot_print(plot, &words, terminal);
    (void)fputc('\n', terminal->file);
}

/* The first and the last model, between which the others lie. */
static void show_curves(const json_t *const *models, size_t n, const struct terminal *terminal)
{
    const json_t *ends[2] = {models[0], models[n - 1]};
    size_t n_ends = n > 1 ? 2 : 1;
    struct plot plot;
    struct plot_axis x = {INFINITY, 0, true}, y = {INFINITY, 0, true};
    for (size_t e = 0; e < n_ends; e++) {
        struct curve curve = curve_of(ends[e]);
        if (!can_plot(&curve))
            return;
        stretch(&x, at_index(curve.rates, 0));
        stretch(&x, at_index(curve.rates, curve.n - 1));
        stretch(&y, at_index(curve.joules, 0));
        stretch(&y, at_index(curve.joules, curve.n - 1));
    }
    plot_init(&plot, PLOT_COLUMNS, PLOT_ROWS, x, y);
    for (size_t e = 0; e < n_ends; e++) {
        struct curve curve = curve_of(ends[e]);
        draw_curve(&plot, &curve, (char)('a' + (int)e));
    }
    print_curves(&plot, ends, n_ends, terminal);
}

/* ---- the sentences -------------------------------------------------------------------------- */

/* The least share of idle power in any model's request; NAN when one is not known. */
static double least_idle(const json_t *const *models, size_t n)
{
    double least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        double own = miev_field_number(rate_of(models[i]), "idle_ratio");
        if (!isfinite(own))
            return NAN;
        least = fmin(least, own);
    }
    return least;
}

static void say_rate(const json_t *const *models, size_t n, const struct terminal *terminal)
{
    const json_t *rate = rate_of(models[0]);
    say(terminal,
        "Between two requests a worker draws %.3g W, its share of the machine's idle power, which "
        "is in the joules and grams of a request. Flat out: one inference after the other, as in "
        "the first table.",
        miev_field_number(rate, "idle_w"));
    double idle_ratio = least_idle(models, n);
    if (n > 1 && idle_ratio > MOSTLY_IDLE)
        say(terminal,
            "At that rate idle power is %.*f %% or more of a request's joules: which of these "
            "models "
            "it is matters little, how much stands by for it matters most.",
            idle_ratio < 0.99 ? 0 : 1, floor(idle_ratio * 1000) / 10);
    size_t crowded = count_crowded(models, n);
    if (crowded > 0)
        say(terminal,
            "%sOne worker cannot serve that rate%s of %zu of these models: their figures are for "
            "as "
            "many workers as it takes.",
            terminal_bold(terminal), terminal_reset(terminal), crowded);
}

void show_rate(const json_t *const *models, size_t n, const struct terminal *terminal)
{
    const json_t *known[MIEV_STUDY_MAX_MODELS];
    size_t n_known = 0;
    for (size_t i = 0; i < n && n_known < MIEV_STUDY_MAX_MODELS; i++) {
        const char *reason = miev_field_text(rate_of(models[i]), "reason");
        if (*reason)
            say(terminal, "%s has no figures for that rate: %s.",
                miev_field_text(models[i], "name"), reason);
        else if (rate_of(models[i]))
            known[n_known++] = models[i];
    }
    if (n_known == 0)
        return;
    print_table(known, n_known, terminal);
    if (terminal->columns == 0 || terminal->columns >= 80)
        show_curves(known, n_known, terminal);
    say_rate(known, n_known, terminal);
    (void)fputc('\n', terminal->file);
}
