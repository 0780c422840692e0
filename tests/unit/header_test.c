/* SPDX-License-Identifier: Apache-2.0 */
/* The public header alone, first and twice, as a C program includes it; its C++ twin includes this
 * file. A program that links only the shared library answers a few calls. */
#include "miev.h"

#include <stdio.h>
#include <string.h>

static int check(int holds, const char *what)
{
    if (!holds)
        printf("failed: %s\n", what);
    return holds ? 0 : 1;
}

static int check_grid(void)
{
    struct miev_grid_factor factor = MIEV_GRID_FACTOR_INIT;
    struct miev_error err;
    int failures = check(miev_grid_intensity("KR", 2024, &factor, &err) == MIEV_OK, err.message);
    failures += check(strcmp(factor.name, "South Korea") == 0, "name");
    failures += check(strcmp(factor.iso2, "KR") == 0 && strcmp(factor.iso3, "KOR") == 0, "codes");
    failures += check(factor.year == 2024 && factor.is_aggregate == 0, "year");
    failures += check(factor.intensity_g_per_kwh > 300 && factor.intensity_g_per_kwh < 600, "g");
    failures += check(strstr(factor.source, "Ember") != NULL, "source");
    failures += check(factor.struct_size == sizeof(factor), "size");

    failures += check(miev_grid_intensity("Koera", 0, &factor, &err) == MIEV_ERR_INVALID, "typo");
    failures += check(strstr(err.message, "South Korea (KR)") != NULL, err.message);
    failures += check(miev_grid_intensity("KR", 1900, &factor, NULL) == MIEV_ERR_UNAVAILABLE,
                      "year that is not there");
    failures += check(factor.year == 2024, "unchanged on failure");
    factor.struct_size = 3;
    failures += check(miev_grid_intensity("KR", 0, &factor, &err) == MIEV_ERR_INVALID, "too small");
    failures += check(miev_grid_intensity(NULL, 0, NULL, &err) == MIEV_ERR_INVALID, "no struct");
    return failures;
}

/* A program built against a later header brings a longer struct: what this library does not know
 * stays as it was. */
static int check_longer_struct(void)
{
    struct {
        struct miev_grid_factor known;
        double later;
    } longer = {MIEV_GRID_FACTOR_INIT, 42};
    longer.known.struct_size = sizeof(longer);
    int failures = check(miev_grid_intensity("World", 0, &longer.known, NULL) == MIEV_OK, "longer");
    failures += check(longer.later > 41 && longer.later < 43, "what follows is untouched");
    failures += check(longer.known.is_aggregate == 1, "World is a group");
    return failures + check(longer.known.struct_size == sizeof(longer), "its size is kept");
}

static int check_sci(void)
{
    struct miev_interval energy_j = {3.6e6, 3.6e6, 3.6e6}, embodied_g, total_g;
    double co2e_g;
    int failures = check(miev_emissions(3.6e6, 500, &co2e_g) == MIEV_OK, "emissions");
    failures += check(co2e_g > 499.9 && co2e_g < 500.1, "grams of a kWh");
    failures += check(miev_embodied("laptop", 3600, 1, &embodied_g, NULL) == MIEV_OK, "embodied");
    failures += check(embodied_g.value > 6.7 && embodied_g.value < 6.8, "laptop for an hour");
    failures += check(miev_sci(&energy_j, 1, 500, &embodied_g, &total_g, NULL) == MIEV_OK, "sci");
    failures += check(total_g.value > 506.7 && total_g.value < 506.8, "sum");
    failures +=
        check(miev_sci(&energy_j, 0.5, 500, NULL, &total_g, NULL) == MIEV_ERR_INVALID, "pue");
    failures += check(miev_sci(NULL, 1, 500, NULL, &total_g, NULL) == MIEV_ERR_INVALID, "NULL");
    return failures +
           check(miev_embodied(NULL, 1, 1, &embodied_g, NULL) == MIEV_ERR_INVALID, "no class");
}

int main(void)
{
    int failures = check(strcmp(miev_status_name(MIEV_ERR_INVALID), "invalid") == 0, "status");
    failures += check(miev_version()[0] != '\0', "version");
    failures += check_grid() + check_longer_struct() + check_sci();
    return failures == 0 ? 0 : 1;
}
