/* SPDX-License-Identifier: Apache-2.0 */
/* What the picture formats share; private to this folder. */
#ifndef MIEV_MEDIA_FORMAT_H
#define MIEV_MEDIA_FORMAT_H

#include "media/media.h"

extern const struct miev_image_ops miev_image_bmp;
extern const struct miev_image_ops miev_image_gif;
extern const struct miev_image_ops miev_image_heif;
extern const struct miev_image_ops miev_image_jpeg;
extern const struct miev_image_ops miev_image_png;
extern const struct miev_image_ops miev_image_tiff;
extern const struct miev_image_ops miev_image_webp;

/* MIEV_ERR_LIMIT when a side or the number of pixels is over the bounds, MIEV_ERR_INVALID when the
 * picture has no pixel. Every format asks before it allocates. */
MIEV_MUST_USE int miev_image_check_size(uint64_t width, uint64_t height, struct miev_error *err);

/* Blend n RGBA pixels over white into RGB; in place is fine. */
void miev_image_over_white(const uint8_t *rgba, size_t n_pixels, uint8_t *rgb);

/* What bytes that no format handles seem to be, and what to do, as the rest of a sentence that
 * begins with "this is ". Never NULL. */
const char *miev_image_describe_stranger(const uint8_t *bytes, size_t length);

/* The orientation, 1..8, that an EXIF block (from its byte order mark on, or with the "Exif" mark
 * of JPEG before it) tells; 1 when it tells none. */
unsigned miev_exif_orientation(const uint8_t *exif, size_t length);

#endif
