/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/units.h"
#include "study/study.h"

#define PER_MILLION 1e6
#define SENTENCE    512

/* ---- reading the report --------------------------------------------------------------------- */

static const json_t *at(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(at(object, key));
    return text ? text : "";
}

/* NAN where there is no number: absent is not zero. */
static double number_at(const json_t *object, const char *key)
{
    const json_t *value = at(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

struct row {
    const json_t *model;
    double gross_j, p50_s;
    double grams, grams_low, grams_high; /* per million inferences, NAN: none */
};

static struct row read_row(const json_t *model)
{
    const json_t *grams = at(at(model, "footprint"), "per_inference_g");
    return (struct row){
        .model = model,
        .gross_j = number_at(at(at(at(model, "energy"), "gross"), "per_inference_j"), "value"),
        .p50_s = number_at(at(model, "latency"), "p50_s"),
        .grams = number_at(grams, "value") * PER_MILLION,
        .grams_low = number_at(grams, "low") * PER_MILLION,
        .grams_high = number_at(grams, "high") * PER_MILLION,
    };
}

/* Least carbon first; models without a figure, then failed ones, last. */
static int by_carbon(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int x_class = at(x->model, "error") ? 2 : !isfinite(x->grams);
    int y_class = at(y->model, "error") ? 2 : !isfinite(y->grams);
    if (x_class != y_class)
        return x_class - y_class;
    if (x_class != 0 || x->grams == y->grams)
        return 0;
    return x->grams < y->grams ? -1 : 1;
}

struct units {
    struct miev_unit time, energy, mass;
};

static struct miev_unit unit_of(enum miev_quantity quantity, const struct row *rows, size_t n,
                                size_t offset, bool ascii)
{
    double values[MIEV_STUDY_MAX_MODELS] = {0};
    size_t used = n < MIEV_STUDY_MAX_MODELS ? n : MIEV_STUDY_MAX_MODELS;
    for (size_t i = 0; i < used; i++)
        memcpy(&values[i], (const char *)&rows[i] + offset, sizeof(double));
    return miev_unit_for(quantity, values, used, ascii);
}

static struct units choose_units(const struct row *rows, size_t n, bool ascii)
{
    return (struct units){
        .time = unit_of(MIEV_QUANTITY_TIME_S, rows, n, offsetof(struct row, p50_s), ascii),
        .energy = unit_of(MIEV_QUANTITY_ENERGY_J, rows, n, offsetof(struct row, gross_j), ascii),
        .mass = unit_of(MIEV_QUANTITY_MASS_G, rows, n, offsetof(struct row, grams), ascii),
    };
}

/* ---- the table ------------------------------------------------------------------------------ */

static void set_number(struct table *table, size_t row, size_t column, double value,
                       const struct miev_unit *unit)
{
    char number[MIEV_NUMBER_SIZE];
    if (!isfinite(value)) {
        table_set(table, row, column, "-");
        return;
    }
    miev_format_number(number, sizeof(number), value / unit->size);
    table_set(table, row, column, "%s %s", number, unit->name);
}

static void set_prediction(struct table *table, size_t row, size_t column, const json_t *model)
{
    char label[64];
    const json_t *best = json_array_get(at(model, "predictions"), 0);
    if (!best)
        return;
    miev_text_show(label, sizeof(label), text_at(best, "label"));
    table_set(table, row, column, "%s %.0f %%", label, number_at(best, "score") * 100);
}

static void set_accuracy(struct table *table, size_t row, size_t column, const json_t *model)
{
    double top1 = number_at(at(model, "accuracy"), "top1");
    if (isfinite(top1))
        table_set(table, row, column, "%.1f %%", top1 * 100);
    else
        table_set(table, row, column, "-");
}

static void set_carbon(struct table *table, size_t row, size_t column, const struct row *from,
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

static void set_share(struct table *table, size_t row, size_t column, double share,
                      const struct terminal *terminal)
{
    char bar[64];
    if (!isfinite(share))
        return;
    terminal_bar(terminal, share, 10, bar, sizeof(bar));
    int pad = 10 - (int)terminal_text_columns(bar);
    table_set(table, row, column, "%s%*s %.*f %%", bar, pad, "", share < 0.0995 ? 1 : 0,
              share * 100);
}

static void print_table(const struct row *rows, size_t n, const struct terminal *terminal,
                        double most_grams)
{
    struct table table;
    struct units units = choose_units(rows, n, !terminal->utf8);
    char mass_header[64];
    if (!table_init(&table, n))
        return;
    (void)snprintf(mass_header, sizeof(mass_header), "%s CO2e per million", units.mass.name);
    size_t name = table_column(&table, "model", false);
    size_t prediction = table_column(&table, "top prediction", false);
    size_t accuracy = table_column(&table, "accuracy", true);
    size_t latency = table_column(&table, "latency", true);
    size_t energy = table_column(&table, "energy", true);
    size_t carbon = table_column(&table, mass_header, false);
    size_t method = table_column(&table, "energy is", false);
    size_t share = table_column(&table, "of the largest", false);
    for (size_t i = 0; i < n; i++) {
        const json_t *model = rows[i].model;
        table_set(&table, i, name, "%s", text_at(model, "name"));
        if (at(model, "error")) {
            table_set(&table, i, prediction, "failed: see below");
            continue;
        }
        set_prediction(&table, i, prediction, model);
        set_accuracy(&table, i, accuracy, model);
        set_number(&table, i, latency, rows[i].p50_s, &units.time);
        set_number(&table, i, energy, rows[i].gross_j, &units.energy);
        set_carbon(&table, i, carbon, &rows[i], &units.mass);
        table_set(&table, i, method, "%s", text_at(at(model, "energy"), "method"));
        set_share(&table, i, share, rows[i].grams / most_grams, terminal);
    }
    table_print(&table, terminal);
    table_finish(&table);
}

/* ---- the sentences -------------------------------------------------------------------------- */

static void say(const struct terminal *terminal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(const struct terminal *terminal, const char *format, ...)
{
    char sentence[2 * SENTENCE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    terminal_wrap(terminal, sentence, 2);
}

static void say_header(const json_t *report, const struct terminal *terminal)
{
    const json_t *input = at(report, "input"), *machine = at(report, "machine");
    const json_t *settings = at(report, "settings");
    char name[128], size[64] = "";
    miev_text_show(name, sizeof(name), text_at(input, "name"));
    if (at(input, "format")) /* absent when no model came as far as decoding it */
        (void)snprintf(size, sizeof(size), " (%.0f x %.0f %s)", number_at(input, "width"),
                       number_at(input, "height"), text_at(input, "format"));
    say(terminal, "%s%s%s%s on %s, %.0f logical CPU%s%s%s, %.0f thread%s", terminal_bold(terminal),
        name, terminal_reset(terminal), size,
        *text_at(machine, "cpu") ? text_at(machine, "cpu") : "an unnamed CPU",
        number_at(machine, "logical_cpus"), number_at(machine, "logical_cpus") > 1 ? "s" : "",
        json_is_true(at(machine, "virtual_machine")) ? ", virtual machine under " : "",
        text_at(machine, "hypervisor"), number_at(settings, "threads"),
        number_at(settings, "threads") > 1 ? "s" : "");
}

static void say_site(const json_t *report, const struct terminal *terminal)
{
    const json_t *site = at(report, "site");
    char number[MIEV_NUMBER_SIZE], year[16] = "";
    if (!site)
        return;
    miev_format_number(number, sizeof(number), number_at(site, "intensity_g_per_kwh"));
    if (isfinite(number_at(site, "year")))
        (void)snprintf(year, sizeof(year), " in %.0f", number_at(site, "year"));
    say(terminal, "Place: %s, %s g CO2e per kWh%s (%s), PUE %.3g%s.", text_at(site, "zone"), number,
        year, text_at(site, "source"), number_at(site, "pue"),
        json_is_true(at(site, "default"))
            ? "; nobody named a place, so this is the world average: --zone sets yours"
            : "");
}

static void say_error(const struct row *row, const struct terminal *terminal)
{
    char message[SENTENCE];
    miev_text_show(message, sizeof(message), text_at(at(row->model, "error"), "message"));
    say(terminal, "%s failed (%s): %s.", text_at(row->model, "name"),
        text_at(at(row->model, "error"), "code"), message);
}

/* Why there is no energy, where there is none; a reason that several models share is told once. */
static void say_absent(const struct row *rows, size_t n, const struct terminal *terminal)
{
    for (size_t i = 0; i < n; i++) {
        const char *reason = text_at(at(rows[i].model, "energy"), "reason");
        size_t others = 0;
        bool told = *reason == '\0';
        for (size_t j = 0; j < n; j++) {
            bool same = strcmp(text_at(at(rows[j].model, "energy"), "reason"), reason) == 0;
            told = told || (same && j < i);
            others += same && j > i;
        }
        if (told)
            continue;
        if (others == 0)
            say(terminal, "%s has no energy: %s.", text_at(rows[i].model, "name"), reason);
        else
            say(terminal, "%s and %zu other model%s have no energy: %s.",
                text_at(rows[i].model, "name"), others, others == 1 ? "" : "s", reason);
    }
}

/* What a file without a card left open: a wrong guess makes wrong answers. */
static void say_guesses(const struct row *rows, size_t n, const struct terminal *terminal)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *guesses = at(rows[i].model, "guesses");
        char list[SENTENCE] = "", name[128];
        size_t used = 0, k;
        json_t *guess;
        if (at(rows[i].model, "error") || json_array_size(guesses) == 0)
            continue;
        json_array_foreach(guesses, k, guess)
        {
            int length = snprintf(list + used, sizeof(list) - used, "%s%s", k ? "; " : "",
                                  json_string_value(guess));
            used += length > 0 && used + (size_t)length < sizeof(list) ? (size_t)length : 0;
        }
        miev_text_show(name, sizeof(name), text_at(rows[i].model, "name"));
        say(terminal, "Guessed for %s, whose answers may be wrong for it: %s.", name, list);
    }
}

static const json_t *pair_of(const json_t *report, const char *a, const char *b)
{
    size_t i;
    json_t *pair;
    json_array_foreach(at(report, "comparison"), i, pair)
    {
        if ((strcmp(text_at(pair, "a"), a) == 0 && strcmp(text_at(pair, "b"), b) == 0) ||
            (strcmp(text_at(pair, "a"), b) == 0 && strcmp(text_at(pair, "b"), a) == 0))
            return pair;
    }
    return NULL;
}

/* What was decided about the first of the two that the sentence names. */
static const char *verdict_words(const json_t *pair, bool turned)
{
    const char *verdict = text_at(pair, "verdict");
    bool likely = json_is_true(at(pair, "likely"));
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
static void say_pair(const json_t *report, const struct row *low, const struct row *high,
                     const struct terminal *terminal)
{
    const char *a = text_at(low->model, "name"), *b = text_at(high->model, "name");
    const json_t *pair = pair_of(report, a, b);
    if (!pair)
        return;
    bool turned = strcmp(text_at(pair, "a"), a) != 0;
    const json_t *systematic = at(pair, "systematic");
    double ratio = number_at(pair, "ratio"), carbon = number_at(pair, "carbon_ratio");
    double s_low = number_at(systematic, "low"), s_high = number_at(systematic, "high");
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
        s_high * 100, verdict_words(pair, turned), text_at(pair, "method"), grams);
}

/* What the same kind of models know, said once for each list of labels. */
static void say_knows(const struct row *rows, size_t n, const struct terminal *terminal)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *knows = at(rows[i].model, "knows");
        size_t classes = (size_t)json_integer_value(at(knows, "classes"));
        bool told = classes == 0 || classes > 20;
        for (size_t j = 0; j < i && !told; j++)
            told = json_equal(at(rows[j].model, "knows"), knows);
        if (told)
            continue;
        char list[SENTENCE] = "";
        size_t used = 0, k;
        json_t *label;
        json_array_foreach(at(knows, "first"), k, label)
        {
            int length = snprintf(list + used, sizeof(list) - used, "%s%s", k ? ", " : "",
                                  json_string_value(label));
            used += length > 0 && used + (size_t)length < sizeof(list) ? (size_t)length : 0;
        }
        const json_t *accuracy = at(rows[i].model, "accuracy");
        say(terminal,
            "These models know %zu things only: %s. Accuracy: share of right answers on "
            "%.0f %s %s images.",
            classes, list, number_at(accuracy, "images"), text_at(accuracy, "dataset"),
            text_at(accuracy, "split"));
    }
}

/* " (76 % of the joules of NAME)", "" where that is not known. */
static void write_share(char *out, size_t capacity, const json_t *model, const char *part,
                        const char *sensor)
{
    size_t i;
    json_t *item;
    const json_t *energy = at(model, "energy");
    double total_j = number_at(at(at(energy, "gross"), "per_inference_j"), "value");
    out[0] = '\0';
    json_array_foreach(at(energy, "parts"), i, item)
    {
        double share = number_at(item, "joules") / total_j;
        if (strcmp(text_at(item, "part"), part) == 0 &&
            strcmp(text_at(item, "sensor"), sensor) == 0 && isfinite(share))
            (void)snprintf(out, capacity, ", %.*f %% of the joules of %s", share < 0.0995 ? 1 : 0,
                           share * 100, text_at(model, "name"));
    }
}

static void say_method(const json_t *report, const struct row *first,
                       const struct terminal *terminal)
{
    size_t i;
    json_t *channel;
    const json_t *energy = at(first->model, "energy");
    const char *method = text_at(energy, "method");
    char share[256];
    if (!at(energy, "gross"))
        return;
    say(terminal,
        "Energy is %s; the interval holds the rounds and what the %s may be wrong by:", method,
        strcmp(method, "measured") == 0 ? "counters" : "estimate");
    json_array_foreach(at(at(report, "meter"), "channels"), i, channel)
    {
        if (!json_is_true(at(channel, "counted")))
            continue;
        write_share(share, sizeof(share), first->model, text_at(channel, "part"),
                    text_at(channel, "sensor"));
        say(terminal, "- %s: %s%s; the truth is %.2g to %.2g times that (90 %%). %s",
            text_at(channel, "part"), text_at(channel, "method"), share,
            number_at(channel, "systematic_low_ratio"), number_at(channel, "systematic_high_ratio"),
            text_at(channel, "source"));
    }
    say(terminal, "Not covered: power supply, fans, disks, network. Gross: idle power of the "
                  "reserved CPUs is in it. 'miev doctor' tells what would be measured instead.");
}

/* An inference that waits for its turn on the CPU reserves the machine for longer: its joules are
 * those of a crowded machine. Told for the model that waited most, where it is more than a fifth.
 */
static void say_crowded(const struct row *rows, size_t n, const struct terminal *terminal)
{
    const struct row *most = NULL;
    double worst = 1.2;
    for (size_t i = 0; i < n; i++) {
        const json_t *energy = at(rows[i].model, "energy");
        double slower = number_at(energy, "inference_s") / rows[i].p50_s;
        if (number_at(energy, "rounds_disturbed") > 0 && slower > worst) {
            worst = slower;
            most = &rows[i];
        }
    }
    if (!most)
        return;
    say(terminal,
        "%sOther programs used the CPU meanwhile%s: one inference of %s took %.2g times its "
        "latency, and its joules hold the waiting. Measure again when the machine is quiet.",
        terminal_bold(terminal), terminal_reset(terminal), text_at(most->model, "name"), worst);
}

static bool has_enough_rounds(const json_t *report)
{
    size_t i;
    json_t *model;
    json_array_foreach(at(report, "models"), i, model)
    {
        if (json_is_false(at(at(at(model, "energy"), "gross"), "enough_rounds")))
            return false;
    }
    return true;
}

static void say_stop(const json_t *report, const struct terminal *terminal)
{
    const json_t *stop = at(report, "stop");
    const char *reason = text_at(stop, "reason");
    double width = number_at(stop, "half_width_ratio");
    char reached[120] = "";
    if (isfinite(width))
        (void)snprintf(reached, sizeof(reached),
                       ", every interval within +-%.2g %% by the rounds%s", width * 100,
                       has_enough_rounds(report) ? "" : " (too few of them to rely on)");
    if (number_at(at(report, "settings"), "budget_s") <= 0 && strcmp(reason, "budget") == 0)
        return; /* nobody asked for rounds */
    say(terminal, "%.0f block%s of rounds in %.0f s, stopped: %s%s.", number_at(stop, "blocks"),
        number_at(stop, "blocks") == 1 ? "" : "s", number_at(stop, "elapsed_s"),
        strcmp(reason, "precise") == 0       ? "precise enough"
        : strcmp(reason, "budget") == 0      ? "time budget used (--budget)"
        : strcmp(reason, "interrupted") == 0 ? "interrupted"
                                             : "every model failed",
        reached);
}

static void say_rate(const struct row *rows, size_t n, const struct terminal *terminal)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *rate = at(at(rows[i].model, "footprint"), "at_rate");
        double year_g = number_at(rate, "year_g");
        char mass[MIEV_NUMBER_SIZE], car[MIEV_NUMBER_SIZE], lamp[MIEV_NUMBER_SIZE];
        if (!rate || !isfinite(year_g))
            continue;
        bool lamps = isfinite(number_at(rate, "lamp_10w_h"));
        struct miev_unit unit = miev_unit_for(MIEV_QUANTITY_MASS_G, &year_g, 1, !terminal->utf8);
        miev_format_number(mass, sizeof(mass), year_g / unit.size);
        miev_format_number(car, sizeof(car), number_at(rate, "car_km"));
        miev_format_number(lamp, sizeof(lamp), number_at(rate, "lamp_10w_h"));
        say(terminal, "%s at %.10g requests a day: %s %s CO2e a year, as %s km by car%s%s%s.",
            text_at(rows[i].model, "name"), number_at(rate, "requests_per_day"), mass, unit.name,
            car, lamps ? " or " : "", lamps ? lamp : "", lamps ? " hours of a 10 W lamp" : "");
    }
}

