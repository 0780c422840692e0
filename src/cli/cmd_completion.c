/* SPDX-License-Identifier: Apache-2.0 */
/* `miev completion SHELL`, and what the shells ask for while they complete. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/completion.h"
#include "core/error.h"
#include "grid/grid.h"
#include "model/catalog.h"

static bool put_zone(void *context, const struct miev_zone *zone)
{
    FILE *file = context;
    if (*zone->iso2)
        (void)fprintf(file, "%s\n", zone->iso2);
    (void)fprintf(file, "%s\n", zone->name);
    return true;
}

/* Without a catalog there is nothing to offer, and a line of a shell is no place for its error. */
static void list_models(FILE *file)
{
    struct miev_catalog catalog;
    if (miev_catalog_load_home(miev_env_host(), &catalog, NULL) != MIEV_OK)
        return;
    for (size_t i = 0; i < catalog.n; i++) {
        const struct miev_card *card = &catalog.cards[i];
        if (card->place != MIEV_PLACE_KNOWN)
            (void)fprintf(file, "%s\n", card->name);
        for (size_t f = 0; f < card->n_files; f++)
            if (*card->files[f].path)
                (void)fprintf(file, "%s:%s\n", card->name, card->files[f].precision);
    }
    miev_catalog_finish(&catalog);
}

static void list_zones(FILE *file)
{
    if (miev_grid_list(NULL, put_zone, file, NULL) != MIEV_OK)
        return; /* as above */
}

static const struct {
    const char *name;
    void (*put)(FILE *file);
} texts[] = {
    {"bash", complete_bash}, {"zsh", complete_zsh},   {"fish", complete_fish},
    {"zones", list_zones},   {"models", list_models},
};

static int print_completion(const void *settings, char **words, size_t n_words)
{
    struct miev_error err;
    (void)settings;
    for (size_t i = 0; n_words && i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(words[0], texts[i].name) == 0) {
            texts[i].put(stdout);
            return CLI_OK;
        }
    }
    (void)miev_error_set(&err, MIEV_ERR_INVALID, "name a shell: bash, zsh or fish");
    return cli_usage_error("completion", &err);
}

static const struct arg_option options[] = {{0}};

const struct cli_command cli_completion = {
    .name = "completion",
    .title = "print what lets a shell complete the words of miev",
    .usage = {"bash|zsh|fish",
              "Print what lets a shell complete commands, options, files, zones and models. An\n"
              "installed miev brings it along. 'zones' and 'models' in place of a shell list the\n"
              "words that it then asks for.",
              "  miev completion bash > ~/.local/share/bash-completion/completions/miev\n"
              "  miev completion zsh > ~/.zfunc/_miev      (a folder of $fpath)\n"
              "  miev completion fish > ~/.config/fish/completions/miev.fish",
              options, 1},
    .run = print_completion,
};
