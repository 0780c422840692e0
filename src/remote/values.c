/* SPDX-License-Identifier: Apache-2.0 */
#include "remote/values.h"

#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"

_Static_assert(__BYTE_ORDER == __LITTLE_ENDIAN, "the wire is little-endian, and so are tensors");

static const struct {
    const char *name, *tensorflow;
    enum miev_dtype dtype;
    size_t size;
} wires[] = {
    [MIEV_WIRE_FP32] = {"FP32", "DT_FLOAT", MIEV_DTYPE_FLOAT32, 4},
    [MIEV_WIRE_FP64] = {"FP64", "DT_DOUBLE", MIEV_DTYPE_FLOAT32, 8},
    [MIEV_WIRE_FP16] = {"FP16", "DT_HALF", MIEV_DTYPE_FLOAT32, 2},
    [MIEV_WIRE_UINT8] = {"UINT8", "DT_UINT8", MIEV_DTYPE_UINT8, 1},
    [MIEV_WIRE_INT8] = {"INT8", "DT_INT8", MIEV_DTYPE_INT8, 1},
    [MIEV_WIRE_INT32] = {"INT32", "DT_INT32", MIEV_DTYPE_INT32, 4},
    [MIEV_WIRE_INT64] = {"INT64", "DT_INT64", MIEV_DTYPE_INT64, 8},
    [MIEV_WIRE_OTHER] = {"other", "other", MIEV_DTYPE_OTHER, 0},
};

enum miev_wire miev_wire_named(const char *name)
{
    enum miev_wire wire = MIEV_WIRE_FP32;
    while (wire < MIEV_WIRE_OTHER && strcmp(wires[wire].name, name) != 0 &&
           strcmp(wires[wire].tensorflow, name) != 0)
        wire++;
    return wire;
}

const char *miev_wire_name(enum miev_wire wire)
{
    return wires[wire].name;
}

enum miev_dtype miev_wire_dtype(enum miev_wire wire, bool binary)
{
    return wire == MIEV_WIRE_FP16 && binary ? MIEV_DTYPE_FLOAT16 : wires[wire].dtype;
}

size_t miev_wire_size(enum miev_wire wire)
{
    return wires[wire].size;
}

/* ---- JSON with bare NaN --------------------------------------------------------------------- */

/* The length of a number that is none in JSON, at the start of text; 0: there is none. */
static size_t bare_number(const char *text, const char *end)
{
    static const char *const words[] = {"NaN", "-NaN", "Infinity", "-Infinity", "Inf", "-Inf"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(end - text) >= length && memcmp(text, words[i], length) == 0)
            return length;
    }
    return 0;
}

/* A copy with bare numbers in quotes, which takes at most twice the room. */
static char *quote_bare(const char *text, size_t length, size_t *quoted_length)
{
    char *out = malloc(2 * length + 3);
    const char *end = text + length;
    bool in_text = false;
    char *to = out;
    while (out && text < end) {
        size_t bare = in_text ? 0 : bare_number(text, end);
        if (bare > 0) {
            *to++ = '"';
            memcpy(to, text, bare);
            to += bare;
            *to++ = '"';
            text += bare;
            continue;
        }
        if (in_text && *text == '\\' && text + 1 < end)
            *to++ = *text++;
        else if (*text == '"')
            in_text = !in_text;
        *to++ = *text++;
    }
    *quoted_length = out ? (size_t)(to - out) : 0;
    return out;
}

int miev_remote_parse(const char *text, size_t length, json_t **out, struct miev_error *err)
{
    size_t quoted_length = 0;
    char *quoted = quote_bare(text, length, &quoted_length);
    if (!quoted)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for an answer");
    int rc = miev_json_parse(quoted, quoted_length, out, err);
    free(quoted);
    return rc == MIEV_OK ? rc : miev_error_prefix(err, "the answer is no JSON");
}

/* The number of an item: of JSON, of a bare word, or null for one that is none. */
static bool read_number(const json_t *item, double *out)
{
    const char *word = json_string_value(item);
    if (json_is_number(item) || json_is_boolean(item)) {
        *out = json_is_boolean(item) ? json_is_true(item) : json_number_value(item);
        return true;
    }
    if (word && bare_number(word, word + strlen(word)) != strlen(word))
        return false;
    if (word)
        *out = strstr(word, "Inf") ? (*word == '-' ? -INFINITY : INFINITY) : (double)NAN;
    else
        *out = (double)NAN;
    return word || json_is_null(item);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void write_one(FILE *file, const struct miev_tensor *tensor, size_t i)
{
    const void *data = tensor->data;
    switch (tensor->dtype) {
    case MIEV_DTYPE_FLOAT32:
        (void)fprintf(file, "%.9g", (double)((const float *)data)[i]);
        break;
    case MIEV_DTYPE_UINT8:
        (void)fprintf(file, "%u", ((const uint8_t *)data)[i]);
        break;
    case MIEV_DTYPE_INT8:
        (void)fprintf(file, "%d", ((const int8_t *)data)[i]);
        break;
    case MIEV_DTYPE_INT32:
        (void)fprintf(file, "%d", ((const int32_t *)data)[i]);
        break;
    case MIEV_DTYPE_INT64:
        (void)fprintf(file, "%lld", (long long)((const int64_t *)data)[i]);
        break;
    case MIEV_DTYPE_FLOAT16: /* goes over as bytes only */
    case MIEV_DTYPE_OTHER:
        break;
    }
}

static size_t count_from(const struct miev_tensor *tensor, size_t from)
{
    size_t count = 1;
    for (size_t d = from; d < tensor->n_dims; d++)
        count *= (size_t)tensor->dims[d];
    return count;
}

/* Depth is at most MIEV_TENSOR_MAX_DIMS. */
static void write_nested(FILE *file, const struct miev_tensor *tensor, size_t dim, size_t first)
{
    if (dim == tensor->n_dims) {
        write_one(file, tensor, first);
        return;
    }
    size_t each = count_from(tensor, dim + 1);
    (void)fputc('[', file);
    for (size_t i = 0; i < (size_t)tensor->dims[dim]; i++) {
        if (i > 0)
            (void)fputc(',', file);
        write_nested(file, tensor, dim + 1, first + i * each);
    }
    (void)fputc(']', file);
}

void miev_values_write(FILE *file, const struct miev_tensor *tensor, size_t from)
{
    size_t count = count_from(tensor, 0);
    if (from < tensor->n_dims) {
        write_nested(file, tensor, from, 0);
        return;
    }
    (void)fputc('[', file);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            (void)fputc(',', file);
        write_one(file, tensor, i);
    }
    (void)fputc(']', file);
}

