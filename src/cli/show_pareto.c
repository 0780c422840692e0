/* SPDX-License-Identifier: Apache-2.0 */
/* Accuracy beside carbon in words and as a small plot; the positions are the report's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/plot.h"
#include "cli/show_parts.h"
#include "core/text.h"

#define PLOT_MIN_MODELS 3
#define PLOT_COLUMNS    44
#define PLOT_MIN_ROWS   8
#define LIST_NAMES      4

static const json_t *entry_of(const json_t *front, const char *name)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(miev_field_at(front, "models"), i, entry)
    {
        if (strcmp(miev_field_text(entry, "name"), name) == 0)
            return entry;
    }
    return NULL;
}

static size_t entry_count(const json_t *front)
{
    return json_array_size(miev_field_at(front, "models"));
}

bool pareto_has_fronts(const json_t *report)
{
    size_t i;
    const json_t *front;
    json_array_foreach(miev_field_at(report, "pareto"), i, front)
    {
        if (entry_count(front) > 1)
            return true;
    }
    return false;
}

const char *pareto_word(const json_t *report, const char *name)
{
    size_t i;
    const json_t *front;
    json_array_foreach(miev_field_at(report, "pareto"), i, front)
    {
        const json_t *entry = entry_count(front) > 1 ? entry_of(front, name) : NULL;
        const char *position = miev_field_text(entry, "position");
        if (!entry)
            continue;
        if (strcmp(position, "front") == 0)
            return "yes";
        return strcmp(position, "dominated") == 0 ? "no" : "open";
    }
    return "-";
}

/* ---- the sentences -------------------------------------------------------------------------- */

/* "likely lower": what was decided about the energy of an entry against the most accurate one. */
static const char *verdict_of(const json_t *against)
{
    static const char *const words[][3] = {{"lower", "lower", "likely lower"},
                                           {"higher", "higher", "likely higher"},
                                           {"equivalent", "equivalent", "likely equivalent"}};
    bool likely = json_is_true(miev_field_at(against, "likely"));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(miev_field_text(against, "verdict"), words[i][0]) == 0)
            return words[i][likely ? 2 : 1];
    return "not resolved by this study";
}

static void say_entry(const json_t *entry, const char *best, const struct terminal *terminal)
{
    const json_t *against = miev_field_at(entry, "against_most_accurate");
    const json_t *points = miev_field_at(against, "top1_difference");
    const json_t *carbon = miev_field_at(against, "carbon_ratio");
    char accuracy[256];
    double low = -100 * miev_field_number(points, "high"),
           high = -100 * miev_field_number(points, "low");
    (void)snprintf(accuracy, sizeof(accuracy), "keeps all but %.1f points (%.1f to %.1f%s) of the",
                   fabs(100 * miev_field_number(points, "value")), low, high,
                   low <= 0 ? ": not told apart" : "");
    say(terminal,
        "%s%s%s %s accuracy of %s%s%s and emits %.3g %% of its carbon (%.3g to %.3g %%: %s, %s).",
        terminal_bold(terminal), miev_field_text(entry, "name"), terminal_reset(terminal), accuracy,
        terminal_bold(terminal), best, terminal_reset(terminal),
        100 * miev_field_number(carbon, "value"), 100 * miev_field_number(carbon, "low"),
        100 * miev_field_number(carbon, "high"), verdict_of(against),
        miev_field_text(against, "method"));
}

/* Worth a sentence: nothing beats it, and it emits less than the most accurate one. */
static bool is_choice(const json_t *entry)
{
    const json_t *against = miev_field_at(entry, "against_most_accurate");
    return miev_field_number(miev_field_at(against, "carbon_ratio"), "value") < 1 &&
           strcmp(miev_field_text(entry, "position"), "dominated") != 0;
}

static bool is_settled(const json_t *entry)
{
    const json_t *against = miev_field_at(entry, "against_most_accurate");
    return strcmp(miev_field_text(against, "verdict"), "lower") == 0;
}

/* Two sentences: what costs the least accuracy for a saving that is settled, and what saves most.
 */
static void say_choices(const json_t *front, const struct terminal *terminal)
{
    const json_t *near = NULL, *least = NULL, *entry;
    size_t i;
    json_array_foreach(miev_field_at(front, "models"), i, entry)
    {
        if (!is_choice(entry))
            continue;
        if (!near && is_settled(entry))
            near = entry;
        if (!least || miev_field_number(entry, "per_inference_g") <
                          miev_field_number(least, "per_inference_g"))
            least = entry;
    }
    if (near && near != least)
        say_entry(near, miev_field_text(front, "most_accurate"), terminal);
    if (least)
        say_entry(least, miev_field_text(front, "most_accurate"), terminal);
}

/* "a, b and 3 more" of the names that `wanted` picks; how many there are. */
static size_t list_names(const json_t *entries, const char *key, const char *wanted, char *out,
                         size_t capacity)
{
    size_t i, n = 0, used = 0;
    const json_t *entry;
    out[0] = '\0';
    json_array_foreach(entries, i, entry)
    {
        if (strcmp(miev_field_text(entry, key), wanted) != 0 || ++n > LIST_NAMES)
            continue;
        int length = snprintf(out + used, capacity - used, "%s%s", n > 1 ? ", " : "",
                              miev_field_text(entry, "name"));
        used += length > 0 && used + (size_t)length < capacity ? (size_t)length : 0;
    }
    if (n > LIST_NAMES)
        (void)snprintf(out + used, capacity - used, " and %zu more", n - LIST_NAMES);
    return n;
}

