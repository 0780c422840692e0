/* SPDX-License-Identifier: Apache-2.0 */
/* `miev models`: the catalog, of which a part is here. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/model_rows.h"
#include "cli/terminal.h"
#include "core/error.h"
#include "core/units.h"
#include "study/finding.h"
#include "study/use.h"

#define PER_MILLION 1e6

struct settings {
    struct model_question question;
    bool here, all;
};

static const struct settings defaults = {.question = {.search = NULL}};

static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, question.search, "--search", "WORD",
                "those whose name, summary, publisher, format or data set\nhas it"),
    ARG_CHOICE_AT(struct settings, question.task, "--task", "TASK", "image-classification",
                  "those that do it: image-classification"),
    ARG_NUMBER_AT(struct settings, question.max_mb, "--max-mb", "N", 0.001, 1e6,
                  "files of at most so many megabytes"),
    ARG_CHOICE_AT(
        struct settings, question.sort, "--sort", "WORD", "accuracy carbon size name",
        "accuracy (within a data set), carbon (the last measured\non this machine), size or "
        "name; what is not known\ncomes last. Default: by cost of one inference"),
    ARG_FLAG_AT(struct settings, here, "--here", "only what is on this machine"),
    ARG_FLAG_AT(struct settings, all, "--all", "also what can be pulled"),
    {0},
};

/* ---- the table ------------------------------------------------------------------------------ */

/* In this order. */
enum column {
    COLUMN_MODEL,
    COLUMN_SIZE,
    COLUMN_ACCURACY,
    COLUMN_DATASET,
    COLUMN_CARBON, /* only where this machine has measured any of them */
    COLUMN_IS,
    COLUMN_FORMAT,
    COLUMN_BOUNDS,
    COLUMN_CLASSES,
    COLUMN_COST,
    COLUMN_PUBLISHER,
    COLUMN_LICENCE,
    N_COLUMNS,
};

struct sheet {
    struct table table;
    size_t at[N_COLUMNS]; /* the table's own numbers */
    bool has_carbon;
    struct miev_unit mass; /* of a million inferences */
    char mass_header[32];
};

static void add_columns(struct sheet *sheet)
{
    const struct {
        const char *header;
        bool right;
        unsigned leave; /* as of table_column_if_wide; 0: never */
    } columns[N_COLUMNS] = {
        [COLUMN_MODEL] = {"model", false, 0},
        [COLUMN_SIZE] = {"MB", true, 0},
        [COLUMN_ACCURACY] = {"accuracy", true, 0},
        [COLUMN_DATASET] = {"data set", false, 7},
        [COLUMN_CARBON] = {sheet->mass_header, true, 0},
        [COLUMN_IS] = {"is", false, 0},
        [COLUMN_FORMAT] = {"format", false, 6},
        [COLUMN_BOUNDS] = {"95 %", false, 5},
        [COLUMN_CLASSES] = {"classes", true, 4},
        [COLUMN_COST] = {"million MACs", true, 3},
        [COLUMN_PUBLISHER] = {"publisher", false, 2},
        [COLUMN_LICENCE] = {"licence", false, 1},
    };
    for (size_t i = 0; i < N_COLUMNS; i++) {
        if (i == COLUMN_CARBON && !sheet->has_carbon)
            continue;
        sheet->at[i] = columns[i].leave
                           ? table_column_if_wide(&sheet->table, columns[i].header,
                                                  columns[i].right, columns[i].leave)
                           : table_column(&sheet->table, columns[i].header, columns[i].right);
    }
}

static const char *what_it_is(const struct model_row *row)
{
    if (*row->file->path)
        return miev_place_name(row->card->place);
    return row->file->verified ? "known" : "unverified";
}

static void set_number(struct sheet *sheet, size_t row, enum column column, const char *before,
                       double value)
{
    char number[MIEV_NUMBER_SIZE];
    miev_format_number(number, sizeof(number), value);
    bool known = isfinite(value);
    table_set(&sheet->table, row, sheet->at[column], "%s%s", known ? before : "",
              known ? number : "-");
}

