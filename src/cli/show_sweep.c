/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/plot.h"
#include "cli/show_parts.h"
#include "core/text.h"

#define PLOT_MIN_POINTS  3
#define PLOT_MIN_COLUMNS 80

/* One for each combination that a study can have. */
static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+#";

bool is_sweep(const json_t *report)
{
    return miev_field_at(report, "sweep") != NULL;
}

static char letter_of(size_t i)
{
    if (i + 1 >= sizeof(letters))
        return '*';
    return letters[i];
}

/* Fewest joules an item first; those without any, then failed ones, last. */
static int by_energy(const void *a, const void *b)
{
    const struct miev_row *x = a, *y = b;
    int x_class = miev_field_at(x->model, "error") ? 2 : !isfinite(x->gross_j);
    int y_class = miev_field_at(y->model, "error") ? 2 : !isfinite(y->gross_j);
    if (x_class != y_class || x_class != 0)
        return x_class - y_class;
    return (x->gross_j > y->gross_j) - (x->gross_j < y->gross_j);
}

static double items_per_s(const struct miev_row *row)
{
    return 1 / miev_field_number(miev_field_at(row->model, "energy"), "inference_s");
}

static bool in_plane(const struct miev_row *row)
{
    return row->gross_j > 0 && items_per_s(row) > 0 && isfinite(items_per_s(row));
}

static bool is_on_front(const json_t *report, const struct miev_row *row)
{
    size_t i;
    const json_t *point;
    json_array_foreach(miev_field_at(miev_field_at(report, "sweep"), "front"), i, point)
    {
        if (strcmp(miev_field_text(point, "name"), miev_field_text(row->model, "name")) == 0)
            return true;
    }
    return false;
}

/* Is it what .sweep calls "default", "knee" or "best"? */
static bool is_named(const json_t *report, const char *key, const struct miev_row *row)
{
    const char *name = miev_field_text(miev_field_at(report, "sweep"), key);
    return *name && strcmp(name, miev_field_text(row->model, "name")) == 0;
}

/* ---- the table ------------------------------------------------------------------------------ */

struct columns {
    size_t letter, precision, threads, batch, delegate, energy, ratio, verdict, rate, latency,
        accuracy, carbon, front;
};

static struct columns make_columns(struct table *table, const char *mass_header)
{
    struct columns at = {0};
    at.letter = table_column(table, "", false);
    at.precision = table_column(table, "precision", false);
    at.threads = table_column(table, "threads", true);
    at.batch = table_column(table, "batch", true);
    at.delegate = table_column(table, "delegate", false);
    at.energy = table_column_if_wide(table, "energy/item", true, 6);
    at.ratio = table_column(table, "of default", false);
    at.verdict = table_column_if_wide(table, "verdict", false, 2);
    at.rate = table_column(table, "items/s", true);
    at.latency = table_column_if_wide(table, "latency", true, 4);
    at.accuracy = table_column_if_wide(table, "accuracy", true, 3);
    at.carbon = table_column_if_wide(table, mass_header, true, 1);
    at.front = table_column_if_wide(table, "front", false, 5);
    return at;
}

static const json_t *pair_with_default(const json_t *report, const struct miev_row *row)
{
    size_t i;
    const json_t *pair;
    const char *name = miev_field_text(row->model, "name");
    json_array_foreach(miev_field_at(report, "comparison"), i, pair)
    {
        if (strcmp(miev_field_text(pair, "a"),
                   miev_field_text(miev_field_at(report, "sweep"), "default")) == 0 &&
            strcmp(miev_field_text(pair, "b"), name) == 0)
            return pair;
    }
    return NULL;
}

static void write_percent(char *out, size_t capacity, double ratio)
{
    (void)snprintf(out, capacity, ratio < 0.0995 ? "%.2g" : "%.0f", ratio * 100);
}

/* The report's pairs are "default over row", since the default is its first model. */
static void set_ratio(struct table *table, size_t i, const struct columns *at, const json_t *report,
                      const struct miev_row *row)
{
    const json_t *pair = pair_with_default(report, row);
    const json_t *bounds = miev_field_at(pair, "systematic");
    const char *verdict = miev_field_text(pair, "verdict");
    bool open = strcmp(verdict, "unresolved") == 0;
    char value[32], low[32], high[32];
    if (is_named(report, "default", row)) {
        table_set(table, i, at->ratio, "default");
        return;
    }
    if (!pair)
        return;
    write_percent(value, sizeof(value), 1 / miev_field_number(pair, "ratio"));
    write_percent(low, sizeof(low), 1 / miev_field_number(bounds, "high"));
    write_percent(high, sizeof(high), 1 / miev_field_number(bounds, "low"));
    table_set(table, i, at->ratio, "%s %% (%s to %s)", value, low, high);
    table_set(table, i, at->verdict, "%s%s",
              !open && json_is_true(miev_field_at(pair, "likely")) ? "likely " : "",
              open                             ? "open"
              : strcmp(verdict, "higher") == 0 ? "lower"
              : strcmp(verdict, "lower") == 0  ? "higher"
                                               : verdict);
}

