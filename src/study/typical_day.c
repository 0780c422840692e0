/* SPDX-License-Identifier: Apache-2.0 */
#include "study/typical_day.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/csv.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "study/stats.h"

#define S_PER_HOUR      3600
#define S_PER_DAY       86400
#define MOST_G_PER_KWH  5000.0
#define FEWEST_DAYS     7
#define MOST_OFFSET_MIN (14 * 60)
#define CONFIDENCE      0.95
#define SHOWN           64
#define NONE            SIZE_MAX

struct point {
    time_t at;
    double g_per_kwh;
};

struct reader {
    size_t time_column, value_column, spare_column, zone_column; /* NONE: there is none */
    bool utc_named;                                              /* the head of the times says so */
    char zone[SHOWN];
    struct point *points;
    size_t n, capacity, line;
    struct miev_typical_day out;
};

/* ---- lines ---------------------------------------------------------------------------------- */

/* The next line that holds something; false at the end. */
static int next_row(const char **cursor, struct reader *reader, struct miev_csv_row *row,
                    bool *found, struct miev_error *err)
{
    *found = false;
    while (**cursor != '\0' && !*found) {
        char line[MIEV_CSV_MAX_LINE / 2];
        size_t length = strcspn(*cursor, "\n");
        const char *from = *cursor, *one = line;
        *cursor += length + (from[length] == '\n');
        reader->line++;
        if (length > 0 && from[length - 1] == '\r')
            length--;
        if (length == 0)
            continue;
        if (length >= sizeof(line))
            return miev_error_set(err, MIEV_ERR_LIMIT, "line %zu is longer than %zu bytes",
                                  reader->line, sizeof(line) - 1);
        memcpy(line, from, length);
        line[length] = '\0';
        *found = miev_csv_next(&one, row);
        if (!*found && *line != '#')
            return miev_error_set(err, MIEV_ERR_LIMIT, "line %zu has more than %d columns",
                                  reader->line, MIEV_CSV_MAX_FIELDS);
    }
    return MIEV_OK;
}

/* ---- columns -------------------------------------------------------------------------------- */

/* The first column whose head holds all the words (or is the only one, where it must be whole). */
static size_t column_of(const struct miev_csv_row *head, const char *words, const char *more,
                        bool whole)
{
    for (size_t i = 0; i < head->n_fields; i++) {
        const char *name = miev_csv_field(head, i);
        if (whole ? strcasecmp(name, words) == 0
                  : strcasestr(name, words) && (!more || strcasestr(name, more)))
            return i;
    }
    return NONE;
}

/* Lifecycle before direct, what was before what was foreseen. */
static void find_value(const struct miev_csv_row *head, struct reader *reader)
{
    static const struct {
        const char *words, *more;
        bool whole;
    } ways[] = {{"carbon intensity", "life", false},
                {"carbon intensity", "LCA", false},
                {"carbon intensity", NULL, false},
                {"carbon_intensity", NULL, false},
                {"g_per_kwh", NULL, false},
                {"actual", NULL, true},
                {"forecast", NULL, true}};
    reader->value_column = reader->spare_column = NONE;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && reader->value_column == NONE; i++)
        reader->value_column = column_of(head, ways[i].words, ways[i].more, ways[i].whole);
    if (column_of(head, "actual", NULL, true) == reader->value_column)
        reader->spare_column = column_of(head, "forecast", NULL, true);
}

static int find_columns(const struct miev_csv_row *head, struct reader *reader,
                        struct miev_error *err)
{
    char shown[SHOWN];
    reader->time_column = column_of(head, "datetime", NULL, false);
    reader->zone_column = column_of(head, "zone id", NULL, true);
    find_value(head, reader);
    if (reader->time_column == NONE)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "no column is called 'datetime': the first line names the columns, "
                              "such as datetime,g_per_kwh");
    miev_text_show(shown, sizeof(shown), miev_csv_field(head, reader->time_column));
    if (strcasestr(shown, "local"))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "'%s' is local time, and hours are told in UTC: take the file with "
                              "UTC times",
                              shown);
    reader->utc_named = strcasestr(shown, "utc") != NULL;
    if (reader->value_column == NONE)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "no column is a carbon intensity: it is called 'Carbon intensity "
                              "...', 'actual', 'forecast' or 'g_per_kwh'");
    miev_text_show(reader->out.column, sizeof(reader->out.column),
                   miev_csv_field(head, reader->value_column));
    return MIEV_OK;
}

