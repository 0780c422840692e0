/* SPDX-License-Identifier: Apache-2.0 */
/* `miev probe`: how well models would do on one's own classes, once a linear classifier is trained
 * on their features. */
#include <limits.h>
#include <string.h>

#include "cli/command.h"
#include "cli/eval_progress.h"
#include "cli/exam_options.h"
#include "cli/output.h"
#include "cli/preprocess.h"
#include "cli/show_probe.h"
#include "cli/site.h"
#include "core/error.h"
#include "probe/probe.h"

#define BUDGET_S 10.0 /* of the study, for each model */

struct settings {
    struct site_settings site;
    struct miev_override override;
    const char *dataset, *features, *precision, *delegate, *json, *save;
    double limit, seed, folds, holdout, budget_s, threads, decoders, memory_mib, timeout_s;
    bool dedicated, fast_decode, quiet;
};

static const struct settings defaults = {.site = SITE_SETTINGS_INIT,
                                         .features = "last-layer",
                                         .precision = "all",
                                         .folds = 5,
                                         .budget_s = -1,
                                         .threads = 1,
                                         .memory_mib = 4096,
                                         .timeout_s = 60};

/* clang-format off */
static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, dataset, "--dataset", "DIR",
                "your own pictures: a folder with a folder for each class,\nor a list file: "
                "\"picture<TAB>label\" a line"),
    ARG_CHOICE_AT(struct settings, features, "--features", "WHICH", "last-layer output",
                  "what is learnt from: last-layer (default), what the last\nlayer is fed with; or "
                  "output, of a model that gives features"),
    ARG_COUNT_AT(struct settings, folds, "--folds", "N", 2, 20,
                 "each picture is judged by a classifier that learnt from\nthe other folds "
                 "(default 5)"),
    ARG_NUMBER_AT(struct settings, holdout, "--holdout", "RATIO", 0.05, 0.5,
                  "judge by this share of each class instead, and learn once:\nfaster for many "
                  "pictures"),
    EXAM_WHICH_OPTIONS(struct settings, "which are drawn, and their folds (default 0)"),
    ARG_NUMBER_AT(struct settings, budget_s, "--budget", "SECONDS", 0, 86400,
                  "longest time of the study of all models that tells what an\ninference costs; "
                  "default: 10 for each; 0: accuracy only"),
    ARG_TEXT_AT(struct settings, save, "--save", "FILE",
                "write what was learnt from all pictures: classes and\nweights, as JSON"),
    PREPROCESS_OPTIONS(struct settings, override),
    SITE_OPTIONS(struct settings, site),
    EXAM_HOW_OPTIONS(struct settings),
    ARG_TEXT_AT(struct settings, json, "--json", "FILE",
                "write the report; - for standard output, instead\nof the table"),
    ARG_FLAG_AT(struct settings, quiet, "--quiet", "the table only: no progress, no sentences"),
    {0},
};
/* clang-format on */

/* Enough for some rounds of each model; a study ends sooner when it is precise. */
static double budget_s(const struct settings *settings, size_t n_models)
{
    return settings->budget_s < 0 ? BUDGET_S * (double)n_models : settings->budget_s;
}

static int probe(const struct settings *settings, const struct miev_selection *selection,
                 json_t **report, struct miev_error *err)
{
    char runtime[PATH_MAX];
    struct eval_progress progress;
    int rc = miev_runtime_dir(miev_env_host(), runtime, sizeof(runtime), err);
    if (rc != MIEV_OK)
        return rc;
    eval_progress_init(&progress);
    measure_catch_interrupt();
    struct miev_probe_options probe = {
        .eval = {.study = {.env = miev_env_host(),
                           .engines = miev_engines,
                           .sensors = miev_sensors,
                           .runtime_dir = runtime,
                           .threads = (unsigned)settings->threads,
                           .delegate = settings->delegate,
                           .budget_s = budget_s(settings, selection->n),
                           .target_ratio = 0.03,
                           .seed = (uint64_t)settings->seed,
                           .dedicated = settings->dedicated,
                           .fast_decode = settings->fast_decode,
                           .memory_bytes = (uint64_t)settings->memory_mib << 20,
                           .timeout_s = settings->timeout_s,
                           .stop = measure_stop(),
                           .progress = settings->quiet ? NULL : progress_show,
                           .progress_context = &progress.line},
                 .dataset_path = settings->dataset,
                 .limit = (size_t)settings->limit,
                 .decoders = (unsigned)settings->decoders,
                 .progress = settings->quiet ? NULL : eval_progress_show,
                 .progress_context = &progress},
        .output = strcmp(settings->features, "output") == 0,
        .folds = settings->holdout > 0 ? 0 : (unsigned)settings->folds,
        .holdout_ratio = settings->holdout,
        .keep_weights = settings->save != NULL,
    };
    rc = miev_probe_run(&probe, selection->entries, selection->n, report, err);
    eval_progress_clear(&progress);
    return rc;
}

