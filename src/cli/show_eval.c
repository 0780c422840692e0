/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_eval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/show_parts.h"
#include "core/text.h"
#include "study/study.h"

#define SENTENCE      1024
#define MOST_CLASSES  20 /* that are shown one by one, and as a matrix */
#define MOST_PAIRS    15 /* of models */
#define MOST_MIXES    10 /* what is taken for what, where there is no matrix */
#define MOST_BESIDE   6  /* models that stand beside each other, class by class */
#define FAILED_IMAGES 5  /* that are named */
#define MATRIX_HEADER 6  /* letters of a class above its column */
#define NAME_BYTES    96

static const char *name_of(const json_t *model, char out[NAME_BYTES])
{
    miev_text_show(out, NAME_BYTES, miev_field_text(model, "name"));
    return out;
}

static bool has_answers(const json_t *model)
{
    return miev_field_number(model, "images") > 0;
}

/* ---- the first table ------------------------------------------------------------------------ */

static void set_share(struct table *table, size_t row, size_t column, const json_t *share)
{
    double value = miev_field_number(share, "share");
    if (isfinite(value))
        table_set(table, row, column, "%.2f %% (%.2f to %.2f)", 100 * value,
                  100 * miev_field_number(share, "low"), 100 * miev_field_number(share, "high"));
    else
        table_set(table, row, column, "-");
}

static double total_j(const json_t *model)
{
    return miev_field_number(miev_field_at(miev_field_at(model, "energy"), "gross"), "total_j");
}

static const json_t *total_g(const json_t *model)
{
    return miev_field_at(miev_field_at(model, "footprint"), "total_g");
}

static struct miev_unit unit_of(const json_t *models, enum miev_quantity quantity, bool ascii)
{
    double values[MIEV_STUDY_MAX_MODELS] = {0};
    size_t i;
    json_t *model;
    json_array_foreach(models, i, model)
    {
        if (i < MIEV_STUDY_MAX_MODELS)
            values[i] = quantity == MIEV_QUANTITY_MASS_G
                            ? miev_field_number(total_g(model), "value")
                            : total_j(model);
    }
    return miev_unit_for(quantity, values, json_array_size(models), ascii);
}

static void set_grams(struct table *table, size_t row, size_t column, const json_t *grams,
                      const struct miev_unit *unit)
{
    char interval[MIEV_INTERVAL_SIZE];
    double value = miev_field_number(grams, "value");
    if (!isfinite(value)) {
        table_set(table, row, column, "-");
        return;
    }
    miev_format_interval(interval, sizeof(interval), value, miev_field_number(grams, "low"),
                         miev_field_number(grams, "high"), unit);
    table_set(table, row, column, "%s", interval);
}

static bool any_top5(const json_t *models)
{
    size_t i;
    json_t *model;
    json_array_foreach(models, i,
                       model) if (json_is_object(miev_field_at(model, "top5"))) return true;
    return false;
}

static void print_models(const json_t *report, const struct terminal *terminal)
{
    struct table table;
    char grams_header[32], name[NAME_BYTES];
    const json_t *models = miev_field_at(report, "models");
    struct miev_unit energy = unit_of(models, MIEV_QUANTITY_ENERGY_J, !terminal->utf8);
    struct miev_unit mass = unit_of(models, MIEV_QUANTITY_MASS_G, !terminal->utf8);
    size_t i, n5 = 0;
    json_t *model;
    if (!table_init(&table, json_array_size(models)))
        return;
    (void)snprintf(grams_header, sizeof(grams_header), "%s CO2e in all", mass.name);
    size_t n_name = table_column(&table, "model", false);
    size_t n_images = table_column(&table, "images", true);
    size_t n_top1 = table_column(&table, "top-1 (95 %)", false);
    if (any_top5(models))
        n5 = table_column_if_wide(&table, "top-5 (95 %)", false, 3);
    size_t n_pace = table_column_if_wide(&table, "images/s", true, 2);
    size_t n_energy = table_column(&table, "energy", true);
    size_t n_grams = table_column(&table, grams_header, false);
    size_t n_method = table_column_if_wide(&table, "energy is", false, 1);
    json_array_foreach(models, i, model)
    {
        double pace = miev_field_number(miev_field_at(model, "pace"), "images_per_s");
        table_set(&table, i, n_name, "%s", name_of(model, name));
        if (miev_field_at(model, "error")) {
            table_set(&table, i, n_top1, "failed: see below");
            continue;
        }
        table_set(&table, i, n_images, "%.0f", miev_field_number(model, "images"));
        set_share(&table, i, n_top1, miev_field_at(model, "top1"));
        if (n5)
            set_share(&table, i, n5, miev_field_at(model, "top5"));
        if (isfinite(pace))
            table_set(&table, i, n_pace, "%.*f", pace < 10 ? 1 : 0, pace);
        else
            table_set(&table, i, n_pace, "-");
        field_set_number(&table, i, n_energy, total_j(model), &energy);
        set_grams(&table, i, n_grams, total_g(model), &mass);
        table_set(&table, i, n_method, "%s",
                  miev_field_text(miev_field_at(model, "energy"), "method"));
    }
    table_print(&table, terminal);
    table_finish(&table);
}

