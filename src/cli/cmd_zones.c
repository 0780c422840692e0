/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/args.h"
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

int cmd_zones(int argc, char **argv)
{
    static const struct arg_option options[] = {{0}};
    static const struct arg_usage usage = {
        "zones", "[ZONE]",
        "List places and the grams of CO2e per kWh of their electricity, latest year; with a ZONE\n"
        "every year of it.\nSource: " MIEV_GRID_SOURCE " (CC BY 4.0).",
        "  miev zones\n  miev zones KR\n  miev zones \"United Kingdom\"", options};
    struct miev_error err;
    size_t n_words = 0;
    bool help = false;
    if (args_parse(argc, argv, options, &n_words, &help, &err) != MIEV_OK ||
        args_words("zones", argv, n_words, 1, &err) != MIEV_OK)
        return cli_usage_error("zones", &err);
    if (help) {
        args_print_help(&usage);
        return CLI_OK;
    }
    bool told = false; /* the head of the table, which a refused zone does not get */
    if (miev_grid_list(n_words ? argv[0] : NULL, print_zone, &told, &err) != MIEV_OK)
        return cli_usage_error("zones", &err);
    printf("Source: " MIEV_GRID_SOURCE ", CC BY 4.0\n");
    return CLI_OK;
}
