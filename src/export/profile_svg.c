/* SPDX-License-Identifier: Apache-2.0 */
/* A profile as one picture: the inference as a strip from its first operator to its last, then bars
 * by type, then the largest operators. Text is text, so that it can be read aloud and searched. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/units.h"
#include "export/export.h"
#include "export/field.h"

#define WIDTH     960.0
#define MARGIN    24.0
#define LABEL     300.0 /* columns of the bars: what, how much, in numbers */
#define BARS      370.0
#define ROW       26.0
#define STRIP     44.0
#define LARGEST   12u /* operators that get a bar */
#define COLOURS   7u  /* types that get one; the others share a grey */
#define LABEL_MAX 38u /* letters */

/* What all parts are drawn with. */
struct picture {
    FILE *file;
    const json_t *profile;
    struct miev_unit unit; /* of joules */
    double y;              /* where the next part begins */
};

static double share_of(const json_t *row, const char *end)
{
    return miev_field_number(miev_field_at(row, "share"), end);
}

static double joules_of(const json_t *row)
{
    return miev_field_number(miev_field_at(row, "joules"), "value");
}

/* Text between tags, cut at so many letters. */
static void put_text(const char *text, size_t letters, FILE *file)
{
    while (*text) {
        const char *begin = text;
        uint32_t letter = miev_text_next(&text);
        if (letters-- == 0) {
            (void)fputs("…", file);
            return;
        }
        if (letter == '&')
            (void)fputs("&amp;", file);
        else if (letter == '<')
            (void)fputs("&lt;", file);
        else if (letter == '>')
            (void)fputs("&gt;", file);
        else if (letter < ' ' || letter == MIEV_TEXT_BAD)
            (void)fputc('?', file); /* XML has none of these */
        else
            (void)fwrite(begin, 1, (size_t)(text - begin), file);
    }
}

/* "12.3 % · 0.456 mJ" */
static void put_amount(const struct picture *picture, const json_t *row)
{
    char number[MIEV_NUMBER_SIZE];
    (void)fprintf(picture->file, "%.1f %%", 100 * share_of(row, "value"));
    if (!isfinite(joules_of(row)))
        return;
    miev_format_number(number, sizeof(number), joules_of(row) / picture->unit.size);
    (void)fprintf(picture->file, " · %s %s", number, picture->unit.name);
}

/* The place of a type among the kinds, which begin with the largest; COLOURS for all that have no
 * colour of their own. */
static size_t colour_of(const json_t *profile, const char *type)
{
    const json_t *kinds = miev_field_at(profile, "kinds");
    for (size_t i = 0; i < COLOURS; i++)
        if (strcmp(miev_field_text(json_array_get(kinds, i), "type"), type) == 0)
            return i;
    return COLOURS;
}

/* ---- the parts ------------------------------------------------------------------------------ */

static void put_style(FILE *file)
{
    static const char *const light[] = {"#1f6a4a", "#2f6db5", "#b3591a", "#8a4fa3",
                                        "#a33a55", "#5f6f1f", "#2b7f8c", "#868f8b"};
    static const char *const dark[] = {"#6cc490", "#7fb2f0", "#efae7e", "#c79be0",
                                       "#f08fa6", "#b8c766", "#6fc7d4", "#79847f"};
    (void)fputs("<style>\n"
                "text{font:14px system-ui,sans-serif;fill:#1a201e}\n"
                "text.title{font-size:20px;font-weight:600}\n"
                "text.head{font-weight:600}\n"
                "text.dim{fill:#56605d}\n"
                ".bg{fill:#fff}.rest{fill:#dcdfd9}.track{fill:#f1f2ee}\n"
                ".whisker{stroke:#1a201e;stroke-width:1.5}.halo{stroke:#fff;stroke-width:4}\n",
                file);
    for (size_t i = 0; i <= COLOURS; i++)
        (void)fprintf(file, ".c%zu{fill:%s}", i, light[i]);
    (void)fputs("\n@media (prefers-color-scheme:dark){\n"
                "text{fill:#e8ece9}text.dim{fill:#a9b4b0}\n"
                ".bg{fill:#131716}.rest{fill:#343c3a}.track{fill:#1d2221}\n"
                ".whisker{stroke:#e8ece9}.halo{stroke:#131716}\n",
                file);
    for (size_t i = 0; i <= COLOURS; i++)
        (void)fprintf(file, ".c%zu{fill:%s}", i, dark[i]);
    (void)fputs("\n}\n</style>\n", file);
}

