/* SPDX-License-Identifier: Apache-2.0 */
/* `miev footprint`: a kept report at another place. Measures nothing. */
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/report_open.h"
#include "cli/show_others.h"
#include "cli/site.h"
#include "core/error.h"
#include "study/others.h"

struct settings {
    struct site_settings site;
    struct output_settings output;
    const char *method, *method_json;
};

static const struct settings defaults = {.site = SITE_SETTINGS_INIT};

static const struct arg_option options[] = {
    SITE_OPTIONS(struct settings, site),
    RATE_OPTION(struct settings, site),
    OUTPUT_OPTIONS(struct settings, output),
    ARG_TEXT_AT(struct settings, method, "--method", "LIST",
                "what other tools would have said of the same work: all, or\n"
                "codecarbon, carbontracker, eco2ai, eit, green-algorithms,\nmlco2, energyvis"),
    ARG_TEXT_AT(struct settings, method_json, "--method-json", "FILE",
                "write that as JSON; - for standard output, instead of the\ntable"),
    {0},
};

static bool is_dash(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

static int price(const char *word, const struct miev_price_options *place,
                 struct report_source *source, struct miev_error *err)
{
    int rc = report_open_priceable(word, source, err);
    return rc == MIEV_OK ? miev_report_price(source->report, place, err) : rc;
}

/* The table of --method below the report's, or its file. */
static int tell_others(const json_t *report, const struct settings *settings,
                       struct miev_error *err)
{
    struct terminal terminal;
    json_t *document = NULL;
    if (!settings->method && !settings->method_json)
        return MIEV_OK;
    int rc = miev_report_others(report, settings->method ? settings->method : "all", NULL,
                                &document, err);
    if (rc != MIEV_OK)
        return rc;
    if (settings->method_json)
        rc = output_json(document, settings->method_json, err);
    if (output_shows_table(&settings->output) && !is_dash(settings->method_json)) {
        terminal_init(&terminal, stdout);
        show_others(report, document, &terminal);
    }
    json_decref(document);
    return rc;
}

/* Standard output goes to the one document that was asked for. */
static int tell(const json_t *report, const struct settings *settings, struct miev_error *err)
{
    int rc =
        is_dash(settings->method_json) ? MIEV_OK : output_report(report, &settings->output, err);
    return rc == MIEV_OK ? tell_others(report, settings, err) : rc;
}

static int run_footprint(const void *given, char **words, size_t n_words)
{
    const struct settings *settings = given;
    struct report_source source = {.report = NULL};
    struct miev_site site;
    struct miev_price_options place;
    struct miev_error err;
    int status = CLI_OK;
    if (n_words == 0)
        return report_missing("footprint");
    if (site_options(&settings->site, &site, &place, &err) != MIEV_OK ||
        output_check(&settings->output, &err) != MIEV_OK ||
        (settings->method && miev_others_check(settings->method, &err) != MIEV_OK))
        return cli_usage_error("footprint", &err);
    if (price(words[0], &place, &source, &err) != MIEV_OK ||
        tell(source.report, settings, &err) != MIEV_OK)
        status = cli_fail(&err);
    report_close(&source);
    return status;
}

const struct cli_command cli_footprint = {
    .name = "footprint",
    .title = "reckon a kept report for another place, without measuring",
    .usage = {"REPORT [--zone ZONE]",
              "Show what a report's joules are in grams of CO2e at another place. Nothing is "
              "measured,\nand what is kept does not change.\n" REPORT_HELP,
              "  miev footprint last --zone NO\n"
              "  miev footprint report.json --zone KR --pue 1.4 --rate 1000000\n"
              "  miev footprint 12 --intensity 30 --no-embodied\n"
              "  miev footprint last --zone aws:eu-north-1 --method all",
              options, 1},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_footprint,
};
