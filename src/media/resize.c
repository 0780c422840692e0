/* SPDX-License-Identifier: Apache-2.0 */
/* The scheme of Pillow's BILINEAR resize, step for step, since models are trained on its pictures:
 * a triangle as wide as the step between output pixels, weights of 22 bits, rows first and rounded
 * to 8 bits, then columns. Pillow holds the picture between the passes; here each row goes at once
 * into the sums of the output rows that it touches. */
#include "media/resize.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

/* 8 bits of picture, 2 bits against overflow, the rest of 32 for the weight. */
enum {
    WEIGHT_BITS = 32 - 8 - 2,
    HALF = 1 << (WEIGHT_BITS - 1),
};

/* Which inputs make each output along one axis, and with which weight. */
struct axis {
    size_t n_outputs, stride; /* stride: weights held per output */
    unsigned *first, *count;
    int32_t *weights;
};

struct miev_resizer {
    struct miev_resizer_options options;
    struct axis across, down;
    unsigned next_in, next_out; /* the next row to come, the next to go */
    bool same;                  /* nothing to resize: the weights would be 1 and 0 */
    size_t n_sums;              /* output rows that one input row may touch */
    int32_t *sums;              /* n_sums rows; output row y lives in row y % n_sums */
    uint8_t *narrow;            /* one input row, resized across */
};

static void axis_finish(struct axis *axis)
{
    free(axis->first);
    free(axis->count);
    free(axis->weights);
}

/* The weights of output i, as Pillow's precompute_coeffs makes them, in doubles in the same order
 * of operations. */
static void axis_fill(struct axis *axis, unsigned n_inputs, size_t i, double *scratch)
{
    double step = (double)n_inputs / (double)axis->n_outputs;
    double support = step < 1.0 ? 1.0 : step;
    double center = ((double)i + 0.5) * step;
    double from = center - support + 0.5;
    double to = center + support + 0.5;
    unsigned first = from < 0 ? 0 : (unsigned)from;
    unsigned end = to > n_inputs ? n_inputs : (unsigned)to;
    double total = 0;
    for (unsigned k = 0; k < end - first; k++) {
        double distance = (k + first - center + 0.5) * (1.0 / support);
        distance = distance < 0 ? -distance : distance;
        scratch[k] = distance < 1.0 ? 1.0 - distance : 0.0;
        total += scratch[k];
    }
    axis->first[i] = first;
    axis->count[i] = end - first;
    for (unsigned k = 0; k < end - first; k++)
        axis->weights[i * axis->stride + k] =
            (int32_t)(0.5 + scratch[k] / total * (1 << WEIGHT_BITS));
}

static int axis_init(struct axis *axis, unsigned n_inputs, unsigned n_outputs)
{
    /* Twice the support, rounded up, and one: a window may begin and end inside a pixel. */
    size_t step = (n_inputs + n_outputs - 1) / n_outputs;
    axis->n_outputs = n_outputs;
    axis->stride = 2 * step + 1;
    axis->first = calloc(n_outputs, sizeof(*axis->first));
    axis->count = calloc(n_outputs, sizeof(*axis->count));
    axis->weights = calloc(n_outputs * axis->stride, sizeof(*axis->weights));
    double *scratch = calloc(axis->stride, sizeof(*scratch));
    int rc = axis->first && axis->count && axis->weights && scratch ? MIEV_OK : MIEV_ERR_NOMEM;
    for (size_t i = 0; rc == MIEV_OK && i < n_outputs; i++)
        axis_fill(axis, n_inputs, i, scratch);
    free(scratch);
    return rc;
}

/* The most output rows that are begun and not finished at any one time. */
static size_t axis_overlap(const struct axis *axis)
{
    size_t most = 1;
    for (size_t oldest = 0, end = 0; oldest < axis->n_outputs; oldest++) {
        unsigned stop = axis->first[oldest] + axis->count[oldest];
        while (end < axis->n_outputs && axis->first[end] < stop)
            end++;
        if (end - oldest > most)
            most = end - oldest;
    }
    return most;
}

