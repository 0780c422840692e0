/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <time.h>

#include "core/text.h"
#include "core/units.h"
#include "export/export.h"
#include "export/field.h"
#include "export/use.h"
#include "miev.h"

#define TEXT_SIZE 520

static void put_shown(const char *text, FILE *file)
{
    char shown[TEXT_SIZE];
    miev_text_show(shown, sizeof(shown), text);
    (void)fputs(shown, file);
}

/* ---- methods -------------------------------------------------------------------------------- */

static const char *how(const char *method)
{
    if (strcmp(method, "measured") == 0)
        return "measured by the machine's own counters";
    if (strcmp(method, "mixed") == 0)
        return "in part measured by the machine's counters and in part estimated";
    return "estimated from CPU time (no counter could be read)";
}

static void put_joules(const struct miev_interval *joules, FILE *file)
{
    struct miev_unit unit = miev_unit_for(MIEV_QUANTITY_ENERGY_J, &joules->value, 1, false);
    char value[MIEV_NUMBER_SIZE], low[MIEV_NUMBER_SIZE], high[MIEV_NUMBER_SIZE];
    miev_format_number(value, sizeof(value), joules->value / unit.size);
    miev_format_number(low, sizeof(low), joules->low / unit.size);
    miev_format_number(high, sizeof(high), joules->high / unit.size);
    (void)fprintf(file, "%s %s per inference (%s to %s %s with all that it may be wrong by)", value,
                  unit.name, low, high, unit.name);
}

static void put_day(double unix_s, FILE *file)
{
    char day[32] = "an unknown day";
    struct tm parts;
    time_t when = (time_t)unix_s;
    if (isfinite(unix_s) && gmtime_r(&when, &parts))
        (void)strftime(day, sizeof(day), "%Y-%m-%d", &parts);
    (void)fputs(day, file);
}

bool miev_use_methods(const struct miev_use *use, FILE *file)
{
    const json_t *energy = miev_field_at(use->model, "energy");
    const json_t *machine = miev_field_at(use->report, "machine");
    const json_t *engine = miev_field_at(use->model, "engine");
    const json_t *site = miev_field_at(use->report, "site");
    const struct miev_interval joules = miev_field_joules(energy);
    if (!isfinite(joules.value) || !isfinite(joules.low) || !isfinite(joules.high))
        return false;
    (void)fputs("The energy of one inference of ", file);
    put_shown(use->name, file);
    (void)fprintf(file, " was %s with MIEV ", how(miev_field_text(energy, "method")));
    put_shown(miev_field_text(use->report, "miev_version"), file);
    (void)fputs(" on ", file);
    put_day(miev_field_number(use->report, "created_unix_s"), file);
    (void)fputs(" on a machine with ", file);
    put_shown(miev_field_text(machine, "cpu"), file);
    (void)fprintf(
        file, " (%.0f logical CPUs%s), run by ", miev_field_number(machine, "logical_cpus"),
        json_is_true(miev_field_at(machine, "virtual_machine")) ? ", a virtual machine" : "");
    put_shown(miev_field_text(engine, "runtime"), file);
    (void)fputc(' ', file);
    put_shown(miev_field_text(engine, "version"), file);
    (void)fprintf(file, " with %.0f thread%s: ", miev_field_number(engine, "threads"),
                  miev_field_number(engine, "threads") == 1 ? "" : "s");
    put_joules(&joules, file);
    (void)fprintf(file, ", from %.0f rounds",
                  miev_field_number(miev_field_at(energy, "gross"), "rounds"));
    if (*miev_field_text(site, "zone")) {
        (void)fputs("; emissions are reckoned for ", file);
        put_shown(miev_field_text(site, "zone"), file);
        (void)fprintf(file, " (%.4g g CO2e per kWh)",
                      miev_field_number(site, "intensity_g_per_kwh"));
    }
    (void)fputs(".\n", file);
    return !ferror(file);
}

/* ---- BibTeX --------------------------------------------------------------------------------- */

/* What TeX would take for its own is escaped. */
static void put_tex(const char *text, FILE *file)
{
    char shown[TEXT_SIZE];
    miev_text_show(shown, sizeof(shown), text);
    for (const char *at = shown; *at; at++) {
        if (*at == '\\')
            (void)fputs("\\textbackslash{}", file);
        else if (*at == '~' || *at == '^')
            (void)fprintf(file, "\\%c{}", *at);
        else
            (void)fprintf(file, "%s%c", strchr("{}$&#%_", *at) ? "\\" : "", *at);
    }
}

static void put_key(const char *name, FILE *file)
{
    for (const char *at = name; *at; at++)
        (void)fputc(strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", *at)
                        ? *at
                        : '-',
                    file);
}

static bool is_address(const char *text)
{
    return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
}

/* An address is taken letter by letter: what would end it is written as %XX. */
static void put_address(const char *value, FILE *file)
{
    (void)fputs(",\n  url = {", file);
    for (const char *at = value; *at; at++) {
        if (strchr("{}\\\"<>^` ", *at) || (unsigned char)*at < ' ')
            (void)fprintf(file, "%%%02X", (unsigned char)*at);
        else
            (void)fputc(*at, file);
    }
    (void)fputc('}', file);
}

static void put_field(const char *name, const char *value, FILE *file)
{
    if (!*value)
        return;
    (void)fprintf(file, ",\n  %s = {", name);
    put_tex(value, file);
    (void)fputc('}', file);
}

bool miev_use_bibtex(const struct miev_use *use, FILE *file)
{
    (void)fputs("@misc{", file);
    put_key(use->name, file);
    (void)fputs(",\n  title = {{", file);
    put_tex(*use->title ? use->title : use->name, file);
    (void)fputs("}}", file);
    put_field("publisher", use->publisher, file);
    if (is_address(use->source))
        put_address(use->source, file);
    else
        put_field("howpublished", use->source, file);
    if (*use->sha256)
        (void)fprintf(file, ",\n  note = {sha256 %.64s}", use->sha256);
    (void)fputs("\n}\n\n@misc{miev,\n  title = {{MIEV}, the {Model Inference Emission "
                "Visualizer}},\n  note = {version ",
                file);
    put_tex(miev_version(), file);
    (void)fputs("}\n}\n", file);
    return !ferror(file);
}
