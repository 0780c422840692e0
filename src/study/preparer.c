/* SPDX-License-Identifier: Apache-2.0 */
#include "study/preparer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "core/json.h"

#define MAX_CHUNK 65536
#define MAX_SIDE  4096 /* of what a model takes */

/* ---- memory that came through a descriptor -------------------------------------------------- */

int miev_map_descriptor(int fd, const char *what, bool writable, void **out, size_t *length,
                        struct miev_error *err)
{
    if (fd < 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "no %s came with the request", what);
    int rc = MIEV_OK;
    void *bytes = MAP_FAILED;
    /* Not fstat(), which glibc 2.36 makes of a call that the sandbox refuses. */
    off_t end = lseek(fd, 0, SEEK_END);
    if (end < 0)
        rc = miev_error_errno(err, "cannot look at the %s", what);
    else if (end == 0)
        rc = miev_error_set(err, MIEV_ERR_INVALID, "the %s is empty", what);
    else
        bytes = mmap(NULL, (size_t)end, writable ? PROT_READ | PROT_WRITE : PROT_READ,
                     writable ? MAP_SHARED : MAP_PRIVATE, fd, 0);
    if (rc == MIEV_OK && bytes == MAP_FAILED)
        rc = miev_error_errno(err, "cannot map the %s", what);
    if (rc == MIEV_OK) {
        *out = bytes;
        *length = (size_t)end;
    }
    return rc;
}

int miev_tensor_ring_take(struct miev_tensor_ring *ring, int fd, bool writable,
                          struct miev_error *err)
{
    void *bytes = NULL;
    size_t length = 0;
    int rc = miev_map_descriptor(fd, "ring of tensors", writable, &bytes, &length, err);
    if (rc != MIEV_OK)
        return rc;
    if (ring->bytes)
        (void)munmap(ring->bytes, ring->length);
    *ring = (struct miev_tensor_ring){.bytes = bytes, .length = length};
    return MIEV_OK;
}

int miev_tensor_ring_place(const struct miev_tensor_ring *ring, json_int_t at, json_int_t count,
                           size_t tensor_bytes, uint8_t **out, struct miev_error *err)
{
    if (!ring->bytes || tensor_bytes == 0 || at < 0 || count < 1 || count > MAX_CHUNK ||
        (size_t)at > ring->length || (size_t)count > (ring->length - (size_t)at) / tensor_bytes)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%lld tensors at byte %lld are not within the ring", (long long)count,
                              (long long)at);
    *out = ring->bytes + at;
    return MIEV_OK;
}

/* ---- how pictures become tensors ------------------------------------------------------------ */

static void read_triple(const json_t *list, double out[3])
{
    for (size_t i = 0; i < 3; i++)
        out[i] = json_number_value(json_array_get(list, i));
}

int miev_picture_plan_read(const json_t *request, struct miev_picture_plan *out,
                           struct miev_error *err)
{
    double side = 0;
    int rc = miev_json_number(request, "width", 1, MAX_SIDE, &side, err);
    if (rc == MIEV_OK)
        rc = miev_json_number(request, "height", 1, MAX_SIDE, &side, err);
    if (rc == MIEV_OK)
        rc = miev_json_number(request, "resize", 0, MIEV_RESIZE_LETTERBOX, &side, err);
    if (rc != MIEV_OK)
        return rc;
    *out = (struct miev_picture_plan){
        .picture = {.width = (unsigned)json_integer_value(json_object_get(request, "width")),
                    .height = (unsigned)json_integer_value(json_object_get(request, "height")),
                    .resize =
                        (enum miev_resize)json_integer_value(json_object_get(request, "resize")),
                    .crop_ratio = json_number_value(json_object_get(request, "crop_ratio")),
                    .fast = json_is_true(json_object_get(request, "fast"))},
        .pixels = {.channels_first = json_is_true(json_object_get(request, "channels_first")),
                   .bgr = json_is_true(json_object_get(request, "bgr"))},
    };
    read_triple(json_object_get(request, "mean"), out->pixels.mean);
    read_triple(json_object_get(request, "std"), out->pixels.std);
    return MIEV_OK;
}