/* ---- classes -------------------------------------------------------------------------------- */

static int by_share(const void *left, const void *right)
{
    const json_t *a = *(const json_t *const *)left, *b = *(const json_t *const *)right;
    double x = miev_field_number(miev_field_at(a, "top1"), "share");
    double y = miev_field_number(miev_field_at(b, "top1"), "share");
    return (x > y) - (x < y);
}

/* Entries of a list into fresh memory (caller frees), NULL when there are none. */
static const json_t **entries_of(const json_t *list, size_t *n)
{
    size_t i;
    json_t *item;
    *n = json_array_size(list);
    const json_t **out = *n ? calloc(*n, sizeof(*out)) : NULL;
    json_array_foreach(list, i, item) if (out) out[i] = item;
    return out;
}

/* One model: every class, or the worst ones of many. */
static void print_classes_of_one(const json_t *model, const struct terminal *terminal)
{
    struct table table;
    char words[96], label[NAME_BYTES];
    size_t n = 0;
    const json_t **classes = entries_of(miev_field_at(model, "classes"), &n);
    size_t shown = n > MOST_CLASSES ? MOST_CLASSES : n;
    if (!classes || !table_init(&table, shown)) {
        free(classes);
        return;
    }
    qsort(classes, n, sizeof(classes[0]), by_share);
    (void)snprintf(words, sizeof(words), "Class by class, least right first%s",
                   n > shown ? " (the 20 worst; the others: --json)" : "");
    say_title(terminal, words);
    size_t n_class = table_column(&table, "class", false);
    size_t n_images = table_column(&table, "images", true);
    size_t n_right = table_column(&table, "right", true);
    size_t n_share = table_column(&table, "top-1 (95 %)", false);
    for (size_t i = 0; i < shown; i++) {
        const json_t *top1 = miev_field_at(classes[i], "top1");
        miev_text_show(label, sizeof(label), miev_field_text(classes[i], "label"));
        table_set(&table, i, n_class, "%s", label);
        table_set(&table, i, n_images, "%.0f", miev_field_number(classes[i], "images"));
        table_set(&table, i, n_right, "%.0f", miev_field_number(top1, "right"));
        set_share(&table, i, n_share, top1);
    }
    table_print(&table, terminal);
    table_finish(&table);
    free(classes);
}

static const json_t *class_named(const json_t *model, const char *label)
{
    size_t i;
    json_t *item;
    json_array_foreach(miev_field_at(model, "classes"), i,
                       item) if (strcmp(miev_field_text(item, "label"), label) == 0) return item;
    return NULL;
}

