/* SPDX-License-Identifier: Apache-2.0 */
/* `miev compare` and `miev run`: the main job. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "cli/args.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "core/error.h"
#include "grid/grid.h"
#include "model/catalog.h"
#include "study/price.h"
#include "study/study.h"

struct settings {
    const char *input, *json, *zone, *precision, *delegate;
    double threads, budget_s, target_percent, seed, intensity, year, pue, requests_per_day,
        memory_mib, timeout_s;
    bool quiet, dedicated, fast_decode, no_embodied, require_measured;
};

#define SETTINGS_INIT                                                                      \
    {                                                                                      \
        .precision = "all", .threads = 1, .budget_s = 60, .target_percent = 3, .seed = -1, \
        .intensity = -1, .pue = 1, .memory_mib = 4096, .timeout_s = 60                     \
    }

#define MAX_OPTIONS 24

/* The table points into *s, so that one call of args_parse fills it. */
static void list_options(struct settings *s, struct arg_option out[MAX_OPTIONS])
{
    const struct arg_option options[] = {
        {"--input", ARG_TEXT, &s->input, "FILE", "the photo: JPEG, PNG, WebP or BMP", 0, 0},
        {"--precision", ARG_TEXT, &s->precision, "WORD",
         "float32, int8 or all (default) of each bundled model", 0, 0},
        {"--zone", ARG_TEXT, &s->zone, "ZONE",
         "where it runs: ISO code or name (\"KR\", \"France\");\ndefault: the world average", 0, 0},
        {"--year", ARG_NUMBER, &s->year, "YEAR", "year of the grid figure; default: the latest", 0,
         3000},
        {"--intensity", ARG_NUMBER, &s->intensity, "G",
         "your own grams of CO2e per kWh, instead of a zone", 0, 10000},
        {"--pue", ARG_NUMBER, &s->pue, "RATIO",
         "power usage effectiveness of the data centre (default 1)", 1, 10},
        {"--no-embodied", ARG_FLAG, &s->no_embodied, NULL,
         "leave out the share of the machine's manufacturing", 0, 0},
        {"--rate", ARG_NUMBER, &s->requests_per_day, "N",
         "requests a day: adds totals per year and equivalents", 0, 1e15},
        {"--threads", ARG_NUMBER, &s->threads, "N", "threads of the engine (default 1)", 1, 1024},
        {"--delegate", ARG_TEXT, &s->delegate, "NAME",
         "\"none\" for plain kernels; default: the engine's best", 0, 0},
        {"--budget", ARG_NUMBER, &s->budget_s, "SECONDS",
         "longest time of the study (default 60); 0: predictions only", 0, 86400},
        {"--target", ARG_NUMBER, &s->target_percent, "PERCENT",
         "stop when every interval is this narrow (default 3)", 0.1, 100},
        {"--seed", ARG_NUMBER, &s->seed, "N", "order of the rounds; default: drawn and reported", 0,
         9007199254740991.0},
        {"--dedicated", ARG_FLAG, &s->dedicated, NULL,
         "the machine is there for this alone: count all of its idle power", 0, 0},
        {"--fast-decode", ARG_FLAG, &s->fast_decode, NULL,
         "shrink JPEGs while decoding: faster, not the picture\nthat models were trained on", 0, 0},
        {"--memory", ARG_NUMBER, &s->memory_mib, "MIB", "limit of one model (default 4096)", 64,
         1048576},
        {"--timeout", ARG_NUMBER, &s->timeout_s, "SECONDS",
         "longest wait for one load or inference (default 60)", 0.1, 86400},
        {"--require-measured", ARG_FLAG, &s->require_measured, NULL,
         "exit with 3 when any joule was estimated", 0, 0},
        {"--json", ARG_TEXT, &s->json, "FILE",
         "write the report; - for standard output, instead\n"
         "of the table",
         0, 0},
        {"--quiet", ARG_FLAG, &s->quiet, NULL, "the table only: no progress, no sentences", 0, 0},
        {NULL, ARG_FLAG, NULL, NULL, NULL, 0, 0},
    };
    _Static_assert(sizeof(options) / sizeof(options[0]) <= MAX_OPTIONS, "raise MAX_OPTIONS");
    memcpy(out, options, sizeof(options));
}

/* ---- which models --------------------------------------------------------------------------- */