/* The model's input as the worker told it in its answer to "load". */
static int read_tensor(const json_t *from, struct miev_tensor *out, struct miev_error *err)
{
    struct miev_tensor tensor = {.dtype = MIEV_DTYPE_FLOAT32, .name = "input"};
    const char *name = json_string_value(json_object_get(from, "dtype"));
    const json_t *shape = json_object_get(from, "shape");
    tensor.n_dims = json_array_size(shape);
    while (tensor.dtype < MIEV_DTYPE_OTHER &&
           strcmp(miev_dtype_name(tensor.dtype), name ? name : "") != 0)
        tensor.dtype++;
    if (tensor.dtype == MIEV_DTYPE_OTHER || tensor.n_dims == 0 ||
        tensor.n_dims > MIEV_TENSOR_MAX_DIMS)
        return miev_error_set(err, MIEV_ERR_INVALID, "no such tensor can be prepared");
    tensor.bytes = miev_dtype_size(tensor.dtype);
    for (size_t i = 0; i < tensor.n_dims; i++) {
        json_int_t dim = json_integer_value(json_array_get(shape, i));
        if (dim < 1 || dim > (1 << 20) ||
            __builtin_mul_overflow(tensor.bytes, (size_t)dim, &tensor.bytes))
            return miev_error_set(err, MIEV_ERR_INVALID, "a tensor's side of %lld is no size",
                                  (long long)dim);
        tensor.dims[i] = dim;
    }
    tensor.scale = json_number_value(json_object_get(from, "scale"));
    tensor.zero_point = json_integer_value(json_object_get(from, "zero_point"));
    *out = tensor;
    return MIEV_OK;
}

static size_t picture_bytes(const struct miev_preparer *preparer)
{
    return (size_t)preparer->plan.picture.width * preparer->plan.picture.height * 3;
}

int miev_preparer_as(struct miev_preparer *preparer, const json_t *request, struct miev_error *err)
{
    struct miev_tensor input;
    struct miev_picture_plan plan;
    struct miev_tensor_plan tensor;
    int rc = read_tensor(json_object_get(request, "tensor"), &input, err);
    if (rc == MIEV_OK)
        rc = miev_picture_plan_read(request, &plan, err);
    if (rc == MIEV_OK)
        rc = miev_tensor_plan_make(plan.picture.width, plan.picture.height, &plan.pixels, &input,
                                   &tensor, err);
    if (rc != MIEV_OK)
        return rc;
    preparer->plan = plan;
    preparer->tensor = tensor;
    free(preparer->rgb);
    preparer->rgb = calloc(picture_bytes(preparer) + 1, 1);
    return preparer->rgb ? MIEV_OK : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a picture");
}

int miev_preparer_keep(struct miev_preparer *preparer, int fd, struct miev_error *err)
{
    void *bytes = NULL;
    size_t length = 0;
    int rc = miev_map_descriptor(fd, "memory for pictures", true, &bytes, &length, err);
    if (rc != MIEV_OK)
        return rc;
    if (preparer->kept)
        (void)munmap(preparer->kept, preparer->kept_bytes);
    preparer->kept = bytes;
    preparer->kept_bytes = length;
    return MIEV_OK;
}

/* ---- a chunk of pictures -------------------------------------------------------------------- */

/* Where the pixels of an image stay, or NULL when they are not kept. */
static uint8_t *kept_place(const struct miev_preparer *preparer, json_int_t image)
{
    size_t each = picture_bytes(preparer);
    if (!preparer->kept || image < 0 || (size_t)image >= preparer->kept_bytes / each)
        return NULL;
    return preparer->kept + (size_t)image * each;
}

