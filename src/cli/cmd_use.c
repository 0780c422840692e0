/* SPDX-License-Identifier: Apache-2.0 */
/* `miev use`: how a model is used elsewhere, as texts to copy. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "core/error.h"
#include "export/field.h"
#include "store/store.h"
#include "study/report_check.h"
#include "study/sealed.h"
#include "study/selection.h"
#include "study/use.h"

#define MODEL_MAX_BYTES ((size_t)2 << 30)

struct settings {
    const char *as;
};

static const struct settings defaults = {.as = "python"};

/* clang-format off */
static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, as, "--as", "WORD",
                "python (default), c, methods, bibtex, licence or\njson (all of them)"),
    {0},
};
/* clang-format on */

/* The newest report of the history that measured a file; NULL: none. New reference. */
static json_t *newest_report(const char *sha256)
{
    struct miev_store *store = NULL;
    struct miev_store_row *rows = NULL;
    json_t *found = NULL;
    size_t n = 0;
    if (!*sha256 || miev_store_open(miev_env_host(), false, &store, NULL) != MIEV_OK)
        return NULL;
    if (miev_store_rows(store, &rows, &n, NULL) != MIEV_OK)
        n = 0;
    for (size_t i = 0; i < n && !found; i++) {
        char *text = NULL;
        struct miev_store_row row;
        if (rows[i].bytes > 0 && miev_store_find(store, rows[i].id, &row, &text, NULL) == MIEV_OK &&
            strstr(text, sha256) && miev_report_read(text, row.bytes, &found, NULL) != MIEV_OK)
            found = NULL;
        free(text);
        if (found && !miev_use_model_of(found, sha256)) {
            json_decref(found);
            found = NULL;
        }
    }
    free(rows);
    miev_store_close(store);
    return found;
}

/* A file without a card is known again by its hash; what cannot be read has none. */
static void read_hash(struct miev_card_file *file)
{
    struct miev_sealed sealed = {.fd = -1};
    if (!*file->sha256 && miev_sealed_load(file->path, MODEL_MAX_BYTES, &sealed, NULL) == MIEV_OK)
        (void)snprintf(file->sha256, sizeof(file->sha256), "%s", sealed.sha256);
    miev_sealed_finish(&sealed);
}

static int print(const json_t *texts, const char *as, struct miev_error *err)
{
    const json_t *text = json_object_get(texts, as);
    if (strcmp(as, "json") == 0) {
        (void)json_dumpf(texts, stdout, JSON_INDENT(2));
        (void)fputc('\n', stdout);
        return MIEV_OK;
    }
    if (!text)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "--as takes python, c, methods, bibtex, licence or json, not '%.40s'",
                              as);
    if (json_is_null(text))
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "what that takes is not known of this model: measure it first "
                              "('miev run'), or name it by a card");
    printf("%s%s", json_string_value(text), strcmp(as, "licence") == 0 ? "\n" : "");
    return MIEV_OK;
}

static int run_use(const void *given, char **words, size_t n_words)
{
    const struct settings *settings = given;
    const struct miev_override none = {0};
    struct miev_selection selection;
    struct miev_error err;
    if (n_words != 1) {
        (void)miev_error_set(&err, MIEV_ERR_INVALID, "name one model: 'miev models' lists them");
        return cli_usage_error("use", &err);
    }
    int rc = miev_selection_make(&selection, words, n_words, "all", &none, &err);
    if (rc == MIEV_OK && selection.n != 1)
        rc = miev_error_set(&err, MIEV_ERR_INVALID,
                            "that names %zu models: name one, such as cifar10-nano:int8",
                            selection.n);
    if (rc == MIEV_OK) {
        struct miev_card_file file = *selection.entries[0].file;
        read_hash(&file);
        json_t *report = newest_report(file.sha256);
        json_t *texts = miev_use_json(selection.entries[0].card, &file, report);
        rc = print(texts, settings->as, &err);
        json_decref(texts);
        json_decref(report);
    }
    miev_selection_finish(&selection);
    return rc == MIEV_OK            ? CLI_OK
           : rc == MIEV_ERR_INVALID ? cli_usage_error("use", &err)
                                    : cli_fail(&err);
}

const struct cli_command cli_use = {
    .name = "use",
    .title = "how to use a model elsewhere: programs, methods, BibTeX",
    .usage =
        {"MODEL",
         "Print a program that loads a model and prepares a picture as it wants it, in Python or\n"
         "C, the sentence of a paper that says how its energy was measured (from the newest\n"
         "study here), or the BibTeX entries. A MODEL is named as for 'miev compare'.",
         "  miev use cifar10-nano:int8 > use.py\n"
         "  miev use ./mine.json --as c\n"
         "  miev use cifar10-nano:int8 --as methods",
         options, ARGS_ANY_WORDS},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_use,
};
