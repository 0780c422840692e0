/* SPDX-License-Identifier: Apache-2.0 */
/* What an output stream can show, and tables on it. */
#ifndef MIEV_CLI_TERMINAL_H
#define MIEV_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

struct terminal {
    FILE *file;
    bool interactive; /* a person looks at it */
    bool color;       /* interactive, and NO_COLOR is not set, and TERM is not dumb */
    bool redraws;     /* interactive, and TERM is not dumb: a line can be written over */
    bool utf8;
    unsigned columns; /* 0: not known (a pipe or a file) */
};

void terminal_init(struct terminal *terminal, FILE *file);

/* Escape sequences, or "" without colour. */
const char *terminal_bold(const struct terminal *terminal);
const char *terminal_dim(const struct terminal *terminal);
const char *terminal_reset(const struct terminal *terminal);

/* Columns that a text takes: two for wide East Asian letters and emoji, none for combining marks
 * and for the escape sequences above. */
size_t terminal_text_columns(const char *text);

/* A bar of at most `columns` characters for a share of 0..1, in eighths where the terminal can. */
void terminal_bar(const struct terminal *terminal, double share, unsigned columns, char *out,
                  size_t capacity);

/* Print words, broken at blanks before the terminal's edge (100 columns when it has none), lines
 * after the first indented. */
void terminal_wrap(const struct terminal *terminal, const char *text, unsigned indent);

/* The same behind what already stands in the first `column` columns of the line. */
void terminal_wrap_from(const struct terminal *terminal, const char *text, size_t column,
                        unsigned indent);

#define TABLE_MAX_COLUMNS 24
#define TABLE_CELL_BYTES  96

struct table {
    size_t n_columns, n_rows;
    struct {
        const char *header;
        bool right;     /* align to the right */
        unsigned leave; /* 1: the first to be left out of a narrow terminal; 0: never */
        bool left_out;
    } columns[TABLE_MAX_COLUMNS];
    char (*cells)[TABLE_CELL_BYTES]; /* n_rows x n_columns, owned */
    bool hanging;                    /* the first cell of a row has a line of its own */
};

/* Cells begin empty. False without memory. */
bool table_init(struct table *table, size_t n_rows);
void table_finish(struct table *table);
/* Returns the new column's number. */
size_t table_column(struct table *table, const char *header, bool right);
/* One that a narrow terminal may go without: those of the lowest `leave` (1 or more) go first. */
size_t table_column_if_wide(struct table *table, const char *header, bool right, unsigned leave);
/* printf into a cell; what is too long is cut at a character. */
void table_set(struct table *table, size_t row, size_t column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Make the table fit the terminal: leave out what may be left out, then give the first cell of a
 * row a line of its own and leave out less. True when it fits then, or where there is no terminal,
 * which gets all. */
bool table_fit(struct table *table, const struct terminal *terminal);
/* As columns, or, when the terminal is too narrow for any of that, each row as lines
 * "header  cell". */
void table_print(struct table *table, const struct terminal *terminal);
/* Headers of what a printed table left out, "energy, front"; "" for nothing. */
void table_left_out(const struct table *table, char *out, size_t capacity);

#endif