static void set_setting(struct table *table, size_t i, const struct columns *at,
                        const struct miev_row *row)
{
    const json_t *settings = miev_field_at(row->model, "settings");
    const char *used = miev_field_text(miev_field_at(row->model, "engine"), "delegate");
    const char *asked = miev_field_text(settings, "delegate");
    table_set(table, i, at->letter, "%c", in_plane(row) ? letter_of(i) : ' ');
    table_set(table, i, at->precision, "%.20s", miev_field_text(row->model, "precision"));
    table_set(table, i, at->threads, "%.0f", miev_field_number(settings, "threads"));
    table_set(table, i, at->batch, "%.0f", miev_field_number(settings, "batch"));
    table_set(table, i, at->delegate, "%.20s", *used ? used : *asked ? asked : "best");
}

static void set_row(struct table *table, size_t i, const struct columns *at, const json_t *report,
                    const struct miev_row *row, const struct miev_units *units)
{
    char number[MIEV_NUMBER_SIZE];
    double top1 = miev_field_number(miev_field_at(row->model, "accuracy"), "top1");
    set_setting(table, i, at, row);
    if (miev_field_at(row->model, "error")) {
        table_set(table, i, at->ratio, "failed: see below");
        return;
    }
    field_set_number(table, i, at->energy, row->gross_j, &units->energy);
    set_ratio(table, i, at, report, row);
    miev_format_number(number, sizeof(number), items_per_s(row));
    table_set(table, i, at->rate, "%s", isfinite(items_per_s(row)) ? number : "-");
    field_set_number(table, i, at->latency, row->p50_s, &units->time);
    if (isfinite(top1))
        table_set(table, i, at->accuracy, "%.1f %%", top1 * 100);
    miev_format_number(number, sizeof(number), row->grams / units->mass.size);
    table_set(table, i, at->carbon, "%s", isfinite(row->grams) ? number : "-");
    table_set(table, i, at->front, "%s",
              is_named(report, "knee", row) ? "knee"
              : is_on_front(report, row)    ? "yes"
                                            : "no");
}

static void print_table(const json_t *report, const struct miev_row *rows, size_t n,
                        const struct terminal *terminal)
{
    struct table table;
    char mass_header[64];
    struct miev_units units = miev_rows_units(rows, n, !terminal->utf8);
    if (!table_init(&table, n))
        return;
    (void)snprintf(mass_header, sizeof(mass_header), "%s CO2e/million", units.mass.name);
    struct columns at = make_columns(&table, mass_header);
    for (size_t i = 0; i < n; i++)
        set_row(&table, i, &at, report, &rows[i], &units);
    show_table(&table, terminal);
    table_finish(&table);
}

/* ---- the plot ------------------------------------------------------------------------------- */

static void fill_plot(struct plot *plot, const struct miev_row *rows, size_t n)
{
    struct plot_axis x = {INFINITY, 0, true}, y = {INFINITY, 0, true};
    for (size_t i = 0; i < n; i++) {
        if (!in_plane(&rows[i]))
            continue;
        x.low = fmin(x.low, items_per_s(&rows[i]));
        x.high = fmax(x.high, items_per_s(&rows[i]));
        y.low = fmin(y.low, rows[i].gross_j);
        y.high = fmax(y.high, rows[i].gross_j);
    }
    plot_init(plot, PLOT_MAX_COLUMNS, PLOT_MAX_ROWS, x, y);
    for (size_t i = 0; i < n; i++)
        if (in_plane(&rows[i]))
            plot_letter(plot, items_per_s(&rows[i]), rows[i].gross_j, letter_of(i));
}

/* Along the front, from the fewest joules up: its throughput rises with its energy. */
static void draw_front(struct plot *plot, const json_t *report, const struct miev_row *rows,
                       size_t n)
{
    const struct miev_row *last = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!in_plane(&rows[i]) || !is_on_front(report, &rows[i]))
            continue;
        if (last)
            plot_line(plot, items_per_s(last), last->gross_j, items_per_s(&rows[i]),
                      rows[i].gross_j);
        last = &rows[i];
    }
}