/* Several models beside each other: the classes of the first one that has any. */
static void print_classes_beside(const json_t *const *models, size_t n_models,
                                 const struct terminal *terminal)
{
    size_t n = n_models < MOST_BESIDE ? n_models : MOST_BESIDE;
    struct table table;
    char names[MOST_BESIDE][NAME_BYTES], label[NAME_BYTES];
    const json_t *classes = miev_field_at(models[0], "classes");
    size_t i, columns[MOST_BESIDE];
    json_t *item;
    if (!table_init(&table, json_array_size(classes)))
        return;
    say_title(terminal, n < n_models ? "Class by class, top-1 (the first six models; all: --json)"
                                     : "Class by class, top-1");
    size_t n_class = table_column(&table, "class", false);
    for (size_t k = 0; k < n; k++)
        columns[k] = table_column(&table, name_of(models[k], names[k]), true);
    json_array_foreach(classes, i, item)
    {
        miev_text_show(label, sizeof(label), miev_field_text(item, "label"));
        table_set(&table, i, n_class, "%s", label);
        for (size_t k = 0; k < n; k++) {
            double share = miev_field_number(
                miev_field_at(class_named(models[k], miev_field_text(item, "label")), "top1"),
                "share");
            if (isfinite(share))
                table_set(&table, i, columns[k], "%.1f %%", 100 * share);
        }
    }
    table_print(&table, terminal);
    table_finish(&table);
}

/* ---- what is taken for what ----------------------------------------------------------------- */

static size_t index_of(const char *const *labels, size_t n, const char *label)
{
    size_t i = 0;
    while (i < n && strcmp(labels[i], label) != 0)
        i++;
    return i;
}

/* The labels of rows and columns: the classes, then what else was said. n + 1 when there are too
 * many for a matrix. */
static size_t matrix_labels(const json_t *model, const char *labels[MOST_CLASSES], size_t *n_rows)
{
    size_t i, n = 0;
    json_t *item;
    json_array_foreach(miev_field_at(model, "classes"), i, item)
    {
        if (n == MOST_CLASSES)
            return n + 1;
        labels[n++] = miev_field_text(item, "label");
    }
    *n_rows = n;
    json_array_foreach(miev_field_at(model, "confusion"), i, item)
    {
        const char *label = miev_field_text(item, "predicted");
        if (index_of(labels, n, label) < n)
            continue;
        if (n == MOST_CLASSES)
            return n + 1;
        labels[n++] = label;
    }
    return n;
}

/* False when it has too many classes, or the terminal is too narrow. */
static bool print_matrix(const json_t *model, const struct terminal *terminal)
{
    struct table table;
    const char *labels[MOST_CLASSES];
    char headers[MOST_CLASSES][4 * MATRIX_HEADER + 1], label[NAME_BYTES];
    size_t i, n_rows = 0, n = matrix_labels(model, labels, &n_rows);
    json_t *item;
    if (n > MOST_CLASSES || n_rows == 0 || !table_init(&table, n_rows))
        return false;
    (void)table_column(&table, "", false);
    for (size_t c = 0; c < n; c++) {
        const char *end = labels[c];
        for (size_t letters = 0; *end && letters < MATRIX_HEADER; letters++)
            (void)miev_text_next(&end);
        (void)snprintf(headers[c], sizeof(headers[c]), "%.*s", (int)(end - labels[c]), labels[c]);
        (void)table_column(&table, headers[c], true);
    }
    for (size_t r = 0; r < n_rows; r++) {
        miev_text_show(label, sizeof(label), labels[r]);
        table_set(&table, r, 0, "%s", label);
    }
    json_array_foreach(miev_field_at(model, "confusion"), i, item)
    {
        size_t row = index_of(labels, n, miev_field_text(item, "class"));
        size_t column = index_of(labels, n, miev_field_text(item, "predicted"));
        table_set(&table, row, column + 1, "%.0f", miev_field_number(item, "images"));
    }
    bool fits = table_fit(&table, terminal);
    if (fits) {
        say_title(terminal, "What the pictures of a class (row) were taken for (column)");
        table_print(&table, terminal);
    }
    table_finish(&table);
    return fits;
}

static int by_images(const void *left, const void *right)
{
    const json_t *a = *(const json_t *const *)left, *b = *(const json_t *const *)right;
    double x = miev_field_number(a, "images"), y = miev_field_number(b, "images");
    return (x < y) - (x > y);
}

