/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/show_parts.h"
#include "export/export.h"

#define BAR_COLUMNS 20
#define NAME_BYTES  40

/* One unit for each column of all tables. */
struct units {
    struct miev_unit joules, grams, seconds;
    bool has_energy;
};

/* What the last columns of a row say, whatever it is of. */
struct amounts {
    size_t time, share, joules, grams, bar;
};

static double value_of(const json_t *row, const char *key)
{
    return miev_field_number(miev_field_at(row, key), "value");
}

static void choose_units(const json_t *profile, const struct terminal *terminal, struct units *out)
{
    double joules = value_of(miev_field_at(profile, "energy"), "per_inference_j");
    double grams = 1e6 * value_of(miev_field_at(profile, "energy"), "per_inference_g");
    double seconds = miev_field_number(miev_field_at(profile, "inference"), "plain_s");
    *out = (struct units){
        .joules = miev_unit_for(MIEV_QUANTITY_ENERGY_J, &joules, 1, !terminal->utf8),
        .grams = miev_unit_for(MIEV_QUANTITY_MASS_G, &grams, 1, !terminal->utf8),
        .seconds = miev_unit_for(MIEV_QUANTITY_TIME_S, &seconds, 1, !terminal->utf8),
        .has_energy = isfinite(joules),
    };
}

static struct amounts add_columns(struct table *table, const struct units *units, char *grams,
                                  size_t capacity)
{
    struct amounts at = {.joules = 0};
    at.time = table_column_if_wide(table, "time", true, 2);
    at.share = table_column(table, "share of time", false);
    if (units->has_energy) {
        (void)snprintf(grams, capacity, "%s CO2e/million", units->grams.name);
        at.joules = table_column(table, "energy", true);
        at.grams = table_column_if_wide(table, grams, true, 1);
    }
    at.bar = table_column_if_wide(table, "", false, 3);
    return at;
}

/* full: the share of the longest bar. */
static void set_amounts(struct table *table, size_t row, const json_t *from,
                        const struct amounts *at, const struct units *units, double full,
                        const struct terminal *terminal)
{
    const json_t *share = miev_field_at(from, "share");
    char bar[4 * BAR_COLUMNS + 8], number[MIEV_NUMBER_SIZE];
    field_set_number(table, row, at->time, miev_field_number(from, "seconds"), &units->seconds);
    table_set(table, row, at->share, "%.1f %% (%.1f to %.1f)",
              100 * miev_field_number(share, "value"), 100 * miev_field_number(share, "low"),
              100 * miev_field_number(share, "high"));
    if (units->has_energy) {
        field_set_number(table, row, at->joules, value_of(from, "joules"), &units->joules);
        miev_format_number(number, sizeof(number),
                           1e6 * value_of(from, "grams") / units->grams.size);
        table_set(table, row, at->grams, "%s", isfinite(value_of(from, "grams")) ? number : "-");
    }
    terminal_bar(terminal, miev_field_number(share, "value") / full, BAR_COLUMNS, bar, sizeof(bar));
    table_set(table, row, at->bar, "%s", bar);
}

static void set_whole(struct table *table, size_t row, const json_t *profile,
                      const struct amounts *at, const struct units *units)
{
    const json_t *energy = miev_field_at(profile, "energy");
    char number[MIEV_NUMBER_SIZE];
    table_set(table, row, 0, "one inference");
    field_set_number(table, row, at->time,
                     miev_field_number(miev_field_at(profile, "inference"), "shared_s"),
                     &units->seconds);
    table_set(table, row, at->share, "100 %%");
    if (!units->has_energy)
        return;
    field_set_number(table, row, at->joules, value_of(energy, "per_inference_j"), &units->joules);
    miev_format_number(number, sizeof(number),
                       1e6 * value_of(energy, "per_inference_g") / units->grams.size);
    table_set(table, row, at->grams, "%s", number);
}

