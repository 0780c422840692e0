/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "export/export.h"
#include "export/markdown.h"
#include "export/rows.h"

#define TEXT_SIZE 512

struct page {
    FILE *file;
    struct miev_units units;
};

void miev_markdown_text(const char *text, FILE *file)
{
    char shown[TEXT_SIZE];
    miev_text_show(shown, sizeof(shown), text);
    for (const char *at = shown; *at; at++) {
        if (*at == '<')
            (void)fputs("&lt;", file);
        else if (*at == '&')
            (void)fputs("&amp;", file);
        else
            (void)fprintf(file, "%s%c", strchr("\\`*_[]|~", *at) ? "\\" : "", *at);
    }
}

static void put_number(double value, const struct miev_unit *unit, FILE *file)
{
    char number[MIEV_NUMBER_SIZE];
    if (isfinite(value)) {
        miev_format_number(number, sizeof(number), value / unit->size);
        (void)fprintf(file, "%s %s | ", number, unit->name);
    } else {
        (void)fputs("- | ", file);
    }
}

static void put_answer(const json_t *model, FILE *file)
{
    const json_t *best = json_array_get(miev_field_at(model, "predictions"), 0);
    const json_t *accuracy = miev_field_at(model, "accuracy");
    double top1 = miev_field_number(accuracy, "top1");
    miev_markdown_text(miev_field_text(best, "label"), file);
    (void)fprintf(file, " %.0f %% | ", miev_field_number(best, "score") * 100);
    if (isfinite(top1)) {
        (void)fprintf(file, "%.1f %% (", top1 * 100);
        miev_markdown_text(miev_field_text(accuracy, "dataset"), file);
        (void)fputs(") | ", file);
    } else {
        (void)fputs("- | ", file);
    }
}

static void put_line(const struct miev_row *line, const struct page *page)
{
    char interval[MIEV_INTERVAL_SIZE];
    FILE *file = page->file;
    (void)fputs("| ", file);
    miev_markdown_text(miev_field_text(line->model, "name"), file);
    (void)fputs(" | ", file);
    if (miev_field_at(line->model, "error")) {
        (void)fputs("failed: ", file);
        miev_markdown_text(miev_field_text(miev_field_at(line->model, "error"), "message"), file);
        (void)fputs(" | - | - | - | - | - |\n", file);
        return;
    }
    put_answer(line->model, file);
    put_number(line->p50_s, &page->units.time, file);
    put_number(line->gross_j, &page->units.energy, file);
    if (isfinite(line->grams)) {
        miev_format_interval(interval, sizeof(interval), line->grams, line->grams_low,
                             line->grams_high, &page->units.mass);
        (void)fprintf(file, "%s | ", interval);
    } else {
        (void)fputs("- | ", file);
    }
    (void)fprintf(file, "%s |\n", miev_field_text(miev_field_at(line->model, "energy"), "method"));
}

static void put_place(const json_t *site, FILE *file)
{
    char number[MIEV_NUMBER_SIZE];
    miev_format_number(number, sizeof(number), miev_field_number(site, "intensity_g_per_kwh"));
    (void)fputs("Place: ", file);
    miev_markdown_text(miev_field_text(site, "zone"), file);
    (void)fprintf(file, ", %s g CO2e per kWh", number);
    if (isfinite(miev_field_number(site, "year")))
        (void)fprintf(file, " in %.0f", miev_field_number(site, "year"));
    (void)fputs(" (", file);
    miev_markdown_text(miev_field_text(site, "source"), file);
    (void)fprintf(file, "), PUE %.3g", miev_field_number(site, "pue"));
    (void)fputs(json_is_true(miev_field_at(site, "default"))
                    ? "; nobody named a place, so this is the world average.  \n"
                    : ".  \n",
                file);
}

/* What the figures rest on; two blanks at a line's end break it. */
static void put_sources(const json_t *report, FILE *file)
{
    const json_t *machine = miev_field_at(report, "machine");
    const char *cpu = miev_field_text(machine, "cpu");
    if (miev_field_at(report, "site"))
        put_place(miev_field_at(report, "site"), file);
    (void)fputs("Machine: ", file);
    miev_markdown_text(*cpu ? cpu : "an unnamed CPU", file);
    (void)fprintf(
        file, ", %.0f logical CPUs%s.  \nInput: ", miev_field_number(machine, "logical_cpus"),
        json_is_true(miev_field_at(machine, "virtual_machine")) ? ", virtual machine" : "");
    miev_markdown_text(miev_field_text(miev_field_at(report, "input"), "name"), file);
    (void)fputs(". Made by miev ", file);
    miev_markdown_text(miev_field_text(report, "miev_version"), file);
    (void)fputs(".\n", file);
}

bool miev_export_markdown(const json_t *report, FILE *file)
{
    const json_t *models = miev_field_at(report, "models");
    size_t n = json_array_size(models);
    struct miev_row *lines = miev_rows_read(models);
    if (!lines)
        return false;
    struct page page = {.file = file, .units = miev_rows_units(lines, n, false)};
    (void)fprintf(file,
                  "| model | top prediction | accuracy (data set) | latency p50 | energy per "
                  "inference | %s CO2e per million | energy is |\n"
                  "|---|---|---|---:|---:|---|---|\n",
                  page.units.mass.name);
    for (size_t i = 0; i < n; i++)
        put_line(&lines[i], &page);
    bool any_grams = n > 0 && isfinite(lines[0].grams);
    free(lines);
    (void)fputs(any_grams ? "\nIn brackets: from what the rounds scatter by, and what energy and "
                            "manufacturing may be wrong by.  \n"
                          : "\n",
                file);
    put_sources(report, file);
    return !ferror(file);
}
