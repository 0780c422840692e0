/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tflite_metadata.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/flatbuffer.h"

/* Field numbers of TensorFlow Lite's schema, version 3, and of the metadata's, version 1. */
enum {
    MODEL_BUFFERS = 4,
    MODEL_METADATA = 6,
    ENTRY_NAME = 0,
    ENTRY_BUFFER = 1,
    BUFFER_DATA = 0,
    ROOT_SUBGRAPHS = 3,
    SUBGRAPH_INPUTS = 2,
    SUBGRAPH_OUTPUTS = 3,
    TENSOR_UNITS = 4,
    TENSOR_FILES = 6,
    UNIT_TYPE = 0,
    UNIT_OPTIONS = 1,
    UNIT_IS_NORMALISATION = 1,
    NORMALISATION_MEAN = 0,
    NORMALISATION_STD = 1,
    FILE_NAME = 0,
    FILE_TYPE = 2,
    FILE_LOCALE = 3,
    FILE_IS_LABELS_OF_AXIS = 2,
};

/* The bytes of the buffer that the model's metadata of that name points at; NULL when there is none
 * or it leads outside. */
static const uint8_t *find_block(struct miev_flatbuffer *model, const char *name, size_t *length)
{
    size_t root = miev_flatbuffer_root(model);
    struct miev_flatbuffer_vector list = miev_flatbuffer_vector(model, root, MODEL_METADATA, 4);
    struct miev_flatbuffer_vector buffers = miev_flatbuffer_vector(model, root, MODEL_BUFFERS, 4);
    for (size_t i = 0; i < list.count && miev_flatbuffer_going(model); i++) {
        size_t entry = miev_flatbuffer_element(model, list, i);
        struct miev_flatbuffer_vector word = miev_flatbuffer_vector(model, entry, ENTRY_NAME, 1);
        if (word.count != strlen(name) || memcmp(model->bytes + word.first, name, word.count) != 0)
            continue;
        uint64_t index = miev_flatbuffer_scalar(model, entry, ENTRY_BUFFER, 4, 0);
        if (index >= buffers.count)
            return NULL;
        size_t buffer = miev_flatbuffer_element(model, buffers, (size_t)index);
        struct miev_flatbuffer_vector data = miev_flatbuffer_vector(model, buffer, BUFFER_DATA, 1);
        *length = data.count;
        return data.count && !model->broken ? model->bytes + data.first : NULL;
    }
    return NULL;
}

/* The description of the first input or output of the first subgraph; 0 when there is none. */
static size_t first_tensor(struct miev_flatbuffer *r, unsigned which)
{
    struct miev_flatbuffer_vector graphs =
        miev_flatbuffer_vector(r, miev_flatbuffer_root(r), ROOT_SUBGRAPHS, 4);
    if (!graphs.count)
        return 0;
    struct miev_flatbuffer_vector tensors =
        miev_flatbuffer_vector(r, miev_flatbuffer_element(r, graphs, 0), which, 4);
    return tensors.count ? miev_flatbuffer_element(r, tensors, 0) : 0;
}

/* One number stands for all channels. */
static bool read_channels(struct miev_flatbuffer *r, struct miev_flatbuffer_vector list,
                          double out[3])
{
    if (list.count != 1 && list.count != 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        out[i] = (double)miev_flatbuffer_float(r, list.first + 4 * (i % list.count));
        if (!isfinite(out[i]))
            return false;
    }
    return !r->broken;
}