static void print_kinds(const json_t *profile, const struct units *units,
                        const struct terminal *terminal)
{
    size_t i, n = json_array_size(miev_field_at(profile, "kinds"));
    const json_t *row, *between = miev_field_at(profile, "between");
    struct table table;
    char grams[48];
    if (!table_init(&table, n + 2))
        return;
    (void)table_column(&table, "type", false);
    size_t count = table_column(&table, "operators", true);
    struct amounts at = add_columns(&table, units, grams, sizeof(grams));
    double full = fmax(value_of(json_array_get(miev_field_at(profile, "kinds"), 0), "share"), 1e-9);
    json_array_foreach(miev_field_at(profile, "kinds"), i, row)
    {
        table_set(&table, i, 0, "%s", miev_field_text(row, "type"));
        table_set(&table, i, count, "%.0f", miev_field_number(row, "operators"));
        set_amounts(&table, i, row, &at, units, full, terminal);
    }
    table_set(&table, n, 0, "between operators");
    set_amounts(&table, n, between, &at, units, full, terminal);
    set_whole(&table, n + 1, profile, &at, units);
    show_table(&table, terminal);
    table_finish(&table);
}

/* The end of a name is what tells it from its neighbours. */
static void show_end(char *out, size_t capacity, const char *name)
{
    size_t length = strlen(name);
    const char *from = length < capacity ? name : name + length - capacity + 4;
    while (((unsigned char)*from & 0xc0) == 0x80)
        from++; /* never half a character */
    (void)snprintf(out, capacity, "%s%s", from > name ? "..." : "", from);
}

static void print_largest(const json_t *profile, size_t top, const struct units *units,
                          const struct terminal *terminal)
{
    size_t n = 0;
    struct table table;
    char grams[48], name[NAME_BYTES];
    const json_t **rows = miev_profile_largest(profile, &n);
    n = n < top ? n : top;
    if (!rows || n == 0 || !table_init(&table, n)) {
        free(rows);
        return;
    }
    (void)table_column(&table, "operator", false);
    size_t position = table_column_if_wide(&table, "no.", true, 6);
    size_t label = table_column_if_wide(&table, "name", false, 4);
    size_t shape = table_column_if_wide(&table, "output", false, 5);
    struct amounts at = add_columns(&table, units, grams, sizeof(grams));
    for (size_t i = 0; i < n; i++) {
        const char *output = miev_field_text(rows[i], "output_shape");
        show_end(name, sizeof(name), miev_field_text(rows[i], "name"));
        table_set(&table, i, 0, "%s", miev_field_text(rows[i], "type"));
        table_set(&table, i, position, "%zu", miev_profile_position(profile, rows[i]));
        table_set(&table, i, label, "%s", *name ? name : "-");
        table_set(&table, i, shape, "%s", *output ? output : "-");
        set_amounts(&table, i, rows[i], &at, units, fmax(value_of(rows[0], "share"), 1e-9),
                    terminal);
    }
    say_title(terminal, "the largest operators");
    show_table(&table, terminal);
    table_finish(&table);
    free(rows);
}

/* ---- sentences ------------------------------------------------------------------------------ */

static void say_what(const json_t *profile, const struct terminal *terminal)
{
    const json_t *model = miev_field_at(profile, "model"), *engine = miev_field_at(model, "engine");
    double threads = miev_field_number(engine, "threads");
    say(terminal, "%s, operator by operator, on %s %s (%s), %.0f thread%s. Input: %s.",
        miev_field_text(model, "name"), miev_field_text(engine, "runtime"),
        miev_field_text(engine, "version"), miev_field_text(engine, "delegate"), threads,
        threads == 1 ? "" : "s", miev_field_text(miev_field_at(profile, "input"), "name"));
    say(terminal, "%sAttribution%s: %s.", terminal_bold(terminal), terminal_reset(terminal),
        miev_field_text(profile, "attribution"));
    say_site(profile, terminal);
    (void)fputc('\n', terminal->file);
}

