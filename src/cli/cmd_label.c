/* SPDX-License-Identifier: Apache-2.0 */
/* `miev label`: what one model costs, in a form to publish; and in a README, between two markers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/report_open.h"
#include "cli/site.h"
#include "core/error.h"
#include "core/file.h"
#include "core/sha256.h"
#include "export/export.h"
#include "export/field.h"
#include "export/label_forms.h"
#include "study/label.h"

#define BEGIN_MARK       "<!-- miev label: begin -->"
#define END_MARK         "<!-- miev label: end -->"
#define README_MAX_BYTES ((size_t)4 << 20)
#define MODEL_MAX_BYTES  ((size_t)4 << 30)

struct label_settings {
    const char *model, *reference, *as, *output, *readme, *file;
    struct site_settings site;
};

static const struct label_settings defaults = {.as = "markdown", .site = SITE_SETTINGS_INIT};

static const struct arg_option options[] = {
    ARG_TEXT_AT(struct label_settings, model, "--model", "NAME",
                "which model of the report; default: its first"),
    ARG_TEXT_AT(
        struct label_settings, reference, "--reference", "NAME",
        "the model of the same study that the ratio is told to;\ndefault: " MIEV_LABEL_REFERENCE
        ", where it is there"),
    ARG_CHOICE_AT(struct label_settings, as, "--as", "FORM", "markdown svg sci codecarbon",
                  "markdown (default), svg, sci or codecarbon"),
    ARG_TEXT_AT(struct label_settings, output, "--output", "FILE",
                "write it there; default: standard output"),
    ARG_TEXT_AT(struct label_settings, readme, "--readme", "FILE",
                "put the Markdown block into this file, in place of the one\nthat is there"),
    ARG_TEXT_AT(struct label_settings, file, "--file", "MODEL",
                "the model's file: a label of another one is stale, and says\nso (svg) or is "
                "refused"),
    SITE_OPTIONS(struct label_settings, site),
    {0},
};

/* Whether the label is of this file: by its sha256. */
static int look_at_file(const char *path, const json_t *label, bool *stale, struct miev_error *err)
{
    const json_t *models = miev_field_at(miev_field_at(label, "report"), "models");
    const json_t *model = json_array_get(models, (size_t)miev_field_number(label, "model"));
    char *bytes = NULL, sha256[65];
    size_t length = 0;
    *stale = false;
    int rc = path ? miev_file_load(path, MODEL_MAX_BYTES, &bytes, &length, err) : MIEV_OK;
    if (rc != MIEV_OK || !path)
        return rc;
    miev_sha256_hex(bytes, length, sha256);
    *stale = strcmp(sha256, miev_field_text(model, "sha256")) != 0;
    free(bytes);
    return MIEV_OK;
}

static int choose_form(const struct label_settings *settings, bool stale,
                       bool (**out)(const json_t *label, FILE *file), struct miev_error *err)
{
    const struct miev_label_form *form = miev_label_form_named(settings->as);
    if (!form)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "--as takes " MIEV_LABEL_FORM_WORDS ", not '%.40s'", settings->as);
    if (stale && !form->write_stale)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the report is of another file than %.200s: measure that one",
                              settings->file);
    *out = stale ? form->write_stale : form->write;
    return MIEV_OK;
}

/* ---- a README ------------------------------------------------------------------------------- */

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

/* ---- the command ---------------------------------------------------------------------------- */

static int publish(const struct label_settings *settings, const json_t *label,
                   struct miev_error *err)
{
    bool (*write)(const json_t *, FILE *) = NULL;
    bool stale = false;
    int rc = look_at_file(settings->file, label, &stale, err);
    if (rc == MIEV_OK)
        rc = choose_form(settings, stale, &write, err);
    if (rc == MIEV_OK && settings->readme)
        return update_readme(label, settings->readme, err);
    if (rc == MIEV_OK)
        rc = output_document(label, write, "--output", settings->output ? settings->output : "-",
                             err);
    return rc;
}

static int run_label(const void *given, char **words, size_t n_words)
{
    const struct label_settings *settings = given;
    struct report_source source = {.report = NULL};
    struct miev_price_options place;
    struct miev_site site;
    struct miev_error err;
    json_t *label = NULL;
    if (n_words == 0)
        return report_missing("label");
    if (site_options(&settings->site, &site, &place, &err) != MIEV_OK)
        return cli_usage_error("label", &err);
    place.embodied = true;
    int rc = report_open_priceable(words[0], &source, &err);
    if (rc == MIEV_OK)
        rc = miev_report_price(source.report, &place, &err);
    if (rc == MIEV_OK)
        rc = miev_label_make(source.report, settings->model, settings->reference, &label, &err);
    if (rc == MIEV_OK)
        rc = publish(settings, label, &err);
    json_decref(label);
    report_close(&source);
    return rc == MIEV_OK ? CLI_OK : cli_fail(&err);
}

const struct cli_command cli_label = {
    .name = "label",
    .title = "publish what a model costs: a block, a badge, a record",
    .usage = {"REPORT [--model NAME] [--zone ZONE]",
              "Write what one model of a report costs in a form to publish: a Markdown block for "
              "its\npage or README, an SVG badge, an SCI for AI record or a line in CodeCarbon's "
              "columns.\nManufacturing is always counted; grams at the world's average stand "
              "before those\nof the publisher's own zone. Nothing is measured.\n" REPORT_HELP,
              "  miev label last --model cifar10-nano:int8\n"
              "  miev label report.json --readme README.md\n"
              "  miev label last --as svg --file mine.tflite --output badge.svg",
              options, 1},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_label,
};