static void write_joules(char *out, size_t capacity, double joules, const struct terminal *terminal)
{
    char number[MIEV_NUMBER_SIZE];
    struct miev_unit unit = miev_unit_for(MIEV_QUANTITY_ENERGY_J, &joules, 1, !terminal->utf8);
    miev_format_number(number, sizeof(number), joules / unit.size);
    (void)snprintf(out, capacity, "%s %s", number, unit.name);
}

static void print_plot(const json_t *report, const struct miev_row *rows, size_t n,
                       const struct terminal *terminal)
{
    struct plot plot;
    char y_ends[2][48], x_ends[2][48], number[MIEV_NUMBER_SIZE], knee[32] = "";
    fill_plot(&plot, rows, n);
    draw_front(&plot, report, rows, n);
    double ends_j[2] = {plot.y.low, plot.y.high}, ends_per_s[2] = {plot.x.low, plot.x.high};
    for (int end = 0; end < 2; end++) {
        write_joules(y_ends[end], sizeof(y_ends[end]), ends_j[end], terminal);
        miev_format_number(number, sizeof(number), ends_per_s[end]);
        (void)snprintf(x_ends[end], sizeof(x_ends[end]), "%s items/s", number);
    }
    struct plot_words words = {
        .y_high = y_ends[1], .y_low = y_ends[0], .x_low = x_ends[0], .x_high = x_ends[1]};
    for (size_t i = 0; i < n; i++) {
        if (!is_named(report, "knee", &rows[i]) || !in_plane(&rows[i]))
            continue;
        (void)snprintf(knee, sizeof(knee), "knee: %c", letter_of(i));
        words.below = knee;
        words.x_mark = items_per_s(&rows[i]);
    }
    (void)fprintf(terminal->file,
                  "%senergy of an item%s against throughput (both logarithmic); the line is the "
                  "front\n",
                  terminal_bold(terminal), terminal_reset(terminal));
    plot_print(&plot, &words, terminal);
}

void show_sweep(const json_t *report, struct miev_row *rows, size_t n,
                const struct terminal *terminal, bool quiet)
{
    size_t points = 0;
    qsort(rows, n, sizeof(*rows), by_energy);
    print_table(report, rows, n, terminal);
    for (size_t i = 0; i < n; i++)
        points += in_plane(&rows[i]);
    if (quiet || points < PLOT_MIN_POINTS ||
        (terminal->columns > 0 && terminal->columns < PLOT_MIN_COLUMNS))
        return;
    (void)fputc('\n', terminal->file);
    print_plot(report, rows, n, terminal);
}

/* ---- the sentences -------------------------------------------------------------------------- */

static const char *message_of(const struct miev_row *row)
{
    return miev_field_text(miev_field_at(row->model, "error"), "message");
}

void say_sweep_failures(const struct miev_row *rows, size_t n, const struct terminal *terminal)
{
    for (size_t i = 0; i < n; i++) {
        char message[SAY_BYTES];
        size_t others = 0;
        bool told = !miev_field_at(rows[i].model, "error");
        for (size_t j = 0; j < n; j++) {
            bool same = strcmp(message_of(&rows[j]), message_of(&rows[i])) == 0;
            told = told || (same && j < i);
            others += same && j > i;
        }
        if (told)
            continue;
        miev_text_show(message, sizeof(message), message_of(&rows[i]));
        if (others == 0)
            say(terminal, "%s failed: %s.", miev_field_text(rows[i].model, "name"), message);
        else
            say(terminal, "%s and %zu other%s failed: %s.", miev_field_text(rows[i].model, "name"),
                others, others == 1 ? "" : "s", message);
    }
}

void say_sweep(const json_t *report, const struct terminal *terminal)
{
    const json_t *sweep = miev_field_at(report, "sweep");
    const char *advice = miev_field_text(sweep, "advice"),
               *knee = miev_field_text(sweep, "knee_words");
    if (*advice)
        say(terminal, "%s%s%s.", terminal_bold(terminal), advice, terminal_reset(terminal));
    if (*knee && strcmp(miev_field_text(sweep, "knee"), miev_field_text(sweep, "best")) != 0)
        say(terminal, "%s: %s.",
            json_array_size(miev_field_at(sweep, "front")) > 1
                ? "Knee, where more throughput begins to cost most"
                : "Fewest joules and most items a second",
            knee);
    if (!*miev_field_text(sweep, "knee") && json_array_size(miev_field_at(sweep, "front")) > 1)
        say(terminal, "The front has no knee: nowhere does it bend by 3 %% of energy or more.");
    say(terminal, "All figures are per item (picture) but the latency, which is a whole batch's: "
                  "its answers come together. Front: no other combination takes less energy and "
                  "does as many items a second.");
}
