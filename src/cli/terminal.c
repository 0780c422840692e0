/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/terminal.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/env.h"
#include "core/text.h"

#define GAP  2
#define HANG 2 /* indent of what stands below a row's first cell */

/* The program never leaves the C locale, so the names of the locale are read as they are. */
static bool locale_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = miev_env_variable(miev_env_host(), names[i]);
        if (value && *value)
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

void terminal_init(struct terminal *terminal, FILE *file)
{
    const char *no_color = miev_env_variable(miev_env_host(), "NO_COLOR");
    const char *kind = miev_env_variable(miev_env_host(), "TERM");
    struct winsize size = {0};
    bool interactive = isatty(fileno(file)) == 1;
    bool redraws = interactive && !(kind && strcmp(kind, "dumb") == 0);
    *terminal = (struct terminal){
        .file = file,
        .interactive = interactive,
        .redraws = redraws,
        .color = redraws && !(no_color && *no_color),
        .utf8 = locale_is_utf8(),
    };
    if (interactive && ioctl(fileno(file), TIOCGWINSZ, &size) == 0)
        terminal->columns = size.ws_col;
}

const char *terminal_bold(const struct terminal *terminal)
{
    return terminal->color ? "\033[1m" : "";
}

const char *terminal_dim(const struct terminal *terminal)
{
    return terminal->color ? "\033[2m" : "";
}

const char *terminal_reset(const struct terminal *terminal)
{
    return terminal->color ? "\033[0m" : "";
}

/* The blocks of Unicode 15 that terminals draw over two columns, or over the letter before. The C
 * locale's wcwidth() knows none of them. */
static unsigned letter_columns(uint32_t letter)
{
    static const struct {
        uint32_t first, last;
        unsigned columns;
    } blocks[] = {
        {0x0300, 0x036f, 0}, {0x200b, 0x200f, 0},   {0x20d0, 0x20ff, 0},   {0xfe00, 0xfe0f, 0},
        {0x1100, 0x115f, 2}, {0x2e80, 0x303e, 2},   {0x3041, 0x4dbf, 2},   {0x4e00, 0xa4cf, 2},
        {0xac00, 0xd7a3, 2}, {0xf900, 0xfaff, 2},   {0xfe30, 0xfe6f, 2},   {0xff00, 0xff60, 2},
        {0xffe0, 0xffe6, 2}, {0x1f300, 0x1f64f, 2}, {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
    };
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
        if (letter >= blocks[i].first && letter <= blocks[i].last)
            return blocks[i].columns;
    return 1;
}

size_t terminal_text_columns(const char *text)
{
    size_t n = 0;
    while (*text) {
        if (text[0] == '\033' && text[1] == '[') {
            text += strcspn(text, "m");
            text += *text == 'm';
            continue;
        }
        n += letter_columns(miev_text_next(&text));
    }
    return n;
}

void terminal_bar(const struct terminal *terminal, double share, unsigned columns, char *out,
                  size_t capacity)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    double length = fmax(0, fmin(1, share)) * columns;
    unsigned whole = terminal->utf8 ? (unsigned)length : (unsigned)lround(length);
    const char *block = terminal->utf8 ? "█" : "#";
    size_t used = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < whole && used + strlen(block) < capacity; i++) {
        memcpy(out + used, block, strlen(block) + 1);
        used += strlen(block);
    }
    unsigned rest = terminal->utf8 ? (unsigned)((length - whole) * 8) : 0;
    if (whole == 0 && rest == 0)
        rest = terminal->utf8 ? 1 : 0; /* something is there: it is never nothing */
    (void)snprintf(out + used, capacity - used, "%s", eighths[rest]);
}

/* Bytes up to the next place where a line may break: never between a number and its per cent. */
static size_t unbroken(const char *text)
{
    size_t bytes = strcspn(text, " ");
    while (text[bytes] == ' ' && text[bytes + 1] == '%')
        bytes += 1 + strcspn(text + bytes + 1, " ");
    return bytes;
}

void terminal_wrap(const struct terminal *terminal, const char *text, unsigned indent)
{
    terminal_wrap_from(terminal, text, 0, indent);
}

