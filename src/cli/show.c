/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/show_parts.h"
#include "cli/show_sweep.h"
#include "core/text.h"
#include "export/rows.h"
#include "study/study.h"

#define G_PER_KG  1e3
#define SHARE_BAR 6 /* characters of the bar of 100 % */

/* ---- the table ------------------------------------------------------------------------------ */

static void set_prediction(struct table *table, size_t row, size_t column, const json_t *model)
{
    char label[64];
    const json_t *best = json_array_get(miev_field_at(model, "predictions"), 0);
    if (!best)
        return;
    miev_text_show(label, sizeof(label), miev_field_text(best, "label"));
    table_set(table, row, column, "%s %.0f %%", label, miev_field_number(best, "score") * 100);
}

static void set_accuracy(struct table *table, size_t row, size_t column, const json_t *model)
{
    double top1 = miev_field_number(miev_field_at(model, "accuracy"), "top1");
    if (isfinite(top1))
        table_set(table, row, column, "%.1f %%", top1 * 100);
    else
        table_set(table, row, column, "-");
}

static void set_carbon(struct table *table, size_t row, size_t column, const struct miev_row *from,
                       const struct miev_unit *unit)
{
    char interval[MIEV_INTERVAL_SIZE];
    if (!isfinite(from->grams)) {
        table_set(table, row, column, "-");
        return;
    }
    miev_format_interval(interval, sizeof(interval), from->grams, from->grams_low, from->grams_high,
                         unit);
    table_set(table, row, column, "%s", interval);
}

/* Which column is which; the numbers behind them say which goes first in a narrow terminal. */
struct columns {
    size_t name, prediction, accuracy, latency, energy, carbon, share, bar;
    size_t front, method; /* 0: there is none */
};

/* How the energy of every model is known, NULL where they differ or none has any. */
static const char *common_method(const struct miev_row *rows, size_t n)
{
    const char *common = NULL;
    for (size_t i = 0; i < n; i++) {
        const char *method = miev_field_text(miev_field_at(rows[i].model, "energy"), "method");
        if (!isfinite(rows[i].gross_j))
            continue;
        if (common && strcmp(common, method) != 0)
            return NULL;
        common = method;
    }
    return common;
}

static struct columns make_columns(struct table *table, const char *mass_header, bool fronts,
                                   bool methods_differ)
{
    struct columns at = {0};
    at.name = table_column(table, "model", false);
    at.prediction = table_column_if_wide(table, "top prediction", false, 4);
    at.accuracy = table_column(table, "accuracy", true);
    at.latency = table_column(table, "latency", true);
    at.energy = table_column_if_wide(table, "energy", true, 2);
    at.carbon = table_column(table, mass_header, false);
    at.share = table_column_if_wide(table, "of largest", true, 3);
    at.bar = table_column_if_wide(table, "", false, 1);
    if (fronts)
        at.front = table_column_if_wide(table, "front", false, 5);
    if (methods_differ)
        at.method = table_column(table, "energy is", false);
    return at;
}

static void set_share(struct table *table, size_t row, const struct columns *at, double share,
                      const struct terminal *terminal)
{
    char bar[64];
    if (!isfinite(share))
        return;
    terminal_bar(terminal, share, SHARE_BAR, bar, sizeof(bar));
    table_set(table, row, at->bar, "%s", bar);
    table_set(table, row, at->share, "%.*f %%", share < 0.0995 ? 1 : 0, share * 100);
}

static void set_row(struct table *table, size_t i, const struct miev_row *row,
                    const struct columns *at, const struct miev_units *units, double most_grams,
                    const struct terminal *terminal)
{
    const json_t *model = row->model;
    table_set(table, i, at->name, "%s", miev_field_text(model, "name"));
    if (miev_field_at(model, "error")) {
        table_set(table, i, at->carbon, "failed: see below");
        return;
    }
    set_prediction(table, i, at->prediction, model);
    set_accuracy(table, i, at->accuracy, model);
    field_set_number(table, i, at->latency, row->p50_s, &units->time);
    field_set_number(table, i, at->energy, row->gross_j, &units->energy);
    set_carbon(table, i, at->carbon, row, &units->mass);
    if (at->method)
        table_set(table, i, at->method, "%s",
                  miev_field_text(miev_field_at(model, "energy"), "method"));
    set_share(table, i, at, row->grams / most_grams, terminal);
}

