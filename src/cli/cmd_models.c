/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "core/units.h"
#include "model/catalog.h"

static void set_row(struct table *table, size_t row, const struct miev_card *card,
                    const struct miev_card_file *file)
{
    char number[MIEV_NUMBER_SIZE];
    const struct miev_card_accuracy *accuracy = miev_card_accuracy_of(card, file->precision);
    table_set(table, row, 0, "%s:%s", card->name, file->precision);
    table_set(table, row, 1, "%.0f", (double)file->bytes / 1000);
    miev_format_number(number, sizeof(number), card->macs / 1e6);
    table_set(table, row, 2, "%s", card->macs > 0 ? number : "-");
    if (accuracy)
        table_set(table, row, 3, "%.1f %% (%.1f to %.1f)", accuracy->top1 * 100,
                  accuracy->top1_low * 100, accuracy->top1_high * 100);
    table_set(table, row, 4, "%s", accuracy ? accuracy->dataset : "-");
    table_set(table, row, 5, "%zu things", card->n_labels);
    table_set(table, row, 6, "%s", card->publisher);
    table_set(table, row, 7, "%s", card->licence);
}

static int print_catalog(const struct miev_catalog *catalog)
{
    struct table table;
    struct terminal terminal;
    size_t n = 0, row = 0;
    for (size_t i = 0; i < catalog->n; i++)
        n += catalog->cards[i].n_files;
    if (!table_init(&table, n))
        return CLI_FAILED;
    static const char *const headers[] = {"model",    "kB",    "million MACs", "accuracy",
                                          "data set", "knows", "publisher",    "licence"};
    for (size_t c = 0; c < sizeof(headers) / sizeof(headers[0]); c++)
        (void)table_column(&table, headers[c], c == 1 || c == 2);
    for (size_t i = 0; i < catalog->n; i++)
        for (size_t f = 0; f < catalog->cards[i].n_files; f++)
            set_row(&table, row++, &catalog->cards[i], &catalog->cards[i].files[f]);
    terminal_init(&terminal, stdout);
    table_print(&table, &terminal);
    table_finish(&table);
    return CLI_OK;
}

static int list_models(const void *settings, char **words, size_t n_words)
{
    struct miev_error err;
    struct miev_catalog catalog;
    (void)settings, (void)words, (void)n_words;
    if (miev_catalog_load_home(miev_env_host(), &catalog, &err) != MIEV_OK)
        return cli_fail(&err);
    int status = print_catalog(&catalog);
    miev_catalog_finish(&catalog);
    return status;
}

static const struct arg_option options[] = {{0}};

const struct cli_command cli_models = {
    .name = "models",
    .title = "list the models that are here",
    .usage = {"", "List the models that are here.", "  miev models", options, 0},
    .run = list_models,
};
