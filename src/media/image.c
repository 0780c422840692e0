/* SPDX-License-Identifier: Apache-2.0 */
/* From the bytes of a file to an upright RGB picture of the asked size, row by row. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "media/format.h"
#include "media/resize.h"

#define MAX_TARGET     4096u
#define LETTERBOX_GREY 128

const struct miev_image_ops *const miev_image_formats[] = {
    &miev_image_jpeg, &miev_image_png,
    &miev_image_webp, &miev_image_bmp,
#if MIEV_WITH_GIF
    &miev_image_gif,
#endif
#if MIEV_WITH_TIFF
    &miev_image_tiff,
#endif
    &miev_image_heif, NULL,
};

const struct miev_image_absent miev_image_absent_formats[] = {
#if !MIEV_WITH_GIF
    {"gif", "libgif-dev"},
#endif
#if !MIEV_WITH_TIFF
    {"tiff", "libtiff-dev"},
#endif
    {NULL, NULL},
};

/* How a stored picture becomes upright: first the axes are swapped, then the result is mirrored. */
struct turn {
    bool swap, flip_x, flip_y;
};

struct rect {
    unsigned x, y, width, height;
};

/* A picture on its way from the decoder to the canvas. */
struct load {
    const struct miev_image_options *options;
    struct turn turn;
    struct rect part;  /* of the stored picture: what is used */
    struct rect place; /* on the upright canvas: where it goes */
    unsigned next_row;
    struct miev_resizer *resizer;
    uint8_t *canvas;
    struct miev_error *err;
};

static struct turn turn_of(unsigned orientation)
{
    static const struct turn turns[] = {
        [1] = {false, false, false}, [2] = {false, true, false}, [3] = {false, true, true},
        [4] = {false, false, true},  [5] = {true, false, false}, [6] = {true, true, false},
        [7] = {true, true, true},    [8] = {true, false, true},
    };
    return turns[orientation];
}

static unsigned round_ratio(unsigned value, unsigned times, unsigned by)
{
    uint64_t result = (2 * (uint64_t)value * times + by) / (2 * (uint64_t)by);
    return result == 0 ? 1 : (unsigned)result;
}

/* The largest middle part of outer that has the shape of width x height. */
static struct rect middle(struct rect outer, unsigned width, unsigned height)
{
    struct rect inner = outer;
    if ((uint64_t)outer.width * height > (uint64_t)outer.height * width)
        inner.width = round_ratio(outer.height, width, height);
    else
        inner.height = round_ratio(outer.width, height, width);
    inner.x = (outer.width - inner.width) / 2;
    inner.y = (outer.height - inner.height) / 2;
    return inner;
}

/* Its middle, with that share of its sides. */
static struct rect shrink(struct rect outer, double ratio)
{
    struct rect inner = outer;
    if (!(ratio > 0 && ratio < 1))
        return outer;
    inner.width = (unsigned)fmax(1, round(outer.width * ratio));
    inner.height = (unsigned)fmax(1, round(outer.height * ratio));
    inner.x += (outer.width - inner.width) / 2;
    inner.y += (outer.height - inner.height) / 2;
    return inner;
}

/* A part of the upright picture, as a part of the stored one. */
static struct rect unturn(struct turn turn, struct rect part, unsigned width, unsigned height)
{
    if (turn.flip_x)
        part.x = width - part.x - part.width;
    if (turn.flip_y)
        part.y = height - part.y - part.height;
    if (turn.swap)
        part = (struct rect){part.y, part.x, part.height, part.width};
    return part;
}

/* Put one resized row of the stored picture where it belongs on the upright canvas. Turning after
 * resizing is exact, since the filter looks the same in a mirror, and it keeps the rows streaming.
 */
static void place_row(void *context, unsigned v, const uint8_t *rgb)
{
    struct load *load = context;
    const struct rect *place = &load->place;
    unsigned n = load->turn.swap ? place->height : place->width;
    if (!load->turn.swap && !load->turn.flip_x && !load->turn.flip_y) {
        size_t at = (size_t)(place->y + v) * load->options->width + place->x;
        memcpy(load->canvas + 3 * at, rgb, 3 * (size_t)n);
        return;
    }
    for (unsigned u = 0; u < n; u++) {
        unsigned x = load->turn.swap ? v : u;
        unsigned y = load->turn.swap ? u : v;
        x = place->x + (load->turn.flip_x ? place->width - 1 - x : x);
        y = place->y + (load->turn.flip_y ? place->height - 1 - y : y);
        memcpy(load->canvas + 3 * ((size_t)y * load->options->width + x), rgb + 3 * (size_t)u, 3);
    }
}

static int load_size(void *context, unsigned width, unsigned height)
{
    struct load *load = context;
    const struct miev_image_options *options = load->options;
    struct turn turn = load->turn;
    struct rect upright = {0, 0, turn.swap ? height : width, turn.swap ? width : height};
    struct rect part = upright;
    load->place = (struct rect){0, 0, options->width, options->height};
    if (options->resize == MIEV_RESIZE_CROP)
        part = shrink(middle(upright, options->width, options->height), options->crop_ratio);
    if (options->resize == MIEV_RESIZE_LETTERBOX)
        load->place = middle(load->place, upright.width, upright.height);
    load->part = unturn(turn, part, upright.width, upright.height);
    struct miev_resizer_options resize = {
        .in_width = load->part.width,
        .in_height = load->part.height,
        .out_width = turn.swap ? load->place.height : load->place.width,
        .out_height = turn.swap ? load->place.width : load->place.height,
        .emit = place_row,
        .context = load,
    };
    return miev_resizer_create(&resize, &load->resizer, load->err);
}

