/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/onnx_profile.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"

#define LINE_MAX_BYTES ((size_t)64 << 10)
#define RUNS_MAX       100000u
#define TIME_MAX_US    1e15
#define SUFFIX         "_kernel_time" /* other events of a node are of what surrounds its kernel */

struct run {
    double from_us, to_us;
};

struct runs {
    struct run *list; /* owned */
    size_t n;
};

struct line {
    const char *text;
    size_t length;
};

/* The next line that holds an event, without the comma behind it. False at the end. */
static bool next_line(const char **text, const char *end, struct line *out)
{
    while (*text < end) {
        const char *stop = memchr(*text, '\n', (size_t)(end - *text));
        stop = stop ? stop : end;
        *out = (struct line){*text, (size_t)(stop - *text)};
        *text = stop < end ? stop + 1 : end;
        if (out->length > 0 && out->text[0] == '{') {
            out->length -= out->text[out->length - 1] == ',';
            return true;
        }
    }
    return false;
}

/* Is it an event of that kind, by how the line begins? Only those are read. */
static bool is_of(const struct line *line, const char *category)
{
    static const char start[] = "{\"cat\" : \"";
    size_t n = sizeof(start) - 1, m = strlen(category);
    return line->length > n + m && memcmp(line->text, start, n) == 0 &&
           memcmp(line->text + n, category, m) == 0 && line->text[n + m] == '"';
}

static int read_event(const struct line *line, json_t **out, double *from_us, double *took_us,
                      struct miev_error *err)
{
    json_t *event = NULL;
    struct miev_error why;
    if (line->length > LINE_MAX_BYTES)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "ONNX Runtime's profile has a line of more than %zu bytes",
                              LINE_MAX_BYTES);
    int rc = miev_json_parse(line->text, line->length, &event, &why);
    if (rc == MIEV_OK)
        rc = miev_json_number(event, "ts", 0, TIME_MAX_US, from_us, &why);
    if (rc == MIEV_OK)
        rc = miev_json_number(event, "dur", 0, TIME_MAX_US, took_us, &why);
    if (rc != MIEV_OK) {
        json_decref(event);
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "ONNX Runtime's profile has an event that cannot be read (%.120s): "
                              "it is cut off, or the name of an operator holds quotes",
                              why.message);
    }
    *out = event;
    return MIEV_OK;
}

/* ---- runs ----------------------------------------------------------------------------------- */

static int add_run(struct runs *runs, double from_us, double took_us, struct miev_error *err)
{
    if (runs->n == RUNS_MAX)
        return miev_error_set(err, MIEV_ERR_LIMIT, "ONNX Runtime's profile has more than %u runs",
                              RUNS_MAX);
    if ((runs->n & (runs->n - 1)) == 0) { /* full at each power of two */
        struct run *list = realloc(runs->list, (runs->n ? 2 * runs->n : 1) * sizeof(*list));
        if (!list)
            return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu runs", runs->n + 1);
        runs->list = list;
    }
    runs->list[runs->n++] = (struct run){from_us, from_us + took_us};
    return MIEV_OK;
}

static int find_runs(const char *text, const char *end, struct runs *runs, struct miev_error *err)
{
    struct line line;
    int rc = MIEV_OK;
    while (rc == MIEV_OK && next_line(&text, end, &line)) {
        json_t *event = NULL;
        double from_us = 0, took_us = 0;
        if (!is_of(&line, "Session"))
            continue;
        rc = read_event(&line, &event, &from_us, &took_us, err);
        const char *name = json_string_value(json_object_get(event, "name"));
        if (rc == MIEV_OK && name && strcmp(name, "model_run") == 0)
            rc = add_run(runs, from_us, took_us, err);
        json_decref(event);
    }
    return rc;
}

static int by_time(const void *a, const void *b)
{
    const struct run *x = a, *y = b;
    return (x->from_us > y->from_us) - (x->from_us < y->from_us);
}

/* The run that an event belongs to; runs->n when it began outside all. */
static size_t run_of(const struct runs *runs, double from_us)
{
    size_t low = 0, high = runs->n;
    while (low < high) { /* the first run that begins later */
        size_t middle = low + (high - low) / 2;
        if (runs->list[middle].from_us > from_us)
            high = middle;
        else
            low = middle + 1;
    }
    return low > 0 && from_us <= runs->list[low - 1].to_us ? low - 1 : runs->n;
}

