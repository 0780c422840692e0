/* SPDX-License-Identifier: Apache-2.0 */
/* Streaming resize with an antialiased triangle filter; private to this folder. */
#ifndef MIEV_MEDIA_RESIZE_H
#define MIEV_MEDIA_RESIZE_H

#include <stdint.h>

#include "miev.h"

struct miev_resizer;

struct miev_resizer_options {
    unsigned in_width, in_height, out_width, out_height; /* each >= 1 */
    /* Called for each finished row of out_width RGB pixels, y from 0 up. */
    void (*emit)(void *context, unsigned y, const uint8_t *rgb);
    void *context;
};

/* MIEV_ERR_NOMEM is the only failure. The caller destroys. */
MIEV_MUST_USE int miev_resizer_create(const struct miev_resizer_options *options,
                                      struct miev_resizer **out, struct miev_error *err);

/* Take the next of in_height rows of in_width RGB pixels; emits what it finishes. */
void miev_resizer_row(struct miev_resizer *resizer, const uint8_t *rgb);

void miev_resizer_destroy(struct miev_resizer *resizer);

#endif
