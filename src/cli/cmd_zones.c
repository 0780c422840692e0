/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/command.h"
#include "core/units.h"
#include "grid/grid.h"

static bool print_zone(void *context, const struct miev_zone *zone)
{
    char number[MIEV_NUMBER_SIZE];
    bool *told = context;
    if (!*told)
        printf("ISO codes   g/kWh  year  zone\n");
    *told = true;
    miev_format_number(number, sizeof(number), zone->intensity_g_per_kwh);
    printf("%-3s  %-3s  %6s  %4d  %s%s\n", zone->iso2, zone->iso3, number, zone->year, zone->name,
           zone->aggregate ? " (group of countries)" : "");
    return true;
}

static int list_zones(const void *settings, char **words, size_t n_words)
{
    struct miev_error err;
    bool told = false; /* the head of the table, which a refused zone does not get */
    (void)settings;
    if (miev_grid_list(n_words ? words[0] : NULL, print_zone, &told, &err) != MIEV_OK)
        return cli_usage_error("zones", &err);
    printf("Source: " MIEV_GRID_SOURCE ", CC BY 4.0\n");
    return CLI_OK;
}

static const struct arg_option options[] = {{0}};

const struct cli_command cli_zones = {
    .name = "zones",
    .title = "list places and their grams of CO2e per kWh",
    .usage = {"[ZONE]",
              "List places and the grams of CO2e per kWh of their electricity, latest year; with a "
              "ZONE\n"
              "every year of it.\nSource: " MIEV_GRID_SOURCE " (CC BY 4.0).",
              "  miev zones\n  miev zones KR\n  miev zones \"United Kingdom\"", options, 1},
    .run = list_zones,
};