static int load_row(void *context, const uint8_t *rgb)
{
    struct load *load = context;
    unsigned row = load->next_row++;
    if (row >= load->part.y && row - load->part.y < load->part.height)
        miev_resizer_row(load->resizer, rgb + 3 * (size_t)load->part.x);
    return MIEV_OK;
}

static const struct miev_image_ops *format_of(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; miev_image_formats[i]; i++)
        if (miev_image_formats[i]->handles(bytes, length))
            return miev_image_formats[i];
    return NULL;
}

const char *miev_image_format_name(const uint8_t *bytes, size_t length)
{
    const struct miev_image_ops *format = format_of(bytes, length);
    return format ? format->name : NULL;
}

int miev_image_prepare(const char *format, struct miev_error *err)
{
    for (size_t i = 0; format && miev_image_formats[i]; i++)
        if (strcmp(miev_image_formats[i]->name, format) == 0 && miev_image_formats[i]->prepare)
            return miev_image_formats[i]->prepare(err);
    return MIEV_OK;
}

const char *miev_image_to_prepare(const uint8_t *bytes, size_t length)
{
    const struct miev_image_ops *format = format_of(bytes, length);
    return format && format->prepare ? format->name : NULL;
}

const char *miev_image_profile_name(enum miev_image_profile profile)
{
    static const char *const names[] = {
        [MIEV_PROFILE_NONE] = "none",
        [MIEV_PROFILE_SRGB] = "srgb",
        [MIEV_PROFILE_CONVERTED] = "converted",
        [MIEV_PROFILE_IGNORED] = "ignored",
    };
    return names[profile];
}

/* The format, or a refusal that says what the bytes are. */
static int find_format(const uint8_t *bytes, size_t length, const struct miev_image_ops **out,
                       struct miev_error *err)
{
    if (length == 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the picture file is empty: save or fetch it again");
    if (length > MIEV_IMAGE_MAX_BYTES)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "the picture file has %zu bytes, more than the %u MiB allowed: "
                              "shrink it first",
                              length, MIEV_IMAGE_MAX_BYTES >> 20);
    *out = format_of(bytes, length);
    if (*out)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_UNSUPPORTED, "this is %s",
                          miev_image_describe_stranger(bytes, length));
}

/* The format, and its header as stored. */
static int probe_stored(const uint8_t *bytes, size_t length, const struct miev_image_ops **format,
                        struct miev_image_info *info, struct miev_error *err)
{
    int rc = find_format(bytes, length, format, err);
    if (rc != MIEV_OK)
        return rc;
    *info = (struct miev_image_info){.format = (*format)->name, .orientation = 1};
    return (*format)->probe(bytes, length, info, err);
}

int miev_image_probe(const uint8_t *bytes, size_t length, struct miev_image_info *info,
                     struct miev_error *err)
{
    const struct miev_image_ops *format = NULL;
    struct miev_image_info stored;
    int rc = probe_stored(bytes, length, &format, &stored, err);
    if (rc != MIEV_OK)
        return rc;
    *info = stored;
    if (turn_of(stored.orientation).swap) {
        info->width = stored.height;
        info->height = stored.width;
    }
    return MIEV_OK;
}

/* The smallest side that a decoder may deliver: at twice the target the picture still differs from
 * the exact one by 3/255 at most (measured on photos), at once the target by 8/255. */
static unsigned shrink_hint(const struct miev_image_options *options)
{
    unsigned side = options->width > options->height ? options->width : options->height;
    return options->fast ? 2 * side : 0;
}

/* Everything between the checks and the caller's buffer. */
static int fill_canvas(const struct miev_image_ops *format, const uint8_t *bytes, size_t length,
                       struct load *load)
{
    size_t size = (size_t)load->options->width * load->options->height * 3;
    load->canvas = malloc(size);
    if (!load->canvas)
        return miev_error_set(load->err, MIEV_ERR_NOMEM, "no memory is left for the picture");
    memset(load->canvas, LETTERBOX_GREY, size);
    struct miev_image_sink sink = {.size = load_size, .row = load_row, .context = load};
    return format->decode(bytes, length, shrink_hint(load->options), &sink, load->err);
}

int miev_image_load(const uint8_t *bytes, size_t length, const struct miev_image_options *options,
                    uint8_t *rgb, struct miev_error *err)
{
    const struct miev_image_ops *format = NULL;
    struct miev_image_info info;
    if (options->width - 1 >= MAX_TARGET || options->height - 1 >= MAX_TARGET)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a picture cannot be resized to %u x %u pixels: each side must be "
                              "1 to %u",
                              options->width, options->height, MAX_TARGET);
    int rc = probe_stored(bytes, length, &format, &info, err);
    if (rc != MIEV_OK)
        return rc;
    struct load load = {.options = options, .turn = turn_of(info.orientation), .err = err};
    rc = fill_canvas(format, bytes, length, &load);
    if (rc == MIEV_OK)
        memcpy(rgb, load.canvas, (size_t)options->width * options->height * 3);
    miev_resizer_destroy(load.resizer);
    free(load.canvas);
    return rc;
}
