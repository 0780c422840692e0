/* SPDX-License-Identifier: Apache-2.0 */
/* `miev profile`: which operators of a model the time, and so the energy, goes to. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/measure.h"
#include "cli/output.h"
#include "cli/preprocess.h"
#include "cli/progress.h"
#include "cli/report_open.h"
#include "cli/show_profile.h"
#include "cli/site.h"
#include "core/error.h"
#include "export/export.h"
#include "profile/profile.h"

struct settings {
    struct measure_settings measure;
    struct miev_override override;
    struct site_settings site;
    const char *precision, *report, *json, *csv, *svg;
    double runs, top;
    bool quiet;
};

static const struct settings defaults = {.measure = {.threads = 1,
                                                     .budget_s = 20,
                                                     .target_percent = 3,
                                                     .seed = -1,
                                                     .memory_mib = 4096,
                                                     .timeout_s = 60},
                                         .site = SITE_SETTINGS_INIT,
                                         .precision = "all",
                                         .runs = 50,
                                         .top = 10};

static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, measure.input, "--input", "FILE",
                "the photo; default: one that comes with miev"),
    ARG_COUNT_AT(struct settings, runs, "--runs", "N", MIEV_PROFILE_MIN_RUNS, MIEV_OP_RUNS_MAX,
                 "inferences to profile (default 50), fewer when they\ntake more than 10 s"),
    ARG_COUNT_AT(struct settings, top, "--top", "N", 0, MIEV_OPS_MAX,
                 "single operators in the table (default 10)"),
    ARG_TEXT_AT(struct settings, report, "--report", "REPORT",
                "take the energy from that report of the same file\ninstead of measuring it now"),
    ARG_CHOICE_AT(struct settings, precision, "--precision", "WORD", "float32 int8 all",
                  "float32 or int8 of a bundled model"),
    PREPROCESS_OPTIONS(struct settings, override),
    SITE_OPTIONS(struct settings, site),
    MEASURE_OPTIONS(struct settings, measure),
    ARG_TEXT_AT(struct settings, json, "--json", "FILE",
                "write the profile; - for standard output, instead\nof the tables"),
    ARG_TEXT_AT(struct settings, csv, "--csv", "FILE",
                "write a line an operator for a spreadsheet; - as above"),
    ARG_TEXT_AT(struct settings, svg, "--svg", "FILE", "write a picture; - as above"),
    ARG_FLAG_AT(struct settings, quiet, "--quiet", "the tables only: no progress, no sentences"),
    {0},
};

static const struct form {
    const char *option;
    size_t at; /* of its path within the settings */
    output_writer write;
} forms[] = {
    {"--json", offsetof(struct settings, json), miev_export_json},
    {"--csv", offsetof(struct settings, csv), miev_export_profile_csv},
    {"--svg", offsetof(struct settings, svg), miev_export_profile_svg},
};
#define N_FORMS (sizeof(forms) / sizeof(forms[0]))

static const char *path_of(const struct form *form, const struct settings *settings)
{
    const char *path;
    memcpy(&path, (const char *)settings + form->at, sizeof(path));
    return path;
}

static size_t on_standard_output(const struct settings *settings)
{
    size_t n = 0;
    for (size_t i = 0; i < N_FORMS; i++) {
        const char *path = path_of(&forms[i], settings);
        n += path && strcmp(path, "-") == 0;
    }
    return n;
}

/* ---- what goes in --------------------------------------------------------------------------- */

/* The photo that comes with the models, when nobody names another. */
static int find_input(struct settings *settings, char *path, size_t capacity,
                      struct miev_error *err)
{
    char home[PATH_MAX];
    if (settings->measure.input)
        return MIEV_OK;
    int rc = miev_home(miev_env_host(), home, sizeof(home), err);
    if (rc == MIEV_OK &&
        snprintf(path, capacity, "%s/models/photos/cat-chelsea.png", home) >= (int)capacity)
        rc = miev_error_set(err, MIEV_ERR_LIMIT, "the path of the bundled photo is too long");
    settings->measure.input = path;
    return rc;
}

/* A card of two precisions is two models. */
static int check_one(const struct miev_selection *selection, struct miev_error *err)
{
    if (selection->n == 1)
        return MIEV_OK;
    const struct miev_study_entry *first = &selection->entries[0];
    return miev_error_set(
        err, MIEV_ERR_INVALID,
        "'profile' takes one model, and that names %zu: say which, as in %.60s:%s", selection->n,
        first->card->name, first->file->precision);
}

/* ---- timing, energy ------------------------------------------------------------------------- */

static int time_operators(const struct settings *settings, const struct miev_selection *selection,
                          struct miev_profile *out, struct miev_error *err)
{
    char runtime[PATH_MAX];
    struct progress progress;
    struct miev_profile_options how = {.study = MIEV_STUDY_OPTIONS_INIT,
                                       .runs = (size_t)settings->runs};
    int rc = miev_runtime_dir(miev_env_host(), runtime, sizeof(runtime), err);
    if (rc != MIEV_OK)
        return rc;
    progress_init(&progress);
    measure_options(&settings->measure, runtime, &how.study);
    how.study.progress = settings->quiet ? NULL : progress_show;
    how.study.progress_context = &progress;
    measure_catch_interrupt();
    rc = miev_profile_measure(&how, selection->entries, out, err);
    progress_clear(&progress);
    return rc;
}

