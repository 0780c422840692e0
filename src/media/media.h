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

/* What was made of the colour profile in the file: the pixels are always sRGB. */
enum miev_image_profile {
    MIEV_PROFILE_NONE,      /* there is none: taken as sRGB, inks without one as plain inks */
    MIEV_PROFILE_SRGB,      /* it is sRGB, whatever its name */
    MIEV_PROFILE_CONVERTED, /* to sRGB */
    MIEV_PROFILE_IGNORED    /* damaged, too large or for another kind of pixels: as if none */
};
#define MIEV_PROFILE_NAME_BYTES 96

/* What the header says. */
struct miev_image_info {
    const char *format; /* "jpeg", "png", "webp", "bmp", "gif", "tiff", "heic", "avif" */
    unsigned width, height;
    unsigned orientation; /* EXIF 1..8; 1: as stored */
    enum miev_image_profile profile;
    char profile_name[MIEV_PROFILE_NAME_BYTES]; /* "" when it has none */
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
    /* Load what decoding needs and a locked process could not load any more; MIEV_ERR_UNAVAILABLE
     * names the package that is missing. NULL: nothing. */
    int (*prepare)(struct miev_error *err);
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

/* The formats of this build, ends with NULL. */
extern const struct miev_image_ops *const miev_image_formats[];

/* The formats that this build leaves out, and the Debian package that would add them at the next
 * build; ends with a NULL name. */
struct miev_image_absent {
    const char *name, *package;
};
extern const struct miev_image_absent miev_image_absent_formats[];

/* The format of the bytes, whatever the file is called, as its name in the table: NULL when none
 * fits. Looks at the first bytes alone. */
const char *miev_image_format_name(const uint8_t *bytes, size_t length);

/* Before a process is locked: load what decoding this format (its name in the table, NULL: nothing)
 * takes. MIEV_ERR_UNAVAILABLE names the package that is missing; decoding would say the same. */
int miev_image_prepare(const char *format, struct miev_error *err);
/* The format of the bytes where decoding it takes that, else NULL. */
const char *miev_image_to_prepare(const uint8_t *bytes, size_t length);

/* "none", "srgb", "converted", "ignored". */
const char *miev_image_profile_name(enum miev_image_profile profile);

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

/* How pictures of one size become one tensor, worked out once for many of them. */
struct miev_tensor_plan {
    size_t n_pixels, n_channels, element_bytes, bytes;
    size_t pixel_step, channel_step; /* in elements */
    bool bgr;
    uint8_t numbers[3][256][4]; /* the finished element of each value of a pixel */
};

/* For a tensor of float32, float16, uint8 or int8 (its data is not looked at): normalise, then
 * quantise by the tensor's scale and zero point (round half away from zero, saturate). A quantised
 * tensor with scale 0 takes x (uint8) or x - 128 (int8). MIEV_ERR_UNSUPPORTED for other types,
 * MIEV_ERR_INVALID when the size does not fit. One or three channels (one: luma); dimensions of 1
 * may stand before height and width. */
MIEV_MUST_USE int miev_tensor_plan_make(unsigned width, unsigned height,
                                        const struct miev_pixel_format *format,
                                        const struct miev_tensor *tensor,
                                        struct miev_tensor_plan *out, struct miev_error *err);
/* out: plan->bytes of room. */
void miev_tensor_fill(const struct miev_tensor_plan *plan, const uint8_t *rgb, uint8_t *out);

/* Both for one picture, into the tensor's own data. */
MIEV_MUST_USE int miev_image_to_tensor(const uint8_t *rgb, unsigned width, unsigned height,
                                       const struct miev_pixel_format *format,
                                       struct miev_tensor *tensor, struct miev_error *err);

#endif
