/* SPDX-License-Identifier: Apache-2.0 */
/* `miev publish`: the label of a model in a README, between two markers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/label.h"
#include "cli/output.h"
#include "core/error.h"
#include "core/file.h"
#include "export/export.h"

#define BEGIN_MARK       "<!-- miev label: begin -->"
#define END_MARK         "<!-- miev label: end -->"
#define README_MAX_BYTES ((size_t)4 << 20)

struct settings {
    struct label_choice choice;
    const char *readme;
};

static const struct settings defaults = {.choice = LABEL_CHOICE_INIT, .readme = "README.md"};

static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, readme, "--readme", "FILE",
                "where the block goes, in place of the one that is there\n(default: README.md)"),
    LABEL_OPTIONS(struct settings, choice),
    {0},
};

/* What stands in the file, parted by the block that is to be replaced. */
struct readme {
    char *text, *block;
    const char *after; /* behind the block; the head ends where it begins */
    size_t head;
};

static bool write_readme(const json_t *packed, FILE *file)
{
    return fputs(json_string_value(packed), file) != EOF;
}

static int find_block(struct readme *readme, const char *path, struct miev_error *err)
{
    const char *begin = strstr(readme->text, BEGIN_MARK), *end = strstr(readme->text, END_MARK);
    if (!begin && !end) { /* at the end, behind an empty line */
        readme->head = strlen(readme->text);
        readme->after = "";
        return MIEV_OK;
    }
    if (!begin || !end || end < begin || strstr(begin + 1, BEGIN_MARK))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%.200s holds \"%s\" and \"%s\" otherwise than once and in this "
                              "order: mend or remove them",
                              path, BEGIN_MARK, END_MARK);
    readme->head = (size_t)(begin - readme->text);
    readme->after = end + strlen(END_MARK);
    return MIEV_OK;
}

static json_t *with_block(const struct readme *readme)
{
    char *text = NULL;
    bool fresh = *readme->after == '\0' && readme->head == strlen(readme->text);
    bool gap = fresh && readme->head > 0;
    int length =
        asprintf(&text, "%.*s%s" BEGIN_MARK "\n%s" END_MARK "%s%s", (int)readme->head, readme->text,
                 gap ? "\n" : "", readme->block, readme->after, fresh ? "\n" : "");
    json_t *whole = length >= 0 ? json_stringn(text, (size_t)length) : NULL;
    free(length >= 0 ? text : NULL);
    return whole;
}

static int update_readme(const json_t *label, const char *path, struct miev_error *err)
{
    struct readme readme = {.text = NULL};
    size_t length = 0, block_length = 0;
    int rc = miev_file_load(path, README_MAX_BYTES, &readme.text, &length, err);
    if (rc == MIEV_OK)
        rc = find_block(&readme, path, err);
    FILE *file = rc == MIEV_OK ? open_memstream(&readme.block, &block_length) : NULL;
    bool whole = file && miev_export_label(label, file);
    whole = file && fclose(file) == 0 && whole;
    json_t *text = whole ? with_block(&readme) : NULL;
    if (rc == MIEV_OK && !text)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %.200s, or it is not UTF-8", path);
    if (rc == MIEV_OK)
        rc = output_document(text, write_readme, "--readme", path, err);
    json_decref(text);
    free(readme.block);
    free(readme.text);
    return rc;
}

static int run_publish(const void *given, char **words, size_t n_words)
{
    const struct settings *settings = given;
    struct miev_error err;
    json_t *label = NULL;
    bool stale = false;
    int status = label_open("publish", &settings->choice, words, n_words, &label, &stale);
    if (status == CLI_OK && (label_refuse_stale(&settings->choice, stale, &err) != MIEV_OK ||
                             update_readme(label, settings->readme, &err) != MIEV_OK))
        status = cli_fail(&err);
    json_decref(label);
    return status;
}

const struct cli_command cli_publish = {
    .name = "publish",
    .title = "put what a model costs into its README",
    .usage = {"REPORT [--model NAME] [--readme FILE]",
              "Put the Markdown block of 'miev label' into a README, between two markers: at its "
              "end\nthe first time, and in place of the block that is there from then on, however "
              "often.\nNothing is measured.\n" REPORT_HELP,
              "  miev publish last --model cifar10-nano:int8\n"
              "  miev publish report.json --readme models/README.md --zone NO",
              options, 1},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_publish,
};