static void print_table(const json_t *report, const struct miev_row *rows, size_t n,
                        const struct terminal *terminal, double most_grams)
{
    struct table table;
    struct miev_units units = miev_rows_units(rows, n, !terminal->utf8);
    bool fronts = pareto_has_fronts(report);
    char mass_header[64];
    if (!table_init(&table, n))
        return;
    /* Said once where it holds for all, in every width; else it has a column. */
    const char *method = common_method(rows, n);
    (void)snprintf(mass_header, sizeof(mass_header), "%s%s%s CO2e/million", method ? method : "",
                   method ? " " : "", units.mass.name);
    struct columns at = make_columns(&table, mass_header, fronts, !method);
    for (size_t i = 0; i < n; i++) {
        set_row(&table, i, &rows[i], &at, &units, most_grams, terminal);
        if (fronts && !miev_field_at(rows[i].model, "error"))
            table_set(&table, i, at.front, "%s",
                      pareto_word(report, miev_field_text(rows[i].model, "name")));
    }
    show_table(&table, terminal);
    table_finish(&table);
}

/* ---- the sentences -------------------------------------------------------------------------- */

/* The further tables, of the models that ran. */
static void print_more(const json_t *report, const struct miev_row *rows, size_t n,
                       const struct terminal *terminal)
{
    const json_t *models[MIEV_STUDY_MAX_MODELS];
    size_t ran = 0;
    for (size_t i = 0; i < n && ran < MIEV_STUDY_MAX_MODELS; i++)
        if (!miev_field_at(rows[i].model, "error"))
            models[ran++] = rows[i].model;
    if (ran == 0)
        return;
    show_steps(models, ran, terminal);
    (void)fputc('\n', terminal->file);
    show_traffic(models, ran, terminal);
    show_pareto(report, terminal);
    show_rate(models, ran, terminal);
}

void show_table(struct table *table, const struct terminal *terminal)
{
    char left_out[SAY_BYTES];
    table_print(table, terminal);
    table_left_out(table, left_out, sizeof(left_out));
    if (*left_out)
        say(terminal, "%sIn a wider terminal also: %s.%s", terminal_dim(terminal), left_out,
            terminal_reset(terminal));
}

/* What was done to the colours, when something was. */
static void write_profile_words(const json_t *input, char *out, size_t capacity)
{
    const json_t *profile = miev_field_at(input, "color_profile");
    const char *use = miev_field_text(profile, "use");
    char name[64];
    miev_text_show(name, sizeof(name), miev_field_text(profile, "name"));
    out[0] = '\0';
    if (strcmp(use, "converted") == 0)
        (void)snprintf(out, capacity, ", colors converted to sRGB from %s",
                       *name ? name : "its own profile");
    else if (strcmp(use, "ignored") == 0)
        (void)snprintf(out, capacity, ", its color profile cannot be used and was ignored");
}