static void say_mixes(const json_t *model, const struct terminal *terminal, size_t most)
{
    char list[SENTENCE] = "", name[NAME_BYTES];
    size_t n = 0, used = 0, told = 0;
    const json_t **cells = entries_of(miev_field_at(model, "confusion"), &n);
    if (!cells)
        return;
    qsort(cells, n, sizeof(cells[0]), by_images);
    for (size_t i = 0; i < n && told < most && used < sizeof(list) - 200; i++) {
        char truth[64], said[64];
        if (strcmp(miev_field_text(cells[i], "class"), miev_field_text(cells[i], "predicted")) == 0)
            continue;
        miev_text_show(truth, sizeof(truth), miev_field_text(cells[i], "class"));
        miev_text_show(said, sizeof(said), miev_field_text(cells[i], "predicted"));
        used +=
            (size_t)snprintf(list + used, sizeof(list) - used, "%s%s as %s (%.0f)",
                             told ? ", " : "", truth, said, miev_field_number(cells[i], "images"));
        told++;
    }
    if (told > 0)
        say(terminal, "%s mostly takes %s.", name_of(model, name), list);
    free(cells);
}

/* ---- pairs of models ------------------------------------------------------------------------ */

static void set_pair(struct table *table, size_t row, const json_t *pair)
{
    char a[NAME_BYTES], b[NAME_BYTES];
    const json_t *difference = miev_field_at(pair, "difference");
    const char *verdict = miev_field_text(pair, "verdict");
    double p = miev_field_number(pair, "p_holm");
    miev_text_show(a, sizeof(a), miev_field_text(pair, "a"));
    miev_text_show(b, sizeof(b), miev_field_text(pair, "b"));
    table_set(table, row, 0, "%s", a);
    table_set(table, row, 1, "%s", b);
    table_set(table, row, 2, "%.0f : %.0f", miev_field_number(pair, "only_a_right"),
              miev_field_number(pair, "only_b_right"));
    table_set(table, row, 3, "%+.2f (%+.2f to %+.2f)", 100 * miev_field_number(difference, "value"),
              100 * miev_field_number(difference, "low"),
              100 * miev_field_number(difference, "high"));
    table_set(table, row, 4, p < 0.0001 ? "< 0.0001" : "%.4f", p);
    table_set(table, row, 5, "%s",
              strcmp(verdict, "higher") == 0  ? "A is right more often"
              : strcmp(verdict, "lower") == 0 ? "B is right more often"
                                              : "not resolved");
}

static int by_top1(const void *left, const void *right)
{
    const json_t *a = *(const json_t *const *)left, *b = *(const json_t *const *)right;
    double x = miev_field_number(miev_field_at(a, "top1"), "share");
    double y = miev_field_number(miev_field_at(b, "top1"), "share");
    return (x < y) - (x > y);
}

static const json_t *pair_of(const json_t *report, const json_t *a, const json_t *b)
{
    const char *x = miev_field_text(a, "name"), *y = miev_field_text(b, "name");
    size_t i;
    json_t *pair;
    json_array_foreach(miev_field_at(report, "pairs"), i, pair)
    {
        const char *first = miev_field_text(pair, "a"), *second = miev_field_text(pair, "b");
        if ((strcmp(first, x) == 0 && strcmp(second, y) == 0) ||
            (strcmp(first, y) == 0 && strcmp(second, x) == 0))
            return pair;
    }
    return NULL;
}

/* All pairs, or, of many models, each with the next one in the order of their top-1. */
static size_t choose_pairs(const json_t *report, const json_t *const *answered, size_t n,
                           const json_t *out[MIEV_STUDY_MAX_MODELS])
{
    const json_t *pairs = miev_field_at(report, "pairs"), *ranked[MIEV_STUDY_MAX_MODELS];
    size_t chosen = 0, i;
    json_t *pair;
    if (json_array_size(pairs) <= MOST_PAIRS) {
        json_array_foreach(pairs, i, pair) out[chosen++] = pair;
        return chosen;
    }
    memcpy(ranked, answered, n * sizeof(*answered));
    qsort(ranked, n, sizeof(ranked[0]), by_top1);
    for (i = 0; i + 1 < n; i++) {
        out[chosen] = pair_of(report, ranked[i], ranked[i + 1]);
        chosen += out[chosen] != NULL;
    }
    return chosen;
}

