/* SPDX-License-Identifier: Apache-2.0 */
/* The worker without a model, which turns picture files into tensors ahead of the one that runs the
 * model; its requests stand in docs/worker.md. Runs inside the sandbox. */
#ifndef MIEV_STUDY_PREPARER_H
#define MIEV_STUDY_PREPARER_H

#include <jansson.h>
#include <stdbool.h>

#include "media/media.h"

/* How a picture becomes a tensor. */
struct miev_picture_plan {
    struct miev_image_options picture;
    struct miev_pixel_format pixels;
};
/* MIEV_ERR_INVALID: a side or a way to resize that is none. */
MIEV_MUST_USE int miev_picture_plan_read(const json_t *request, struct miev_picture_plan *out,
                                         struct miev_error *err);

/* Map a received descriptor, which stays the caller's. Not writable: a private view. */
MIEV_MUST_USE int miev_map_descriptor(int fd, const char *what, bool writable, void **out,
                                      size_t *length, struct miev_error *err);

/* Tensors on their way to a model. */
struct miev_tensor_ring {
    uint8_t *bytes; /* mapped, NULL before it is given */
    size_t length;
};
MIEV_MUST_USE int miev_tensor_ring_take(struct miev_tensor_ring *ring, int fd, bool writable,
                                        struct miev_error *err);
/* The place of `count` tensors of tensor_bytes each behind byte `at`. */
MIEV_MUST_USE int miev_tensor_ring_place(const struct miev_tensor_ring *ring, json_int_t at,
                                         json_int_t count, size_t tensor_bytes, uint8_t **out,
                                         struct miev_error *err);

struct miev_preparer {
    struct miev_picture_plan plan;
    struct miev_tensor_plan tensor;
    struct miev_tensor_ring ring;
    uint8_t *kept; /* decoded pictures of all images, mapped and shared; NULL: none are kept */
    size_t kept_bytes;
    uint8_t *rgb; /* one picture, owned */
};

/* The requests "as", "keep", and "prepare"; the descriptor stays the caller's. */
MIEV_MUST_USE int miev_preparer_as(struct miev_preparer *preparer, const json_t *request,
                                   struct miev_error *err);
MIEV_MUST_USE int miev_preparer_keep(struct miev_preparer *preparer, int fd,
                                     struct miev_error *err);
MIEV_MUST_USE int miev_preparer_prepare(struct miev_preparer *preparer, const json_t *request,
                                        int fd, json_t *reply, struct miev_error *err);
void miev_preparer_finish(struct miev_preparer *preparer);

#endif