static void say_header(const json_t *report, const struct terminal *terminal)
{
    const json_t *input = miev_field_at(report, "input"),
                 *machine = miev_field_at(report, "machine");
    const json_t *settings = miev_field_at(report, "settings");
    char name[128], colors[128], size[192] = "", threads[32] = "";
    miev_text_show(name, sizeof(name), miev_field_text(input, "name"));
    write_profile_words(input, colors, sizeof(colors));
    if (miev_field_at(input,
                      "format")) /* absent when the study was stopped before it was decoded */
        (void)snprintf(size, sizeof(size), " (%.0f x %.0f %s%s)", miev_field_number(input, "width"),
                       miev_field_number(input, "height"), miev_field_text(input, "format"),
                       colors);
    if (!is_sweep(report)) /* whose rows have their own */
        (void)snprintf(threads, sizeof(threads), ", %.0f thread%s",
                       miev_field_number(settings, "threads"),
                       miev_field_number(settings, "threads") > 1 ? "s" : "");
    say(terminal, "%s%s%s%s on %s, %.0f logical CPU%s%s%s%s", terminal_bold(terminal), name,
        terminal_reset(terminal), size,
        *miev_field_text(machine, "cpu") ? miev_field_text(machine, "cpu") : "an unnamed CPU",
        miev_field_number(machine, "logical_cpus"),
        miev_field_number(machine, "logical_cpus") > 1 ? "s" : "",
        json_is_true(miev_field_at(machine, "virtual_machine")) ? ", virtual machine under " : "",
        miev_field_text(machine, "hypervisor"), threads);
}

static void say_error(const struct miev_row *row, const struct terminal *terminal)
{
    char message[SAY_BYTES];
    miev_text_show(message, sizeof(message),
                   miev_field_text(miev_field_at(row->model, "error"), "message"));
    say(terminal, "%s failed (%s): %s.", miev_field_text(row->model, "name"),
        miev_field_text(miev_field_at(row->model, "error"), "code"), message);
}

/* Why there is no energy, where there is none; a reason that several models share is told once. */
static void say_absent(const struct miev_row *rows, size_t n, const struct terminal *terminal)
{
    for (size_t i = 0; i < n; i++) {
        const char *reason = miev_field_text(miev_field_at(rows[i].model, "energy"), "reason");
        size_t others = 0;
        bool told = *reason == '\0';
        for (size_t j = 0; j < n; j++) {
            bool same = strcmp(miev_field_text(miev_field_at(rows[j].model, "energy"), "reason"),
                               reason) == 0;
            told = told || (same && j < i);
            others += same && j > i;
        }
        if (told)
            continue;
        if (others == 0)
            say(terminal, "%s has no energy: %s.", miev_field_text(rows[i].model, "name"), reason);
        else
            say(terminal, "%s and %zu other model%s have no energy: %s.",
                miev_field_text(rows[i].model, "name"), others, others == 1 ? "" : "s", reason);
    }
}

/* What a file without a card left open: a wrong guess makes wrong answers. */
static void say_guesses(const struct miev_row *rows, size_t n, const struct terminal *terminal)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *guesses = miev_field_at(rows[i].model, "guesses");
        char list[SAY_BYTES] = "", name[128];
        size_t used = 0, k;
        json_t *guess;
        if (miev_field_at(rows[i].model, "error") || json_array_size(guesses) == 0)
            continue;
        json_array_foreach(guesses, k, guess)
        {
            int length = snprintf(list + used, sizeof(list) - used, "%s%s", k ? "; " : "",
                                  json_string_value(guess));
            used += length > 0 && used + (size_t)length < sizeof(list) ? (size_t)length : 0;
        }
        miev_text_show(name, sizeof(name), miev_field_text(rows[i].model, "name"));
        say(terminal,
            "Guessed for %s, whose answers may be wrong for it (--normalise, --crop and --labels "
            "or a card tell better): %s.",
            name, list);
    }
}

static const json_t *pair_of(const json_t *report, const char *a, const char *b)
{
    size_t i;
    json_t *pair;
    json_array_foreach(miev_field_at(report, "comparison"), i, pair)
    {
        if ((strcmp(miev_field_text(pair, "a"), a) == 0 &&
             strcmp(miev_field_text(pair, "b"), b) == 0) ||
            (strcmp(miev_field_text(pair, "a"), b) == 0 &&
             strcmp(miev_field_text(pair, "b"), a) == 0))
            return pair;
    }
    return NULL;
}