static void set_accuracy(struct sheet *sheet, size_t at, const struct model_row *row)
{
    const struct miev_card_accuracy *accuracy =
        miev_card_accuracy_of(row->card, row->file->precision);
    table_set(&sheet->table, at, sheet->at[COLUMN_ACCURACY], "-");
    if (!accuracy)
        return;
    table_set(&sheet->table, at, sheet->at[COLUMN_ACCURACY], "%.1f %%", accuracy->top1 * 100);
    table_set(&sheet->table, at, sheet->at[COLUMN_BOUNDS], "%.1f to %.1f", accuracy->top1_low * 100,
              accuracy->top1_high * 100);
    table_set(&sheet->table, at, sheet->at[COLUMN_DATASET], "%s", accuracy->dataset);
}

static void set_row(struct sheet *sheet, size_t at, const struct model_row *row)
{
    struct table *table = &sheet->table;
    const struct miev_card *card = row->card;
    const struct miev_card_file *file = row->file;
    table_set(table, at, sheet->at[COLUMN_MODEL], "%s:%s", card->name, file->precision);
    set_number(sheet, at, COLUMN_SIZE, file->bytes_about > 0 ? "~" : "", model_megabytes(file));
    set_accuracy(sheet, at, row);
    if (sheet->has_carbon)
        set_number(sheet, at, COLUMN_CARBON, "", row->grams * PER_MILLION / sheet->mass.size);
    table_set(table, at, sheet->at[COLUMN_IS], "%s", what_it_is(row));
    table_set(table, at, sheet->at[COLUMN_FORMAT], "%s", miev_use_format(file, NULL));
    table_set(table, at, sheet->at[COLUMN_CLASSES], "%zu", card->n_outputs);
    set_number(sheet, at, COLUMN_COST, "", card->macs > 0 ? card->macs / 1e6 : (double)NAN);
    table_set(table, at, sheet->at[COLUMN_PUBLISHER], "%s", card->publisher);
    table_set(table, at, sheet->at[COLUMN_LICENCE], "%s", card->licence);
}

static void choose_mass(struct sheet *sheet, const struct model_rows *rows, bool ascii)
{
    double largest = 0;
    for (size_t i = 0; i < rows->n; i++)
        if (isfinite(rows->list[i].grams))
            largest = fmax(largest, rows->list[i].grams * PER_MILLION);
    sheet->has_carbon = largest > 0;
    sheet->mass = miev_unit_for(MIEV_QUANTITY_MASS_G, &largest, 1, ascii);
    (void)snprintf(sheet->mass_header, sizeof(sheet->mass_header), "%s CO2e/million",
                   sheet->mass.name);
}

static bool print_table(const struct model_rows *rows, const struct terminal *terminal)
{
    struct sheet sheet = {.has_carbon = false};
    if (!table_init(&sheet.table, rows->n))
        return false;
    choose_mass(&sheet, rows, !terminal->utf8);
    add_columns(&sheet);
    for (size_t i = 0; i < rows->n; i++)
        set_row(&sheet, i, &rows->list[i]);
    table_print(&sheet.table, terminal);
    table_finish(&sheet.table);
    return true;
}

/* ---- what is to be said beside it ----------------------------------------------------------- */

static void tell_rest(const struct model_rows *rows, const struct terminal *terminal)
{
    char text[200];
    bool far = false, unverified = false;
    for (size_t i = 0; i < rows->n; i++) {
        far = far || !*rows->list[i].file->path;
        unverified = unverified || (!*rows->list[i].file->path && !rows->list[i].file->verified);
    }
    if (unverified)
        terminal_wrap(terminal, "unverified: nobody has pulled that file yet.", 0);
    if (far)
        terminal_wrap(terminal, "'miev pull NAME' brings what is not here.", 0);
    (void)snprintf(text, sizeof(text), "%zu file%s of unknown size are left out.",
                   rows->n_unknown_size, rows->n_unknown_size == 1 ? "" : "s");
    if (rows->n_unknown_size > 0)
        terminal_wrap(terminal, text, 0);
    (void)snprintf(
        text, sizeof(text),
        "%zu more can be pulled: 'miev models --all' lists them, 'miev pull NAME' brings "
        "one.",
        rows->n_far);
    if (rows->n_far > 0)
        terminal_wrap(terminal, text, 0);
}

