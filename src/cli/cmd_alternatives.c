/* SPDX-License-Identifier: Apache-2.0 */
/* `miev alternatives`: what would emit less than a model of a kept report. Measures nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/report_open.h"
#include "cli/show_alternatives.h"
#include "cli/site.h"
#include "core/error.h"
#include "core/file.h"
#include "study/alternatives.h"
#include "study/site_live.h"

#define MS_PER_S     1000.0
#define PERCENT      100.0
#define MOST_SECONDS 86400

struct settings {
    struct site_settings site;
    const char *model, *regions, *forecast, *typical_day, *json;
    double max_latency_ms, min_accuracy_percent;
};

static const struct settings defaults = {.site = SITE_SETTINGS_INIT};

static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, model, "--model", "NAME",
                "which model of the report; default: its first"),
    ARG_NUMBER_AT(struct settings, max_latency_ms, "--max-latency", "MS", 0.000001,
                  MOST_SECONDS *MS_PER_S,
                  "leave out what takes longer for one inference in a hundred"),
    ARG_NUMBER_AT(struct settings, min_accuracy_percent, "--min-accuracy", "PERCENT", 0, 100,
                  "leave out what is right less often"),
    ARG_TEXT_AT(struct settings, regions, "--regions", "LIST",
                "places to look at: eu, and countries (\"eu,NO,CH\")"),
    ARG_TEXT_AT(struct settings, forecast, "--forecast", "PROVIDER",
                "the hours to come, by electricitymaps or neso;\n"
                "PROVIDER:PLACE where it calls the zone otherwise"),
    ARG_TEXT_AT(struct settings, typical_day, "--typical-day", "FILE",
                "where there is no forecast: the hours of a typical day of a\nfile of your grid's "
                "past (CSV of Electricity Maps, NESO, or\ndatetime,g_per_kwh)"),
    SITE_OPTIONS(struct settings, site),
    RATE_OPTION(struct settings, site),
    ARG_TEXT_AT(struct settings, json, "--json", "FILE",
                "write all of them; - for standard output, instead of the\ntables"),
    {0},
};

static int price(const char *word, const struct settings *settings,
                 const struct miev_price_options *asked, struct report_source *source,
                 struct miev_error *err)
{
    const struct miev_site_wish wish = site_wish(&settings->site);
    int rc = report_open_priceable(word, source, err);
    return rc == MIEV_OK ? miev_alternatives_price(source->report, &wish, asked, err) : rc;
}

/* The forecast of the report's place; a provider that has none now is told, and is no failure. */
static int ask_hours(const json_t *report, const struct settings *settings,
                     struct miev_live_point *points, struct miev_error *trouble,
                     struct miev_alternatives_wish *wish, struct miev_error *err)
{
    const struct miev_site_wish site = site_wish(&settings->site);
    const struct miev_live_provider *provider;
    char zone[64];
    if (!settings->forecast)
        return MIEV_OK;
    int rc = miev_site_forecaster(settings->forecast, &provider, err);
    if (rc != MIEV_OK)
        return rc;
    miev_alternatives_zone(report, &site, zone);
    wish->hours = points;
    wish->hours_source = provider->title;
    rc = miev_site_live_hours(settings->forecast, *zone ? zone : NULL, points, &wish->n_hours,
                              trouble);
    if (rc == MIEV_ERR_INVALID)
        return miev_error_set(err, rc, "%s", trouble->message);
    if (rc != MIEV_OK) {
        wish->n_hours = 0;
        wish->hours_why = trouble->message;
        (void)fprintf(stderr, "miev: no forecast: %s\n", trouble->message);
    }
    return MIEV_OK;
}

/* Read whatever is asked for, so that a wrong file is told even beside a forecast. */
static int read_day(const char *path, struct miev_typical_day *day,
                    struct miev_alternatives_wish *wish, struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0;
    if (!path)
        return MIEV_OK;
    int rc = miev_file_load(path, MIEV_TYPICAL_DAY_BYTES, &text, &length, err);
    if (rc == MIEV_OK)
        rc = miev_typical_day_take(text, length, path, day, err);
    free(text);
    if (rc == MIEV_OK) {
        wish->day = day;
        wish->day_source = path;
    }
    return rc;
}

static int tell(const json_t *report, const struct settings *settings,
                const struct miev_alternatives_wish *wish, struct miev_error *err)
{
    struct terminal terminal;
    json_t *document = NULL;
    int rc = miev_report_alternatives(report, wish, &document, err);
    if (rc == MIEV_OK && settings->json)
        rc = output_json(document, settings->json, err);
    if (rc == MIEV_OK && !(settings->json && strcmp(settings->json, "-") == 0)) {
        terminal_init(&terminal, stdout);
        show_alternatives(document, json_object_get(report, "site"), &terminal);
    }
    json_decref(document);
    return rc;
}

static int run_alternatives(const void *given, char **words, size_t n_words)
{
    const struct settings *settings = given;
    struct report_source source = {.report = NULL};
    struct miev_live_point points[MIEV_LIVE_MAX_HOURS];
    struct miev_typical_day day;
    struct miev_alternatives_wish wish = {.model = settings->model,
                                          .max_p99_s = settings->max_latency_ms / MS_PER_S,
                                          .min_top1 = settings->min_accuracy_percent / PERCENT,
                                          .regions = settings->regions};
    struct miev_site site;
    struct miev_price_options place;
    struct miev_error err, trouble;
    int status = CLI_OK;
    if (n_words == 0)
        return report_missing("alternatives");
    if (site_options(&settings->site, &site, &place, &err) != MIEV_OK)
        return cli_usage_error("alternatives", &err);
    if (price(words[0], settings, &place, &source, &err) != MIEV_OK ||
        read_day(settings->typical_day, &day, &wish, &err) != MIEV_OK ||
        ask_hours(source.report, settings, points, &trouble, &wish, &err) != MIEV_OK ||
        tell(source.report, settings, &wish, &err) != MIEV_OK)
        status = cli_fail(&err);
    report_close(&source);
    return status;
}

const struct cli_command cli_alternatives = {
    .name = "alternatives",
    .title = "what would emit less than a model of a kept report",
    .usage =
        {"REPORT [--model NAME]",
         "Show what would emit less than a model of a report, and at what price: other "
         "settings,\nother models, another hour, another place. Nothing is measured.\n" REPORT_HELP,
         "  miev alternatives last --rate 1000000\n"
         "  miev alternatives last --model cifar10-large:float32 --min-accuracy 80\n"
         "  miev alternatives report.json --regions eu --max-latency 5",
         options, 1},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_alternatives,
};
