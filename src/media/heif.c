/* SPDX-License-Identifier: Apache-2.0 */
/* HEIC and AVIF by libheif, opened with dlopen: with its codecs it takes some 20 ms to load, which
 * only a study of such a picture should pay. It turns and crops pictures as their file says, so
 * that they come out upright; EXIF has no say in these formats. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "media/colour.h"
#include "media/format.h"
#include "media/heif_api.h"

#define LIBRARY "libheif.so.1"

struct reader {
    struct heif_api api;
    struct heif_context *context;
    struct heif_image_handle *handle;
    struct heif_image *image;
    struct miev_colour colour;
    uint8_t *row; /* a copy: the picture's own rows are read-only */
    bool alpha;
    struct miev_error *err;
};

/* ---- the library ------------------------------------------------------------------------------
 */

/* A library that is loaded already is found without a look at the disk, so this works in a locked
 * process that has prepared. It is never unloaded: its threads and tables outlive a picture. */
static int open_library(struct heif_api *out, struct miev_error *err)
{
    struct heif_api api = {.library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)};
    if (!api.library)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "HEIC and AVIF pictures are read by libheif, which is not on this "
                              "machine: install the package libheif1, or convert the picture to "
                              "JPEG or PNG");
#define LOOK_UP(returns, name, arguments) {"heif_" #name, offsetof(struct heif_api, name)},
    static const struct {
        const char *name;
        size_t slot;
    } needed[] = {HEIF_CALLS(LOOK_UP)}, optional[] = {HEIF_OPTIONAL_CALLS(LOOK_UP)};
#undef LOOK_UP
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        void *symbol = dlsym(api.library, needed[i].name);
        if (!symbol) {
            (void)dlclose(api.library);
            return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                                  "%s has no function %s: update the package libheif1", LIBRARY,
                                  needed[i].name);
        }
        memcpy((char *)&api + needed[i].slot, &symbol, sizeof(symbol));
    }
    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
        void *symbol = dlsym(api.library, optional[i].name);
        memcpy((char *)&api + optional[i].slot, &symbol, sizeof(symbol));
    }
    *out = api;
    return MIEV_OK;
}

/* Versions from 1.14 on may have their codecs in plug-ins, which init() loads. */
static int heif_prepare(struct miev_error *err)
{
    struct heif_api api;
    int rc = open_library(&api, err);
    if (rc != MIEV_OK)
        return rc;
    if (api.init)
        (void)api.init(NULL); /* a codec that is missing shows itself when it is asked for */
    (void)dlclose(api.library);
    return MIEV_OK;
}

static int refuse(struct heif_error error, struct miev_error *err)
{
    const char *words = error.message ? error.message : "no reason is known";
    if (error.code == HEIF_NO_MEMORY && error.subcode != HEIF_LIMIT_EXCEEDED)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory is left to decode the HEIC picture");
    if (error.subcode == HEIF_LIMIT_EXCEEDED)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "the HEIC picture passes a bound (%s): shrink it, or convert it to "
                              "JPEG or PNG",
                              words);
    if (error.code == HEIF_UNSUPPORTED_FILETYPE || error.code == HEIF_UNSUPPORTED_FEATURE ||
        error.code == HEIF_PLUGIN_NOT_LOADED)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "this kind of HEIC is not known here (%s): convert it to JPEG or PNG",
                              words);
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "the HEIC picture is damaged or cut off (%s): fetch or export it again",
                          words);
}

/* ---- the file ---------------------------------------------------------------------------------
 */

static bool is_avif(const uint8_t *bytes)
{
    return memcmp(bytes + 8, "avif", 4) == 0 || memcmp(bytes + 8, "avis", 4) == 0;
}

static bool heif_handles(const uint8_t *bytes, size_t length)
{
    static const char brands[][5] = {"heic", "heix", "heim", "heis", "hevc",
                                     "hevx", "mif1", "msf1", "avif", "avis"};
    if (length < 12 || memcmp(bytes + 4, "ftyp", 4) != 0)
        return false;
    for (size_t i = 0; i < sizeof(brands) / sizeof(brands[0]); i++)
        if (memcmp(bytes + 8, brands[i], 4) == 0)
            return true;
    return false;
}