/* What was decided about the first of the two that the sentence names. */
static const char *verdict_words(const json_t *pair, bool turned)
{
    const char *verdict = miev_field_text(pair, "verdict");
    bool likely = json_is_true(miev_field_at(pair, "likely"));
    if (strcmp(verdict, "unresolved") == 0)
        return "not resolved by this study";
    if (strcmp(verdict, "equivalent") == 0)
        return likely ? "likely equivalent within 3 %" : "equivalent within 3 %";
    if ((strcmp(verdict, "lower") == 0) != turned)
        return likely ? "likely lower" : "lower";
    return likely ? "likely higher" : "higher";
}

/* "A takes 16 % of B's energy (...), and emits 17 % of its carbon". The interval and the verdict
 * are those of the energy: manufacturing moves the carbon beside it. */
static void say_pair(const json_t *report, const struct miev_row *low, const struct miev_row *high,
                     const struct terminal *terminal)
{
    const char *a = miev_field_text(low->model, "name"), *b = miev_field_text(high->model, "name");
    const json_t *pair = pair_of(report, a, b);
    if (!pair)
        return;
    bool turned = strcmp(miev_field_text(pair, "a"), a) != 0;
    const json_t *systematic = miev_field_at(pair, "systematic");
    double ratio = miev_field_number(pair, "ratio"),
           carbon = miev_field_number(pair, "carbon_ratio");
    double s_low = miev_field_number(systematic, "low"),
           s_high = miev_field_number(systematic, "high");
    if (turned) {
        ratio = 1 / ratio;
        carbon = 1 / carbon;
        double swap = s_low;
        s_low = 1 / s_high;
        s_high = 1 / swap;
    }
    char grams[64] = "";
    if (isfinite(carbon))
        (void)snprintf(grams, sizeof(grams), ", and emits %.3g %% of its carbon", carbon * 100);
    say(terminal, "%s%s takes %.3g %% of the energy of %s%s (%.3g to %.3g %%: %s, %s)%s.",
        terminal_bold(terminal), a, ratio * 100, b, terminal_reset(terminal), s_low * 100,
        s_high * 100, verdict_words(pair, turned), miev_field_text(pair, "method"), grams);
}

/* What the same kind of models know, said once for each list of labels. */
static void say_knows(const struct miev_row *rows, size_t n, const struct terminal *terminal)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *knows = miev_field_at(rows[i].model, "knows");
        size_t classes = (size_t)json_integer_value(miev_field_at(knows, "classes"));
        bool told = classes == 0 || classes > 20;
        for (size_t j = 0; j < i && !told; j++)
            told = json_equal(miev_field_at(rows[j].model, "knows"), knows);
        if (told)
            continue;
        char list[SAY_BYTES] = "";
        size_t used = 0, k;
        json_t *label;
        json_array_foreach(miev_field_at(knows, "first"), k, label)
        {
            int length = snprintf(list + used, sizeof(list) - used, "%s%s", k ? ", " : "",
                                  json_string_value(label));
            used += length > 0 && used + (size_t)length < sizeof(list) ? (size_t)length : 0;
        }
        const json_t *accuracy = miev_field_at(rows[i].model, "accuracy");
        char shown[SAY_BYTES], images[SAY_BYTES] = "";
        miev_text_show(shown, sizeof(shown), list); /* labels may come out of a model file */
        if (json_is_object(accuracy))
            (void)snprintf(
                images, sizeof(images), " Accuracy: share of right answers on %.0f %s %s images.",
                miev_field_number(accuracy, "images"), miev_field_text(accuracy, "dataset"),
                miev_field_text(accuracy, "split"));
        say(terminal, "These models know %zu things only: %s.%s", classes, shown, images);
    }
}

/* " (76 % of the joules of NAME)", "" where that is not known. */
static void write_share(char *out, size_t capacity, const json_t *model, const char *part,
                        const char *sensor)
{
    size_t i;
    json_t *item;
    const json_t *energy = miev_field_at(model, "energy");
    double total_j = miev_field_number(
        miev_field_at(miev_field_at(energy, "gross"), "per_inference_j"), "value");
    out[0] = '\0';
    json_array_foreach(miev_field_at(energy, "parts"), i, item)
    {
        double share = miev_field_number(item, "joules") / total_j;
        if (strcmp(miev_field_text(item, "part"), part) == 0 &&
            strcmp(miev_field_text(item, "sensor"), sensor) == 0 && isfinite(share))
            (void)snprintf(out, capacity, ", %.*f %% of the joules of %s", share < 0.0995 ? 1 : 0,
                           share * 100, miev_field_text(model, "name"));
    }
}