/* ---- times ---------------------------------------------------------------------------------- */

/* n digits; NULL: not so. */
static const char *digits(const char *text, int n, int *out)
{
    *out = 0;
    for (int i = 0; i < n; i++, text++) {
        if (!isdigit((unsigned char)*text))
            return NULL;
        *out = 10 * *out + (*text - '0');
    }
    return text;
}

static const char *literal(const char *text, const char *one_of)
{
    return text && *text != '\0' && strchr(one_of, *text) ? text + 1 : NULL;
}

/* ":30" and ":30.000", or nothing. */
static const char *seconds(const char *text)
{
    int s;
    if (*text != ':')
        return text;
    text = digits(text + 1, 2, &s);
    if (text && s <= 60 && *text == '.')
        text += 1 + strspn(text + 1, "0123456789");
    return text;
}

/* "", "Z", " UTC", "+01:00", "+0100". */
static bool offset_of(const char *text, int *out_min, bool *told)
{
    int hours = 0, minutes = 0, sign = *text == '-' ? -1 : 1;
    *out_min = 0;
    *told = *text != '\0';
    if (*text == '\0' || strcmp(text, "Z") == 0 || strcmp(text, " UTC") == 0)
        return true;
    text = literal(text, "+-");
    text = text ? digits(text, 2, &hours) : NULL;
    if (text && *text == ':')
        text++;
    text = text ? digits(text, 2, &minutes) : NULL;
    *out_min = sign * (60 * hours + minutes);
    return text && *text == '\0' && minutes < 60 && abs(*out_min) <= MOST_OFFSET_MIN;
}

/* "2024-01-31 23:00", "2024-01-31T23:00:00Z", "2024-01-31 23:00:00+01:00" */
static bool read_time(const char *text, time_t *out, bool *told)
{
    struct tm parts = {.tm_sec = 0}, again;
    int offset_min = 0;
    const char *at = digits(text, 4, &parts.tm_year);
    at = literal(at, "-") ? digits(at + 1, 2, &parts.tm_mon) : NULL;
    at = literal(at, "-") ? digits(at + 1, 2, &parts.tm_mday) : NULL;
    at = literal(at, "T ") ? digits(at + 1, 2, &parts.tm_hour) : NULL;
    at = literal(at, ":") ? digits(at + 1, 2, &parts.tm_min) : NULL;
    at = at ? seconds(at) : NULL;
    if (!at || !offset_of(at, &offset_min, told) || parts.tm_year < 1990 || parts.tm_year > 2200 ||
        parts.tm_hour > 23 || parts.tm_min > 59)
        return false;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    const struct tm wanted = parts;
    *out = timegm(&parts);
    if (!gmtime_r(out, &again) || again.tm_mon != wanted.tm_mon || again.tm_mday != wanted.tm_mday)
        return false; /* no such day */
    *out -= (time_t)offset_min * 60;
    return true;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static int keep(struct reader *reader, time_t at, double g_per_kwh, struct miev_error *err)
{
    if (reader->n == MIEV_TYPICAL_DAY_ROWS)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "it has more than %d rows with a figure: its last year is enough",
                              MIEV_TYPICAL_DAY_ROWS);
    if (reader->n == reader->capacity) {
        size_t capacity = reader->capacity > 0 ? 2 * reader->capacity : 1024;
        struct point *more = realloc(reader->points, capacity * sizeof(*more));
        if (!more)
            return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for its rows");
        reader->points = more;
        reader->capacity = capacity;
    }
    reader->points[reader->n++] = (struct point){at, g_per_kwh};
    return MIEV_OK;
}

