/* SPDX-License-Identifier: Apache-2.0 */
/* Pixels -> the numbers a model reads. A pixel has only 256 values, so each channel's numbers are
 * worked out once, in double precision, and then looked up. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "media/media.h"

static uint8_t luma(const uint8_t *rgb)
{
    /* ITU-R 601 in 16 bits: Pillow's "L". */
    return (uint8_t)((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u) >> 16);
}

/* IEEE half, rounded to nearest even; out of range becomes infinite. */
static uint16_t half_from_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    uint32_t sign = bits >> 16 & 0x8000u;
    uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude >= 0x47800000u) /* 65536 and above, infinite */
        return (uint16_t)(sign | 0x7c00u);
    if (magnitude < 0x38800000u) { /* under 2^-14: a multiple of 2^-24 */
        double steps = rint(ldexp(fabs((double)value), 24));
        return (uint16_t)(sign | (uint32_t)steps);
    }
    uint32_t odd = magnitude >> 13 & 1u;
    return (uint16_t)(sign | ((magnitude - 0x38000000u + 0xfffu + odd) >> 13));
}

static int64_t quantise(double value, double scale, int64_t zero_point, int64_t low, int64_t high)
{
    double stored = round(value / scale) + (double)zero_point;
    if (stored <= (double)low)
        return low;
    return stored >= (double)high ? high : (int64_t)stored;
}

/* The element of one pixel value, in the tensor's own type. */
static void store_number(const struct miev_tensor *tensor, int x, double value, uint8_t out[4])
{
    bool raw = tensor->scale == 0;
    if (tensor->dtype == MIEV_DTYPE_FLOAT32) {
        float number = (float)value;
        memcpy(out, &number, sizeof(number));
    } else if (tensor->dtype == MIEV_DTYPE_FLOAT16) {
        uint16_t number = half_from_float((float)value);
        memcpy(out, &number, sizeof(number));
    } else if (tensor->dtype == MIEV_DTYPE_UINT8) {
        out[0] = (uint8_t)(raw ? x : quantise(value, tensor->scale, tensor->zero_point, 0, 255));
    } else {
        int64_t number =
            raw ? x - 128 : quantise(value, tensor->scale, tensor->zero_point, -128, 127);
        out[0] = (uint8_t)number;
    }
}

/* True when the dimensions behind any leading ones are these. */
static bool shape_is(const struct miev_tensor *tensor, const int64_t *dims, size_t n)
{
    if (tensor->n_dims < n || tensor->n_dims > MIEV_TENSOR_MAX_DIMS)
        return false;
    size_t leading = tensor->n_dims - n;
    for (size_t i = 0; i < leading; i++)
        if (tensor->dims[i] != 1)
            return false;
    return memcmp(tensor->dims + leading, dims, n * sizeof(*dims)) == 0;
}

static int find_shape(struct miev_tensor_plan *plan, unsigned width, unsigned height,
                      bool channels_first, const struct miev_tensor *tensor, struct miev_error *err)
{
    int64_t first[3] = {3, height, width}, last[3] = {height, width, 3};
    int64_t grey_last[3] = {height, width, 1};
    plan->n_pixels = (size_t)width * height;
    plan->element_bytes = miev_dtype_size(tensor->dtype);
    if (shape_is(tensor, channels_first ? first : last, 3))
        plan->n_channels = 3;
    else if (shape_is(tensor, first + 1, 2) || shape_is(tensor, grey_last, 3))
        plan->n_channels = 1; /* one channel lies the same in either order */
    plan->bytes = plan->n_pixels * plan->n_channels * plan->element_bytes;
    if (plan->bytes == 0 || tensor->bytes != plan->bytes)
        return miev_error_set(
            err, MIEV_ERR_INVALID,
            "a picture of %u x %u pixels does not fit the model's input '%s' (%zu "
            "dimensions, %zu bytes): the card must tell its width, height and "
            "whether channels come first",
            width, height, tensor->name, tensor->n_dims, tensor->bytes);
    plan->pixel_step = channels_first ? 1 : plan->n_channels;
    plan->channel_step = channels_first ? plan->n_pixels : 1;
    return MIEV_OK;
}

