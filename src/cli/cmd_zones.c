/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "core/error.h"
#include "core/units.h"
#include "grid/cloud.h"
#include "grid/grid.h"
#include "study/site_live.h"

struct zones_settings {
    bool parts, cloud;
    const char *live;
};

struct listing {
    size_t n;                   /* rows so far: a refused zone gets no head of the table */
    enum miev_grid_basis basis; /* of the rows */
};

static void print_row(const struct miev_zone *zone, const char *code, const char *what)
{
    char number[MIEV_NUMBER_SIZE];
    miev_format_number(number, sizeof(number), zone->intensity_g_per_kwh);
    printf("%-14s  %6s  %4d  %s%s\n", code, number, zone->year, zone->name, what);
}

static bool print_zone(void *context, const struct miev_zone *zone)
{
    struct listing *listing = context;
    char codes[sizeof(zone->code) + sizeof(zone->iso3)];
    if (listing->n++ == 0)
        printf("%-14s   g/kWh  year  zone\n",
               zone->basis == MIEV_GRID_EMBER ? "ISO codes" : "code");
    listing->basis = zone->basis;
    (void)snprintf(codes, sizeof(codes), "%-3s  %s", zone->iso2, zone->iso3);
    print_row(zone, zone->basis == MIEV_GRID_EMBER ? codes : zone->code,
              zone->aggregate ? " (group of countries)" : "");
    return true;
}

static void print_source(enum miev_grid_basis basis)
{
    printf("Source: %s%s\n", miev_grid_source_of(basis),
           basis == MIEV_GRID_EMBER ? ", CC BY 4.0" : "");
}

static int list_zones(const char *zone)
{
    struct miev_error err;
    struct listing listing = {.n = 0};
    if (miev_grid_list(zone, print_zone, &listing, &err) != MIEV_OK)
        return cli_usage_error("zones", &err);
    print_source(listing.basis);
    return CLI_OK;
}

/* One table a source: their figures tell of different things. */
static bool print_part(void *context, const struct miev_zone *zone)
{
    struct listing *listing = context;
    if (listing->n > 0 && zone->basis != listing->basis) {
        print_source(listing->basis);
        printf("\n");
        listing->n = 0;
    }
    return print_zone(listing, zone);
}

static int list_parts(const char *country)
{
    struct miev_error err;
    struct miev_zone zone = {.iso2 = ""};
    struct listing listing = {.n = 0};
    if (country && miev_grid_find(country, MIEV_GRID_LATEST, &zone, &err) != MIEV_OK)
        return cli_usage_error("zones", &err);
    miev_grid_list_parts(country ? zone.iso2 : NULL, print_part, &listing);
    if (listing.n == 0) {
        (void)miev_error_set(&err, MIEV_ERR_UNAVAILABLE, "no part of %s has a figure here",
                             zone.name);
        return cli_fail(&err);
    }
    print_source(listing.basis);
    return CLI_OK;
}

static void set_region(struct table *table, size_t row, const struct miev_cloud_region *region)
{
    struct miev_zone zone;
    char number[MIEV_NUMBER_SIZE];
    table_set(table, row, 0, "%s:%s", region->provider, region->region);
    table_set(table, row, 1, "%s", region->location);
    if (miev_grid_find(region->iso3, MIEV_GRID_LATEST, &zone, NULL) == MIEV_OK) {
        miev_format_number(number, sizeof(number), zone.intensity_g_per_kwh);
        table_set(table, row, 2, "%s", zone.name);
        table_set(table, row, 3, "%s", number);
        table_set(table, row, 4, "%d", zone.year);
    }
    if (region->pue > 0) {
        table_set(table, row, 5, "%.2f", region->pue);
        table_set(table, row, 6, "%d", region->pue_year);
    }
}

static size_t count_regions(const char *provider)
{
    struct miev_cloud_region region;
    size_t n = 0;
    for (const char *cursor = miev_cloud_table(); miev_cloud_next(&cursor, &region);)
        n += !provider || strcmp(region.provider, provider) == 0;
    return n;
}