/* A file of two places is no day of one. */
static int check_zone(const struct miev_csv_row *row, struct reader *reader, struct miev_error *err)
{
    char zone[SHOWN];
    if (reader->zone_column == NONE)
        return MIEV_OK;
    miev_text_show(zone, sizeof(zone), miev_csv_field(row, reader->zone_column));
    if (reader->zone[0] != '\0' && strcmp(reader->zone, zone) != 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "line %zu is of zone '%s' and those before of '%s': give a file of "
                              "one zone",
                              reader->line, zone, reader->zone);
    memcpy(reader->zone, zone, sizeof(zone));
    return MIEV_OK;
}

static const char *figure_of(const struct miev_csv_row *row, const struct reader *reader)
{
    const char *text = miev_csv_field(row, reader->value_column);
    return *text == '\0' && reader->spare_column != NONE ? miev_csv_field(row, reader->spare_column)
                                                         : text;
}

static int read_row(const struct miev_csv_row *row, struct reader *reader, struct miev_error *err)
{
    const char *when = miev_csv_field(row, reader->time_column), *text = figure_of(row, reader);
    char shown[SHOWN];
    double value = 0;
    time_t at = 0;
    bool told = false;
    if (!read_time(when, &at, &told)) {
        miev_text_show(shown, sizeof(shown), when);
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "line %zu: '%s' is no time such as 2024-01-31 23:00 or "
                              "2024-01-31T23:00:00+01:00",
                              reader->line, shown);
    }
    if (*text == '\0') {
        reader->out.empty_rows++;
        return MIEV_OK;
    }
    if (miev_parse_double(text, &value, NULL) != MIEV_OK || value < 0 || value > MOST_G_PER_KWH) {
        miev_text_show(shown, sizeof(shown), text);
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "line %zu: '%s' is no carbon intensity: 0 to %.0f g/kWh",
                              reader->line, shown, MOST_G_PER_KWH);
    }
    told |= reader->utc_named;
    reader->out.zone_told = told && (reader->n == 0 || reader->out.zone_told);
    int rc = check_zone(row, reader, err);
    return rc == MIEV_OK ? keep(reader, at, value, err) : rc;
}

static int read_all(const char *text, struct reader *reader, struct miev_error *err)
{
    struct miev_csv_row row;
    bool found = false;
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    int rc = next_row(&text, reader, &row, &found, err);
    if (rc == MIEV_OK && !found)
        rc = miev_error_set(err, MIEV_ERR_INVALID, "it holds nothing");
    if (rc == MIEV_OK)
        rc = find_columns(&row, reader, err);
    while (rc == MIEV_OK) {
        rc = next_row(&text, reader, &row, &found, err);
        if (rc != MIEV_OK || !found)
            break;
        rc = read_row(&row, reader, err);
    }
    if (rc == MIEV_OK && reader->n == 0)
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE, "no row of it has a figure");
    return rc;
}

/* ---- the day -------------------------------------------------------------------------------- */

struct cell {
    double sum;
    size_t n;
};

static long day_of(time_t at)
{
    return (long)(at / S_PER_DAY); /* no file is from before 1990 */
}

/* The first and the last of the year that ends with the last row; older rows are left out. */
static void choose_year(struct reader *reader)
{
    struct miev_typical_day *out = &reader->out;
    out->last = reader->points[0].at;
    for (size_t i = 0; i < reader->n; i++)
        out->last = reader->points[i].at > out->last ? reader->points[i].at : out->last;
    out->first = out->last;
    long oldest = day_of(out->last) - (MIEV_TYPICAL_DAY_DAYS - 1);
    for (size_t i = 0; i < reader->n; i++) {
        time_t at = reader->points[i].at;
        if (day_of(at) < oldest)
            continue;
        out->first = at < out->first ? at : out->first;
        reader->points[out->rows++] = reader->points[i];
    }
    out->older_rows = reader->n - out->rows;
}

/* Days of 24 cells each, from the first day to the last. */
static int spread(struct reader *reader, struct cell **cells, size_t *days, struct miev_error *err)
{
    struct miev_typical_day *out = &reader->out;
    choose_year(reader);
    *days = (size_t)(day_of(out->last) - day_of(out->first)) + 1;
    *cells = calloc(*days * MIEV_DAY_HOURS, sizeof(**cells));
    if (!*cells)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for its days");
    for (size_t i = 0; i < out->rows; i++) {
        time_t since = reader->points[i].at - (time_t)day_of(out->first) * S_PER_DAY;
        struct cell *cell = &(*cells)[since / S_PER_HOUR];
        cell->sum += reader->points[i].g_per_kwh;
        cell->n++;
    }
    return MIEV_OK;
}