static int print_rows(const struct model_rows *rows, bool far)
{
    struct miev_error err;
    struct terminal terminal;
    terminal_init(&terminal, stdout);
    if (rows->n == 0) {
        (void)miev_error_set(&err, MIEV_ERR_UNAVAILABLE, "no such model is %s",
                             far ? "known"
                                 : "here: 'miev models --all' lists those that can be pulled");
        return cli_fail(&err);
    }
    if (!print_table(rows, &terminal)) {
        (void)miev_error_set(&err, MIEV_ERR_NOMEM, "no memory for the table");
        return cli_fail(&err);
    }
    tell_rest(rows, &terminal);
    return CLI_OK;
}

static int show(const struct miev_catalog *catalog, const struct model_question *question)
{
    struct model_rows rows;
    json_t *last = miev_finding_all_last(miev_env_host());
    bool made = model_rows_make(&rows, catalog, question, last);
    json_decref(last);
    int status = made ? print_rows(&rows, question->far) : CLI_FAILED;
    model_rows_finish(&rows);
    return status;
}

/* NULL: the option was not given. */
static int check_word(const char *option, const char *word, const char *const *allowed,
                      struct miev_error *err)
{
    for (size_t i = 0; word && allowed[i]; i++)
        if (strcmp(word, allowed[i]) == 0)
            return MIEV_OK;
    if (!word)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_INVALID, "%s %.40s is none of the words it takes", option,
                          word);
}

static int check_settings(const struct settings *settings, struct miev_error *err)
{
    static const char *const orders[] = {"accuracy", "carbon", "size", "name", NULL};
    static const char *const tasks[] = {"image-classification", NULL};
    if (settings->here && settings->all)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "--here and --all ask for different lists: keep one");
    int rc = check_word("--sort", settings->question.sort, orders, err);
    return rc == MIEV_OK ? check_word("--task", settings->question.task, tasks, err) : rc;
}

static int list_models(const void *given, char **words, size_t n_words)
{
    const struct settings *settings = given;
    struct model_question question = settings->question;
    struct miev_error err;
    struct miev_catalog catalog;
    (void)words, (void)n_words;
    if (check_settings(settings, &err) != MIEV_OK)
        return cli_usage_error("models", &err);
    question.far = settings->all ||
                   (!settings->here && (question.search || question.task || question.max_mb > 0));
    if (miev_catalog_load_home(miev_env_host(), &catalog, &err) != MIEV_OK)
        return cli_fail(&err);
    if (catalog.n_skipped > 0)
        (void)fprintf(stderr, "miev: %zu card%s of pulled models %s left out: %s\n",
                      catalog.n_skipped, catalog.n_skipped == 1 ? "" : "s",
                      catalog.n_skipped == 1 ? "is" : "are", catalog.skipped.message);
    int status = show(&catalog, &question);
    miev_catalog_finish(&catalog);
    return status;
}

const struct cli_command cli_models = {
    .name = "models",
    .title = "list the models that are here, and those that can be pulled",
    .usage =
        {"",
         "List the models that are on this machine. A search, a task or a size looks among all\n"
         "that are known, of which 'miev pull' brings those that are not here. Accuracy is what\n"
         "publishers tell; carbon is what this machine measured last.",
         "  miev models\n  miev models --search efficientnet --sort accuracy\n"
         "  miev models --all --max-mb 5\n  miev models --here --sort carbon",
         options, 0},
    .settings_size = sizeof(struct settings),
    .defaults = &defaults,
    .run = list_models,
};
