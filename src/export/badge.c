/* SPDX-License-Identifier: Apache-2.0 */
/* A label as a picture of one line. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/units.h"
#include "export/export.h"
#include "export/field.h"

#define HEIGHT      20
#define CHARACTER_W 6.6 /* of 11 px sans-serif, generously: fonts differ */
#define MARGIN      8.0

static void put_xml(const char *text, FILE *file)
{
    for (; *text; text++) {
        const char *entity = *text == '<'   ? "&lt;"
                             : *text == '>' ? "&gt;"
                             : *text == '&' ? "&amp;"
                             : *text == '"' ? "&quot;"
                                            : NULL;
        if (entity)
            (void)fputs(entity, file);
        else
            (void)fputc((unsigned char)*text < ' ' ? '?' : *text, file);
    }
}

/* "0.110 mJ estimated", "unavailable" */
static void write_energy(const json_t *model, char *out, size_t capacity)
{
    const json_t *energy = miev_field_at(model, "energy");
    double joules = miev_field_number(
        miev_field_at(miev_field_at(energy, "gross"), "per_inference_j"), "value");
    struct miev_unit unit = miev_unit_for(MIEV_QUANTITY_ENERGY_J, &joules, 1, false);
    char number[MIEV_NUMBER_SIZE];
    miev_format_number(number, sizeof(number), joules / unit.size);
    if (isfinite(joules))
        (void)snprintf(out, capacity, "%s %s %.16s", number, unit.name,
                       miev_field_text(energy, "method"));
    else
        (void)snprintf(out, capacity, "unavailable");
}

static void write_day(const json_t *report, char out[32])
{
    struct tm parts;
    time_t when = (time_t)json_integer_value(miev_field_at(report, "created_unix_s"));
    out[0] = '\0';
    if (gmtime_r(&when, &parts))
        (void)strftime(out, 32, "%Y-%m-%d", &parts);
}

/* Dark on light and light on dark stand out by 7 to 1 and more; no meaning is in a colour alone. */
static void put_half(double x, double width, const char *fill, const char *text, FILE *file)
{
    (void)fprintf(file,
                  "<rect x=\"%.0f\" width=\"%.0f\" height=\"%d\" fill=\"%s\"/>"
                  "<text x=\"%.0f\" y=\"14\">",
                  x, width, HEIGHT, fill, x + width / 2);
    put_xml(text, file);
    (void)fputs("</text>\n", file);
}

bool miev_export_badge(const json_t *label, bool stale, FILE *file)
{
    static const char title[] = "energy of one inference";
    const json_t *report = miev_field_at(label, "report");
    const json_t *model =
        json_array_get(miev_field_at(report, "models"), (size_t)miev_field_number(label, "model"));
    char energy[64], told[128], day[32];
    write_energy(model, energy, sizeof(energy));
    write_day(report, day);
    (void)snprintf(told, sizeof(told), stale ? "stale: of another file" : "%s, %s", energy, day);
    double left = sizeof(title) * CHARACTER_W + MARGIN;
    double right = (double)strlen(told) * CHARACTER_W + 2 * MARGIN;
    (void)fprintf(file,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%d\" "
                  "role=\"img\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#fff\" "
                  "text-anchor=\"middle\">\n<title>",
                  left + right, HEIGHT);
    put_xml(miev_field_text(model, "name"), file);
    (void)fprintf(file, ": %s, %s, by MIEV %s</title>\n<desc>sha256 %.64s; ", title, told,
                  miev_field_text(report, "miev_version"), miev_field_text(model, "sha256"));
    put_xml(miev_field_text(miev_field_at(report, "machine"), "cpu"), file);
    (void)fputs("</desc>\n", file);
    put_half(0, left, "#3a3a3a", title, file);
    put_half(left, right, stale ? "#5c5c5c" : "#12536b", told, file);
    (void)fputs("</svg>\n", file);
    return !ferror(file);
}