static void say_dominated(const json_t *front, const struct terminal *terminal)
{
    char list[SAY_BYTES];
    size_t n =
        list_names(miev_field_at(front, "models"), "position", "dominated", list, sizeof(list));
    if (n > 0)
        say(terminal, "Off the front: %s. Another one here is more accurate and takes less energy.",
            list);
}

static void say_absent_from(const json_t *front, const struct terminal *terminal)
{
    static const struct {
        const char *reason, *one, *many;
    } reasons[] = {{"no-accuracy", "its card tells no accuracy", "their cards tell no accuracy"},
                   {"another-dataset", "it was tested on other images",
                    "they were tested on other "
                    "images"}};
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        char list[SAY_BYTES];
        size_t n = list_names(miev_field_at(front, "not_on_axis"), "reason", reasons[i].reason,
                              list, sizeof(list));
        if (n > 0)
            say(terminal, "Not on the axis of %s %s: %s (%s).", miev_field_text(front, "dataset"),
                miev_field_text(front, "split"), list, n == 1 ? reasons[i].one : reasons[i].many);
    }
}

void say_pareto(const json_t *report, const struct terminal *terminal)
{
    size_t i;
    const json_t *front;
    json_array_foreach(miev_field_at(report, "pareto"), i, front)
    {
        if (entry_count(front) < 2)
            continue;
        say_choices(front, terminal);
        say_dominated(front, terminal);
        say_absent_from(front, terminal);
    }
    if (pareto_has_fronts(report))
        say(terminal, "Front: 'yes' where no other model of the data set can be better in both "
                      "accuracy and energy, 'no' where one surely is, 'open' where the intervals "
                      "do not tell.");
}

/* ---- the plot ------------------------------------------------------------------------------- */

static void fill_plot(struct plot *plot, const json_t *front)
{
    size_t n = entry_count(front), i;
    const json_t *entry;
    struct plot_axis x = {INFINITY, 0, true}, y = {1, 0, false};
    json_array_foreach(miev_field_at(front, "models"), i, entry)
    {
        x.low = fmin(x.low, miev_field_number(entry, "per_inference_g"));
        x.high = fmax(x.high, miev_field_number(entry, "per_inference_g"));
        y.low = fmin(y.low, miev_field_number(entry, "top1"));
        y.high = fmax(y.high, miev_field_number(entry, "top1"));
    }
    plot_init(plot, PLOT_COLUMNS, n > PLOT_MIN_ROWS ? (unsigned)n : PLOT_MIN_ROWS, x, y);
    json_array_foreach(miev_field_at(front, "models"), i, entry)
        plot_letter(plot, miev_field_number(entry, "per_inference_g"),
                    miev_field_number(entry, "top1"), (char)('a' + (int)i));
}

static void print_plot(const json_t *front, const struct terminal *terminal)
{
    struct plot plot;
    char legend[PLOT_MAX_ROWS][64], name[48], ends[4][MIEV_NUMBER_SIZE + 16];
    const char *lines[PLOT_MAX_ROWS];
    size_t i, n = entry_count(front);
    const json_t *entry;
    fill_plot(&plot, front);
    double grams[2] = {plot.x.low * 1e6, plot.x.high * 1e6};
    json_array_foreach(miev_field_at(front, "models"), i, entry)
    {
        miev_text_show(name, sizeof(name), miev_field_text(entry, "name"));
        (void)snprintf(legend[i], sizeof(legend[i]), "%c %s", 'a' + (int)i, name);
        lines[i] = legend[i];
    }
    for (int end = 0; end < 2; end++) {
        struct miev_unit unit =
            miev_unit_for(MIEV_QUANTITY_MASS_G, &grams[end], 1, !terminal->utf8);
        char number[MIEV_NUMBER_SIZE];
        miev_format_number(number, sizeof(number), grams[end] / unit.size);
        (void)snprintf(ends[end], sizeof(ends[end]), "%s %s", number, unit.name);
        (void)snprintf(ends[2 + end], sizeof(ends[2 + end]), "%.1f %%",
                       100 * (end ? plot.y.high : plot.y.low));
    }
    (void)fprintf(terminal->file,
                  "%saccuracy on %s %s%s against CO2e per million inferences (logarithmic)\n",
                  terminal_bold(terminal), miev_field_text(front, "dataset"),
                  miev_field_text(front, "split"), terminal_reset(terminal));
    struct plot_words words = {.y_high = ends[3],
                               .y_low = ends[2],
                               .x_low = ends[0],
                               .x_high = ends[1],
                               .legend = lines,
                               .n_legend = n};
    plot_print(&plot, &words, terminal);
    (void)fputc('\n', terminal->file);
}

void show_pareto(const json_t *report, const struct terminal *terminal)
{
    size_t i;
    const json_t *front;
    if (terminal->columns > 0 && terminal->columns < 80)
        return;
    json_array_foreach(miev_field_at(report, "pareto"), i, front)
    {
        if (entry_count(front) >= PLOT_MIN_MODELS && entry_count(front) <= PLOT_MAX_ROWS)
            print_plot(front, terminal);
    }
}