static int fill_numbers(struct miev_tensor_plan *plan, const struct miev_pixel_format *format,
                        const struct miev_tensor *tensor, struct miev_error *err)
{
    for (size_t c = 0; c < plan->n_channels; c++) {
        if (!isfinite(format->mean[c]) || !isfinite(format->std[c]) || format->std[c] == 0)
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "mean %g and std %g cannot normalise a picture: std must not be "
                                  "zero",
                                  format->mean[c], format->std[c]);
        for (int x = 0; x < 256; x++)
            store_number(tensor, x, (x - format->mean[c]) / format->std[c], plan->numbers[c][x]);
    }
    return MIEV_OK;
}

static int check_type(const struct miev_tensor *tensor, struct miev_error *err)
{
    switch (tensor->dtype) {
    case MIEV_DTYPE_FLOAT32:
    case MIEV_DTYPE_FLOAT16:
        return MIEV_OK;
    case MIEV_DTYPE_UINT8:
    case MIEV_DTYPE_INT8:
        if (tensor->scale >= 0 && isfinite(tensor->scale))
            return MIEV_OK;
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the model's input '%s' has the scale %g, which no number can have",
                              tensor->name, tensor->scale);
    case MIEV_DTYPE_INT32:
    case MIEV_DTYPE_INT64:
    case MIEV_DTYPE_OTHER:
    default:
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the model's input '%s' takes %s, not a picture: use a model whose "
                              "input is float32, float16, uint8 or int8",
                              tensor->name, miev_dtype_name(tensor->dtype));
    }
}

int miev_tensor_plan_make(unsigned width, unsigned height, const struct miev_pixel_format *format,
                          const struct miev_tensor *tensor, struct miev_tensor_plan *out,
                          struct miev_error *err)
{
    struct miev_tensor_plan plan = {.bgr = format->bgr};
    int rc = check_type(tensor, err);
    if (rc == MIEV_OK)
        rc = find_shape(&plan, width, height, format->channels_first, tensor, err);
    if (rc == MIEV_OK)
        rc = fill_numbers(&plan, format, tensor, err);
    if (rc == MIEV_OK)
        *out = plan;
    return rc;
}

/* element_bytes by itself, so that the compiler makes one plain copy of each constant. */
static inline void fill_colour(const struct miev_tensor_plan *plan, const uint8_t *rgb,
                               size_t element_bytes, uint8_t *out)
{
    size_t first = plan->bgr ? 2 : 0, last = 2 - first;
    size_t step = plan->pixel_step * element_bytes, channel = plan->channel_step * element_bytes;
    for (size_t i = 0; i < plan->n_pixels; i++, rgb += 3, out += step) {
        memcpy(out, plan->numbers[0][rgb[first]], element_bytes);
        memcpy(out + channel, plan->numbers[1][rgb[1]], element_bytes);
        memcpy(out + 2 * channel, plan->numbers[2][rgb[last]], element_bytes);
    }
}

static void fill_grey(const struct miev_tensor_plan *plan, const uint8_t *rgb, uint8_t *out)
{
    for (size_t i = 0; i < plan->n_pixels; i++)
        memcpy(out + i * plan->element_bytes, plan->numbers[0][luma(rgb + 3 * i)],
               plan->element_bytes);
}

void miev_tensor_fill(const struct miev_tensor_plan *plan, const uint8_t *rgb, uint8_t *out)
{
    if (plan->n_channels == 1)
        fill_grey(plan, rgb, out);
    else if (plan->element_bytes == 1)
        fill_colour(plan, rgb, 1, out);
    else if (plan->element_bytes == 2)
        fill_colour(plan, rgb, 2, out);
    else
        fill_colour(plan, rgb, 4, out);
}

int miev_image_to_tensor(const uint8_t *rgb, unsigned width, unsigned height,
                         const struct miev_pixel_format *format, struct miev_tensor *tensor,
                         struct miev_error *err)
{
    struct miev_tensor_plan plan;
    int rc = miev_tensor_plan_make(width, height, format, tensor, &plan, err);
    if (rc == MIEV_OK && !tensor->data)
        rc = miev_error_set(err, MIEV_ERR_INVALID, "the model's input '%s' has no room yet",
                            tensor->name);
    if (rc == MIEV_OK)
        miev_tensor_fill(&plan, rgb, tensor->data);
    return rc;
}
