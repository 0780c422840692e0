/* SPDX-License-Identifier: Apache-2.0 */
/* `miev eval`: how right models are on pictures whose answers are known. */
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/eval_progress.h"
#include "cli/exam_options.h"
#include "cli/output.h"
#include "cli/preprocess.h"
#include "cli/show_eval.h"
#include "cli/site.h"
#include "core/error.h"
#include "eval/eval.h"
#include "study/selection.h"

struct settings {
    struct site_settings site;
    struct miev_override override;
    const char *dataset, *map, *precision, *delegate, *state, *json;
    double limit, seed, threads, decoders, memory_mib, timeout_s;
    bool map_only, map_suggest, fresh, strict, dedicated, fast_decode, quiet;
};

static const struct settings defaults = {.site = SITE_SETTINGS_INIT,
                                         .precision = "all",
                                         .threads = 1,
                                         .memory_mib = 4096,
                                         .timeout_s = 60};

/* clang-format off */
static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, dataset, "--dataset", "DIR",
                "a folder with a folder for each class, or a list\nfile: \"picture<TAB>label\" a line"),
    ARG_TEXT_AT(struct settings, map, "--map", "FILE",
                "which labels are right for a folder of your own: lines\n\"folder,label\", or JSON"),
    ARG_FLAG_AT(struct settings, map_only, "--map-only",
                "choose among the mapped labels only"),
    ARG_FLAG_AT(struct settings, map_suggest, "--map-suggest",
                "evaluate nothing: print a mapping of these folders to the\nmodel's labels, to be edited"),
    EXAM_WHICH_OPTIONS(struct settings, "which are drawn, and their order (default 0)"),
    ARG_TEXT_AT(struct settings, state, "--state", "DIR",
                "where answers are kept until all are there, so that\nthe same command goes on "
                "(default: the cache folder)"),
    ARG_FLAG_AT(struct settings, fresh, "--fresh", "begin anew, whatever is kept"),
    ARG_FLAG_AT(struct settings, strict, "--strict",
                "exit with 1 when a picture could not be evaluated"),
    PREPROCESS_OPTIONS(struct settings, override),
    SITE_OPTIONS(struct settings, site),
    EXAM_HOW_OPTIONS(struct settings),
    ARG_TEXT_AT(struct settings, json, "--json", "FILE",
                "write the report; - for standard output, instead\nof the tables"),
    ARG_FLAG_AT(struct settings, quiet, "--quiet", "the first table only: no progress, no sentences"),
    {0},
};
/* clang-format on */

/* Without a home there is nowhere to keep answers, which is no reason to refuse. */
static const char *state_folder(const struct settings *settings, char *out, size_t capacity)
{
    const char *cache = miev_env_variable(miev_env_host(), "XDG_CACHE_HOME");
    const char *home = miev_env_variable(miev_env_host(), "HOME");
    int n = 0;
    if (settings->state)
        return settings->state;
    if (cache && cache[0] == '/')
        n = snprintf(out, capacity, "%s/miev/eval", cache);
    else if (home && home[0] == '/')
        n = snprintf(out, capacity, "%s/.cache/miev/eval", home);
    return n > 0 && (size_t)n < capacity ? out : NULL;
}

/* What the command's words come to. */
struct plan {
    char runtime[PATH_MAX], folder[PATH_MAX];
    struct eval_progress progress;
    struct miev_eval_options eval; /* refers to the above */
};

static int make_plan(const struct settings *settings, const struct miev_mapping *mapping,
                     struct plan *plan, struct miev_error *err)
{
    int rc = miev_runtime_dir(miev_env_host(), plan->runtime, sizeof(plan->runtime), err);
    eval_progress_init(&plan->progress);
    plan->eval = (struct miev_eval_options){
        .study = {.env = miev_env_host(),
                  .engines = miev_engines,
                  .sensors = miev_sensors,
                  .runtime_dir = plan->runtime,
                  .threads = (unsigned)settings->threads,
                  .delegate = settings->delegate,
                  .seed = (uint64_t)settings->seed,
                  .dedicated = settings->dedicated,
                  .fast_decode = settings->fast_decode,
                  .memory_bytes = (uint64_t)settings->memory_mib << 20,
                  .timeout_s = settings->timeout_s,
                  .stop = measure_stop()},
        .dataset_path = settings->dataset,
        .limit = (size_t)settings->limit,
        .decoders = (unsigned)settings->decoders,
        .state_folder = state_folder(settings, plan->folder, sizeof(plan->folder)),
        .fresh = settings->fresh,
        .mapping = mapping,
        .map_only = settings->map_only,
        .progress = settings->quiet ? NULL : eval_progress_show,
        .progress_context = &plan->progress,
    };
    return rc;
}

static int evaluate(const struct settings *settings, const struct miev_mapping *mapping,
                    const struct miev_selection *selection, json_t **report, struct miev_error *err)
{
    struct plan plan;
    int rc = make_plan(settings, mapping, &plan, err);
    if (rc != MIEV_OK)
        return rc;
    measure_catch_interrupt(); /* what was answered is in the state folder */
    rc = miev_eval_run(&plan.eval, selection->entries, selection->n, report, err);
    eval_progress_clear(&plan.progress);
    return rc;
}