static void put_line(struct picture *picture, const char *class, const char *text)
{
    picture->y += strcmp(class, "title") == 0 ? 26 : 22;
    (void)fprintf(picture->file, "<text class=\"%s\" x=\"%.0f\" y=\"%.0f\">", class, MARGIN,
                  picture->y);
    put_text(text, 130, picture->file);
    (void)fputs("</text>\n", picture->file);
}

static void put_header(struct picture *picture)
{
    char line[256];
    const json_t *model = miev_field_at(picture->profile, "model");
    const json_t *engine = miev_field_at(model, "engine");
    char words[MIEV_INTERVAL_SIZE], takes[160] = "The energy of one inference is not known";
    const json_t *energy = miev_field_at(picture->profile, "energy");
    const json_t *joules = miev_field_at(energy, "per_inference_j");
    if (joules) {
        miev_format_interval(words, sizeof(words), miev_field_number(joules, "value"),
                             miev_field_number(joules, "low"), miev_field_number(joules, "high"),
                             &picture->unit);
        (void)snprintf(takes, sizeof(takes), "One inference takes %s %s, %s", words,
                       picture->unit.name, miev_field_text(energy, "method"));
    }
    (void)snprintf(line, sizeof(line), "%s, operator by operator", miev_field_text(model, "name"));
    put_line(picture, "title", line);
    (void)snprintf(line, sizeof(line), "%s %s (%s), %.0f thread%s. %s.",
                   miev_field_text(engine, "runtime"), miev_field_text(engine, "version"),
                   miev_field_text(engine, "delegate"), miev_field_number(engine, "threads"),
                   miev_field_number(engine, "threads") == 1 ? "" : "s", takes);
    put_line(picture, "dim", line);
    (void)snprintf(line, sizeof(line), "Attribution: %s.",
                   miev_field_text(picture->profile, "attribution"));
    put_line(picture, "dim", line);
}

/* One piece of the strip; returns where the next begins. */
static double put_piece(const struct picture *picture, const json_t *row, const char *class,
                        double x)
{
    double width = share_of(row, "value") * (WIDTH - 2 * MARGIN);
    (void)fprintf(picture->file,
                  "<rect class=\"%s\" x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"%.0f\">"
                  "<title>",
                  class, x, picture->y, fmax(width - (width > 3), 0), STRIP);
    put_text(*miev_field_text(row, "type") ? miev_field_text(row, "type") : "between operators",
             LABEL_MAX, picture->file);
    (void)fputc(' ', picture->file);
    put_text(miev_field_text(row, "name"), LABEL_MAX, picture->file);
    (void)fputs(": ", picture->file);
    put_amount(picture, row);
    (void)fputs("</title></rect>\n", picture->file);
    return x + width;
}

static void put_strip(struct picture *picture)
{
    size_t i;
    const json_t *row;
    double x = MARGIN;
    char class[16];
    picture->y += 14;
    put_line(picture, "head", "In the order they run; the end is what lies between them");
    picture->y += 10;
    json_array_foreach(miev_field_at(picture->profile, "operators"), i, row)
    {
        (void)snprintf(class, sizeof(class), "c%zu",
                       colour_of(picture->profile, miev_field_text(row, "type")));
        x = put_piece(picture, row, class, x);
    }
    (void)put_piece(picture, miev_field_at(picture->profile, "between"), "rest", x);
    picture->y += STRIP;
}

/* full: the share that fills the column. */
static void put_whisker(const struct picture *picture, const json_t *row, const char *class,
                        double full)
{
    double scale = BARS / full, x = MARGIN + LABEL, y = picture->y + 9;
    (void)fprintf(picture->file,
                  "<line class=\"%s\" x1=\"%.2f\" x2=\"%.2f\" y1=\"%.0f\" y2=\"%.0f\"/>", class,
                  x + share_of(row, "low") * scale, x + fmin(share_of(row, "high"), full) * scale,
                  y, y);
}

/* A label, a bar with its interval, the numbers. */
static void put_bar(struct picture *picture, const json_t *row, const char *label,
                    const char *class, double full)
{
    double x = MARGIN + LABEL, width = share_of(row, "value") / full * BARS;
    (void)fprintf(picture->file, "<text x=\"%.0f\" y=\"%.0f\">", MARGIN, picture->y + 15);
    put_text(label, LABEL_MAX, picture->file);
    (void)fprintf(picture->file,
                  "</text><rect class=\"track\" x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" "
                  "height=\"18\"/><rect class=\"%s\" x=\"%.0f\" y=\"%.0f\" width=\"%.2f\" "
                  "height=\"18\"/>",
                  x, picture->y, BARS, class, x, picture->y, width);
    put_whisker(picture, row, "halo", full);
    put_whisker(picture, row, "whisker", full);
    (void)fprintf(picture->file, "<text x=\"%.0f\" y=\"%.0f\">", x + BARS + 12, picture->y + 15);
    put_amount(picture, row);
    (void)fputs("</text>\n", picture->file);
    picture->y += ROW;
}

