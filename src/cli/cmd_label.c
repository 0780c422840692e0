/* SPDX-License-Identifier: Apache-2.0 */
/* `miev label`: what one model costs, in a form to publish. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/label.h"
#include "cli/output.h"
#include "core/error.h"
#include "export/label_forms.h"

struct settings {
    struct label_choice choice;
    const char *as, *output;
};

static const struct settings defaults = {.choice = LABEL_CHOICE_INIT, .as = "markdown"};

static const struct arg_option options[] = {
    ARG_CHOICE_AT(struct settings, as, "--as", "FORM", "markdown svg sci codecarbon",
                  "markdown (default), svg, sci or codecarbon"),
    ARG_TEXT_AT(struct settings, output, "--output", "FILE",
                "write it there; default: standard output"),
    LABEL_OPTIONS(struct settings, choice),
    {0},
};

static int choose_form(const struct settings *settings, bool stale,
                       bool (**out)(const json_t *label, FILE *file), struct miev_error *err)
{
    const struct miev_label_form *form = miev_label_form_named(settings->as);
    if (!form)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "--as takes " MIEV_LABEL_FORM_WORDS ", not '%.40s'", settings->as);
    int rc = label_refuse_stale(&settings->choice, stale && !form->write_stale, err);
    if (rc != MIEV_OK)
        return rc;
    *out = stale ? form->write_stale : form->write;
    return MIEV_OK;
}

static int run_label(const void *given, char **words, size_t n_words)
{
    const struct settings *settings = given;
    bool (*write)(const json_t *, FILE *) = NULL;
    struct miev_error err;
    json_t *label = NULL;
    bool stale = false;
    int status = label_open("label", &settings->choice, words, n_words, &label, &stale);
    if (status == CLI_OK &&
        (choose_form(settings, stale, &write, &err) != MIEV_OK ||
         output_document(label, write, "--output", settings->output ? settings->output : "-",
                         &err) != MIEV_OK))
        status = cli_fail(&err);
    json_decref(label);
    return status;
}

const struct cli_command cli_label = {
    .name = "label",
    .title = "what a model costs, to be published: a block, a badge, a record",
    .usage = {"REPORT [--model NAME] [--zone ZONE]",
              "Write what one model of a report costs in a form to publish: a Markdown block for "
              "its\npage or README, an SVG badge, an SCI for AI record or a line in CodeCarbon's "
              "columns.\nManufacturing is always counted; grams at the world's average stand "
              "before those\nof the publisher's own zone. Nothing is measured. 'miev publish' puts "
              "the block into\na README.\n" REPORT_HELP,
              "  miev label last --model cifar10-nano:int8\n"
              "  miev label last --as svg --file mine.tflite --output badge.svg",
              options, 1},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_label,
};