static void say_overhead(const json_t *profile, const struct units *units,
                         const struct terminal *terminal)
{
    const json_t *inference = miev_field_at(profile, "inference");
    double ratio = miev_field_number(inference, "overhead_ratio");
    double left_out = miev_field_number(inference, "runs_left_out");
    char plain[MIEV_NUMBER_SIZE], profiled[MIEV_NUMBER_SIZE], also[128] = "";
    char call[MIEV_INTERVAL_SIZE], cost[256] = "nothing that shows";
    const json_t *per_call = miev_field_at(inference, "overhead_per_call_s");
    const struct miev_unit micro = {terminal->utf8 ? "µs" : "us", 1e-6};
    miev_format_number(plain, sizeof(plain),
                       miev_field_number(inference, "plain_s") / units->seconds.size);
    miev_format_number(profiled, sizeof(profiled),
                       miev_field_number(inference, "profiled_s") / units->seconds.size);
    if (left_out > 0)
        (void)snprintf(
            also, sizeof(also),
            "; %.0f more that took over a tenth longer than the quickest quarter are left out",
            left_out);
    if (ratio > 0) {
        miev_format_interval(call, sizeof(call), miev_field_number(per_call, "value"),
                             miev_field_number(per_call, "low"),
                             miev_field_number(per_call, "high"), &micro);
        (void)snprintf(cost, sizeof(cost),
                       "%.1f %%, of which %s %s is taken off each call of an operator and the rest "
                       "off what lies between them",
                       100 * ratio, call, micro.name);
    }
    say(terminal,
        "%.0f inferences were profiled%s. Each took %s %s, and %s %s without a profiler: profiling "
        "costs %s.",
        miev_field_number(inference, "runs"), also, profiled, units->seconds.name, plain,
        units->seconds.name, cost);
}

static void say_meaning(const json_t *profile, const struct terminal *terminal)
{
    const json_t *inference = miev_field_at(profile, "inference");
    const json_t *engine = miev_field_at(miev_field_at(profile, "model"), "engine");
    if (json_is_true(miev_field_at(inference, "operators_overlap")))
        say(terminal, "Operators ran at the same time: a share is one of the sum of their times.");
    if (miev_field_number(engine, "threads") > 1)
        say(terminal, "With several threads a second is a second: an operator that keeps one of "
                      "them busy counts as much as one that keeps them all.");
    if (strncmp(miev_field_text(engine, "delegate"), "xnnpack", 7) == 0)
        say(terminal, "These are XNNPACK's operators, which join several of the model's and tell "
                      "no shapes; --delegate none profiles the plain kernels, the model's own.");
    say(terminal,
        "Intervals of shares: 95 %%, by the runs, the parts of a microsecond that the runtime does "
        "not tell, and what profiling adds to a call. A share of energy supposes that a second of "
        "each operator "
        "draws the same power.");
}

static void say_energy(const json_t *profile, const struct units *units,
                       const struct terminal *terminal)
{
    char words[MIEV_INTERVAL_SIZE];
    const json_t *energy = miev_field_at(profile, "energy");
    const json_t *joules = miev_field_at(energy, "per_inference_j");
    if (!units->has_energy) {
        say(terminal,
            "The energy of one inference is not known, so there are shares of time only: %s.",
            miev_field_text(profile, "energy_missing"));
        return;
    }
    miev_format_interval(words, sizeof(words), miev_field_number(joules, "value"),
                         miev_field_number(joules, "low"), miev_field_number(joules, "high"),
                         &units->joules);
    say(terminal,
        "One inference: %s %s, %s. An operator's joules and grams are as uncertain by "
        "that, all of them together; --json holds each interval.",
        words, units->joules.name, miev_field_text(energy, "method"));
    double older_s =
        miev_field_number(profile, "created_unix_s") - miev_field_number(energy, "created_unix_s");
    if (older_s > 3600)
        say(terminal,
            "That energy is of a report made %.0f hours before: on a machine that has "
            "changed since, it is another's.",
            older_s / 3600);
}

void show_profile(const json_t *profile, const struct terminal *terminal, size_t top, bool quiet)
{
    struct units units;
    choose_units(profile, terminal, &units);
    if (!quiet)
        say_what(profile, terminal);
    print_kinds(profile, &units, terminal);
    print_largest(profile, top, &units, terminal);
    if (quiet)
        return;
    (void)fputc('\n', terminal->file);
    say_overhead(profile, &units, terminal);
    say_meaning(profile, terminal);
    say_energy(profile, &units, terminal);
}