/* The weights go into a file of their own. */
static int save(json_t *report, const struct settings *settings, struct miev_error *err)
{
    if (!settings->save)
        return MIEV_OK;
    json_t *probes = json_incref(json_object_get(report, "probes"));
    (void)json_object_del(report, "probes");
    json_t *document = json_pack("{s:s, s:s, s:o}", "schema", "miev.probe-weights/1",
                                 "miev_version", miev_version(), "probes", probes);
    int rc = document ? output_json(document, settings->save, err)
                      : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the weights");
    json_decref(document);
    return rc;
}

static int exit_status(const json_t *report)
{
    size_t i;
    json_t *model;
    if (measure_interrupted())
        return CLI_INTERRUPTED;
    json_array_foreach(json_object_get(report, "models"), i,
                       model) if (json_object_get(model, "error")) return CLI_FAILED;
    return CLI_OK;
}

static int tell(json_t *report, const struct settings *settings,
                const struct miev_price_options *place)
{
    struct miev_error err;
    struct terminal terminal;
    int rc = save(report, settings, &err);
    if (rc == MIEV_OK)
        rc = miev_probe_price(report, place, &err);
    if (rc == MIEV_OK && settings->json)
        rc = output_json(report, settings->json, &err);
    if (!settings->json || strcmp(settings->json, "-") != 0) {
        terminal_init(&terminal, stdout);
        show_probe(report, &terminal, settings->quiet);
    }
    return rc == MIEV_OK ? exit_status(report) : cli_fail(&err);
}

static int check_words(const struct settings *settings, struct miev_error *err)
{
    if (!settings->dataset)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "--dataset DIR is missing: name a folder with a folder of pictures "
                              "for each class");
    if (strcmp(settings->features, "output") != 0 && strcmp(settings->features, "last-layer") != 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "--features %.40s: there are last-layer, what the last layer is fed "
                              "with, and output",
                              settings->features);
    if (settings->json && settings->save && strcmp(settings->json, "-") == 0 &&
        strcmp(settings->save, "-") == 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "--json and --save both want standard output: give one of them a "
                              "file");
    return MIEV_OK;
}

static int run_probe(const void *from, char **words, size_t n_words)
{
    const struct settings *settings = from;
    struct miev_error err;
    struct miev_selection selection;
    struct miev_site site;
    struct miev_price_options place;
    json_t *report = NULL;
    int status = CLI_FAILED;
    if (check_words(settings, &err) != MIEV_OK ||
        site_options(&settings->site, &site, &place, &err) != MIEV_OK)
        return cli_usage_error("probe", &err);
    if (miev_selection_make(&selection, words, n_words, settings->precision, &settings->override,
                            &err) != MIEV_OK)
        status = err.code == MIEV_ERR_INVALID ? cli_usage_error("probe", &err) : cli_fail(&err);
    else if (probe(settings, &selection, &report, &err) != MIEV_OK)
        status = err.code == MIEV_ERR_INTERRUPTED ? CLI_INTERRUPTED : cli_fail(&err);
    else
        status = tell(report, settings, &place);
    json_decref(report);
    miev_selection_finish(&selection);
    return status;
}

const struct cli_command cli_probe = {
    "probe",
    "how well models would do on your own classes, and at what cost",
    {"[MODEL...] --dataset DIR",
     "Train a linear classifier on the features of each model, what its last layer is fed\n"
     "with, to tell your own classes apart, and judge it on pictures that it has not seen:\n"
     "accuracy with its interval, beside the joules and grams of an inference. A MODEL is\n"
     "named as for 'miev compare'; without any, all bundled ones.",
     "  miev probe --dataset flowers\n"
     "  miev probe ./net.onnx cifar10-small:int8 --dataset flowers --zone KR --json probe.json\n"
     "  miev probe ./features.tflite --features output --dataset flowers --save flowers.json",
     options, ARGS_ANY_WORDS},
    &defaults,
    sizeof(defaults),
    run_probe,
};