static int list_regions(const char *provider)
{
    static const char *const headers[] = {"region", "city", "country", "g/kWh", "of", "PUE", "of"};
    struct miev_error err;
    struct miev_cloud_region region;
    struct terminal terminal;
    struct table table;
    size_t n = count_regions(provider), row = 0;
    if (n == 0) {
        (void)miev_error_set(&err, MIEV_ERR_INVALID,
                             "no provider is called '%.40s': aws, azure, gcp and ovh are known",
                             provider);
        return cli_usage_error("zones", &err);
    }
    if (!table_init(&table, n))
        return CLI_FAILED;
    for (size_t c = 0; c < sizeof(headers) / sizeof(headers[0]); c++)
        (void)table_column(&table, headers[c], c >= 3);
    for (const char *cursor = miev_cloud_table(); miev_cloud_next(&cursor, &region);)
        if (!provider || strcmp(region.provider, provider) == 0)
            set_region(&table, row++, &region);
    terminal_init(&terminal, stdout);
    table_print(&table, &terminal);
    table_finish(&table);
    print_source(MIEV_GRID_EMBER);
    printf("Regions and PUE: %s\n", MIEV_CLOUD_SOURCE);
    return CLI_OK;
}

static void print_point(const struct miev_live_point *point, const char *what)
{
    char when[32] = "", number[MIEV_NUMBER_SIZE];
    struct tm parts;
    if (gmtime_r(&point->at, &parts))
        (void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &parts);
    miev_format_number(number, sizeof(number), point->intensity_g_per_kwh);
    printf("%s  %6s  %s%s\n", when, number, what, point->estimated ? ", modelled" : "");
}

/* The figure of now, and the hours to come where the provider tells them. */
static int list_live(const char *live, const char *zone)
{
    struct miev_live_answer answer;
    struct miev_live_point points[MIEV_LIVE_MAX_HOURS];
    struct miev_error err, trouble;
    size_t n = 0;
    int rc = miev_site_live_ask(live, zone, &answer, &err);
    if (rc == MIEV_ERR_INVALID)
        return cli_usage_error("zones", &err);
    if (rc != MIEV_OK)
        return cli_fail(&err);
    printf("%-20s   g/kWh  %s\n", answer.provider->title, answer.provider->basis);
    print_point(&answer.now, answer.age == MIEV_LIVE_LAST_KNOWN ? "last known" : "now");
    if (answer.age == MIEV_LIVE_LAST_KNOWN)
        printf("No newer one: %s\n", answer.trouble);
    rc = miev_site_live_hours(live, zone, points, &n, &trouble);
    for (size_t i = 0; i < n; i++)
        print_point(&points[i], "to come");
    if (rc != MIEV_OK)
        printf("No forecast: %s\n", trouble.message);
    return CLI_OK;
}

static int run(const void *given, char **words, size_t n_words)
{
    const struct zones_settings *settings = given;
    const char *word = n_words > 0 ? words[0] : NULL;
    struct miev_error err;
    if (settings->parts + settings->cloud + (settings->live != NULL) > 1) {
        (void)miev_error_set(&err, MIEV_ERR_INVALID, "give one of --parts, --cloud and --live");
        return cli_usage_error("zones", &err);
    }
    if (settings->live)
        return list_live(settings->live, word);
    if (settings->cloud)
        return list_regions(word);
    return settings->parts ? list_parts(word) : list_zones(word);
}

static const struct zones_settings defaults = {.parts = false};

static const struct arg_option options[] = {
    ARG_FLAG_AT(struct zones_settings, parts, "--parts",
                "parts of countries (of ZONE alone), and what other sources\nsay of whole ones"),
    ARG_FLAG_AT(struct zones_settings, cloud, "--cloud",
                "regions of cloud providers (of aws, azure, gcp or ovh alone)"),
    ARG_TEXT_AT(struct zones_settings, live, "--live", "PROVIDER",
                "the grid of ZONE now and in the hours to come, by\n"
                "electricitymaps, neso or carbon-aware (docs/live.md)"),
    {0}};

const struct cli_command cli_zones = {
    .name = "zones",
    .title = "list places and their grams of CO2e per kWh",
    .usage = {"[ZONE]",
              "List places and the grams of CO2e per kWh of their electricity, latest year; with a "
              "ZONE\n"
              "every year of it. Sources are never mixed in one table:\n" MIEV_GRID_SOURCE
              " (CC BY 4.0) for countries;\n"
              "Electricity Maps (ODbL) and the US EPA's eGRID for parts of countries.",
              "  miev zones\n  miev zones KR\n  miev zones --parts US\n  miev zones --cloud aws\n"
              "  miev zones --live neso GB\n  miev zones em:DE\n  miev zones 59.33,18.07",
              options, 1},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run,
};
