/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <time.h>

#include "core/units.h"
#include "export/export.h"
#include "export/field.h"
#include "export/markdown.h"
#include "miev.h"

#define PER_MILLION 1e6

static void put_interval(enum miev_quantity quantity, const struct miev_interval *in, FILE *file)
{
    char text[MIEV_INTERVAL_SIZE];
    struct miev_unit unit = miev_unit_for(quantity, &in->value, 1, false);
    miev_format_interval(text, sizeof(text), in->value, in->low, in->high, &unit);
    (void)fprintf(file, "%s %s", text, unit.name);
}

static struct miev_interval interval_of(const json_t *object)
{
    return (struct miev_interval){miev_field_number(object, "value"),
                                  miev_field_number(object, "low"),
                                  miev_field_number(object, "high")};
}

/* What counts towards the headline, and how it is known: "cpu estimated, memory estimated". */
static void put_parts(const json_t *energy, FILE *file)
{
    size_t i, shown = 0;
    json_t *part;
    json_array_foreach(miev_field_at(energy, "parts"), i, part)
    {
        if (!json_is_true(json_object_get(part, "headline")) ||
            strcmp(miev_field_text(part, "method"), "unavailable") == 0)
            continue;
        (void)fputs(shown++ ? ", " : "", file);
        miev_markdown_text(miev_field_text(part, "part"), file);
        (void)fputc(' ', file);
        miev_markdown_text(miev_field_text(part, "method"), file);
    }
}

static void put_energy(const json_t *energy, FILE *file)
{
    const struct miev_interval joules = miev_field_joules(energy);
    (void)fputs("| energy of one inference | ", file);
    if (isfinite(joules.value)) {
        put_interval(MIEV_QUANTITY_ENERGY_J, &joules, file);
        (void)fputs(" |\n| of it | ", file);
        put_parts(energy, file);
        (void)fprintf(file, "; %.0f rounds |\n",
                      miev_field_number(miev_field_at(energy, "gross"), "rounds"));
    } else {
        (void)fputs("unavailable |\n", file);
    }
}

static void put_grams(const json_t *report, size_t i, FILE *file)
{
    const json_t *site = miev_field_at(report, "site");
    const json_t *model = json_array_get(miev_field_at(report, "models"), i);
    const struct miev_interval grams =
        interval_of(miev_field_at(miev_field_at(model, "footprint"), "per_inference_g"));
    if (!isfinite(grams.value))
        return;
    const struct miev_interval million = {grams.value * PER_MILLION, grams.low * PER_MILLION,
                                          grams.high * PER_MILLION};
    (void)fputs("| CO2e per million inferences, ", file);
    miev_markdown_text(miev_field_text(site, "zone"), file);
    (void)fprintf(file, " at %.4g g per kWh | ", miev_field_number(site, "intensity_g_per_kwh"));
    put_interval(MIEV_QUANTITY_MASS_G, &million, file);
    (void)fputs(" |\n", file);
}

static void put_machine(const json_t *report, const json_t *model, FILE *file)
{
    const json_t *machine = miev_field_at(report, "machine");
    const json_t *engine = miev_field_at(model, "engine");
    const char *cpu = miev_field_text(machine, "cpu");
    (void)fputs("| machine | ", file);
    miev_markdown_text(*cpu ? cpu : "an unnamed CPU", file);
    (void)fprintf(file, ", %.0f logical CPUs%s; ", miev_field_number(machine, "logical_cpus"),
                  json_is_true(miev_field_at(machine, "virtual_machine")) ? ", virtual machine"
                                                                          : "");
    miev_markdown_text(miev_field_text(engine, "runtime"), file);
    (void)fputc(' ', file);
    miev_markdown_text(miev_field_text(engine, "version"), file);
    (void)fprintf(file, ", %.0f thread%s |\n", miev_field_number(engine, "threads"),
                  miev_field_number(engine, "threads") == 1 ? "" : "s");
}

static void put_day(const json_t *report, FILE *file)
{
    char day[32] = "";
    struct tm parts;
    time_t when = (time_t)json_integer_value(miev_field_at(report, "created_unix_s"));
    if (gmtime_r(&when, &parts))
        (void)strftime(day, sizeof(day), "%Y-%m-%d", &parts);
    (void)fprintf(file, "| measured | %s with miev ", day);
    miev_markdown_text(miev_field_text(report, "miev_version"), file);
    (void)fputs(" |\n", file);
}

/* In a code span, where only a backtick and a bar mean anything, and neither is needed. */
static void put_code(const char *text, FILE *file)
{
    for (const char *at = text; *at; at++)
        (void)fputc((unsigned char)*at < ' ' || strchr("`|\x7f", *at) ? '?' : *at, file);
}

/* Lower or higher than a model that everybody can measure beside it. */
static void put_reference(const json_t *reference, FILE *file)
{
    const json_t *ratio = miev_field_at(reference, "ratio");
    if (!json_is_object(reference))
        return;
    (void)fprintf(file, "| of the reference, same study | %.3g (%.3g to %.3g) times `",
                  miev_field_number(ratio, "value"), miev_field_number(ratio, "low"),
                  miev_field_number(ratio, "high"));
    put_code(miev_field_text(reference, "name"), file);
    (void)fprintf(file, "`, sha256 `%.12s` |\n", miev_field_text(reference, "sha256"));
}

/* Joules, the machine and the reference first, the grams of a clean place last: a clean grid must
 * not make a model look better. */
bool miev_export_label(const json_t *label, FILE *file)
{
    const json_t *report = miev_field_at(label, "report"), *world = miev_field_at(label, "world");
    size_t i = (size_t)miev_field_number(label, "model");
    const json_t *model = json_array_get(miev_field_at(report, "models"), i);
    const char *sha256 = miev_field_text(model, "sha256");
    const char *here = miev_field_text(miev_field_at(report, "site"), "zone");
    const char *average = miev_field_text(miev_field_at(world, "site"), "zone");
    (void)fputs("| **", file);
    miev_markdown_text(miev_field_text(model, "name"), file);
    (void)fputs("** | cost of one inference, by MIEV |\n|---|---|\n", file);
    put_energy(miev_field_at(model, "energy"), file);
    put_machine(report, model, file);
    put_reference(miev_field_at(label, "reference"), file);
    put_grams(world, i, file);
    if (strcmp(here, average) != 0)
        put_grams(report, i, file);
    if (*sha256)
        (void)fprintf(file, "| model file | sha256 `%.64s` |\n", sha256);
    put_day(report, file);
    (void)fputs("| again | `miev run ", file);
    put_code(miev_field_text(model, "name"), file);
    (void)fputs(" --input ", file);
    put_code(miev_field_text(miev_field_at(report, "input"), "name"), file);
    (void)fputs("` |\n\nIn brackets: what the rounds scatter by, and what energy and manufacturing "
                "may be wrong by.\n",
                file);
    return !ferror(file);
}
