/* SPDX-License-Identifier: Apache-2.0 */
#include "core/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MICRO "\xc2\xb5" /* U+00B5 */

struct scale_step {
    const char *name, *ascii_name;
    double size;
};

struct scale {
    const struct scale_step *steps; /* smallest first */
    size_t n, base;                 /* base: the step of size 1 */
};

static const struct scale_step energy_steps[] = {
    {"nJ", "nJ", 1e-9}, {MICRO "J", "uJ", 1e-6}, {"mJ", "mJ", 1e-3},
    {"J", "J", 1},      {"kJ", "kJ", 1e3},       {"MJ", "MJ", 1e6},
};
static const struct scale_step time_steps[] = {
    {"ns", "ns", 1e-9}, {MICRO "s", "us", 1e-6}, {"ms", "ms", 1e-3}, {"s", "s", 1}};
static const struct scale_step mass_steps[] = {
    {"ng", "ng", 1e-9}, {MICRO "g", "ug", 1e-6}, {"mg", "mg", 1e-3},
    {"g", "g", 1},      {"kg", "kg", 1e3},       {"t", "t", 1e6},
};

#define STEPS(list) (list), sizeof(list) / sizeof((list)[0])
static const struct scale scales[] = {
    [MIEV_QUANTITY_ENERGY_J] = {STEPS(energy_steps), 3},
    [MIEV_QUANTITY_TIME_S] = {STEPS(time_steps), 3},
    [MIEV_QUANTITY_MASS_G] = {STEPS(mass_steps), 3},
};

/* Rounded as it will be shown, so that 999.9 mJ counts as the 1000 that people would read. */
static double three_digits(double value)
{
    char text[MIEV_NUMBER_SIZE];
    (void)snprintf(text, sizeof(text), "%.2e", value);
    return strtod(text, NULL);
}

static size_t choose_step(const struct scale *scale, double smallest, double largest)
{
    size_t at = 0;
    while (at + 1 < scale->n && three_digits(largest / scale->steps[at + 1].size) >= 1)
        at++;
    while (at > 0 && smallest / scale->steps[at].size < 0.01 &&
           largest / scale->steps[at - 1].size < 1e5)
        at--;
    return at;
}

struct miev_unit miev_unit_for(enum miev_quantity quantity, const double *values, size_t n,
                               bool ascii)
{
    const struct scale *scale = &scales[quantity];
    double smallest = INFINITY, largest = 0;
    for (size_t i = 0; i < n; i++) {
        double size = fabs(values[i]);
        if (!isfinite(size) || size <= 0)
            continue;
        smallest = fmin(smallest, size);
        largest = fmax(largest, size);
    }
    size_t at = largest > 0 ? choose_step(scale, smallest, largest) : scale->base;
    const struct scale_step *step = &scale->steps[at];
    return (struct miev_unit){.name = ascii ? step->ascii_name : step->name, .size = step->size};
}

void miev_format_number(char *out, size_t capacity, double value)
{
    if (!isfinite(value)) {
        (void)snprintf(out, capacity, "n/a");
        return;
    }
    double rounded = three_digits(value), size = fabs(rounded);
    if (size <= 0) {
        (void)snprintf(out, capacity, "0");
        return;
    }
    if (size < 1e-5 || size >= 1e9) {
        (void)snprintf(out, capacity, "%.2e", rounded);
        return;
    }
    /* The nudge is for log10 of 0.001 and its like; three digits leave it no other number to hit.
     */
    int magnitude = (int)floor(log10(size) + 1e-9);
    int decimals = magnitude < 2 ? 2 - magnitude : 0;
    (void)snprintf(out, capacity, "%.*f", decimals, rounded);
}

void miev_format_interval(char *out, size_t capacity, double value, double low, double high,
                          const struct miev_unit *unit)
{
    char texts[3][MIEV_NUMBER_SIZE];
    miev_format_number(texts[0], sizeof(texts[0]), value / unit->size);
    miev_format_number(texts[1], sizeof(texts[1]), low / unit->size);
    miev_format_number(texts[2], sizeof(texts[2]), high / unit->size);
    (void)snprintf(out, capacity, "%s (%s to %s)", texts[0], texts[1], texts[2]);
}
