/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/plot.h"

#include <math.h>
#include <string.h>

#define DOTS_ACROSS 2 /* of one character */
#define DOTS_DOWN   4

void plot_init(struct plot *plot, unsigned columns, unsigned rows, struct plot_axis x,
               struct plot_axis y)
{
    *plot = (struct plot){
        .columns = columns < PLOT_MAX_COLUMNS ? columns : PLOT_MAX_COLUMNS,
        .rows = rows < PLOT_MAX_ROWS ? rows : PLOT_MAX_ROWS,
        .x = x,
        .y = y,
    };
}

/* Where a value lies on its axis, 0 to 1. Everything lies in the middle of an axis of one value. */
static double place(const struct plot_axis *axis, double value)
{
    double low = axis->logarithmic ? log(axis->low) : axis->low;
    double high = axis->logarithmic ? log(axis->high) : axis->high;
    double at = axis->logarithmic ? log(value) : value;
    double share = high > low ? (at - low) / (high - low) : 0.5;
    return isfinite(share) ? fmax(0, fmin(1, share)) : 0.5;
}

/* False where there is no such cell, or it is taken. */
static bool take_cell(struct plot *plot, unsigned row, unsigned column, char letter)
{
    if (column >= plot->columns || plot->letters[row][column] != 0)
        return false;
    plot->letters[row][column] = letter;
    return true;
}

void plot_letter(struct plot *plot, double x, double y, char letter)
{
    unsigned column = (unsigned)lround(place(&plot->x, x) * (plot->columns - 1));
    unsigned row = (unsigned)lround((1 - place(&plot->y, y)) * (plot->rows - 1));
    for (unsigned step = 0; step < plot->columns; step++) {
        if (take_cell(plot, row, column + step, letter) ||
            (step <= column && take_cell(plot, row, column - step, letter)))
            return;
    }
}

static void set_dot(struct plot *plot, unsigned across, unsigned down)
{
    /* Braille counts its dots down the left, down the right, and then the lowest two. */
    static const unsigned char bits[DOTS_DOWN][DOTS_ACROSS] = {
        {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    plot->dots[down / DOTS_DOWN][across / DOTS_ACROSS] |=
        bits[down % DOTS_DOWN][across % DOTS_ACROSS];
}

void plot_line(struct plot *plot, double x0, double y0, double x1, double y1)
{
    double width = plot->columns * DOTS_ACROSS - 1, height = plot->rows * DOTS_DOWN - 1;
    double from_x = place(&plot->x, x0) * width, to_x = place(&plot->x, x1) * width;
    double from_y = (1 - place(&plot->y, y0)) * height, to_y = (1 - place(&plot->y, y1)) * height;
    long steps = lround(fmax(fabs(to_x - from_x), fabs(to_y - from_y))) + 1;
    for (long i = 0; i <= steps; i++) {
        double share = (double)i / (double)steps;
        set_dot(plot, (unsigned)lround(from_x + share * (to_x - from_x)),
                (unsigned)lround(from_y + share * (to_y - from_y)));
    }
}

static void print_cell(const struct plot *plot, unsigned row, unsigned column,
                       const struct terminal *terminal)
{
    unsigned char dots = plot->dots[row][column];
    if (plot->letters[row][column])
        (void)fprintf(terminal->file, "%s%c%s", terminal_bold(terminal), plot->letters[row][column],
                      terminal_reset(terminal));
    else if (dots && terminal->utf8) /* U+2800 and the dots as bits */
        (void)fprintf(terminal->file, "\xe2%c%c", 0xa0 + (dots >> 6), 0x80 + (dots & 0x3f));
    else
        (void)fputc(dots ? '*' : ' ', terminal->file);
}

/* Up to the last thing that stands in a row, so that lines have no blanks at their ends. */
static unsigned used_columns(const struct plot *plot, unsigned row, bool all)
{
    unsigned used = plot->columns;
    while (!all && used > 0 && !plot->letters[row][used - 1] && !plot->dots[row][used - 1])
        used--;
    return used;
}

static int label_width(const struct plot_words *words)
{
    size_t high = terminal_text_columns(words->y_high), low = terminal_text_columns(words->y_low);
    return (int)(high > low ? high : low);
}

static void print_label(const char *label, int width, const struct terminal *terminal)
{
    (void)fprintf(terminal->file, "%*s%s ", width - (int)terminal_text_columns(label), "", label);
}

static void print_row(const struct plot *plot, unsigned row, const struct plot_words *words,
                      const struct terminal *terminal)
{
    bool end = row == 0 || row + 1 == plot->rows;
    print_label(row == 0 ? words->y_high : end ? words->y_low : "", label_width(words), terminal);
    (void)fputs(terminal->utf8 ? (end ? "┤" : "│") : (end ? "+" : "|"), terminal->file);
    unsigned used = used_columns(plot, row, row < words->n_legend);
    for (unsigned column = 0; column < used; column++)
        print_cell(plot, row, column, terminal);
    (void)fprintf(terminal->file, "%s%s\n", row < words->n_legend ? "  " : "",
                  row < words->n_legend ? words->legend[row] : "");
}

void plot_print(const struct plot *plot, const struct plot_words *words,
                const struct terminal *terminal)
{
    int margin = label_width(words) + 1;
    for (unsigned row = 0; row < plot->rows; row++)
        print_row(plot, row, words, terminal);
    (void)fprintf(terminal->file, "%*s%s", margin, "", terminal->utf8 ? "└" : "+");
    for (unsigned column = 0; column < plot->columns; column++)
        (void)fputs(terminal->utf8 ? "─" : "-", terminal->file);
    int gap = (int)plot->columns - (int)terminal_text_columns(words->x_low) -
              (int)terminal_text_columns(words->x_high);
    (void)fprintf(terminal->file, "\n%*s%s%*s%s\n", margin + 1, "", words->x_low, gap > 1 ? gap : 1,
                  "", words->x_high);
    if (!words->below)
        return;
    int at = (int)lround(place(&plot->x, words->x_mark) * (plot->columns - 1));
    int after = at + 2 + (int)terminal_text_columns(words->below);
    /* To the left of its mark where there is no room to the right. */
    if (after <= (int)plot->columns)
        (void)fprintf(terminal->file, "%*s^ %s\n", margin + 1 + at, "", words->below);
    else
        (void)fprintf(terminal->file, "%*s%s ^\n",
                      margin + 1 + at - 1 - (int)terminal_text_columns(words->below), "",
                      words->below);
}
