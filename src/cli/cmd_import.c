/* SPDX-License-Identifier: Apache-2.0 */
/* `miev import`: a report of another machine, or of a backup, into the history. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/report_open.h"
#include "core/error.h"
#include "study/keep.h"

struct settings {
    const char *name;
};

static const struct settings defaults = {NULL};

static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, name, "--name", "TEXT", "what the history calls this study"),
    {0},
};

static int import(const char *path, const char *name, struct miev_error *err)
{
    struct report_source source = {.report = NULL};
    struct miev_store *store = NULL;
    struct miev_store_row row;
    bool there = false;
    int rc = report_open_file(path, &source, err);
    if (rc == MIEV_OK)
        rc = miev_store_open(miev_env_host(), true, &store, err);
    if (rc == MIEV_OK)
        rc = miev_keep_import(store, source.report, name, &row, &there, err);
    if (rc == MIEV_OK)
        printf(there ? "The same report is there already: #%lld.\n" : "Imported as #%lld.\n",
               (long long)row.id);
    miev_store_close(store);
    report_close(&source);
    return rc;
}

static int run_import(const void *given, char **words, size_t n_words)
{
    const struct settings *settings = given;
    struct miev_error err;
    if (n_words == 0) {
        (void)miev_error_set(&err, MIEV_ERR_INVALID,
                             "FILE is missing: name a report (--json writes one), or - for "
                             "standard input");
        return cli_usage_error("import", &err);
    }
    return import(words[0], settings->name, &err) == MIEV_OK ? CLI_OK : cli_fail(&err);
}

const struct cli_command cli_import = {
    .name = "import",
    .title = "put a report into the history",
    .usage = {"FILE",
              "Check a report that --json or 'miev history export' wrote, and keep it in the "
              "history.\nA report that is there already is not kept twice.",
              "  miev import report.json\n"
              "  miev import report.json --name \"the laptop\"\n"
              "  ssh server miev history export last | miev import -",
              options, 1},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_import,
};