static int make_weights(struct miev_resizer *resizer)
{
    const struct miev_resizer_options *options = &resizer->options;
    int rc = axis_init(&resizer->across, options->in_width, options->out_width);
    if (rc == MIEV_OK)
        rc = axis_init(&resizer->down, options->in_height, options->out_height);
    if (rc != MIEV_OK)
        return rc;
    resizer->n_sums = axis_overlap(&resizer->down);
    resizer->sums = calloc(resizer->n_sums * options->out_width, 3 * sizeof(*resizer->sums));
    resizer->narrow = calloc(options->out_width, 3);
    return resizer->sums && resizer->narrow ? MIEV_OK : MIEV_ERR_NOMEM;
}

int miev_resizer_create(const struct miev_resizer_options *options, struct miev_resizer **out,
                        struct miev_error *err)
{
    struct miev_resizer *resizer = calloc(1, sizeof(*resizer));
    if (!resizer)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory is left to resize the picture");
    resizer->options = *options;
    resizer->same =
        options->in_width == options->out_width && options->in_height == options->out_height;
    int rc = resizer->same ? MIEV_OK : make_weights(resizer);
    if (rc != MIEV_OK) {
        miev_resizer_destroy(resizer);
        return miev_error_set(err, rc, "no memory is left to resize the picture");
    }
    *out = resizer;
    return MIEV_OK;
}

static uint8_t clip(int32_t sum)
{
    int32_t value = sum >> WEIGHT_BITS;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void resize_across(const struct axis *axis, const uint8_t *rgb, uint8_t *out)
{
    for (size_t i = 0; i < axis->n_outputs; i++) {
        const uint8_t *from = rgb + 3 * (size_t)axis->first[i];
        const int32_t *weights = axis->weights + i * axis->stride;
        int32_t red = HALF, green = HALF, blue = HALF;
        for (size_t k = 0; k < axis->count[i]; k++, from += 3) {
            red += weights[k] * from[0];
            green += weights[k] * from[1];
            blue += weights[k] * from[2];
        }
        out[3 * i] = clip(red);
        out[3 * i + 1] = clip(green);
        out[3 * i + 2] = clip(blue);
    }
}

/* Add the row, times its weight, to the sums of output row y. */
static void add_down(const struct miev_resizer *resizer, unsigned y, int32_t *sums)
{
    const struct axis *down = &resizer->down;
    size_t n = 3 * (size_t)resizer->options.out_width;
    unsigned k = resizer->next_in - down->first[y];
    int32_t weight = down->weights[y * down->stride + k];
    if (k == 0)
        for (size_t i = 0; i < n; i++)
            sums[i] = HALF;
    for (size_t i = 0; i < n; i++)
        sums[i] += weight * resizer->narrow[i];
}

static void resize_row(struct miev_resizer *resizer, const uint8_t *rgb)
{
    const struct axis *down = &resizer->down;
    unsigned row = resizer->next_in;
    size_t n = 3 * (size_t)resizer->options.out_width;
    resize_across(&resizer->across, rgb, resizer->narrow);
    for (unsigned y = resizer->next_out; y < down->n_outputs && down->first[y] <= row; y++)
        add_down(resizer, y, resizer->sums + (y % resizer->n_sums) * n);
    while (resizer->next_out < down->n_outputs) {
        unsigned y = resizer->next_out;
        if (down->first[y] + down->count[y] != row + 1)
            break;
        const int32_t *sums = resizer->sums + (y % resizer->n_sums) * n;
        for (size_t i = 0; i < n; i++)
            resizer->narrow[i] = clip(sums[i]);
        resizer->options.emit(resizer->options.context, y, resizer->narrow);
        resizer->next_out++;
    }
}

void miev_resizer_row(struct miev_resizer *resizer, const uint8_t *rgb)
{
    if (resizer->same)
        resizer->options.emit(resizer->options.context, resizer->next_in, rgb);
    else
        resize_row(resizer, rgb);
    resizer->next_in++;
}

void miev_resizer_destroy(struct miev_resizer *resizer)
{
    if (!resizer)
        return;
    axis_finish(&resizer->across);
    axis_finish(&resizer->down);
    free(resizer->sums);
    free(resizer->narrow);
    free(resizer);
}