static void read_normalisation(struct miev_flatbuffer *r, struct miev_engine_metadata *out)
{
    double mean[3], std[3];
    size_t tensor = first_tensor(r, SUBGRAPH_INPUTS);
    if (!tensor)
        return;
    struct miev_flatbuffer_vector units = miev_flatbuffer_vector(r, tensor, TENSOR_UNITS, 4);
    for (size_t i = 0; i < units.count && miev_flatbuffer_going(r); i++) {
        size_t unit = miev_flatbuffer_element(r, units, i);
        if (miev_flatbuffer_scalar(r, unit, UNIT_TYPE, 1, 0) != UNIT_IS_NORMALISATION)
            continue;
        size_t options = miev_flatbuffer_table(r, unit, UNIT_OPTIONS);
        struct miev_flatbuffer_vector means = {0, 0}, stds = {0, 0};
        if (options) {
            means = miev_flatbuffer_vector(r, options, NORMALISATION_MEAN, 4);
            stds = miev_flatbuffer_vector(r, options, NORMALISATION_STD, 4);
        }
        if (!read_channels(r, means, mean) || !read_channels(r, stds, std) || !(std[0] > 0) ||
            !(std[1] > 0) || !(std[2] > 0)) {
            (void)snprintf(out->fault, sizeof(out->fault),
                           "its normalisation is not one or three pairs of mean and std");
            return;
        }
        out->n_channels = means.count > stds.count ? means.count : stds.count;
        memcpy(out->mean, mean, sizeof(mean));
        memcpy(out->std, std, sizeof(std));
        return;
    }
}

/* How well a label file's language suits: none told, English, any other. */
static int locale_rank(struct miev_flatbuffer *r, size_t file)
{
    struct miev_flatbuffer_vector locale = miev_flatbuffer_vector(r, file, FILE_LOCALE, 1);
    if (locale.count == 0)
        return 3;
    return locale.count >= 2 && memcmp(r->bytes + locale.first, "en", 2) == 0 ? 2 : 1;
}

/* The name of the first output's label file in the best language; "" when there is none. */
static void find_labels_name(struct miev_flatbuffer *r, char *out, size_t capacity)
{
    size_t tensor = first_tensor(r, SUBGRAPH_OUTPUTS);
    int best = 0;
    if (!tensor)
        return;
    struct miev_flatbuffer_vector files = miev_flatbuffer_vector(r, tensor, TENSOR_FILES, 4);
    for (size_t i = 0; i < files.count && miev_flatbuffer_going(r); i++) {
        size_t file = miev_flatbuffer_element(r, files, i);
        struct miev_flatbuffer_vector name = miev_flatbuffer_vector(r, file, FILE_NAME, 1);
        if (miev_flatbuffer_scalar(r, file, FILE_TYPE, 1, 0) != FILE_IS_LABELS_OF_AXIS ||
            name.count == 0 || name.count >= capacity ||
            memchr(r->bytes + name.first, '\0', name.count))
            continue;
        int rank = locale_rank(r, file);
        if (rank <= best)
            continue;
        best = rank;
        memcpy(out, r->bytes + name.first, name.count);
        out[name.count] = '\0';
    }
}

static int read_labels(const void *model, size_t length, const char *name,
                       struct miev_engine_metadata *out, struct miev_error *err)
{
    struct miev_error why = {0};
    miev_text_show(out->labels_name, sizeof(out->labels_name), name);
    int rc = miev_tflite_packed_file(model, length, name, MIEV_TFLITE_MAX_LABELS_BYTES,
                                     &out->labels, &out->labels_bytes, &why);
    if (rc == MIEV_ERR_NOMEM)
        return miev_error_set(err, rc, "%s", why.message);
    if (rc != MIEV_OK)
        miev_text_show(out->fault, sizeof(out->fault), why.message);
    return MIEV_OK;
}

int miev_tflite_metadata(const void *model, size_t length, struct miev_engine_metadata *out,
                         struct miev_error *err)
{
    struct miev_flatbuffer file = {.bytes = model, .length = length};
    struct miev_flatbuffer r = {0};
    char name[128] = "";
    r.bytes = find_block(&file, "TFLITE_METADATA", &r.length);
    if (!r.bytes)
        return MIEV_OK;
    read_normalisation(&r, out);
    find_labels_name(&r, name, sizeof(name));
    if (!miev_flatbuffer_going(&r)) {
        *out = (struct miev_engine_metadata){0};
        (void)snprintf(out->fault, sizeof(out->fault), "it is damaged");
        return MIEV_OK;
    }
    return name[0] ? read_labels(model, length, name, out, err) : MIEV_OK;
}