/* ---- operators ------------------------------------------------------------------------------ */

static bool holds_others(const char *type)
{
    return strcmp(type, "If") == 0 || strcmp(type, "Loop") == 0 || strcmp(type, "Scan") == 0;
}

/* [{"float":[1,64,56,56]}]: that of the first output. */
static void read_shape(const json_t *shapes, char *out, size_t capacity)
{
    int64_t dims[16];
    size_t i, n = 0;
    json_t *dim;
    json_t *first = json_array_get(shapes, 0);
    json_t *list = json_object_iter_value(json_object_iter(first));
    json_array_foreach(list, i, dim)
    {
        if (n == sizeof(dims) / sizeof(dims[0]))
            return;
        dims[n++] = json_integer_value(dim);
    }
    miev_op_show_shape(out, capacity, dims, n);
}

static void read_text(const json_t *from, const char *key, char *out, size_t capacity)
{
    const char *text = json_string_value(json_object_get(from, key));
    miev_text_show(out, capacity, text ? text : "");
}

/* False for an event that is no operator's work. */
static bool read_op(const json_t *event, struct miev_op *op)
{
    const json_t *args = json_object_get(event, "args");
    const char *name = json_string_value(json_object_get(event, "name"));
    const char *index = json_string_value(json_object_get(args, "node_index"));
    size_t n = name ? strlen(name) : 0, m = sizeof(SUFFIX) - 1;
    char bare[sizeof(op->name)];
    if (n < m || strcmp(name + n - m, SUFFIX) != 0)
        return false;
    *op = (struct miev_op){.index = index ? strtoll(index, NULL, 10) : 0};
    (void)snprintf(bare, sizeof(bare), "%.*s", (int)(n - m < sizeof(bare) ? n - m : sizeof(bare)),
                   name);
    miev_text_show(op->name, sizeof(op->name), bare);
    read_text(args, "op_name", op->type, sizeof(op->type));
    read_text(args, "provider", op->provider, sizeof(op->provider));
    read_shape(json_object_get(args, "output_type_shape"), op->shape, sizeof(op->shape));
    return op->type[0] != '\0' && !holds_others(op->type);
}

static int add_event(const struct line *line, const struct runs *runs, struct miev_op_times *times,
                     struct miev_error *err)
{
    struct miev_op op;
    json_t *event = NULL;
    double from_us = 0, took_us = 0;
    int rc = read_event(line, &event, &from_us, &took_us, err);
    if (rc != MIEV_OK)
        return rc;
    size_t skipped = runs->n - times->n_runs, run = run_of(runs, from_us);
    if (run >= skipped && run < runs->n && read_op(event, &op))
        rc = miev_op_times_add(times, run - skipped, &op, (uint64_t)took_us, err);
    json_decref(event);
    return rc;
}

static int add_events(const char *text, const char *end, const struct runs *runs,
                      struct miev_op_times *times, struct miev_error *err)
{
    struct line line;
    int rc = MIEV_OK;
    if (runs->n < times->n_runs)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "ONNX Runtime's profile holds %zu runs in place of %zu: it is cut "
                              "off; profile fewer runs",
                              runs->n, times->n_runs);
    while (rc == MIEV_OK && next_line(&text, end, &line))
        if (is_of(&line, "Node"))
            rc = add_event(&line, runs, times, err);
    return rc;
}

/* The last thing that is written is the bracket that closes the list. */
static bool is_whole(const char *text, size_t length)
{
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    return length > 1 && text[0] == '[' && text[length - 1] == ']';
}

int miev_onnx_profile_read(const char *text, size_t length, struct miev_op_times *times,
                           struct miev_error *err)
{
    struct runs runs = {NULL, 0};
    if (!is_whole(text, length))
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "ONNX Runtime's profile of %zu bytes is cut off (at most %zu are "
                              "kept): profile fewer runs",
                              length, MIEV_ONNX_PROFILE_MAX_BYTES);
    int rc = find_runs(text, text + length, &runs, err);
    if (runs.n > 0)
        qsort(runs.list, runs.n, sizeof(*runs.list), by_time);
    if (rc == MIEV_OK)
        rc = add_events(text, text + length, &runs, times, err);
    free(runs.list);
    return rc;
}