static void print_pairs(const json_t *report, const json_t *const *answered, size_t n_answered,
                        const struct terminal *terminal)
{
    static const char *const headers[] = {
        "model A",  "model B", "only A : only B right", "difference in points (95 %)",
        "p (Holm)", "verdict"};
    struct table table;
    const json_t *pairs[MIEV_STUDY_MAX_MODELS];
    size_t n = choose_pairs(report, answered, n_answered, pairs);
    bool all = n == json_array_size(miev_field_at(report, "pairs"));
    if (n == 0 || !table_init(&table, n))
        return;
    say_title(terminal, all ? "Two models on the same pictures (McNemar's test)"
                            : "Each model and the next one in rank (McNemar's test; all pairs: "
                              "--json)");
    for (size_t c = 0; c < sizeof(headers) / sizeof(headers[0]); c++)
        (void)table_column(&table, headers[c], c == 2 || c == 4);
    for (size_t i = 0; i < n; i++)
        set_pair(&table, i, pairs[i]);
    table_print(&table, terminal);
    table_finish(&table);
}

/* ---- sentences ------------------------------------------------------------------------------ */

static void say_header(const json_t *report, const struct terminal *terminal)
{
    const json_t *dataset = miev_field_at(report, "dataset"),
                 *machine = miev_field_at(report, "machine");
    const json_t *settings = miev_field_at(report, "settings");
    char name[128], part[64] = "";
    double images = miev_field_number(dataset, "images"),
           found = miev_field_number(dataset, "images_found");
    miev_text_show(name, sizeof(name), miev_field_text(dataset, "name"));
    if (found > images)
        (void)snprintf(part, sizeof(part), " drawn from %.0f by seed %.0f", found,
                       miev_field_number(settings, "seed"));
    say(terminal,
        "%s%s%s: %.0f images%s, %.0f class%s, on %s, %.0f logical CPU%s, %.0f thread%s "
        "and %.0f decoder%s",
        terminal_bold(terminal), name, terminal_reset(terminal), images, part,
        miev_field_number(dataset, "classes"),
        miev_field_number(dataset, "classes") > 1 ? "es" : "",
        *miev_field_text(machine, "cpu") ? miev_field_text(machine, "cpu") : "an unnamed CPU",
        miev_field_number(machine, "logical_cpus"),
        miev_field_number(machine, "logical_cpus") > 1 ? "s" : "",
        miev_field_number(settings, "threads"),
        miev_field_number(settings, "threads") > 1 ? "s" : "",
        miev_field_number(settings, "decoders"),
        miev_field_number(settings, "decoders") > 1 ? "s" : "");
}

/* By which labels an answer was right, and what was not looked at. */
static void say_mapping(const json_t *report, const struct terminal *terminal)
{
    const json_t *mapping = miev_field_at(report, "mapping");
    size_t i;
    json_t *item;
    if (!json_is_object(mapping))
        return;
    say(terminal,
        strcmp(miev_field_text(mapping, "answers"), "mapped") == 0
            ? "An answer is the best of the labels that %s maps (--map-only), and right when it is "
              "one of its folder's: as if the model knew no others."
            : "An answer is the best of all labels of the model, and right when %s maps it to the "
              "picture's folder.",
        *miev_field_text(mapping, "name") ? miev_field_text(mapping, "name") : "the mapping");
    json_array_foreach(miev_field_at(mapping, "left_out"), i, item)
        say(terminal, "Folder %s is left out by the mapping: %.0f images.",
            miev_field_text(item, "folder"), miev_field_number(item, "images"));
    json_array_foreach(miev_field_at(mapping, "unused"), i, item)
        say(terminal, "The mapping's folder %s is not in the dataset.", json_string_value(item));
}

static void say_resumed(const json_t *model, const struct terminal *terminal)
{
    char name[NAME_BYTES];
    const json_t *resumed = miev_field_at(model, "resumed");
    if (json_is_object(resumed))
        say(terminal,
            "%s: %.0f of its images were answered in an earlier run; this one went on "
            "from there.",
            name_of(model, name), miev_field_number(resumed, "images"));
}

