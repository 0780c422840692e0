/* SPDX-License-Identifier: Apache-2.0 */
#include "model/labels.h"

#include <stdlib.h>
#include <string.h>

#include "core/data.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"

#define LABELS_MAX_BYTES ((size_t)8 << 20)

static int check_text(const char *text, size_t length, struct miev_error *err)
{
    size_t line = 1;
    if (memchr(text, '\0', length))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "it holds a zero byte, so it is no text: give one label a line");
    for (const char *at = text; *at;) {
        uint32_t c = miev_text_next(&at);
        line += c == '\n';
        if (c == MIEV_TEXT_BAD)
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "line %zu is not UTF-8: save the file as UTF-8", line);
    }
    return MIEV_OK;
}

static size_t count_lines(const char *text, size_t length)
{
    size_t n = length > 0 && text[length - 1] != '\n';
    for (size_t i = 0; i < length; i++)
        n += text[i] == '\n';
    return n;
}

/* Up to its line end; without it. */
static size_t line_length(const char *line, const char *end, const char **next)
{
    const char *newline = memchr(line, '\n', (size_t)(end - line));
    const char *stop = newline ? newline : end;
    *next = newline ? newline + 1 : end;
    if (stop > line && stop[-1] == '\r')
        stop--;
    return (size_t)(stop - line);
}

static int take_lines(const char *text, const char *end, struct miev_labels *labels,
                      struct miev_error *err)
{
    for (const char *next = text; text < end; text = next) {
        size_t length = line_length(text, end, &next);
        if (length == 0)
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "line %zu is empty: every class needs a label, since labels are "
                                  "never shifted",
                                  labels->n + 1);
        if (length > MIEV_LABEL_MAX_BYTES)
            return miev_error_set(err, MIEV_ERR_LIMIT,
                                  "line %zu has %zu bytes, a label at most %d: give one label a "
                                  "line",
                                  labels->n + 1, length, MIEV_LABEL_MAX_BYTES);
        char *label = strndup(text, length);
        if (!label)
            return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the labels");
        labels->list[labels->n++] = label;
    }
    return MIEV_OK;
}

int miev_labels_parse(const char *text, size_t length, struct miev_labels *out,
                      struct miev_error *err)
{
    struct miev_labels labels = {0};
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    int rc = check_text(text, length, err);
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    size_t n = count_lines(text, length);
    if (rc == MIEV_OK && (n < 2 || n > MIEV_LABELS_MAX))
        rc = miev_error_set(err, n < 2 ? MIEV_ERR_INVALID : MIEV_ERR_LIMIT,
                            "it has %zu lines: give one label a line, 2 to %d of them", n,
                            MIEV_LABELS_MAX);
    if (rc == MIEV_OK && !(labels.list = calloc(n, sizeof(*labels.list))))
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu labels", n);
    if (rc == MIEV_OK)
        rc = take_lines(text, text + length, &labels, err);
    if (rc == MIEV_OK)
        *out = labels;
    else
        miev_labels_finish(&labels);
    return rc;
}

int miev_labels_load(const char *path, struct miev_labels *out, struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0;
    int rc = miev_file_load(path, LABELS_MAX_BYTES, &text, &length, err);
    if (rc != MIEV_OK)
        return rc;
    rc = miev_labels_parse(text, length, out, err);
    free(text);
    return rc == MIEV_OK ? rc : miev_error_prefix(err, "%s", path);
}

int miev_labels_imagenet(size_t n, struct miev_labels *out, struct miev_error *err)
{
    struct miev_labels labels = {0};
    const char *text = miev_data_imagenet_labels;
    int rc = miev_labels_parse(text, strlen(text), &labels, err);
    if (rc != MIEV_OK || n == labels.n) {
        *out = labels;
        return rc;
    }
    char **more = realloc(labels.list, (labels.n + 1) * sizeof(*more));
    char *background = strdup("background");
    if (more)
        labels.list = more;
    if (!more || !background) {
        free(background);
        miev_labels_finish(&labels);
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu labels", n);
    }
    memmove(more + 1, more, labels.n * sizeof(*more));
    more[0] = background;
    labels.n++;
    *out = labels;
    return MIEV_OK;
}

void miev_labels_finish(struct miev_labels *labels)
{
    for (size_t i = 0; i < labels->n; i++)
        free(labels->list[i]);
    free(labels->list);
    *labels = (struct miev_labels){0};
}