/* That hour's figures, a day each, in order. */
static size_t hour_values(const struct cell *cells, size_t days, unsigned hour, double *values)
{
    size_t n = 0;
    for (size_t day = 0; day < days; day++) {
        const struct cell *cell = &cells[day * MIEV_DAY_HOURS + hour];
        if (cell->n > 0)
            values[n++] = cell->sum / (double)cell->n;
    }
    return n;
}

static void count_days(const struct cell *cells, size_t days, struct miev_typical_day *out)
{
    for (size_t day = 0; day < days; day++) {
        bool any = false;
        for (unsigned hour = 0; hour < MIEV_DAY_HOURS; hour++)
            any |= cells[day * MIEV_DAY_HOURS + hour].n > 0;
        out->days += any;
    }
}

/* The mean of each hour, its days weighing alike. */
static int average(const struct cell *cells, size_t days, double *values,
                   struct miev_typical_day *out, struct miev_error *err)
{
    for (unsigned hour = 0; hour < MIEV_DAY_HOURS; hour++) {
        size_t n = hour_values(cells, days, hour, values);
        double sum = 0;
        if (n < FEWEST_DAYS)
            return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                                  "the hour from %02u:00 UTC has figures on %zu days: a typical "
                                  "day takes %d of every hour",
                                  hour, n, FEWEST_DAYS);
        for (size_t i = 0; i < n; i++)
            sum += values[i];
        out->mean_g_per_kwh[hour] = sum / (double)n;
        out->day_g_per_kwh += out->mean_g_per_kwh[hour] / MIEV_DAY_HOURS;
        if (out->mean_g_per_kwh[hour] < out->mean_g_per_kwh[out->least_hour])
            out->least_hour = hour;
        if (out->mean_g_per_kwh[hour] > out->mean_g_per_kwh[out->most_hour])
            out->most_hour = hour;
    }
    return MIEV_OK;
}

static int reckon(struct reader *reader, const struct cell *cells, size_t days,
                  struct miev_error *err)
{
    struct miev_typical_day *out = &reader->out;
    struct miev_mean_interval interval;
    double *values = calloc(days, sizeof(*values));
    int rc = values ? average(cells, days, values, out, err)
                    : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for its hours");
    if (rc == MIEV_OK) {
        size_t n = hour_values(cells, days, out->least_hour, values);
        rc = miev_stats_mean(values, n, CONFIDENCE, &interval, err);
    }
    if (rc == MIEV_OK) {
        out->least_low_g_per_kwh = fmax(0, interval.low);
        out->least_high_g_per_kwh = interval.high;
        count_days(cells, days, out);
    }
    free(values);
    return rc;
}

int miev_typical_day_read(const char *text, struct miev_typical_day *out, struct miev_error *err)
{
    struct reader reader = {.points = NULL};
    struct cell *cells = NULL;
    size_t days = 0;
    int rc = read_all(text, &reader, err);
    if (rc == MIEV_OK)
        rc = spread(&reader, &cells, &days, err);
    if (rc == MIEV_OK)
        rc = reckon(&reader, cells, days, err);
    if (rc == MIEV_OK)
        *out = reader.out;
    free(cells);
    free(reader.points);
    return rc;
}

int miev_typical_day_take(const char *bytes, size_t length, const char *source,
                          struct miev_typical_day *out, struct miev_error *err)
{
    struct miev_error why;
    if (strlen(bytes) != length)
        return miev_error_set(err, MIEV_ERR_INVALID, "%s is no text", source);
    int rc = miev_typical_day_read(bytes, out, &why);
    if (rc == MIEV_ERR_UNAVAILABLE)
        rc = MIEV_ERR_INVALID; /* of the file: what was asked about is there */
    return rc == MIEV_OK ? rc : miev_error_set(err, rc, "%s: %s", source, why.message);
}