/* An ordinary box tells its length in four bytes, the last one may say 0 for "to the end". libheif
 * takes a file whose boxes end early for whole as long as it never needs the rest. */
static int check_boxes(const uint8_t *bytes, size_t length, struct miev_error *err)
{
    size_t at = 0;
    while (length - at >= 8) {
        uint64_t size = (uint64_t)bytes[at] << 24 | (uint64_t)bytes[at + 1] << 16 |
                        (uint64_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (size == 1 && length - at >= 16) {
            size = 0;
            for (size_t i = 8; i < 16; i++)
                size = size << 8 | bytes[at + i];
        }
        if (size == 0)
            return MIEV_OK;
        if (size < 8 || size > length - at)
            return miev_error_set(
                err, MIEV_ERR_INVALID,
                "the HEIC picture is damaged or cut off: a part of it claims %llu "
                "bytes where %zu are left; fetch it again",
                (unsigned long long)size, length - at);
        at += size;
    }
    return MIEV_OK;
}

/* What is decoded may be larger than what is shown: a crop stands between them. */
static int check_sizes(const struct reader *reader)
{
    const struct heif_api *api = &reader->api;
    int width = api->image_handle_get_width(reader->handle);
    int height = api->image_handle_get_height(reader->handle);
    int coded_width = api->image_handle_get_ispe_width(reader->handle);
    int coded_height = api->image_handle_get_ispe_height(reader->handle);
    int rc = miev_image_check_size(width < 0 ? 0 : (uint64_t)width,
                                   height < 0 ? 0 : (uint64_t)height, reader->err);
    if (rc == MIEV_OK && coded_width > 0 && coded_height > 0)
        rc = miev_image_check_size((uint64_t)coded_width, (uint64_t)coded_height, reader->err);
    return rc;
}

static int open_colour(struct reader *reader)
{
    const struct heif_api *api = &reader->api;
    size_t length = api->image_handle_get_raw_color_profile_size(reader->handle);
    uint8_t *profile = length > 0 ? malloc(length) : NULL;
    if (length > 0 && !profile)
        return miev_error_set(reader->err, MIEV_ERR_NOMEM,
                              "no memory is left to decode the HEIC picture");
    if (length > 0)
        (void)api->image_handle_get_raw_color_profile(reader->handle, profile);
    miev_colour_open(&reader->colour, reader->alpha ? MIEV_ROWS_RGBA : MIEV_ROWS_RGB, profile,
                     length);
    free(profile);
    return MIEV_OK;
}

static int open_picture(struct reader *reader, const uint8_t *bytes, size_t length)
{
    const struct heif_api *api = &reader->api;
    reader->context = api->context_alloc();
    if (!reader->context)
        return miev_error_set(reader->err, MIEV_ERR_NOMEM,
                              "no memory is left to decode the HEIC picture");
    api->context_set_maximum_image_size_limit(reader->context, (int)MIEV_IMAGE_MAX_SIDE);
    if (api->context_set_max_decoding_threads)
        api->context_set_max_decoding_threads(reader->context, 0);
    struct heif_error error =
        api->context_read_from_memory_without_copy(reader->context, bytes, length, NULL);
    if (error.code == 0)
        error = api->context_get_primary_image_handle(reader->context, &reader->handle);
    if (error.code != 0)
        return refuse(error, reader->err);
    reader->alpha = api->image_handle_has_alpha_channel(reader->handle) != 0;
    int rc = check_sizes(reader);
    return rc == MIEV_OK ? open_colour(reader) : rc;
}

/* ---- rows -------------------------------------------------------------------------------------
 */

static int decode_picture(struct reader *reader)
{
    const struct heif_api *api = &reader->api;
    struct heif_decoding_options *options = api->decoding_options_alloc();
    if (!options)
        return miev_error_set(reader->err, MIEV_ERR_NOMEM,
                              "no memory is left to decode the HEIC picture");
    if (options->version >= 2)
        options->convert_hdr_to_8bit = 1;
    if (options->version >= 3)
        options->strict_decoding = 1;
    struct heif_error error = api->decode_image(
        reader->handle, &reader->image, HEIF_COLORSPACE_RGB,
        reader->alpha ? HEIF_CHROMA_INTERLEAVED_RGBA : HEIF_CHROMA_INTERLEAVED_RGB, options);
    api->decoding_options_free(options);
    return error.code == 0 ? MIEV_OK : refuse(error, reader->err);
}

/* Colours that alpha was multiplied into already want only the white added. */
static void premultiplied_over_white(uint8_t *row, size_t n_pixels)
{
    for (size_t i = 0; i < n_pixels; i++)
        for (size_t c = 0; c < 3; c++) {
            unsigned value = row[4 * i + c] + 255u - row[4 * i + 3];
            row[3 * i + c] = (uint8_t)(value > 255u ? 255u : value);
        }
}

static int deliver_row(struct reader *reader, const uint8_t *from, size_t width,
                       const struct miev_image_sink *sink)
{
    memcpy(reader->row, from, width * (reader->alpha ? 4 : 3));
    miev_colour_row(&reader->colour, reader->row, width);
    if (reader->alpha && reader->api.image_handle_is_premultiplied_alpha &&
        reader->api.image_handle_is_premultiplied_alpha(reader->handle))
        premultiplied_over_white(reader->row, width);
    else if (reader->alpha)
        miev_image_over_white(reader->row, width, reader->row);
    return sink->row(sink->context, reader->row);
}

static int deliver_rows(struct reader *reader, const struct miev_image_sink *sink)
{
    const struct heif_api *api = &reader->api;
    int stride = 0;
    int width = api->image_get_width(reader->image, HEIF_CHANNEL_INTERLEAVED);
    int height = api->image_get_height(reader->image, HEIF_CHANNEL_INTERLEAVED);
    const uint8_t *pixels =
        api->image_get_plane_readonly(reader->image, HEIF_CHANNEL_INTERLEAVED, &stride);
    if (!pixels || width <= 0 || height <= 0)
        return miev_error_set(reader->err, MIEV_ERR_INVALID,
                              "the HEIC picture has no pixels: export it again");
    reader->row = malloc((size_t)width * 4);
    if (!reader->row)
        return miev_error_set(reader->err, MIEV_ERR_NOMEM,
                              "no memory is left to decode the HEIC picture");
    int rc = sink->size(sink->context, (unsigned)width, (unsigned)height);
    for (int y = 0; rc == MIEV_OK && y < height; y++)
        rc = deliver_row(reader, pixels + (size_t)y * (size_t)stride, (size_t)width, sink);
    return rc;
}

static void finish(struct reader *reader)
{
    free(reader->row);
    miev_colour_close(&reader->colour);
    if (reader->image)
        reader->api.image_release(reader->image);
    if (reader->handle)
        reader->api.image_handle_release(reader->handle);
    if (reader->context)
        reader->api.context_free(reader->context);
    (void)dlclose(reader->api.library);
}

static int heif_probe(const uint8_t *bytes, size_t length, struct miev_image_info *info,
                      struct miev_error *err)
{
    struct reader reader = {.err = err};
    int rc = check_boxes(bytes, length, err);
    if (rc == MIEV_OK)
        rc = open_library(&reader.api, err);
    if (rc != MIEV_OK)
        return rc;
    rc = open_picture(&reader, bytes, length);
    if (rc == MIEV_OK) {
        info->format = is_avif(bytes) ? "avif" : "heic";
        info->width = (unsigned)reader.api.image_handle_get_width(reader.handle);
        info->height = (unsigned)reader.api.image_handle_get_height(reader.handle);
        miev_colour_tell(&reader.colour, info);
    }
    finish(&reader);
    return rc;
}

static int heif_decode(const uint8_t *bytes, size_t length, unsigned shrink_hint,
                       const struct miev_image_sink *sink, struct miev_error *err)
{
    (void)shrink_hint; /* there is no cheaper small picture */
    struct reader reader = {.err = err};
    int rc = open_library(&reader.api, err);
    if (rc != MIEV_OK)
        return rc;
    rc = open_picture(&reader, bytes, length);
    if (rc == MIEV_OK)
        rc = decode_picture(&reader);
    if (rc == MIEV_OK)
        rc = deliver_rows(&reader, sink);
    finish(&reader);
    return rc;
}

const struct miev_image_ops miev_image_heif = {
    .name = "heif",
    .handles = heif_handles,
    .prepare = heif_prepare,
    .probe = heif_probe,
    .decode = heif_decode,
};
