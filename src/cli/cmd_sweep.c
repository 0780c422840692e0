/* SPDX-License-Identifier: Apache-2.0 */
/* `miev sweep`: one model under many settings. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/preprocess.h"
#include "cli/site.h"
#include "cli/study.h"
#include "core/error.h"
#include "remote/address.h"
#include "sensor/machine.h"
#include "study/batch.h"
#include "study/sweep_grid.h"

#define MOST_THREADS 1024

struct settings {
    struct measure_settings measure; /* threads and delegate are those of each combination */
    struct miev_override override;
    struct site_settings site;
    struct output_settings output;
    struct history_settings history;
    const char *threads, *batches, *delegates, *precision;
    double budget_s; /* below 0: by the number of combinations */
    bool require_measured;
};

static const struct settings defaults = {.measure = MEASURE_SETTINGS_INIT,
                                         .site = SITE_SETTINGS_INIT,
                                         .precision = "all",
                                         .budget_s = -1};

static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, measure.input, "--input", "FILE", "the photo, as for 'miev run'"),
    ARG_TEXT_AT(struct settings, threads, "--threads", "LIST",
                "threads of the engine, as 1,2,4; default: 1, half and\nall of the logical CPUs"),
    ARG_TEXT_AT(struct settings, batches, "--batch", "LIST",
                "pictures of one inference; default: 1,4,8,16, and what\nthe model refuses is "
                "told"),
    ARG_TEXT_AT(struct settings, delegates, "--delegate", "LIST",
                "as xnnpack,none (docs/engines.md); \"best\" is the engine's\nchoice; default: "
                "best,none for .tflite, else best"),
    ARG_CHOICE_AT(struct settings, precision, "--precision", "WORD", "float32 int8 all",
                  "which files of the model's card (default all)"),
    PREPROCESS_OPTIONS(struct settings, override),
    SITE_OPTIONS(struct settings, site),
    ARG_NUMBER_AT(struct settings, budget_s, "--budget", "SECONDS", 0, 86400,
                  "longest time; default: 6 for each combination, at least\n60; 0: predictions "
                  "only"),
    MEASURE_OTHER_OPTIONS(struct settings, measure),
    ARG_FLAG_AT(struct settings, require_measured, "--require-measured",
                "exit with 3 when any joule was estimated"),
    HISTORY_OPTIONS(struct settings, history),
    OUTPUT_OPTIONS(struct settings, output),
    {0},
};

static int make_grid(const struct settings *settings, struct miev_sweep_grid *grid,
                     struct miev_error *err)
{
    struct miev_machine machine;
    *grid = (struct miev_sweep_grid){.n_threads = 0};
    int rc = miev_sweep_counts(settings->threads, "--threads", MOST_THREADS, grid->threads,
                               &grid->n_threads, err);
    if (rc == MIEV_OK)
        rc = miev_sweep_counts(settings->batches, "--batch", MIEV_BATCH_MAX, grid->batches,
                               &grid->n_batches, err);
    if (rc == MIEV_OK)
        rc = miev_sweep_delegates(settings->delegates, grid, err);
    if (rc != MIEV_OK)
        return rc;
    miev_machine_read(miev_env_host(), &machine);
    miev_sweep_defaults(grid, machine.logical_cpus);
    return MIEV_OK;
}

/* Each combination becomes an entry of the study. */
static void combine(const struct miev_sweep_grid *grid, struct miev_selection *selection)
{
    struct miev_study_entry entries[MIEV_STUDY_MAX_MODELS];
    size_t n = 0;
    size_t left_out = miev_sweep_combine(grid, selection->entries, selection->n, entries, &n);
    memcpy(selection->entries, entries, n * sizeof(entries[0]));
    selection->n = n;
    if (left_out > 0)
        (void)fprintf(stderr,
                      "miev: these are %zu combinations, and a study has at most %d: %zu of the "
                      "largest batches are left out\n",
                      n + left_out, MIEV_STUDY_MAX_MODELS, left_out);
}

static int sweep_selection(const struct settings *settings, const struct miev_sweep_grid *grid,
                           struct miev_selection *selection, const struct miev_price_options *price)
{
    struct measure_settings measure = settings->measure;
    combine(grid, selection);
    measure.against_first = true;
    measure.budget_s =
        settings->budget_s < 0 ? miev_sweep_budget_s(selection->n) : settings->budget_s;
    return study_run(&(struct study_job){.measure = &measure,
                                         .history = &settings->history,
                                         .output = &settings->output,
                                         .selection = selection,
                                         .price = price,
                                         .require_measured = settings->require_measured,
                                         .may_lack_batches = !settings->batches});
}

static int check(const struct settings *settings, char **words, size_t n_words,
                 struct miev_error *err)
{
    if (n_words != 1)
        return miev_error_set(err, MIEV_ERR_INVALID, "'sweep' takes one model");
    if (miev_remote_is_address(words[0]))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a served model runs with its server's settings: sweep a file");
    if (!settings->measure.input)
        return miev_error_set(err, MIEV_ERR_INVALID, "--input FILE is missing: name a photo");
    return output_check(&settings->output, err);
}

static int run_sweep(const void *from, char **words, size_t n_words)
{
    const struct settings *settings = from;
    struct miev_error err;
    struct miev_selection selection;
    struct miev_sweep_grid grid;
    struct miev_site site;
    struct miev_price_options price;
    int status = CLI_FAILED;
    if (check(settings, words, n_words, &err) != MIEV_OK ||
        make_grid(settings, &grid, &err) != MIEV_OK ||
        site_options(&settings->site, &site, &price, &err) != MIEV_OK)
        return cli_usage_error("sweep", &err);
    if (miev_selection_make(&selection, words, n_words, settings->precision, &settings->override,
                            &err) != MIEV_OK)
        status = err.code == MIEV_ERR_INVALID ? cli_usage_error("sweep", &err) : cli_fail(&err);
    else
        status = sweep_selection(settings, &grid, &selection, &price);
    miev_selection_finish(&selection);
    return status;
}

const struct cli_command cli_sweep = {
    "sweep",
    "measure one model under many settings, and advise",
    {"MODEL --input FILE",
     "Measure one model with several numbers of threads, batch sizes, delegates and\n"
     "precisions, in turns: what an item takes beside how many are done a second, and\n"
     "which settings to take. The default, which the others are held against, is 1 thread,\n"
     "batch 1, the first delegate and float32.",
     "  miev sweep cifar10-small --input cat.jpg\n"
     "  miev sweep cifar10-small:int8 --input cat.jpg --threads 1,2 --batch 1,8 --zone KR\n"
     "  miev sweep ./mine.onnx --input cat.jpg --delegate best --html sweep.html",
     options, ARGS_ANY_WORDS},
    &defaults,
    sizeof(defaults),
    run_sweep,
};
