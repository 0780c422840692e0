/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/args.h"
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

static int list_models(void)
{
    char home[PATH_MAX], folder[PATH_MAX + 16];
    struct miev_error err;
    struct miev_catalog catalog;
    if (miev_home(miev_env_host(), home, sizeof(home), &err) != MIEV_OK)
        return cli_fail(&err);
    (void)snprintf(folder, sizeof(folder), "%s/models", home);
    if (miev_catalog_load(folder, &catalog, &err) != MIEV_OK)
        return cli_fail(&err);
    int status = print_catalog(&catalog);
    miev_catalog_finish(&catalog);
    return status;
}

int cmd_models(int argc, char **argv)
{
    static const struct arg_option options[] = {{0}};
    static const struct arg_usage usage = {"models", "", "List the models that are here.",
                                           "  miev models", options};
    struct miev_error err;
    size_t n_words = 0;
    bool help = false;
    if (args_parse(argc, argv, options, &n_words, &help, &err) != MIEV_OK ||
        args_words("models", argv, n_words, 0, &err) != MIEV_OK)
        return cli_usage_error("models", &err);
    if (!help)
        return list_models();
    args_print_help(&usage);
    return CLI_OK;
}
