/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "cli/show_parts.h"

void say(const struct terminal *terminal, const char *format, ...)
{
    char sentence[2 * SAY_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    terminal_wrap(terminal, sentence, 2);
}

void say_title(const struct terminal *terminal, const char *text)
{
    (void)fprintf(terminal->file, "\n%s%s%s\n", terminal_bold(terminal), text,
                  terminal_reset(terminal));
}

void say_site(const json_t *report, const struct terminal *terminal)
{
    const json_t *site = miev_field_at(report, "site");
    char number[MIEV_NUMBER_SIZE], year[16] = "";
    if (!site)
        return;
    miev_format_number(number, sizeof(number), miev_field_number(site, "intensity_g_per_kwh"));
    if (isfinite(miev_field_number(site, "year")))
        (void)snprintf(year, sizeof(year), " in %.0f", miev_field_number(site, "year"));
    say(terminal, "Place: %s, %s g CO2e per kWh%s (%s), PUE %.3g%s.", miev_field_text(site, "zone"),
        number, year, miev_field_text(site, "source"), miev_field_number(site, "pue"),
        json_is_true(miev_field_at(site, "default"))
            ? "; nobody named a place, so this is the world average: --zone sets yours"
            : "");
}

void field_set_number(struct table *table, size_t row, size_t column, double value,
                      const struct miev_unit *unit)
{
    char number[MIEV_NUMBER_SIZE];
    if (!isfinite(value)) {
        table_set(table, row, column, "-");
        return;
    }
    miev_format_number(number, sizeof(number), value / unit->size);
    table_set(table, row, column, "%s %s", number, unit->name);
}
