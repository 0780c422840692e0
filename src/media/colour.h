/* SPDX-License-Identifier: Apache-2.0 */
/* A picture's embedded colour profile -> sRGB; private to this folder. */
#ifndef MIEV_MEDIA_COLOUR_H
#define MIEV_MEDIA_COLOUR_H

#include "media/media.h"

/* What a decoder's rows hold before they are RGB. */
enum miev_rows {
    MIEV_ROWS_RGB,
    MIEV_ROWS_RGBA,
    MIEV_ROWS_INKS,         /* cyan, magenta, yellow, black; 255 is full ink */
    MIEV_ROWS_INKS_INVERTED /* the same, 0 is full ink, as JPEG files hold it */
};

struct miev_colour {
    enum miev_rows rows;
    void *transform; /* NULL: the rows are taken as sRGB, or as plain inks */
    enum miev_image_profile use;
    char name[MIEV_PROFILE_NAME_BYTES];
};

/* Look at a profile (NULL with length 0: the picture has none). A profile that cannot be used is no
 * reason to refuse a picture: it is passed over, and colour->use says so. Close it in any case. */
void miev_colour_open(struct miev_colour *colour, enum miev_rows rows, const uint8_t *profile,
                      size_t length);

/* Turn a row into sRGB in place. RGB and RGBA keep their places, alpha is not touched; inks come
 * out as RGB of three bytes a pixel. */
void miev_colour_row(const struct miev_colour *colour, uint8_t *row, size_t n_pixels);

/* Note what was found in *info. */
void miev_colour_tell(const struct miev_colour *colour, struct miev_image_info *info);

/* Allowed on a zeroed struct. */
void miev_colour_close(struct miev_colour *colour);

#endif
