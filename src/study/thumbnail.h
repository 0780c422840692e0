/* SPDX-License-Identifier: Apache-2.0 */
/* A small square picture of a photo, decoded in a locked process of its own. */
#ifndef MIEV_STUDY_THUMBNAIL_H
#define MIEV_STUDY_THUMBNAIL_H

#include <stddef.h>

#include "miev.h"

#define MIEV_THUMBNAIL_SIDE 96

/* The middle of the photo as a PNG of that side; *png is the caller's to free. The statuses of
 * decoding, in words about the file. */
MIEV_MUST_USE int miev_thumbnail_make(const char *path, unsigned char **png, size_t *length,
                                      struct miev_error *err);

#endif
