/* SPDX-License-Identifier: Apache-2.0 */
/* `miev compare` and `miev run`: the main job. */
#include <stddef.h>

#include "cli/command.h"
#include "cli/preprocess.h"
#include "cli/site.h"
#include "cli/study.h"
#include "core/error.h"

struct settings {
    struct measure_settings measure;
    struct miev_override override;
    struct site_settings site;
    struct output_settings output;
    struct history_settings history;
    const char *precision;
    bool require_measured;
};

static const struct settings defaults = {
    .measure = MEASURE_SETTINGS_INIT, .site = SITE_SETTINGS_INIT, .precision = "all"};

static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, measure.input, "--input", "FILE",
                "the photo: JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC or\nAVIF (`miev doctor` says "
                "which are there)"),
    ARG_CHOICE_AT(struct settings, precision, "--precision", "WORD", "float32 int8 all",
                  "float32, int8 or all (default) of each bundled model"),
    PREPROCESS_OPTIONS(struct settings, override),
    SITE_OPTIONS(struct settings, site),
    RATE_OPTION(struct settings, site),
    MEASURE_OPTIONS(struct settings, measure),
    REMOTE_OPTIONS(struct settings, measure),
    ARG_FLAG_AT(struct settings, require_measured, "--require-measured",
                "exit with 3 when any joule was estimated"),
    HISTORY_OPTIONS(struct settings, history),
    OUTPUT_OPTIONS(struct settings, output),
    {0},
};

static int measure_selection(const struct settings *settings,
                             const struct miev_selection *selection,
                             const struct miev_price_options *price)
{
    return study_run(&(struct study_job){.measure = &settings->measure,
                                         .history = &settings->history,
                                         .output = &settings->output,
                                         .selection = selection,
                                         .price = price,
                                         .require_measured = settings->require_measured});
}

static int measure_and_tell(const struct settings *settings, const char *command, char **words,
                            size_t n_words)
{
    struct miev_error err;
    struct miev_selection selection;
    struct miev_site site;
    struct miev_price_options price;
    int status = CLI_FAILED;
    if (!settings->measure.input) {
        (void)miev_error_set(&err, MIEV_ERR_INVALID, "--input FILE is missing: name a photo");
        return cli_usage_error(command, &err);
    }
    if (site_options(&settings->site, &site, &price, &err) != MIEV_OK ||
        output_check(&settings->output, &err) != MIEV_OK)
        return cli_usage_error(command, &err);
    if (miev_selection_make(&selection, words, n_words, settings->precision, &settings->override,
                            &err) != MIEV_OK)
        status = err.code == MIEV_ERR_INVALID ? cli_usage_error(command, &err) : cli_fail(&err);
    else
        status = measure_selection(settings, &selection, &price);
    miev_selection_finish(&selection);
    return status;
}

static int run_compare(const void *settings, char **words, size_t n_words)
{
    return measure_and_tell(settings, "compare", words, n_words);
}

static int run_run(const void *settings, char **words, size_t n_words)
{
    struct miev_error err;
    if (n_words == 1)
        return measure_and_tell(settings, "run", words, n_words);
    (void)miev_error_set(&err, MIEV_ERR_INVALID, "'run' takes one model, 'compare' any number");
    return cli_usage_error("run", &err);
}

const struct cli_command cli_compare = {
    "compare",
    "measure models on one input and compare their carbon",
    {"[MODEL...] --input FILE",
     "Measure models on one photo, in turns, and compare their carbon, speed and answers.\n"
     "A MODEL is a bundled one (\"cifar10-nano\", \"cifar10-nano:int8\"), a model file\n"
     "(./my.tflite) or a card beside one (./my.json), or one that a server\n"
     "runs (oip:http://host:8000/NAME, tfserving:http://host:8501/NAME).\nWithout any, all bundled "
     "ones.",
     "  miev compare --input models/photos/cat-chelsea.png\n"
     "  miev compare cifar10-nano cifar10-small:int8 --input cat.jpg --zone KR --rate 10000\n"
     "  miev compare ./mine.tflite cifar10-small --input cat.jpg --json report.json",
     options, ARGS_ANY_WORDS},
    &defaults,
    sizeof(defaults),
    run_compare,
};

const struct cli_command cli_run = {
    "run",
    "measure one model on one input",
    {"MODEL --input FILE",
     "Measure one model on one photo: what it answers, how fast, and what it costs.",
     "  miev run cifar10-small:int8 --input cat.jpg\n"
     "  miev run ./mine.tflite --input cat.jpg --budget 0      (answer only)\n"
     "  miev run oip:http://host:8000/net --input cat.jpg --per-second 50",
     options, ARGS_ANY_WORDS},
    &defaults,
    sizeof(defaults),
    run_run,
};