static void say_coverage(const json_t *model, const struct terminal *terminal)
{
    char name[NAME_BYTES];
    const json_t *energy = miev_field_at(model, "energy");
    double covered = miev_field_number(energy, "images");
    double done = miev_field_number(model, "images") +
                  miev_field_number(miev_field_at(model, "not_evaluated"), "images");
    const char *reason = miev_field_text(energy, "reason");
    if (*reason)
        say(terminal, "%s has no energy: %s.", name_of(model, name), reason);
    else if (json_is_false(miev_field_at(energy, "covers_all")))
        say(terminal,
            "%s: its joules and grams cover %.0f of %.0f images; an earlier run was "
            "ended, or a counter was lost, before the others were metered.",
            name_of(model, name), covered, done);
}

static void say_not_evaluated(const json_t *model, const struct terminal *terminal)
{
    char name[NAME_BYTES];
    const json_t *failed = miev_field_at(model, "not_evaluated");
    double n = miev_field_number(failed, "images");
    size_t i;
    json_t *item;
    if (!(n > 0))
        return;
    say(terminal,
        "%s: %.0f image%s could not be evaluated and do%s not count:", name_of(model, name), n,
        n > 1 ? "s" : "", n > 1 ? "" : "es");
    json_array_foreach(miev_field_at(failed, "first"), i, item)
    {
        if (i == FAILED_IMAGES) {
            say(terminal, "  and more: --json names up to 100");
            break;
        }
        say(terminal, "  %s: %s", miev_field_text(item, "image"), miev_field_text(item, "message"));
    }
}

static void say_error(const json_t *model, const struct terminal *terminal)
{
    char name[NAME_BYTES], message[512];
    const json_t *error = miev_field_at(model, "error");
    if (!error)
        return;
    miev_text_show(message, sizeof(message), miev_field_text(error, "message"));
    say(terminal, "%s failed (%s): %s.", name_of(model, name), miev_field_text(error, "code"),
        message);
}

static void say_end(const json_t *report, const struct terminal *terminal)
{
    if (strcmp(miev_field_text(miev_field_at(report, "stop"), "reason"), "interrupted") == 0)
        say(terminal, "Interrupted: the figures are those of the images so far, which are a fair "
                      "sample of all. The same command goes on from here.");
    say(terminal, "Energy is that of the whole evaluation, all processes: reading, decoding and "
                  "inference, with the share of idle power of the CPUs it reserves.");
}

static void print_details(const json_t *const *answered, size_t n, const struct terminal *terminal)
{
    bool many = n > 0 && json_array_size(miev_field_at(answered[0], "classes")) > MOST_CLASSES;
    bool matrix = false;
    if (n == 1 || many)
        print_classes_of_one(answered[0], terminal);
    else if (n > 1)
        print_classes_beside(answered, n, terminal);
    if (n == 1)
        matrix = print_matrix(answered[0], terminal);
    (void)fputc('\n', terminal->file);
    for (size_t i = 0; i < n && !matrix; i++)
        say_mixes(answered[i], terminal, n == 1 ? MOST_MIXES : 3);
}

void show_eval(const json_t *report, const struct terminal *terminal, bool quiet)
{
    const json_t *models = miev_field_at(report, "models");
    const json_t *answered[MIEV_STUDY_MAX_MODELS];
    size_t i, n = 0;
    json_t *model;
    json_array_foreach(models, i, model) if (has_answers(model) && n < MIEV_STUDY_MAX_MODELS)
        answered[n++] = model;
    if (!quiet) {
        say_header(report, terminal);
        (void)fputc('\n', terminal->file);
    }
    print_models(report, terminal);
    if (quiet)
        return;
    print_pairs(report, answered, n, terminal);
    print_details(answered, n, terminal);
    json_array_foreach(models, i, model)
    {
        say_error(model, terminal);
        say_not_evaluated(model, terminal);
        if (has_answers(model)) {
            say_resumed(model, terminal);
            say_coverage(model, terminal);
        }
    }
    say_mapping(report, terminal);
    say_end(report, terminal);
    say_site(report, terminal);
}