void terminal_wrap_from(const struct terminal *terminal, const char *text, size_t column,
                        unsigned indent)
{
    size_t edge = terminal->columns >= 40 ? terminal->columns : 100;
    bool first = true;
    while (*text) {
        size_t bytes = unbroken(text);
        char word[256];
        (void)snprintf(word, sizeof(word), "%.*s", (int)bytes, text);
        size_t width = terminal_text_columns(word);
        if (!first && column + 1 + width >= edge) {
            (void)fprintf(terminal->file, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            (void)fputc(' ', terminal->file);
            column++;
        }
        (void)fputs(word, terminal->file);
        column += width;
        first = false;
        text += bytes;
        text += strspn(text, " ");
    }
    (void)fputc('\n', terminal->file);
}

bool table_init(struct table *table, size_t n_rows)
{
    *table = (struct table){.n_rows = n_rows};
    table->cells = calloc((n_rows + 1) * TABLE_MAX_COLUMNS, sizeof(*table->cells));
    return table->cells != NULL;
}

void table_finish(struct table *table)
{
    free(table->cells);
    table->cells = NULL;
}

size_t table_column(struct table *table, const char *header, bool right)
{
    table->columns[table->n_columns].header = header;
    table->columns[table->n_columns].right = right;
    return table->n_columns++;
}

size_t table_column_if_wide(struct table *table, const char *header, bool right, unsigned leave)
{
    table->columns[table->n_columns].leave = leave;
    return table_column(table, header, right);
}

static char *cell(const struct table *table, size_t row, size_t column)
{
    return table->cells[row * TABLE_MAX_COLUMNS + column];
}

void table_set(struct table *table, size_t row, size_t column, const char *format, ...)
{
    char *text = cell(table, row, column);
    va_list args;
    va_start(args, format);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is begun the line before */
    int length = vsnprintf(text, TABLE_CELL_BYTES, format, args);
    va_end(args);
    if (length < TABLE_CELL_BYTES)
        return;
    size_t end = TABLE_CELL_BYTES - 1;
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--; /* never half a character */
    text[end] = '\0';
}

static size_t column_width(const struct table *table, size_t column)
{
    size_t width = terminal_text_columns(table->columns[column].header);
    for (size_t row = 0; row < table->n_rows; row++) {
        size_t own = terminal_text_columns(cell(table, row, column));
        width = own > width ? own : width;
    }
    return width;
}

static void print_cell(const struct terminal *terminal, const char *text, size_t width, bool right,
                       bool last)
{
    int pad = (int)(width - terminal_text_columns(text));
    (void)fprintf(terminal->file, "%*s%s%*s", right ? pad : 0, "", text, right || last ? 0 : pad,
                  "");
    if (!last)
        (void)fprintf(terminal->file, "%*s", GAP, "");
}

/* The last column that is shown. */
static size_t last_column(const struct table *table)
{
    size_t last = table->n_columns - 1;
    while (last > 0 && table->columns[last].left_out)
        last--;
    return last;
}

/* Cells of a row, or the headers; the first one on a line of its own where it hangs. */
static void print_line(const struct table *table, const struct terminal *terminal,
                       const size_t *widths, bool header, size_t row)
{
    size_t last = last_column(table);
    for (size_t c = 0; c <= last; c++) {
        const char *text = header ? table->columns[c].header : cell(table, row, c);
        if (table->columns[c].left_out)
            continue;
        if (c == 0 && table->hanging)
            (void)fprintf(terminal->file, "%s\n%*s", text, HANG, "");
        else
            print_cell(terminal, text, widths[c], table->columns[c].right, c == last);
    }
}

static void print_columns(const struct table *table, const struct terminal *terminal,
                          const size_t *widths)
{
    (void)fputs(terminal_bold(terminal), terminal->file);
    print_line(table, terminal, widths, true, 0);
    (void)fprintf(terminal->file, "%s\n", terminal_reset(terminal));
    for (size_t row = 0; row < table->n_rows; row++) {
        print_line(table, terminal, widths, false, row);
        (void)fputc('\n', terminal->file);
    }
}

static void print_stacked(const struct table *table, const struct terminal *terminal)
{
    size_t width = 0;
    for (size_t c = 1; c < table->n_columns; c++) {
        size_t own = terminal_text_columns(table->columns[c].header);
        width = own > width ? own : width;
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        (void)fprintf(terminal->file, "%s%s%s\n", terminal_bold(terminal), cell(table, row, 0),
                      terminal_reset(terminal));
        for (size_t c = 1; c < table->n_columns; c++) {
            const char *header = table->columns[c].header;
            if (*cell(table, row, c) == '\0' || *header == '\0')
                continue;
            int pad = (int)(width - terminal_text_columns(header));
            (void)fprintf(terminal->file, "  %s%*s  %s\n", header, pad, "", cell(table, row, c));
        }
    }
}

/* Fills widths; returns the columns that what is not left out takes. */
static size_t measure(const struct table *table, size_t widths[TABLE_MAX_COLUMNS])
{
    size_t total = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        widths[c] = column_width(table, c);
        if (c == 0 && table->hanging)
            total += HANG - GAP;
        else
            total += table->columns[c].left_out ? 0 : widths[c] + (c ? GAP : 0);
    }
    return total;
}

static void leave_out(struct table *table, unsigned up_to)
{
    for (size_t c = 0; c < table->n_columns; c++)
        table->columns[c].left_out =
            table->columns[c].leave > 0 && table->columns[c].leave <= up_to;
}

bool table_fit(struct table *table, const struct terminal *terminal)
{
    size_t widths[TABLE_MAX_COLUMNS];
    for (int hanging = 0; hanging < 2; hanging++) {
        table->hanging = hanging;
        for (unsigned up_to = 0; up_to <= TABLE_MAX_COLUMNS; up_to++) {
            leave_out(table, up_to);
            if (terminal->columns == 0 || measure(table, widths) <= terminal->columns)
                return true;
        }
    }
    leave_out(table, 0);
    return false;
}

void table_print(struct table *table, const struct terminal *terminal)
{
    size_t widths[TABLE_MAX_COLUMNS] = {0};
    bool fits = table_fit(table, terminal);
    (void)measure(table, widths);
    if (fits)
        print_columns(table, terminal, widths);
    else
        print_stacked(table, terminal);
}

void table_left_out(const struct table *table, char *out, size_t capacity)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t c = 0; c < table->n_columns; c++) {
        const char *header = table->columns[c].header;
        if (!table->columns[c].left_out || *header == '\0')
            continue;
        int length = snprintf(out + used, capacity - used, "%s%s", used > 0 ? ", " : "", header);
        used += length > 0 && used + (size_t)length < capacity ? (size_t)length : 0;
    }
}