static void say_method(const json_t *report, const struct miev_row *first,
                       const struct terminal *terminal)
{
    size_t i;
    json_t *channel;
    const json_t *energy = miev_field_at(first->model, "energy");
    const char *method = miev_field_text(energy, "method");
    char share[256];
    if (!miev_field_at(energy, "gross"))
        return;
    say(terminal,
        "Energy is %s; the interval holds the rounds and what the %s may be wrong by:", method,
        strcmp(method, "measured") == 0 ? "counters" : "estimate");
    json_array_foreach(miev_field_at(miev_field_at(report, "meter"), "channels"), i, channel)
    {
        if (!json_is_true(miev_field_at(channel, "counted")))
            continue;
        write_share(share, sizeof(share), first->model, miev_field_text(channel, "part"),
                    miev_field_text(channel, "sensor"));
        say(terminal, "- %s: %s%s; the truth is %.2g to %.2g times that (90 %%). %s",
            miev_field_text(channel, "part"), miev_field_text(channel, "method"), share,
            miev_field_number(channel, "systematic_low_ratio"),
            miev_field_number(channel, "systematic_high_ratio"),
            miev_field_text(channel, "source"));
    }
    const json_t *remote = miev_field_at(miev_field_at(report, "meter"), "remote");
    const json_t *embodied = miev_field_at(miev_field_at(report, "site"), "embodied");
    if (remote)
        say(terminal, "These joules are another machine's, as %s tells them: %s. %s",
            miev_field_text(remote, "address"), miev_field_text(remote, "boundary"),
            json_is_object(embodied) ? "Of manufacturing, its cards' alone is in the grams."
                                     : "Manufacturing is not in the grams.");
    else
        say(terminal, "Not covered: power supply, fans, disks, network. Gross: idle power of the "
                      "reserved CPUs is in it. 'miev doctor' tells what would be measured "
                      "instead.");
    json_array_foreach(miev_field_at(embodied, "cards"), i, channel)
    {
        const json_t *total = miev_field_at(channel, "total_g");
        say(terminal, "- making %s: %.4g kg (%.3g to %.3g). %s", miev_field_text(channel, "name"),
            miev_field_number(total, "value") / G_PER_KG,
            miev_field_number(total, "low") / G_PER_KG, miev_field_number(total, "high") / G_PER_KG,
            miev_field_text(channel, "source"));
    }
}

/* An inference that waits for its turn on the CPU reserves the machine for longer: its joules are
 * those of a crowded machine. Told for the model that waited most, where it is more than a fifth.
 */
static void say_crowded(const struct miev_row *rows, size_t n, const struct terminal *terminal)
{
    const struct miev_row *most = NULL;
    double worst = 1.2;
    for (size_t i = 0; i < n; i++) {
        const json_t *energy = miev_field_at(rows[i].model, "energy");
        double slower = miev_field_number(energy, "inference_s") / rows[i].p50_s;
        if (miev_field_number(energy, "rounds_disturbed") > 0 && slower > worst) {
            worst = slower;
            most = &rows[i];
        }
    }
    if (!most)
        return;
    say(terminal,
        "%sOther programs used the CPU meanwhile%s: one inference of %s took %.2g times its "
        "latency, and its joules hold the waiting. Measure again when the machine is quiet.",
        terminal_bold(terminal), terminal_reset(terminal), miev_field_text(most->model, "name"),
        worst);
}

