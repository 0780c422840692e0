/* SPDX-License-Identifier: Apache-2.0 */
/* `miev repeat`: does a study say the same when it is done again? */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/history.h"
#include "cli/measure.h"
#include "cli/report_open.h"
#include "cli/show_repeat.h"
#include "core/error.h"
#include "export/field.h"
#include "media/media.h"
#include "study/repeat.h"
#include "study/reselect.h"
#include "study/sealed.h"

struct settings {
    const char *input, *models, *json;
    double timeout_s;
    bool quiet;
    struct history_settings history;
};

static const struct settings defaults = {.timeout_s = 60};

static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, input, "--input", "FILE",
                "the input of the report; its hash is checked"),
    ARG_TEXT_AT(struct settings, models, "--models", "DIR",
                "where models lie that are not bundled; found by hash"),
    ARG_NUMBER_AT(struct settings, timeout_s, "--timeout", "SECONDS", 0.1, 86400,
                  "longest wait for one load or inference (default 60)"),
    HISTORY_OPTIONS(struct settings, history),
    ARG_TEXT_AT(struct settings, json, "--json", "FILE",
                "write the comparison; - for standard output, instead\nof the table"),
    ARG_FLAG_AT(struct settings, quiet, "--quiet", "the table only: no progress, no sentences"),
    {0},
};

/* As the report says it was measured. */
static struct measure_settings measure_as(const json_t *report, const struct settings *settings)
{
    const json_t *from = miev_field_at(report, "settings");
    return (struct measure_settings){
        .input = settings->input,
        .delegate = json_string_value(miev_field_at(from, "delegate")),
        .threads = miev_field_number(from, "threads"),
        .budget_s = miev_field_number(from, "budget_s"),
        .target_percent = miev_field_number(from, "target_ratio") * 100,
        .seed = miev_field_number(from, "seed"),
        .memory_mib = miev_field_number(from, "memory_bytes") / (1 << 20),
        .timeout_s = settings->timeout_s,
        .dedicated = json_is_true(miev_field_at(from, "dedicated")),
        .fast_decode = json_is_true(miev_field_at(from, "fast_decode")),
    };
}

/* Another input would be another study: then nothing is measured, and every model has this reason.
 */
static int check_input(const json_t *report, const char *path, struct miev_reselection *found,
                       struct miev_error *err)
{
    size_t i;
    json_t *model;
    char reason[400];
    struct miev_sealed file = {.fd = -1};
    const json_t *input = miev_field_at(report, "input");
    int rc = miev_sealed_load(path, MIEV_IMAGE_MAX_BYTES, &file, err);
    if (rc != MIEV_OK)
        return rc;
    bool same = strcmp(file.sha256, miev_field_text(input, "sha256")) == 0;
    (void)snprintf(reason, sizeof(reason),
                   "other input: the report's was %.100s with the hash %.12s..., and that of the "
                   "file named now is %.12s...",
                   miev_field_text(input, "name"), miev_field_text(input, "sha256"), file.sha256);
    miev_sealed_finish(&file);
    if (same)
        return MIEV_OK;
    found->selection.n = 0;
    json_array_foreach(miev_field_at(report, "models"), i, model)(void)
        json_object_set_new(found->absent, miev_field_text(model, "name"), json_string(reason));
    return MIEV_OK;
}

static int measure_again(const json_t *before, const struct settings *settings,
                         const struct miev_selection *selection, struct miev_keep *keep,
                         const struct miev_price_options *price, json_t **after,
                         struct miev_error *err)
{
    const struct measure_settings how = measure_as(before, settings);
    json_t *report = NULL;
    int rc = measure(&how, selection, settings->quiet, keep, &report, err);
    if (rc == MIEV_OK)
        rc = miev_report_price(report, price, err);
    history_finish(keep, rc == MIEV_OK ? report : NULL);
    if (rc == MIEV_OK)
        *after = report;
    else
        json_decref(report);
    return rc;
}

static int tell(const json_t *result, const struct settings *settings)
{
    struct terminal terminal;
    struct miev_error err;
    int rc = settings->json ? output_json(result, settings->json, &err) : MIEV_OK;
    if (!settings->json || strcmp(settings->json, "-") != 0) {
        terminal_init(&terminal, stdout);
        show_repeat(result, &terminal, settings->quiet);
    }
    if (rc != MIEV_OK)
        return cli_fail(&err);
    if (measure_interrupted())
        return CLI_INTERRUPTED;
    const char *verdict = miev_field_text(result, "verdict");
    return strcmp(verdict, miev_repeat_verdict_name(MIEV_REPEAT_AGREES)) == 0 ? CLI_OK : CLI_FAILED;
}

static int measure_and_compare(const struct report_source *source, const struct settings *settings,
                               const struct miev_reselection *found)
{
    struct miev_error err;
    struct miev_site site;
    struct miev_price_options price;
    struct miev_keep place, *keep = NULL;
    json_t *after = NULL, *result = NULL;
    int rc = MIEV_OK, status = CLI_FAILED;
    miev_report_priced_by(source->report, &site, &price);
    if (found->selection.n > 0) {
        keep = history_begin(&settings->history, &price, &place);
        rc = measure_again(source->report, settings, &found->selection, keep, &price, &after, &err);
    }
    if (rc == MIEV_OK)
        rc = miev_repeat_compare(source->report, after, found->absent, &result, &err);
    status = rc == MIEV_OK ? tell(result, settings) : cli_fail(&err);
    history_tell(keep, &(struct output_settings){.json = settings->json, .quiet = settings->quiet});
    json_decref(after);
    json_decref(result);
    return status;
}

static int repeat(const char *word, const struct settings *settings)
{
    struct report_source source = {.report = NULL};
    struct miev_reselection found = {.absent = NULL};
    struct miev_error err;
    int status = CLI_FAILED;
    if (report_open(word, &source, &err) != MIEV_OK)
        return cli_fail(&err);
    if (!settings->input) {
        const json_t *input = miev_field_at(source.report, "input");
        (void)miev_error_set(&err, MIEV_ERR_INVALID,
                             "--input FILE is missing: the report was made with %.100s (sha256 "
                             "%.12s...)",
                             miev_field_text(input, "name"), miev_field_text(input, "sha256"));
        status = cli_usage_error("repeat", &err);
    } else if (miev_reselect(&found, source.report, settings->models, &err) != MIEV_OK ||
               check_input(source.report, settings->input, &found, &err) != MIEV_OK) {
        status = cli_fail(&err);
    } else {
        status = measure_and_compare(&source, settings, &found);
    }
    miev_reselect_finish(&found);
    report_close(&source);
    return status;
}

static int run_repeat(const void *settings, char **words, size_t n_words)
{
    return n_words == 1 ? repeat(words[0], settings) : report_missing("repeat");
}

const struct cli_command cli_repeat = {
    .name = "repeat",
    .title = "run a kept study again and say whether it agrees",
    .usage = {"REPORT --input FILE",
              "Run a study again: the same files by their hashes, the same input, the same "
              "settings.\nSays of each model whether it agrees, differs (by what factor) or is not "
              "comparable (and\nwhy). Exit status: 0 when all agree, 1 otherwise.\n" REPORT_HELP,
              "  miev repeat last --input cat.jpg\n"
              "  miev repeat report.json --input cat.jpg --models ./downloads\n"
              "  miev repeat 12 --input cat.jpg --json repeat.json",
              options, 1},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_repeat,
};