static void put_kinds(struct picture *picture)
{
    size_t i;
    const json_t *row, *kinds = miev_field_at(picture->profile, "kinds");
    const json_t *between = miev_field_at(picture->profile, "between");
    char label[160], class[16];
    double full =
        fmax(fmax(share_of(json_array_get(kinds, 0), "high"), share_of(between, "high")), 1e-9);
    picture->y += 14;
    put_line(picture, "head", "By type");
    picture->y += 10;
    json_array_foreach(kinds, i, row)
    {
        (void)snprintf(label, sizeof(label), "%s (%.0f)", miev_field_text(row, "type"),
                       miev_field_number(row, "operators"));
        (void)snprintf(class, sizeof(class), "c%zu", i < COLOURS ? i : COLOURS);
        put_bar(picture, row, label, class, full);
    }
    put_bar(picture, between, "between operators", "rest", full);
}

static int by_share(const void *a, const void *b)
{
    double x = share_of(*(const json_t *const *)a, "value");
    double y = share_of(*(const json_t *const *)b, "value");
    return (x < y) - (x > y);
}

const json_t **miev_profile_largest(const json_t *profile, size_t *n)
{
    const json_t *operators = miev_field_at(profile, "operators");
    *n = json_array_size(operators);
    const json_t **rows = calloc(*n + 1, sizeof(const json_t *));
    for (size_t i = 0; rows && i < *n; i++)
        rows[i] = json_array_get(operators, i);
    if (rows)
        qsort(rows, *n, sizeof(const json_t *), by_share);
    return rows;
}

size_t miev_profile_position(const json_t *profile, const json_t *row)
{
    size_t i = 0;
    const json_t *operators = miev_field_at(profile, "operators");
    while (i < json_array_size(operators) && json_array_get(operators, i) != row)
        i++;
    return i + 1;
}

static void put_largest(struct picture *picture, const json_t *const *rows, size_t n)
{
    char label[256], class[16];
    double full = 1e-9;
    for (size_t i = 0; i < n && i < LARGEST; i++)
        full = fmax(full, share_of(rows[i], "high"));
    picture->y += 14;
    put_line(picture, "head", "The largest operators");
    picture->y += 10;
    for (size_t i = 0; i < n && i < LARGEST; i++) {
        const char *type = miev_field_text(rows[i], "type");
        const char *shape = miev_field_text(rows[i], "output_shape");
        (void)snprintf(label, sizeof(label), "%zu. %s  %s",
                       miev_profile_position(picture->profile, rows[i]), type,
                       *shape ? shape : miev_field_text(rows[i], "name"));
        (void)snprintf(class, sizeof(class), "c%zu", colour_of(picture->profile, type));
        put_bar(picture, rows[i], label, class, full);
    }
}

bool miev_export_profile_svg(const json_t *profile, FILE *file)
{
    size_t n = 0, kinds = json_array_size(miev_field_at(profile, "kinds"));
    const json_t **largest = miev_profile_largest(profile, &n);
    if (!largest)
        return false;
    double whole_j = miev_field_number(
        miev_field_at(miev_field_at(profile, "energy"), "per_inference_j"), "value");
    struct picture picture = {
        .file = file,
        .profile = profile,
        .unit = miev_unit_for(MIEV_QUANTITY_ENERGY_J, &whole_j, 1, false),
        .y = MARGIN - 8,
    };
    double bars = (double)(kinds + 1 + (n < LARGEST ? n : LARGEST));
    double height = picture.y + 26 + 2 * 22 + 3 * 46 + STRIP + bars * ROW + MARGIN;
    (void)fprintf(file,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
                  "role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">",
                  WIDTH, height);
    put_text(miev_field_text(miev_field_at(profile, "model"), "name"), LABEL_MAX, file);
    (void)fputs(", operator by operator</title>\n<desc id=\"desc\">", file);
    put_text(miev_field_text(profile, "attribution"), 200, file);
    (void)fputs("</desc>\n", file);
    put_style(file);
    (void)fprintf(file, "<rect class=\"bg\" width=\"%.0f\" height=\"%.0f\"/>\n", WIDTH, height);
    put_header(&picture);
    put_strip(&picture);
    put_kinds(&picture);
    put_largest(&picture, largest, n);
    (void)fputs("</svg>\n", file);
    free(largest);
    return !ferror(file);
}