static bool names_a_place(const struct site_settings *site)
{
    return site->zone || site->intensity >= 0 || site->year > 0 || site->pue > 1 ||
           site->no_embodied;
}

/* A priced report that holds the energy of the model: the one that is named, or of a study now. */
static int find_energy(const struct settings *settings, const struct miev_selection *selection,
                       const struct miev_price_options *price, json_t **out, struct miev_error *err)
{
    struct report_source source = {.report = NULL};
    int rc = MIEV_OK;
    if (settings->report) {
        rc = report_open(settings->report, &source, err);
        if (rc == MIEV_OK)
            *out = json_incref(source.report);
        report_close(&source);
    } else {
        rc = measure(&settings->measure, selection, settings->quiet, NULL, out, err);
    }
    /* A report that has its place keeps it, unless another is named. */
    if (rc == MIEV_OK && (!json_object_get(*out, "site") || names_a_place(&settings->site)))
        rc = miev_report_price(*out, price, err);
    return rc;
}

static int make_profile(const struct settings *settings, const struct miev_selection *selection,
                        const struct miev_price_options *price, json_t **out,
                        struct miev_error *err)
{
    json_t *report = NULL;
    struct miev_profile profile = {.model = NULL};
    /* First what can be refused at once. */
    int rc = time_operators(settings, selection, &profile, err);
    if (rc == MIEV_OK)
        rc = find_energy(settings, selection, price, &report, err);
    if (rc == MIEV_OK)
        rc = miev_profile_report(&profile, report, out, err);
    miev_profile_finish(&profile);
    json_decref(report);
    return rc;
}

/* ---- what comes out ------------------------------------------------------------------------- */

static int tell(const json_t *profile, const struct settings *settings)
{
    struct terminal terminal;
    struct miev_error err, ignored;
    int rc = MIEV_OK;
    for (size_t i = 0; i < N_FORMS; i++) {
        const char *path = path_of(&forms[i], settings);
        if (!path)
            continue;
        /* One that fails does not take the others along; the first is told. */
        int own = output_document(profile, forms[i].write, forms[i].option, path,
                                  rc == MIEV_OK ? &err : &ignored);
        rc = rc == MIEV_OK ? own : rc;
    }
    if (on_standard_output(settings) == 0) {
        terminal_init(&terminal, stdout);
        show_profile(profile, &terminal, (size_t)settings->top, settings->quiet);
    }
    if (rc != MIEV_OK)
        return cli_fail(&err);
    return measure_interrupted() ? CLI_INTERRUPTED : CLI_OK;
}

static int profile_one(const struct settings *given, char **words)
{
    char input[PATH_MAX];
    struct miev_error err;
    struct miev_selection selection;
    struct miev_site site;
    struct miev_price_options price;
    struct settings settings = *given;
    json_t *profile = NULL;
    int status = CLI_FAILED;
    if (site_options(&settings.site, &site, &price, &err) != MIEV_OK)
        return cli_usage_error("profile", &err);
    if (find_input(&settings, input, sizeof(input), &err) != MIEV_OK)
        return cli_fail(&err);
    int rc =
        miev_selection_make(&selection, words, 1, settings.precision, &settings.override, &err);
    if (rc == MIEV_OK)
        rc = check_one(&selection, &err);
    if (rc != MIEV_OK)
        status = rc == MIEV_ERR_INVALID ? cli_usage_error("profile", &err) : cli_fail(&err);
    else if (make_profile(&settings, &selection, &price, &profile, &err) != MIEV_OK)
        status = measure_interrupted() ? CLI_INTERRUPTED : cli_fail(&err);
    else
        status = tell(profile, &settings);
    json_decref(profile);
    miev_selection_finish(&selection);
    return status;
}

static int run_profile(const void *settings, char **words, size_t n_words)
{
    struct miev_error err;
    if (n_words != 1)
        (void)miev_error_set(&err, MIEV_ERR_INVALID, "MODEL is missing: name one to profile");
    else if (on_standard_output(settings) > 1)
        (void)miev_error_set(&err, MIEV_ERR_INVALID,
                             "only one of --json, --csv and --svg can go to standard output");
    else
        return profile_one(settings, words);
    return cli_usage_error("profile", &err);
}

const struct cli_command cli_profile = {
    "profile",
    "which operators of a model the time and the energy go to",
    {"MODEL",
     "Tell how much of the time of one inference each operator takes, and share out the energy of\n"
     "one inference by it: an attribution, since no counter sees a single operator. What lies\n"
     "between the operators is a row of its own. The energy is measured in the same run, or taken\n"
     "from a report. " REPORT_HELP,
     "  miev profile cifar10-medium:float32\n"
     "  miev profile ./mine.onnx --input cat.jpg --svg mine.svg\n"
     "  miev profile ./mine.tflite --delegate none --top 30 --csv mine.csv",
     options, 1},
    &defaults,
    sizeof(defaults),
    run_profile,
};
