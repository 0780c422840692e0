/* SPDX-License-Identifier: Apache-2.0 */
/* Small plots in text: letters for points, dots for lines (Braille where the terminal can show it,
 * else asterisks). */
#ifndef MIEV_CLI_PLOT_H
#define MIEV_CLI_PLOT_H

#include "cli/terminal.h"

#define PLOT_MAX_COLUMNS 64
#define PLOT_MAX_ROWS    16

/* A range of values; a logarithmic one lies above zero. */
struct plot_axis {
    double low, high;
    bool logarithmic;
};

struct plot {
    unsigned columns, rows;
    struct plot_axis x, y;
    char letters[PLOT_MAX_ROWS][PLOT_MAX_COLUMNS];       /* 0: none */
    unsigned char dots[PLOT_MAX_ROWS][PLOT_MAX_COLUMNS]; /* bits of the Braille pattern */
};

/* Empty. columns and rows are cut at the most there is room for. */
void plot_init(struct plot *plot, unsigned columns, unsigned rows, struct plot_axis x,
               struct plot_axis y);
/* A letter at a point, or nearest to it in its row where others stand already. */
void plot_letter(struct plot *plot, double x, double y, char letter);
/* A straight line between two points on these axes. */
void plot_line(struct plot *plot, double x0, double y0, double x1, double y1);

struct plot_words {
    const char *y_high, *y_low; /* beside the ends of the upright axis */
    const char *x_low, *x_high; /* below the ends of the other */
    const char *below;          /* behind "^" at x_mark, or NULL */
    double x_mark;
    const char *const *legend; /* lines to the right of the plot, from the top; n_legend of them */
    size_t n_legend;
};
void plot_print(const struct plot *plot, const struct plot_words *words,
                const struct terminal *terminal);

#endif
