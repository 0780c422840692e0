/* SPDX-License-Identifier: Apache-2.0 */
/* `miev footprint`: a kept report at another place. Measures nothing. */
#include "cli/command.h"
#include "cli/output.h"
#include "cli/report_open.h"
#include "cli/site.h"
#include "core/error.h"
#include "study/report_check.h"

struct settings {
    struct site_settings site;
    struct output_settings output;
};

static const struct settings defaults = {.site = SITE_SETTINGS_INIT};

static const struct arg_option options[] = {
    SITE_OPTIONS(struct settings, site),
    RATE_OPTION(struct settings, site),
    OUTPUT_OPTIONS(struct settings, output),
    {0},
};

static int price(const char *word, const struct miev_price_options *place,
                 struct report_source *source, struct miev_error *err)
{
    int rc = report_open(word, source, err);
    if (rc != MIEV_OK)
        return rc;
    if (!miev_report_has_energy(source->report))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%.200s holds no energy of any model, so there is nothing to price: "
                              "measure with a --budget above 0",
                              word);
    return miev_report_price(source->report, place, err);
}

static int run_footprint(const void *given, char **words, size_t n_words)
{
    const struct settings *settings = given;
    struct report_source source = {.report = NULL};
    struct miev_site site;
    struct miev_price_options place;
    struct miev_error err;
    int status = CLI_OK;
    if (n_words == 0) {
        (void)miev_error_set(&err, MIEV_ERR_INVALID,
                             "REPORT is missing: a number of the history "
                             "('miev history') or a file");
        return cli_usage_error("footprint", &err);
    }
    if (site_options(&settings->site, &site, &place, &err) != MIEV_OK ||
        output_check(&settings->output, &err) != MIEV_OK)
        return cli_usage_error("footprint", &err);
    if (price(words[0], &place, &source, &err) != MIEV_OK ||
        output_report(source.report, &settings->output, &err) != MIEV_OK)
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
              "  miev footprint 12 --intensity 30 --no-embodied",
              options, 1},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_footprint,
};
