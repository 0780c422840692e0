/* SPDX-License-Identifier: Apache-2.0 */
/* `miev history`: the studies that are kept here. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/report_open.h"
#include "cli/terminal.h"
#include "core/error.h"

#define MAX_DELETED 1000

struct settings {
    struct output_settings output;
};

static const struct settings defaults = {{0}};

static const struct arg_option options[] = {
    OUTPUT_OPTIONS(struct settings, output),
    {0},
};

static void format_time(char out[32], int64_t unix_s)
{
    struct tm parts;
    time_t when = (time_t)unix_s;
    if (!localtime_r(&when, &parts) || strftime(out, 32, "%Y-%m-%d %H:%M", &parts) == 0)
        (void)snprintf(out, 32, "?");
}

/* ---- list ----------------------------------------------------------------------------------- */

static bool print_rows(const struct miev_store_row *rows, size_t n)
{
    struct terminal terminal;
    struct table table;
    if (!table_init(&table, n))
        return false;
    (void)table_column(&table, "#", true);
    (void)table_column(&table, "begun", false);
    (void)table_column(&table, "state", false);
    (void)table_column(&table, "study", false);
    (void)table_column(&table, "input", false);
    for (size_t i = 0; i < n; i++) {
        const struct miev_store_row *row = &rows[i];
        char when[32];
        format_time(when, row->created_unix_s);
        table_set(&table, i, 0, "%lld", (long long)row->id);
        table_set(&table, i, 1, "%s", when);
        table_set(&table, i, 2, "%s",
                  row->imported ? "imported" : miev_store_status_name(row->status));
        table_set(&table, i, 3, "%s", *row->name ? row->name : row->models);
        table_set(&table, i, 4, "%s", row->input);
    }
    terminal_init(&terminal, stdout);
    table_print(&table, &terminal);
    table_finish(&table);
    return true;
}

static int list_studies(const struct settings *settings, char **words, size_t n_words)
{
    struct miev_store *store = NULL;
    struct miev_error err;
    struct miev_store_row *rows = NULL;
    size_t n = 0;
    (void)settings, (void)words, (void)n_words;
    int rc = miev_store_open(miev_env_host(), false, &store, &err);
    if (rc == MIEV_ERR_UNAVAILABLE) { /* a history without studies is no failure */
        printf("The history is empty: %s.\n", err.message);
        return CLI_OK;
    }
    if (rc == MIEV_OK)
        rc = miev_store_rows(store, &rows, &n, &err);
    miev_store_close(store);
    if (rc == MIEV_OK && n == 0)
        printf("The history is empty.\n");
    else if (rc == MIEV_OK && !print_rows(rows, n))
        rc = miev_error_set(&err, MIEV_ERR_NOMEM, "no memory for the list");
    free(rows);
    return rc == MIEV_OK ? CLI_OK : cli_fail(&err);
}

/* ---- one study ------------------------------------------------------------------------------ */

/* A report of the history; words[0] is its number. */
static int open_number(char **words, struct report_source *out, struct miev_error *err)
{
    int64_t id = 0;
    int rc = report_number(words[0], &id, err);
    return rc == MIEV_OK ? report_open(words[0], out, err) : rc;
}

static void print_heading(const struct miev_store_row *row)
{
    char begun[32], kept[32];
    format_time(begun, row->created_unix_s);
    format_time(kept, row->kept_unix_ms / 1000);
    printf("Study #%lld%s%s, %s, begun %s%s%s%s.\n\n", (long long)row->id, *row->name ? ", " : "",
           row->name, miev_store_status_name(row->status), begun,
           row->status == MIEV_STORE_CUT_OFF ? ": its process ended without a word, and this is "
                                               "what it had kept at "
                                             : "",
           row->status == MIEV_STORE_CUT_OFF ? kept : "", row->imported ? " and imported" : "");
}

static int show_study(const struct settings *settings, char **words, size_t n_words)
{
    struct report_source source = {.report = NULL};
    struct miev_error err;
    (void)n_words;
    if (open_number(words, &source, &err) != MIEV_OK)
        return cli_fail(&err);
    if (!settings->output.quiet && output_shows_table(&settings->output))
        print_heading(&source.row);
    int rc = output_report(source.report, &settings->output, &err);
    report_close(&source);
    return rc == MIEV_OK ? CLI_OK : cli_fail(&err);
}

static int export_study(const struct settings *settings, char **words, size_t n_words)
{
    struct report_source source = {.report = NULL};
    struct miev_error err;
    (void)settings;
    int rc = open_number(words, &source, &err);
    if (rc == MIEV_OK)
        rc = output_json(source.report, n_words > 1 ? words[1] : "-", &err);
    report_close(&source);
    return rc == MIEV_OK ? CLI_OK : cli_fail(&err);
}