/* The draft is for one model: another one may have other labels. */
static int suggest(const struct settings *settings, const struct miev_selection *selection,
                   struct miev_error *err)
{
    struct plan plan;
    char *text = NULL;
    int rc = make_plan(settings, NULL, &plan, err);
    if (rc == MIEV_OK)
        rc = miev_eval_draft(&plan.eval, &selection->entries[0], &text, err);
    eval_progress_clear(&plan.progress);
    if (rc == MIEV_OK && (fputs(text, stdout) < 0 || fflush(stdout) != 0))
        rc = miev_error_errno(err, "cannot write the draft");
    free(text);
    return rc;
}

static int exit_status(const json_t *report, bool strict)
{
    size_t i;
    json_t *model;
    bool failed = false, skipped = false;
    json_array_foreach(json_object_get(report, "models"), i, model)
    {
        const json_t *not_evaluated = json_object_get(model, "not_evaluated");
        failed = failed || json_object_get(model, "error");
        skipped = skipped || json_integer_value(json_object_get(not_evaluated, "images")) > 0;
    }
    if (measure_interrupted())
        return CLI_INTERRUPTED;
    return failed || (strict && skipped) ? CLI_FAILED : CLI_OK;
}

static int tell(json_t *report, const struct settings *settings,
                const struct miev_price_options *place)
{
    struct miev_error err;
    struct terminal terminal;
    int rc = miev_eval_price(report, place, &err);
    if (rc == MIEV_OK && settings->json)
        rc = output_json(report, settings->json, &err);
    if (!settings->json || strcmp(settings->json, "-") != 0) {
        terminal_init(&terminal, stdout);
        show_eval(report, &terminal, settings->quiet);
    }
    return rc == MIEV_OK ? exit_status(report, settings->strict) : cli_fail(&err);
}

static int check_words(const struct settings *settings, struct miev_error *err)
{
    if (!settings->dataset)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "--dataset DIR is missing: name a folder with a folder of pictures "
                              "for each class");
    if (settings->map_only && !settings->map)
        return miev_error_set(
            err, MIEV_ERR_INVALID,
            "--map-only chooses among the labels of a mapping: name one by --map");
    if (settings->map_suggest && settings->map)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "--map-suggest makes a mapping, and --map names one: give one of "
                              "them");
    return MIEV_OK;
}

static int run_selected(const struct settings *settings, const struct miev_mapping *mapping,
                        const struct miev_selection *selection,
                        const struct miev_price_options *place)
{
    struct miev_error err;
    json_t *report = NULL;
    int status = CLI_OK;
    if (settings->map_suggest) {
        if (suggest(settings, selection, &err) != MIEV_OK)
            status = cli_fail(&err);
    } else if (evaluate(settings, mapping, selection, &report, &err) != MIEV_OK) {
        status = err.code == MIEV_ERR_INTERRUPTED ? CLI_INTERRUPTED : cli_fail(&err);
    } else {
        status = tell(report, settings, place);
    }
    json_decref(report);
    return status;
}

static int run_eval(const void *from, char **words, size_t n_words)
{
    const struct settings *settings = from;
    struct miev_error err;
    struct miev_selection selection = {.n = 0};
    struct miev_mapping mapping = {.n = 0};
    struct miev_site site;
    struct miev_price_options place;
    int status = CLI_FAILED;
    if (check_words(settings, &err) != MIEV_OK ||
        site_options(&settings->site, &site, &place, &err) != MIEV_OK)
        return cli_usage_error("eval", &err);
    if (miev_selection_make(&selection, words, n_words, settings->precision, &settings->override,
                            &err) != MIEV_OK)
        status = err.code == MIEV_ERR_INVALID ? cli_usage_error("eval", &err) : cli_fail(&err);
    else if (settings->map && miev_mapping_load(settings->map, &mapping, &err) != MIEV_OK)
        status = cli_fail(&err);
    else
        status = run_selected(settings, settings->map ? &mapping : NULL, &selection, &place);
    miev_mapping_finish(&mapping);
    miev_selection_finish(&selection);
    return status;
}

const struct cli_command cli_eval = {
    "eval",
    "how right models are on a dataset, and what that cost",
    {"[MODEL...] --dataset DIR",
     "Put every picture of a dataset through models and count the right answers: top-1 and\n"
     "top-5 with intervals, class by class, what is taken for what, two models compared, and\n"
     "the joules and grams of the evaluation itself. A MODEL is named as for 'miev compare'.\n"
     "Classes are matched by label (letter case does not matter) or by number from 0, or by a\n"
     "mapping: a file that says which of the model's labels are right for a folder.",
     "  miev eval cifar10-small:int8 --dataset cifar10/test\n"
     "  miev eval cifar10-small ./mine.json --dataset list.tsv --limit 1000 --zone KR\n"
     "  miev eval cifar10-large --dataset cifar10/test --json eval.json\n"
     "  miev eval ./net.onnx --dataset pets --map-suggest > pets.csv\n"
     "  miev eval ./net.onnx --dataset pets --map pets.csv --map-only",
     options, ARGS_ANY_WORDS},
    &defaults,
    sizeof(defaults),
    run_eval,
};