void show_report(const json_t *report, const struct terminal *terminal, bool quiet)
{
    const json_t *models = at(report, "models");
    size_t n = json_array_size(models), measured = 0;
    struct row *rows = calloc(n + 1, sizeof(*rows));
    if (!rows)
        return;
    for (size_t i = 0; i < n; i++)
        rows[i] = read_row(json_array_get(models, i));
    qsort(rows, n, sizeof(*rows), by_carbon);
    while (measured < n && isfinite(rows[measured].grams))
        measured++;
    if (!quiet) {
        say_header(report, terminal);
        say_site(report, terminal);
        (void)fputc('\n', terminal->file);
    }
    print_table(rows, n, terminal, measured ? rows[measured - 1].grams : (double)NAN);
    (void)fputc('\n', terminal->file);
    for (size_t i = 0; i < n; i++) {
        if (at(rows[i].model, "error"))
            say_error(&rows[i], terminal);
    }
    if (!quiet) {
        say_absent(rows, n, terminal);
        say_guesses(rows, n, terminal);
        if (measured > 1)
            say_pair(report, &rows[0], &rows[measured - 1], terminal);
        say_crowded(rows, measured, terminal);
        say_rate(rows, measured, terminal);
        say_knows(rows, n, terminal);
        if (measured > 0)
            say_method(report, &rows[0], terminal);
        say_stop(report, terminal);
    }
    free(rows);
}
