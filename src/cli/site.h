/* SPDX-License-Identifier: Apache-2.0 */
/* The options that say where a model runs, shared by the commands that price. */
#ifndef MIEV_CLI_SITE_H
#define MIEV_CLI_SITE_H

#include <jansson.h>
#include <stddef.h>

#include "cli/args.h"
#include "study/site.h"

struct site_settings {
    const char *zone, *live;
    double intensity, year, pue, requests_per_day, lifetime_years;
    bool no_embodied;
};

#define SITE_SETTINGS_INIT \
    {                      \
        .intensity = -1    \
    }

/* The rows of a command's option table; `at` is the site_settings in its settings. */
/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): the name of a member takes none */
#define SITE_OPTIONS(type, at)                                                                     \
    ARG_TEXT_AT(type, at.zone, "--zone", "ZONE",                                                   \
                "where it runs: ISO code or name (\"KR\", \"US-CA\", \"France\"),\na cloud region (\"aws:eu-north-1\") or a position\n(\"59.33,18.07\"); default: the world average"), \
    ARG_TEXT_AT(type, at.live, "--live", "PROVIDER",                                               \
                "the grid now, by electricitymaps, neso or carbon-aware;\n"                        \
                "PROVIDER:PLACE where it calls the zone otherwise"),                               \
    ARG_COUNT_AT(type, at.year, "--year", "YEAR", 0, 3000,                                         \
                 "year of the grid figure; default: the latest"),                                  \
    ARG_NUMBER_AT(type, at.intensity, "--intensity", "G", 0, 10000,                                \
                  "your own grams of CO2e per kWh, instead of a zone"),                            \
    ARG_NUMBER_AT(type, at.pue, "--pue", "RATIO", 1, 10,                                           \
                  "power usage effectiveness of the data centre (default: a\ncloud region's published one, else 1)"),                     \
    ARG_NUMBER_AT(type, at.lifetime_years, "--lifetime", "YEARS", MIEV_SITE_MIN_LIFETIME_YEARS, MIEV_SITE_MAX_LIFETIME_YEARS,                        \
                  "how long the machine is planned to be in use; default: the\nrange of its class (docs/method-footprint.md)"), \
    ARG_FLAG_AT(type, at.no_embodied, "--no-embodied",                                             \
                "leave out the share of the machine's manufacturing")
/* For commands that tell of single inferences. */
#define RATE_OPTION(type, at)                                                                      \
    ARG_NUMBER_AT(type, at.requests_per_day, "--rate", "N", 0.001, 1e15,                               \
                  "requests a day: adds what each takes at that rate, waiting\nbetween them "            \
                  "counted, and totals per year")
/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */

/* What the options ask for. */
struct miev_site_wish site_wish(const struct site_settings *settings);
/* What the options say, for miev_report_price and its like; *out refers to *site. Asked before
 * anything is measured: MIEV_ERR_INVALID when the zone is unknown or two options contradict each
 * other. */
MIEV_MUST_USE int site_options(const struct site_settings *settings, struct miev_site *site,
                               struct miev_price_options *out, struct miev_error *err);

#endif
