/* SPDX-License-Identifier: Apache-2.0 */
/* WebP by libwebp. The library holds the whole picture; the header is asked first, so that 34 bytes
 * that claim 16383 x 16383 pixels cost nothing. */
#include <string.h>

#include <webp/decode.h>

#include "core/error.h"
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

/* Chunks are a name, a little-endian length and the content, padded to even. */
static unsigned find_orientation(const uint8_t *bytes, size_t length)
{
    uint64_t at = RIFF_HEADER_BYTES;
    while (at + CHUNK_HEADER_BYTES <= length) {
        const uint8_t *chunk = bytes + at;
        uint64_t size = chunk[4] | (uint64_t)chunk[5] << 8 | (uint64_t)chunk[6] << 16 |
                        (uint64_t)chunk[7] << 24;
        at += CHUNK_HEADER_BYTES;
        if (memcmp(chunk, "EXIF", 4) == 0 && size <= length - at)
            return miev_exif_orientation(bytes + at, (size_t)size);
        at += size + size % 2;
    }
    return 1;
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
    info->orientation = find_orientation(bytes, length);
    return MIEV_OK;
}

static int deliver_rows(const WebPDecBuffer *picture, const struct miev_image_sink *sink)
{
    int rc = sink->size(sink->context, (unsigned)picture->width, (unsigned)picture->height);
    for (int y = 0; rc == MIEV_OK && y < picture->height; y++) {
        uint8_t *row = picture->u.RGBA.rgba + (size_t)y * (size_t)picture->u.RGBA.stride;
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
    VP8StatusCode code = WebPDecode(bytes, length, &config);
    rc = code == VP8_STATUS_OK ? deliver_rows(&config.output, sink) : refuse(code, err);
    WebPFreeDecBuffer(&config.output);
    return rc;
}

const struct miev_image_ops miev_image_webp = {
    .name = "webp",
    .handles = webp_handles,
    .probe = webp_probe,
    .decode = webp_decode,
};