/* ---- changes -------------------------------------------------------------------------------- */

static int read_numbers(char **words, size_t n, int64_t *ids, struct miev_error *err)
{
    if (n > MAX_DELETED)
        return miev_error_set(err, MIEV_ERR_LIMIT, "at most %d studies are deleted at once",
                              MAX_DELETED);
    for (size_t i = 0; i < n; i++) {
        int rc = report_number(words[i], &ids[i], err);
        if (rc != MIEV_OK)
            return rc;
        if (ids[i] == MIEV_STORE_LAST)
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "name what is deleted by its number, not 'last'");
    }
    return MIEV_OK;
}

static int delete_studies(const struct settings *settings, char **words, size_t n_words)
{
    struct miev_store *store = NULL;
    struct miev_error err;
    int64_t ids[MAX_DELETED];
    (void)settings;
    int rc = read_numbers(words, n_words, ids, &err);
    if (rc == MIEV_OK)
        rc = miev_store_open(miev_env_host(), false, &store, &err);
    if (rc == MIEV_OK)
        rc = miev_store_remove(store, ids, n_words, &err);
    miev_store_close(store);
    if (rc != MIEV_OK)
        return cli_fail(&err);
    for (size_t i = 0; i < n_words; i++)
        printf("Deleted #%lld.\n", (long long)ids[i]);
    return CLI_OK;
}

static int set_aside(const struct settings *settings, char **words, size_t n_words)
{
    char to[PATH_MAX];
    struct miev_error err;
    (void)settings, (void)words, (void)n_words;
    if (miev_store_set_aside(miev_env_host(), to, &err) != MIEV_OK)
        return cli_fail(&err);
    printf("The history is now %s; the next study begins a new one.\n", to);
    return CLI_OK;
}

static const struct verb {
    const char *name, *takes; /* takes: what is missing when there are too few words */
    size_t min_words, max_words;
    bool shows; /* a study, in all the forms that options ask for */
    int (*run)(const struct settings *settings, char **words, size_t n_words);
} verbs[] = {
    {"list", "", 0, 0, false, list_studies},
    {"show", "ID", 1, 1, true, show_study},
    {"delete", "ID...", 1, ARGS_ANY_WORDS, false, delete_studies},
    {"export", "ID [FILE]", 1, 2, false, export_study},
    {"set-aside", "", 0, 0, false, set_aside},
};

static bool asks_for_forms(const struct output_settings *output)
{
    return output->json || output->csv || output->markdown || output->json_lines || output->html ||
           output->explain;
}

static int run_verb(const struct verb *verb, const struct settings *settings, char **words,
                    size_t n_words)
{
    struct miev_error err;
    int rc = output_check(&settings->output, &err);
    if (rc == MIEV_OK && !verb->shows && asks_for_forms(&settings->output))
        rc = miev_error_set(&err, MIEV_ERR_INVALID,
                            "--json, --csv, --markdown, --json-lines and --explain go with "
                            "'miev history show', not with %s",
                            verb->name);
    if (rc == MIEV_OK && (n_words < verb->min_words || n_words > verb->max_words))
        rc = miev_error_set(&err, MIEV_ERR_INVALID, "the words are 'miev history %s%s%s'",
                            verb->name, *verb->takes ? " " : "", verb->takes);
    return rc == MIEV_OK ? verb->run(settings, words, n_words) : cli_usage_error("history", &err);
}

static int run_history(const void *settings, char **words, size_t n_words)
{
    struct miev_error err;
    const char *name = n_words > 0 ? words[0] : "list";
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return run_verb(&verbs[i], settings, words + (n_words > 0), n_words - (n_words > 0));
    (void)miev_error_set(&err, MIEV_ERR_INVALID,
                         "'%.60s' is none of list, show, delete, export and set-aside", name);
    return cli_usage_error("history", &err);
}

const struct cli_command cli_history = {
    .name = "history",
    .title = "list, show, delete and export the studies that were kept",
    .usage = {"[list] | show ID | delete ID... | export ID [FILE] | set-aside",
              "Every study is kept from its start in $MIEV_DATA, or $XDG_DATA_HOME/miev, or\n"
              "~/.local/share/miev. An ID is the number in the list, or \"last\".\n"
              "  list       all of them, newest first\n"
              "  show       one as it was shown at its end, or in the forms named below\n"
              "  delete     take them away for good\n"
              "  export     the report, as --json writes it\n"
              "  set-aside  put the whole history under another name and begin a new one",
              "  miev history\n"
              "  miev history show last\n"
              "  miev history export 12 report.json\n"
              "  miev history delete 3 4",
              options, ARGS_ANY_WORDS},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_history,
};