static bool has_enough_rounds(const json_t *report)
{
    size_t i;
    json_t *model;
    json_array_foreach(miev_field_at(report, "models"), i, model)
    {
        if (json_is_false(miev_field_at(miev_field_at(miev_field_at(model, "energy"), "gross"),
                                        "enough_rounds")))
            return false;
    }
    return true;
}

static void say_stop(const json_t *report, const struct terminal *terminal)
{
    const json_t *stop = miev_field_at(report, "stop");
    const char *reason = miev_field_text(stop, "reason");
    double width = miev_field_number(stop, "half_width_ratio");
    char reached[120] = "";
    if (isfinite(width))
        (void)snprintf(reached, sizeof(reached),
                       ", every interval within +-%.2g %% by the rounds%s", width * 100,
                       has_enough_rounds(report) ? "" : " (too few of them to rely on)");
    if (miev_field_number(miev_field_at(report, "settings"), "budget_s") <= 0 &&
        strcmp(reason, "budget") == 0)
        return; /* nobody asked for rounds */
    double needed_s = miev_field_number(stop, "needed_budget_s");
    char advice[80] = "";
    if (isfinite(needed_s))
        (void)snprintf(advice, sizeof(advice),
                       " For intervals as narrow as was asked it would take about --budget %.0f.",
                       ceil(needed_s / 10) * 10);
    say(terminal, "%.0f block%s of rounds in %.0f s, stopped: %s%s.%s",
        miev_field_number(stop, "blocks"), miev_field_number(stop, "blocks") == 1 ? "" : "s",
        miev_field_number(stop, "elapsed_s"),
        strcmp(reason, "precise") == 0       ? "precise enough"
        : strcmp(reason, "budget") == 0      ? "time budget used (--budget)"
        : strcmp(reason, "interrupted") == 0 ? "interrupted"
        : strcmp(reason, "no-meter") == 0    ? "no meter of the machine that serves is known"
        : strcmp(reason, "running") == 0     ? "cut off, this is what was kept before"
                                             : "every model failed",
        reached, advice);
}

/* What models are compared by. */
static void say_models(const json_t *report, const struct miev_row *rows, size_t n, size_t measured,
                       const struct terminal *terminal)
{
    say_guesses(rows, n, terminal);
    say_pareto(report, terminal);
    if (measured > 1 && !pareto_has_fronts(report))
        say_pair(report, &rows[0], &rows[measured - 1], terminal);
}

static void say_failures(const struct miev_row *rows, size_t n, const struct terminal *terminal)
{
    for (size_t i = 0; i < n; i++)
        if (miev_field_at(rows[i].model, "error"))
            say_error(&rows[i], terminal);
}

void show_report(const json_t *report, const struct terminal *terminal, bool quiet)
{
    const json_t *models = miev_field_at(report, "models");
    size_t n = json_array_size(models), measured = 0;
    bool sweep = is_sweep(report);
    struct miev_row *rows = miev_rows_read(models);
    if (!rows)
        return;
    while (measured < n && isfinite(rows[measured].grams))
        measured++;
    if (!quiet) {
        say_header(report, terminal);
        say_site(report, terminal);
        (void)fputc('\n', terminal->file);
    }
    if (sweep)
        show_sweep(report, rows, n, terminal, quiet);
    else
        print_table(report, rows, n, terminal, measured ? rows[measured - 1].grams : (double)NAN);
    (void)fputc('\n', terminal->file);
    if (!quiet && !sweep)
        print_more(report, rows, n, terminal);
    if (sweep)
        say_sweep_failures(rows, n, terminal);
    else
        say_failures(rows, n, terminal);
    if (!quiet) {
        say_absent(rows, n, terminal);
        if (sweep) {
            say_guesses(rows, n > 0 ? 1 : 0, terminal); /* of one model, the same for all */
            say_sweep(report, terminal);
        } else {
            say_models(report, rows, n, measured, terminal);
        }
        say_crowded(rows, measured, terminal);
        say_knows(rows, n, terminal);
        if (measured > 0)
            say_method(report, &rows[0], terminal);
        say_stop(report, terminal);
    }
    free(rows);
}
