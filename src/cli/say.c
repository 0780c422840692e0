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
    const json_t *site = field_at(report, "site");
    char number[MIEV_NUMBER_SIZE], year[16] = "";
    if (!site)
        return;
    miev_format_number(number, sizeof(number), field_number(site, "intensity_g_per_kwh"));
    if (isfinite(field_number(site, "year")))
        (void)snprintf(year, sizeof(year), " in %.0f", field_number(site, "year"));
    say(terminal, "Place: %s, %s g CO2e per kWh%s (%s), PUE %.3g%s.", field_text(site, "zone"),
        number, year, field_text(site, "source"), field_number(site, "pue"),
        json_is_true(field_at(site, "default"))
            ? "; nobody named a place, so this is the world average: --zone sets yours"
            : "");
}