struct selection {
    struct miev_catalog catalog;
    struct miev_card *own; /* cards of files named by path, n_own of them */
    size_t n_own;
    struct miev_study_entry entries[MIEV_STUDY_MAX_MODELS];
    size_t n;
};

static int add_entry(struct selection *selection, const struct miev_card *card,
                     const struct miev_card_file *file, struct miev_error *err)
{
    if (selection->n == MIEV_STUDY_MAX_MODELS)
        return miev_error_set(err, MIEV_ERR_LIMIT, "at most %d models can be compared at once",
                              MIEV_STUDY_MAX_MODELS);
    for (size_t i = 0; i < selection->n; i++)
        if (strcmp(selection->entries[i].file->path, file->path) == 0)
            return miev_error_set(err, MIEV_ERR_INVALID, "%s (%s) is named twice", card->name,
                                  file->precision);
    selection->entries[selection->n++] = (struct miev_study_entry){card, file};
    return MIEV_OK;
}

static int add_card(struct selection *selection, const struct miev_card *card,
                    const char *precision, struct miev_error *err)
{
    bool all = strcmp(precision, "all") == 0;
    int rc = MIEV_OK;
    size_t before = selection->n;
    for (size_t i = 0; rc == MIEV_OK && i < card->n_files; i++)
        if (all || strcmp(card->files[i].precision, precision) == 0)
            rc = add_entry(selection, card, &card->files[i], err);
    if (rc == MIEV_OK && selection->n == before)
        rc =
            miev_error_set(err, MIEV_ERR_INVALID, "%s has no %.20s file; it has %s%s%s", card->name,
                           precision, card->files[0].precision, card->n_files > 1 ? ", " : "",
                           card->n_files > 1 ? card->files[1].precision : "");
    return rc;
}

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

static bool is_path(const char *word)
{
    return strchr(word, '/') || ends_with(word, ".json") || ends_with(word, ".tflite") ||
           ends_with(word, ".lite") || ends_with(word, ".onnx");
}

/* A card or a bare model file of the user's own. */
static int add_path(struct selection *selection, const char *path, const char *precision,
                    struct miev_error *err)
{
    struct miev_card *card = &selection->own[selection->n_own];
    bool is_card = ends_with(path, ".json");
    int rc = is_card ? miev_card_load(path, card, err) : miev_card_for_file(path, card, err);
    if (rc != MIEV_OK)
        return rc;
    selection->n_own++;
    return is_card ? add_card(selection, card, precision, err)
                   : add_entry(selection, card, &card->files[0], err);
}

/* "name" or "name:precision". */
static int add_name(struct selection *selection, const char *word, const char *precision,
                    struct miev_error *err)
{
    char name[128];
    const struct miev_card *card = NULL;
    const char *colon = strchr(word, ':');
    size_t length = colon ? (size_t)(colon - word) : strlen(word);
    (void)snprintf(name, sizeof(name), "%.*s", length < 127 ? (int)length : 127, word);
    int rc = miev_catalog_find(&selection->catalog, name, &card, err);
    return rc != MIEV_OK ? rc : add_card(selection, card, colon ? colon + 1 : precision, err);
}

static int select_models(struct selection *selection, char **words, size_t n_words,
                         const char *precision, const char *home, struct miev_error *err)
{
    char folder[4096];
    (void)snprintf(folder, sizeof(folder), "%s/models", home);
    int rc = miev_catalog_load(folder, &selection->catalog, err);
    selection->own = calloc(n_words + 1, sizeof(*selection->own));
    if (rc == MIEV_OK && !selection->own)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu models", n_words);
    for (size_t i = 0; rc == MIEV_OK && i < n_words; i++)
        rc = is_path(words[i]) ? add_path(selection, words[i], precision, err)
                               : add_name(selection, words[i], precision, err);
    for (size_t i = 0; rc == MIEV_OK && n_words == 0 && i < selection->catalog.n; i++)
        rc = add_card(selection, &selection->catalog.cards[i], precision, err);
    if (rc == MIEV_OK && selection->n == 0)
        rc = miev_error_set(err, MIEV_ERR_INVALID, "no models are bundled here: name a file");
    return rc;
}

static void selection_finish(struct selection *selection)
{
    for (size_t i = 0; i < selection->n_own; i++)
        miev_card_finish(&selection->own[i]);
    free(selection->own);
    miev_catalog_finish(&selection->catalog);
}

/* ---- where ---------------------------------------------------------------------------------- */

