/* SPDX-License-Identifier: Apache-2.0 */
/* `miev gc`: room on the disk. */
#include <stdio.h>

#include "cli/command.h"
#include "model/depot_gc.h"

struct settings {
    bool dry_run, partials;
};

static const struct settings defaults = {false, false};

static const struct arg_option options[] = {
    ARG_FLAG_AT(struct settings, dry_run, "--dry-run", "tell what would go, and remove nothing"),
    ARG_FLAG_AT(struct settings, partials, "--partials",
                "downloads that were interrupted less than a week ago, too"),
    {0},
};

struct count {
    size_t n;
    uint64_t bytes;
};

static void on_goes(void *context, enum miev_depot_part part, const char *name, uint64_t bytes)
{
    struct count *count = context;
    count->n++;
    count->bytes += bytes;
    printf("%-8s %.12s...  %10.1f MB\n",
           part == MIEV_DEPOT_BLOBS   ? "model"
           : part == MIEV_DEPOT_TREES ? "folder"
                                      : "download",
           name, (double)bytes / 1e6);
}

static int run_gc(const void *given, char **words, size_t n_words)
{
    const struct settings *settings = given;
    struct miev_error err = {0};
    struct miev_depot depot;
    struct count count = {0};
    const struct miev_gc gc = {.dry_run = settings->dry_run,
                               .partials = settings->partials,
                               .now_s = time(NULL),
                               .goes = on_goes,
                               .context = &count};
    (void)words, (void)n_words;
    int rc = miev_depot_open(miev_env_host(), NULL, true, &depot, &err);
    if (rc == MIEV_OK)
        rc = miev_depot_gc(&depot, &gc, &err);
    if (rc == MIEV_OK && count.n == 0)
        printf("Nothing to remove: a card in %s/cards names all that is there.\n", depot.folder);
    else if (rc == MIEV_OK)
        printf("%s %.1f MB of %s.\n", settings->dry_run ? "Would free" : "Freed",
               (double)count.bytes / 1e6, depot.folder);
    miev_depot_close(&depot);
    return rc == MIEV_OK ? CLI_OK : cli_fail(&err);
}

const struct cli_command cli_gc = {
    .name = "gc",
    .title = "remove pulled files that no model needs",
    .usage =
        {"",
         "Remove what 'miev pull' brought and no card names any more, and downloads that nobody\n"
         "went on with for a week. To be rid of a model, delete its card first: the cards lie\n"
         "in ~/.local/share/miev/models/cards (or below MIEV_MODELS).",
         "  miev gc --dry-run\n"
         "  miev gc",
         options, 0},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_gc,
};
