/* SPDX-License-Identifier: Apache-2.0 */
/* WebP by libwebp. The library holds the whole picture; the header is asked first, so that 34 bytes
 * that claim 16383 x 16383 pixels cost nothing. */
#include <string.h>

#include <webp/decode.h>

#include "core/error.h"
#include "media/colour.h"
#include "media/format.h"

enum {
    RIFF_HEADER_BYTES = 12,
    CHUNK_HEADER_BYTES = 8,
};

static bool webp_handles(const uint8_t *bytes, size_t length)
{
    return length >= RIFF_HEADER_BYTES && memcmp(bytes, "RIFF", 4) == 0 &&
           memcmp(bytes + 8, "WEBP", 4) == 0;
}

static int refuse(VP8StatusCode code, struct miev_error *err)
{
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY:
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory is left to decode the WebP picture");
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the WebP picture is cut off: fetch or export it again");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "this kind of WebP is not known here: convert it to JPEG or PNG");
    case VP8_STATUS_OK:
    case VP8_STATUS_INVALID_PARAM:
    case VP8_STATUS_BITSTREAM_ERROR:
    case VP8_STATUS_USER_ABORT:
    default:
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the WebP picture is damaged: fetch or export it again");
    }
}

/* Header, checked against the bounds. */
static int read_features(const uint8_t *bytes, size_t length, WebPBitstreamFeatures *out,
                         struct miev_error *err)
{
    VP8StatusCode code = WebPGetFeatures(bytes, length, out);
    if (code != VP8_STATUS_OK)
        return refuse(code, err);
    if (out->has_animation)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "this is an animated WebP: save one picture of it as JPEG or PNG");
    return miev_image_check_size((uint64_t)out->width, (uint64_t)out->height, err);
}

/* Chunks are a name, a little-endian length and the content, padded to even. NULL when the file has
 * none of that name. */
static const uint8_t *find_chunk(const uint8_t *bytes, size_t length, const char *name,
                                 size_t *out_length)
{
    uint64_t at = RIFF_HEADER_BYTES;
    *out_length = 0;
    while (at + CHUNK_HEADER_BYTES <= length) {
        const uint8_t *chunk = bytes + at;
        uint64_t size = chunk[4] | (uint64_t)chunk[5] << 8 | (uint64_t)chunk[6] << 16 |
                        (uint64_t)chunk[7] << 24;
        at += CHUNK_HEADER_BYTES;
        if (memcmp(chunk, name, 4) == 0 && size <= length - at) {
            *out_length = (size_t)size;
            return bytes + at;
        }
        at += size + size % 2;
    }
    return NULL;
}

static void open_colour(struct miev_colour *colour, bool alpha, const uint8_t *bytes, size_t length)
{
    size_t profile_length = 0;
    const uint8_t *profile = find_chunk(bytes, length, "ICCP", &profile_length);
    miev_colour_open(colour, alpha ? MIEV_ROWS_RGBA : MIEV_ROWS_RGB, profile, profile_length);
}

static int webp_probe(const uint8_t *bytes, size_t length, struct miev_image_info *info,
                      struct miev_error *err)
{
    WebPBitstreamFeatures features;
    int rc = read_features(bytes, length, &features, err);
    if (rc != MIEV_OK)
        return rc;
    info->width = (unsigned)features.width;
    info->height = (unsigned)features.height;
    size_t exif_length = 0;
    const uint8_t *exif = find_chunk(bytes, length, "EXIF", &exif_length);
    info->orientation = exif ? miev_exif_orientation(exif, exif_length) : 1;
    struct miev_colour colour;
    open_colour(&colour, features.has_alpha, bytes, length);
    miev_colour_tell(&colour, info);
    miev_colour_close(&colour);
    return MIEV_OK;
}

static int deliver_rows(const WebPDecBuffer *picture, const struct miev_colour *colour,
                        const struct miev_image_sink *sink)
{
    int rc = sink->size(sink->context, (unsigned)picture->width, (unsigned)picture->height);
    for (int y = 0; rc == MIEV_OK && y < picture->height; y++) {
        uint8_t *row = picture->u.RGBA.rgba + (size_t)y * (size_t)picture->u.RGBA.stride;
        miev_colour_row(colour, row, (size_t)picture->width);
        if (picture->colorspace == MODE_RGBA)
            miev_image_over_white(row, (size_t)picture->width, row);
        rc = sink->row(sink->context, row);
    }
    return rc;
}

static int webp_decode(const uint8_t *bytes, size_t length, unsigned shrink_hint,
                       const struct miev_image_sink *sink, struct miev_error *err)
{
    (void)shrink_hint; /* libwebp decodes the whole picture in any case */
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "libwebp is older than this program expects: update it");
    int rc = read_features(bytes, length, &config.input, err);
    if (rc != MIEV_OK)
        return rc;
    config.output.colorspace = config.input.has_alpha ? MODE_RGBA : MODE_RGB;
    struct miev_colour colour;
    open_colour(&colour, config.input.has_alpha, bytes, length);
    VP8StatusCode code = WebPDecode(bytes, length, &config);
    rc = code == VP8_STATUS_OK ? deliver_rows(&config.output, &colour, sink) : refuse(code, err);
    WebPFreeDecBuffer(&config.output);
    miev_colour_close(&colour);
    return rc;
}

const struct miev_image_ops miev_image_webp = {
    .name = "webp",
    .handles = webp_handles,
    .probe = webp_probe,
    .decode = webp_decode,
};
