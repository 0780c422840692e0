/* SPDX-License-Identifier: Apache-2.0 */
#include "study/thumbnail.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "core/sanitizer.h"
#include "media/media.h"
#include "study/child.h"
#include "study/sealed.h"

#define SIDE         MIEV_THUMBNAIL_SIDE
#define RGB_BYTES    ((size_t)SIDE * SIDE * 3)
#define MEMORY_BYTES ((uint64_t)2 << 30)
#define TIMEOUT_S    20.0

static int ask(struct miev_child *child, json_t *request, int fd, json_t **reply,
               struct miev_error *err)
{
    json_t *said = NULL;
    int rc = miev_child_ask(child, request, fd, TIMEOUT_S, &said, err);
    if (rc == MIEV_OK && reply)
        *reply = said;
    else
        json_decref(said);
    return rc;
}

/* What "as" tells a preparer: bytes as they are, of the middle of the photo. */
static json_t *plan(void)
{
    return json_pack("{s:s, s:i, s:i, s:i, s:f, s:b, s:b, s:b, s:[f,f,f], s:[f,f,f], "
                     "s:{s:s, s:[i,i,i,i], s:f, s:i}}",
                     "do", "as", "width", SIDE, "height", SIDE, "resize", (int)MIEV_RESIZE_CROP,
                     "crop_ratio", 1.0, "fast", 1, "channels_first", 0, "bgr", 0, "mean", 0.0, 0.0,
                     0.0, "std", 1.0, 1.0, 1.0, "tensor", "dtype", "uint8", "shape", 1, SIDE, SIDE,
                     3, "scale", 1.0, "zero_point", 0);
}

/* The preparer's own words about the one picture. */
static int check_reply(const json_t *reply, struct miev_error *err)
{
    const json_t *failed = json_array_get(json_object_get(reply, "failed"), 0);
    const char *message = json_string_value(json_object_get(failed, "message"));
    if (!failed)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_UNSUPPORTED, "the picture cannot be decoded: %s",
                          message ? message : "it is damaged");
}

static int decode(struct miev_child *child, const struct miev_sealed *file, int ring_fd,
                  uint64_t address_space_bytes, struct miev_error *err)
{
    json_t *reply = NULL;
    int rc = ask(child,
                 json_pack("{s:s, s:s?, s:I}", "do", "lock", "picture",
                           miev_image_format_name(file->bytes, file->length), "address_space_bytes",
                           (json_int_t)address_space_bytes),
                 -1, NULL, err);
    if (rc == MIEV_OK)
        rc = ask(child, json_pack("{s:s}", "do", "ring"), ring_fd, NULL, err);
    if (rc == MIEV_OK)
        rc = ask(child, plan(), -1, NULL, err);
    if (rc == MIEV_OK)
        rc = ask(child,
                 json_pack("{s:s, s:i, s:i, s:[I]}", "do", "prepare", "at", 0, "first", 0, "sizes",
                           (json_int_t)file->length),
                 file->fd, &reply, err);
    if (rc == MIEV_OK)
        rc = check_reply(reply, err);
    json_decref(reply);
    return rc;
}

static int decode_apart(const struct miev_sealed *file, int ring_fd, struct miev_error *err)
{
    struct miev_child *child = NULL;
    struct miev_child_options limits = {.program = NULL};
    if (MIEV_SANITIZED)
        limits.resident_bytes = MEMORY_BYTES;
    else
        limits.address_space_bytes = MEMORY_BYTES;
    int rc = miev_child_spawn(&limits, &child, err);
    if (rc == MIEV_OK)
        rc = decode(child, file, ring_fd, limits.address_space_bytes, err);
    miev_child_destroy(child);
    return rc;
}

static int encode(int ring_fd, unsigned char **png, size_t *length, struct miev_error *err)
{
    unsigned char rgb[RGB_BYTES];
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = SIDE, .height = SIDE, .format = PNG_FORMAT_RGB};
    png_alloc_size_t bytes = 0;
    if (pread(ring_fd, rgb, sizeof(rgb), 0) != (ssize_t)sizeof(rgb) ||
        !png_image_write_get_memory_size(image, bytes, 0, rgb, 0, NULL))
        return miev_error_set(err, MIEV_ERR_BROKEN, "the small picture could not be written");
    unsigned char *out = malloc(bytes);
    if (!out || !png_image_write_to_memory(&image, out, &bytes, 0, rgb, 0, NULL)) {
        free(out);
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a small picture");
    }
    *png = out;
    *length = bytes;
    return MIEV_OK;
}

int miev_thumbnail_make(const char *path, unsigned char **png, size_t *length,
                        struct miev_error *err)
{
    struct miev_sealed file = {.fd = -1};
    int rc = miev_sealed_load(path, MIEV_IMAGE_MAX_BYTES, &file, err);
    if (rc != MIEV_OK)
        return rc;
    int ring_fd = memfd_create("miev-thumbnail", MFD_CLOEXEC);
    if (ring_fd < 0 || ftruncate(ring_fd, (off_t)RGB_BYTES) != 0)
        rc = miev_error_errno(err, "cannot make a memory file");
    if (rc == MIEV_OK)
        rc = decode_apart(&file, ring_fd, err);
    if (rc == MIEV_OK)
        rc = encode(ring_fd, png, length, err);
    if (ring_fd >= 0)
        (void)close(ring_fd);
    miev_sealed_finish(&file);
    return rc;
}