void miev_values_write_binary(FILE *file, const struct miev_tensor *tensor, enum miev_wire wire)
{
    if (wire != MIEV_WIRE_FP64) {
        (void)fwrite(tensor->data, 1, tensor->bytes, file);
        return;
    }
    for (size_t i = 0; i < tensor->bytes / sizeof(float); i++) {
        double value = (double)((const float *)tensor->data)[i];
        (void)fwrite(&value, sizeof(value), 1, file);
    }
}

/* ---- reading -------------------------------------------------------------------------------- */

static double clamp(double value, double low, double high)
{
    if (!(value > low)) /* NAN too */
        return low;
    return value < high ? value : high;
}

/* An integer that does not fit becomes the nearest that does: scores are only compared. */
static void store(struct miev_tensor *tensor, size_t i, double value)
{
    void *data = tensor->data;
    switch (tensor->dtype) {
    case MIEV_DTYPE_FLOAT32:
        ((float *)data)[i] = (float)value;
        break;
    case MIEV_DTYPE_UINT8:
        ((uint8_t *)data)[i] = (uint8_t)clamp(value, 0, UINT8_MAX);
        break;
    case MIEV_DTYPE_INT8:
        ((int8_t *)data)[i] = (int8_t)clamp(value, INT8_MIN, INT8_MAX);
        break;
    case MIEV_DTYPE_INT32:
        ((int32_t *)data)[i] = (int32_t)clamp(value, INT32_MIN, INT32_MAX);
        break;
    case MIEV_DTYPE_INT64:
        ((int64_t *)data)[i] = (int64_t)clamp(value, -9.2e18, 9.2e18);
        break;
    case MIEV_DTYPE_FLOAT16: /* goes over as bytes only */
    case MIEV_DTYPE_OTHER:
        break;
    }
}

/* Depth is bounded by the parser. */
static int read_nested(const json_t *data, struct miev_tensor *tensor, size_t count, size_t *used,
                       struct miev_error *err)
{
    size_t i;
    json_t *item;
    json_array_foreach(data, i, item)
    {
        double value = 0;
        if (json_is_array(item)) {
            int rc = read_nested(item, tensor, count, used, err);
            if (rc != MIEV_OK)
                return rc;
            continue;
        }
        if (!read_number(item, &value))
            return miev_error_set(err, MIEV_ERR_BROKEN,
                                  "item %zu of output '%s' is no number in the server's answer",
                                  *used, tensor->name);
        if (*used < count)
            store(tensor, *used, value);
        (*used)++;
    }
    return MIEV_OK;
}

static int check_count(const struct miev_tensor *tensor, size_t count, size_t got,
                       struct miev_error *err)
{
    if (got == count)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_BROKEN,
                          "output '%s' has %zu numbers in the server's answer, and its shape asks "
                          "for %zu",
                          tensor->name, got, count);
}

int miev_values_read(const json_t *data, struct miev_tensor *tensor, size_t count,
                     struct miev_error *err)
{
    size_t used = 0;
    if (!json_is_array(data) || tensor->dtype == MIEV_DTYPE_FLOAT16)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "output '%s' has no list of numbers in the server's answer",
                              tensor->name);
    int rc = read_nested(data, tensor, count, &used, err);
    return rc == MIEV_OK ? check_count(tensor, count, used, err) : rc;
}

int miev_values_read_binary(const char *bytes, size_t length, enum miev_wire wire,
                            struct miev_tensor *tensor, size_t count, struct miev_error *err)
{
    size_t size = miev_wire_size(wire);
    int rc = size > 0 && length % size == 0
                 ? check_count(tensor, count, length / size, err)
                 : miev_error_set(err, MIEV_ERR_BROKEN,
                                  "output '%s' has %zu bytes in the server's answer, which are no "
                                  "%s numbers",
                                  tensor->name, length, miev_wire_name(wire));
    if (rc != MIEV_OK)
        return rc;
    if (wire != MIEV_WIRE_FP64) {
        memcpy(tensor->data, bytes, length);
        return MIEV_OK;
    }
    for (size_t i = 0; i < count; i++) {
        double value = 0;
        memcpy(&value, bytes + i * sizeof(value), sizeof(value));
        store(tensor, i, value);
    }
    return MIEV_OK;
}

int miev_values_shape(const json_t *data, int64_t dims[MIEV_TENSOR_MAX_DIMS])
{
    int n = 0;
    for (; json_is_array(data); data = json_array_get(data, 0)) {
        if (n == MIEV_TENSOR_MAX_DIMS)
            return -1;
        dims[n++] = (int64_t)json_array_size(data);
    }
    return n;
}