/* Pixels of one image: those that were kept (file NULL), or decoded from its file. */
static int pixels_of(struct miev_preparer *preparer, json_int_t image, const uint8_t *file,
                     size_t length, const uint8_t **out, struct miev_error *err)
{
    uint8_t *kept = kept_place(preparer, image);
    uint8_t *rgb = kept ? kept : preparer->rgb;
    if (!file && !kept)
        return miev_error_set(err, MIEV_ERR_INVALID, "image %lld was not kept", (long long)image);
    *out = rgb;
    return file ? miev_image_load(file, length, &preparer->plan.picture, rgb, err) : MIEV_OK;
}

static int prepare_one(struct miev_preparer *preparer, json_int_t image, const uint8_t *file,
                       size_t length, uint8_t *to, struct miev_error *err)
{
    const uint8_t *rgb = NULL;
    int rc = pixels_of(preparer, image, file, length, &rgb, err);
    if (rc == MIEV_OK)
        miev_tensor_fill(&preparer->tensor, rgb, to);
    return rc;
}

/* {"code", "message"} at the image's place within the chunk. */
static void add_failure(json_t *failed, size_t i, const struct miev_error *err)
{
    json_t *message = json_string(err->message); /* may quote bytes that are no text */
    (void)json_array_append_new(failed,
                                json_pack("{s:I, s:o}", "at", (json_int_t)i, "message",
                                          message ? message : json_string("it is damaged")));
}

/* sizes[i]: bytes of the i-th file, one behind the other; 0: its pixels were kept; -1: none. */
static void prepare_all(struct miev_preparer *preparer, const json_t *sizes, json_int_t first,
                        const uint8_t *files, size_t length, uint8_t *to, json_t *failed)
{
    size_t i, used = 0;
    json_t *item;
    json_array_foreach(sizes, i, item)
    {
        struct miev_error err;
        json_int_t size = json_integer_value(item);
        uint8_t *tensor = to + i * preparer->tensor.bytes;
        int rc = MIEV_OK;
        if (size < 0) {
            memset(tensor, 0, preparer->tensor.bytes);
            continue;
        }
        if ((size_t)size > length - used)
            rc = miev_error_set(&err, MIEV_ERR_INVALID, "its bytes did not come along");
        else
            rc = prepare_one(preparer, first + (json_int_t)i, size > 0 ? files + used : NULL,
                             (size_t)size, tensor, &err);
        if (rc == MIEV_OK) {
            used += (size_t)size;
            continue;
        }
        used += (size_t)size <= length - used ? (size_t)size : 0;
        memset(tensor, 0, preparer->tensor.bytes); /* what the model makes of it is not looked at */
        add_failure(failed, i, &err);
    }
}

int miev_preparer_prepare(struct miev_preparer *preparer, const json_t *request, int fd,
                          json_t *reply, struct miev_error *err)
{
    void *files = NULL;
    size_t length = 0;
    uint8_t *to = NULL;
    const json_t *sizes = json_object_get(request, "sizes");
    int rc =
        fd < 0 ? MIEV_OK : miev_map_descriptor(fd, "file of pictures", false, &files, &length, err);
    if (rc == MIEV_OK && !preparer->rgb)
        rc = miev_error_set(err, MIEV_ERR_INVALID, "\"as\" comes before \"prepare\"");
    if (rc == MIEV_OK)
        rc = miev_tensor_ring_place(
            &preparer->ring, json_integer_value(json_object_get(request, "at")),
            (json_int_t)json_array_size(sizes), preparer->tensor.bytes, &to, err);
    if (rc == MIEV_OK) {
        json_t *failed = json_array();
        prepare_all(preparer, sizes, json_integer_value(json_object_get(request, "first")), files,
                    length, to, failed);
        (void)json_object_set_new(reply, "failed", failed);
    }
    if (files)
        (void)munmap(files, length);
    return rc;
}

void miev_preparer_finish(struct miev_preparer *preparer)
{
    free(preparer->rgb);
    if (preparer->kept)
        (void)munmap(preparer->kept, preparer->kept_bytes);
    if (preparer->ring.bytes)
        (void)munmap(preparer->ring.bytes, preparer->ring.length);
    *preparer = (struct miev_preparer){0};
}