static int find_site(const struct settings *settings, struct miev_site *site,
                     struct miev_error *err)
{
    struct miev_zone zone;
    *site = (struct miev_site){.pue = settings->pue};
    if (settings->intensity >= 0) {
        if (settings->zone)
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "--zone and --intensity say the same thing: give one of them");
        (void)snprintf(site->zone, sizeof(site->zone), "custom");
        (void)snprintf(site->source, sizeof(site->source), "given by --intensity");
        site->intensity_g_per_kwh = settings->intensity;
        return MIEV_OK;
    }
    int rc =
        miev_grid_find(settings->zone ? settings->zone : "world", (int)settings->year, &zone, err);
    if (rc != MIEV_OK)
        return rc;
    (void)snprintf(site->zone, sizeof(site->zone), "%s", zone.name);
    (void)snprintf(site->source, sizeof(site->source), "%s", MIEV_GRID_SOURCE);
    site->intensity_g_per_kwh = zone.intensity_g_per_kwh;
    site->year = zone.year;
    return MIEV_OK;
}

/* ---- the study ------------------------------------------------------------------------------ */

static volatile sig_atomic_t stop_asked;

static void ask_to_stop(int number)
{
    (void)number;
    stop_asked = 1;
}

/* Without SA_RESTART: a wait for a round ends at once. A second Ctrl-C ends the program. */
static void catch_interrupt(void)
{
    struct sigaction action = {.sa_handler = ask_to_stop, .sa_flags = (int)SA_RESETHAND};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static uint64_t draw_seed(double wanted)
{
    uint64_t seed = 0;
    if (wanted >= 0)
        return (uint64_t)wanted;
    (void)getrandom(&seed, sizeof(seed), 0);
    return seed >> 11; /* so that JSON readers with doubles keep it */
}

static int run_study(const struct settings *settings, const struct selection *selection,
                     const char *home, json_t **report, struct miev_error *err)
{
    char runtime[4096];
    struct progress progress;
    struct miev_study_options options = MIEV_STUDY_OPTIONS_INIT;
    (void)snprintf(runtime, sizeof(runtime), "%s/vendor/runtime", home);
    progress_init(&progress);
    options.env = miev_env_host();
    options.engines = miev_engines;
    options.sensors = miev_sensors;
    options.runtime_dir = runtime;
    options.input_path = settings->input;
    options.threads = (unsigned)settings->threads;
    options.delegate = settings->delegate;
    options.budget_s = settings->budget_s;
    options.target_ratio = settings->target_percent / 100;
    options.seed = draw_seed(settings->seed);
    options.dedicated = settings->dedicated;
    options.fast_decode = settings->fast_decode;
    options.memory_bytes = (uint64_t)settings->memory_mib << 20;
    options.timeout_s = settings->timeout_s;
    options.stop = &stop_asked;
    options.progress = settings->quiet ? NULL : progress_show;
    options.progress_context = &progress;
    catch_interrupt();
    int rc = miev_study_run(&options, selection->entries, selection->n, report, err);
    progress_clear(&progress);
    return rc;
}

static int write_json(const json_t *report, const char *path, struct miev_error *err)
{
    const size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(17);
    int failed = 0;
    if (strcmp(path, "-") == 0)
        failed =
            json_dumpf(report, stdout, flags) != 0 || putchar('\n') == EOF || fflush(stdout) != 0;
    else
        failed = json_dump_file(report, path, flags) != 0;
    return failed ? miev_error_errno(err, "cannot write the report to %s", path) : MIEV_OK;
}

/* ---- how it ended --------------------------------------------------------------------------- */

static int exit_status(const json_t *report, const struct settings *settings)
{
    size_t i;
    json_t *model;
    bool failed = false, estimated = false;
    json_array_foreach(json_object_get(report, "models"), i, model)
    {
        const char *method =
            json_string_value(json_object_get(json_object_get(model, "energy"), "method"));
        failed = failed || json_object_get(model, "error");
        estimated = estimated || !method || strcmp(method, "measured") != 0;
    }
    if (stop_asked)
        return CLI_INTERRUPTED;
    if (failed)
        return CLI_FAILED;
    return settings->require_measured && estimated ? CLI_NO_SENSOR : CLI_OK;
}

static int tell(json_t *report, const struct settings *settings, const struct miev_site *site)
{
    struct miev_error err;
    struct terminal terminal;
    struct miev_price_options price = {
        .site = site,
        .default_site = !settings->zone && settings->intensity < 0,
        .embodied = !settings->no_embodied,
        .requests_per_day = settings->requests_per_day,
    };
    if (miev_report_price(report, &price, &err) != MIEV_OK)
        return cli_fail(&err);
    int written = settings->json ? write_json(report, settings->json, &err) : MIEV_OK;
    /* Shown in any case: a minute of measuring must not be lost to a full disk. */
    if (!settings->json || strcmp(settings->json, "-") != 0) {
        terminal_init(&terminal, stdout);
        show_report(report, &terminal, settings->quiet);
    }
    return written == MIEV_OK ? exit_status(report, settings) : cli_fail(&err);
}

static int check_words(const struct settings *settings, size_t n_words, bool one,
                       struct miev_error *err)
{
    if (!settings->input)
        return miev_error_set(err, MIEV_ERR_INVALID, "--input FILE is missing: name a photo");
    if (one && n_words != 1)
        return miev_error_set(err, MIEV_ERR_INVALID, "'run' takes one model, 'compare' any number");
    const struct {
        const char *name;
        double value;
    } whole[] = {
        {"--threads", settings->threads}, {"--seed", settings->seed}, {"--year", settings->year}};
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
        if (whole[i].value != floor(whole[i].value))
            return miev_error_set(err, MIEV_ERR_INVALID, "%s must be a whole number",
                                  whole[i].name);
    return MIEV_OK;
}

static int measure_and_tell(const struct settings *settings, const char *command, char **words,
                            size_t n_words)
{
    struct miev_error err;
    struct miev_site site;
    struct selection selection = {0};
    char home[4000];
    json_t *report = NULL;
    int status = CLI_FAILED;
    if (find_site(settings, &site, &err) != MIEV_OK)
        return cli_usage_error(command, &err);
    if (miev_home(miev_env_host(), home, sizeof(home), &err) != MIEV_OK)
        return cli_fail(&err);
    if (select_models(&selection, words, n_words, settings->precision, home, &err) != MIEV_OK)
        status = err.code == MIEV_ERR_INVALID ? cli_usage_error(command, &err) : cli_fail(&err);
    else if (run_study(settings, &selection, home, &report, &err) != MIEV_OK)
        status = cli_fail(&err);
    else
        status = tell(report, settings, &site);
    json_decref(report);
    selection_finish(&selection);
    return status;
}

static int compare_or_run(int argc, char **argv, struct arg_usage usage, bool one)
{
    struct settings settings = SETTINGS_INIT;
    struct arg_option options[MAX_OPTIONS];
    struct miev_error err;
    size_t n_words = 0;
    bool help = false;
    list_options(&settings, options);
    usage.options = options;
    int rc = args_parse(argc, argv, options, &n_words, &help, &err);
    if (rc == MIEV_OK && help) {
        args_print_help(&usage);
        return CLI_OK;
    }
    if (rc == MIEV_OK)
        rc = check_words(&settings, n_words, one, &err);
    if (rc != MIEV_OK)
        return cli_usage_error(usage.command, &err);
    return measure_and_tell(&settings, usage.command, argv, n_words);
}

int cmd_compare(int argc, char **argv)
{
    const struct arg_usage usage = {
        "compare", "[MODEL...] --input FILE",
        "Measure models on one photo, in turns, and compare their carbon, speed and answers.\n"
        "A MODEL is a bundled one (\"cifar10-nano\", \"cifar10-nano:int8\"), a model file\n"
        "(./my.tflite) or a card beside one (./my.json). Without any, all bundled ones.",
        "  miev compare --input models/photos/cat-chelsea.png\n"
        "  miev compare cifar10-nano cifar10-small:int8 --input cat.jpg --zone KR --rate 10000\n"
        "  miev compare ./mine.tflite cifar10-small --input cat.jpg --json report.json",
        NULL};
    return compare_or_run(argc, argv, usage, false);
}

int cmd_run(int argc, char **argv)
{
    const struct arg_usage usage = {
        "run", "MODEL --input FILE",
        "Measure one model on one photo: what it answers, how fast, and what it costs.",
        "  miev run cifar10-small:int8 --input cat.jpg\n"
        "  miev run ./mine.tflite --input cat.jpg --budget 0      (answer only)",
        NULL};
    return compare_or_run(argc, argv, usage, true);
}
