/* SPDX-License-Identifier: Apache-2.0 */
/* Media files -> pixels -> tensors. Runs inside the sandboxed worker. */
#ifndef MIEV_MEDIA_MEDIA_H
#define MIEV_MEDIA_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"

/* Bounds that hold before any large allocation. */
#define MIEV_IMAGE_MAX_BYTES  (64u << 20)
#define MIEV_IMAGE_MAX_SIDE   32768u
#define MIEV_IMAGE_MAX_PIXELS 64000000u
#define MIEV_IMAGE_MAX_SCANS  100u

enum miev_resize {
    MIEV_RESIZE_STRETCH,  /* the whole picture to width x height */
    MIEV_RESIZE_CROP,     /* the central part of the target's shape, then as above; crop_ratio
                           * keeps less of it */
    MIEV_RESIZE_LETTERBOX /* the whole picture, bars of grey 128 where the shape differs */
};

struct miev_image_options {
    unsigned width, height; /* target, each 1..4096 */
    enum miev_resize resize;
    double crop_ratio; /* of MIEV_RESIZE_CROP: share of the part's sides, 0.1 to 1; 0 is 1 */
    bool fast;         /* shrink-on-load: faster, not the picture the models were trained on */
};

/* What the header says. */
struct miev_image_info {
    const char *format; /* "jpeg", "png", "webp", "bmp" */
    unsigned width, height;
    unsigned orientation; /* EXIF 1..8; 1: as stored */
};

/* Where decoded rows go. Each function returns MIEV_OK to go on; any other status stops the
 * decoder, which returns it. */
struct miev_image_sink {
    int (*size)(void *context, unsigned width, unsigned height); /* once, before the first row */
    int (*row)(void *context, const uint8_t *rgb); /* height times, width pixels of 3 bytes */
    void *context;
};

/* The plug-in table of picture formats. */
struct miev_image_ops {
    const char *name; /* "jpeg" */
    bool (*handles)(const uint8_t *bytes, size_t length);
    /* Header only: fills *info with the stored size and the orientation, refuses what is over the
     * bounds. */
    int (*probe)(const uint8_t *bytes, size_t length, struct miev_image_info *info,
                 struct miev_error *err);
    /* Decode into rows of 8-bit RGB as stored, top to bottom. Alpha is blended over white.
     * shrink_hint: 0, or the smallest side in pixels that may be delivered (the fast option); the
     * real size is told by the sink's size(). A picture that is cut off is refused. */
    int (*decode)(const uint8_t *bytes, size_t length, unsigned shrink_hint,
                  const struct miev_image_sink *sink, struct miev_error *err);
};

/* All formats, ends with NULL. */
extern const struct miev_image_ops *const miev_image_formats[];

/* Header of a picture: width and height are those of the upright picture, as a person sees it.
 * MIEV_ERR_UNSUPPORTED names what the bytes seem to be when no format fits, MIEV_ERR_LIMIT the
 * bound that is passed, MIEV_ERR_INVALID a picture that is empty, cut off or damaged. */
MIEV_MUST_USE int miev_image_probe(const uint8_t *bytes, size_t length,
                                   struct miev_image_info *info, struct miev_error *err);

/* Decode, resize with an antialiased triangle filter (within 1/255 of Pillow's BILINEAR) and turn
 * upright. rgb holds options->width * options->height * 3 bytes, untouched on failure. Statuses as
 * above. */
MIEV_MUST_USE int miev_image_load(const uint8_t *bytes, size_t length,
                                  const struct miev_image_options *options, uint8_t *rgb,
                                  struct miev_error *err);

/* How pixels become numbers: value = (x - mean) / std with x in 0..255; mean and std stand in the
 * order of the tensor's channels (blue first when bgr). */
struct miev_pixel_format {
    bool channels_first; /* NCHW */
    bool bgr;
    double mean[3], std[3];
};

/* Fill a tensor of float32, float16, uint8 or int8 from RGB pixels: normalise, then quantise by the
 * tensor's scale and zero point (round half away from zero, saturate). A quantised tensor with
 * scale 0 takes x (uint8) or x - 128 (int8). MIEV_ERR_UNSUPPORTED for other types,
 * MIEV_ERR_INVALID when the size does not fit. One or three channels (one: luma); dimensions of 1
 * may stand before height and width. */
MIEV_MUST_USE int miev_image_to_tensor(const uint8_t *rgb, unsigned width, unsigned height,
                                       const struct miev_pixel_format *format,
                                       struct miev_tensor *tensor, struct miev_error *err);

#endif
