/* SPDX-License-Identifier: Apache-2.0 */
/* BMP, read here since no maintained small library does: palettes of 1, 4 and 8 bits, pixels of 16,
 * 24 and 32 bits, with or without masks, bottom-up and top-down. Everything is checked once, by the
 * probe; rows are then plain arithmetic inside the file. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "media/format.h"

enum {
    FILE_HEADER_BYTES = 14,
    CORE_HEADER_BYTES = 12, /* OS/2: short sides, palette of 3 bytes */
    INFO_HEADER_BYTES = 40,
    MASKS_AT = FILE_HEADER_BYTES + INFO_HEADER_BYTES,
    PLAIN = 0,
    BITFIELDS = 3,
    ALPHA_BITFIELDS = 6,
    ALPHA = 3, /* index of a mask */
};

struct bmp {
    const uint8_t *bytes;
    size_t length;
    uint32_t header_bytes, bits, compression, n_colours;
    uint64_t width, height;
    bool top_down;
    size_t pixels_at, stride;
    uint32_t masks[4]; /* red, green, blue, alpha */
    uint8_t palette[256][3];
};

static uint32_t u16(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t u32(const uint8_t *bytes)
{
    return u16(bytes) | u16(bytes + 2) << 16;
}

static bool bmp_handles(const uint8_t *bytes, size_t length)
{
    return length >= 2 && bytes[0] == 'B' && bytes[1] == 'M';
}

static int cut_off(struct miev_error *err)
{
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "the BMP picture is cut off: fetch or export it again");
}

static int unknown_kind(struct miev_error *err, const char *what, uint32_t number)
{
    return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                          "this kind of BMP is not known here (%s %u): convert it to PNG", what,
                          number);
}

/* The sides, bits and compression of either header. */
static int read_fields(struct bmp *bmp, struct miev_error *err)
{
    const uint8_t *header = bmp->bytes + FILE_HEADER_BYTES;
    if (bmp->length < FILE_HEADER_BYTES + CORE_HEADER_BYTES)
        return cut_off(err);
    bmp->pixels_at = u32(bmp->bytes + 10);
    bmp->header_bytes = u32(header);
    if (bmp->header_bytes == CORE_HEADER_BYTES) {
        bmp->width = u16(header + 4);
        bmp->height = u16(header + 6);
        bmp->bits = u16(header + 10);
        return MIEV_OK;
    }
    if (bmp->header_bytes < INFO_HEADER_BYTES || bmp->header_bytes > 124)
        return unknown_kind(err, "header size", bmp->header_bytes);
    if (bmp->length < FILE_HEADER_BYTES + (size_t)bmp->header_bytes)
        return cut_off(err);
    int64_t height = (int32_t)u32(header + 8);
    int32_t width = (int32_t)u32(header + 4);
    bmp->width = width < 0 ? 0 : (uint64_t)width;
    bmp->top_down = height < 0;
    bmp->height = (uint64_t)(height < 0 ? -height : height);
    bmp->bits = u16(header + 14);
    bmp->compression = u32(header + 16);
    bmp->n_colours = u32(header + 32);
    return MIEV_OK;
}

/* Where the masks are: inside a long header, behind a short one, or given by the bits. */
static int read_masks(struct bmp *bmp, struct miev_error *err)
{
    static const uint32_t plain[2][4] = {{0x7c00, 0x3e0, 0x1f, 0}, {0xff0000, 0xff00, 0xff, 0}};
    if (bmp->bits != 16 && bmp->bits != 32)
        return bmp->compression == PLAIN ? MIEV_OK
                                         : unknown_kind(err, "compression", bmp->compression);
    if (bmp->compression == PLAIN) {
        memcpy(bmp->masks, plain[bmp->bits == 32], sizeof(bmp->masks));
        return MIEV_OK;
    }
    if (bmp->compression != BITFIELDS && bmp->compression != ALPHA_BITFIELDS)
        return unknown_kind(err, "compression", bmp->compression);
    bool alpha = bmp->compression == ALPHA_BITFIELDS || bmp->header_bytes >= 56;
    size_t n = alpha ? 4 : 3;
    if (bmp->length < MASKS_AT + 4 * n)
        return cut_off(err);
    for (size_t i = 0; i < n; i++)
        bmp->masks[i] = u32(bmp->bytes + MASKS_AT + 4 * i);
    return MIEV_OK;
}

/* Colours that the file does not list stay black. */
static int read_palette(struct bmp *bmp, struct miev_error *err)
{
    if (bmp->bits > 8)
        return MIEV_OK;
    size_t most = (size_t)1 << bmp->bits;
    size_t n = bmp->n_colours == 0 || bmp->n_colours > most ? most : bmp->n_colours;
    size_t entry_bytes = bmp->header_bytes == CORE_HEADER_BYTES ? 3 : 4;
    size_t at = FILE_HEADER_BYTES + (size_t)bmp->header_bytes;
    if (bmp->length - at < n * entry_bytes)
        return cut_off(err);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *entry = bmp->bytes + at + i * entry_bytes;
        bmp->palette[i][0] = entry[2];
        bmp->palette[i][1] = entry[1];
        bmp->palette[i][2] = entry[0];
    }
    return MIEV_OK;
}

static int read_header(struct bmp *bmp, struct miev_error *err)
{
    int rc = read_fields(bmp, err);
    if (rc == MIEV_OK)
        rc = miev_image_check_size(bmp->width, bmp->height, err);
    if (rc != MIEV_OK)
        return rc;
    if (bmp->bits != 1 && bmp->bits != 4 && bmp->bits != 8 && bmp->bits != 16 && bmp->bits != 24 &&
        bmp->bits != 32)
        return unknown_kind(err, "bits per pixel", bmp->bits);
    rc = read_masks(bmp, err);
    if (rc == MIEV_OK)
        rc = read_palette(bmp, err);
    if (rc != MIEV_OK)
        return rc;
    bmp->stride = (size_t)((bmp->width * bmp->bits + 31) / 32 * 4);
    if (bmp->pixels_at > bmp->length || (bmp->length - bmp->pixels_at) / bmp->stride < bmp->height)
        return cut_off(err);
    return MIEV_OK;
}

static int bmp_probe(const uint8_t *bytes, size_t length, struct miev_image_info *info,
                     struct miev_error *err)
{
    struct bmp bmp = {.bytes = bytes, .length = length};
    int rc = read_header(&bmp, err);
    if (rc != MIEV_OK)
        return rc;
    info->width = (unsigned)bmp.width;
    info->height = (unsigned)bmp.height;
    return MIEV_OK;
}

/* The bits under a mask, stretched to 0..255. */
static uint8_t masked(uint32_t pixel, uint32_t mask)
{
    if (mask == 0)
        return 0;
    int shift = __builtin_ctz(mask);
    uint64_t most = mask >> shift;
    uint64_t value = (pixel & mask) >> shift;
    return (uint8_t)((value * 255 + most / 2) / most);
}

static void unpack_palette(const struct bmp *bmp, const uint8_t *row, uint8_t *rgb)
{
    unsigned per_byte = 8 / bmp->bits;
    for (size_t x = 0; x < bmp->width; x++) {
        unsigned shift = 8 - bmp->bits * (unsigned)(x % per_byte + 1);
        unsigned index = (unsigned)row[x / per_byte] >> shift & ((1u << bmp->bits) - 1);
        memcpy(rgb + 3 * x, bmp->palette[index], 3);
    }
}

static void unpack_24(const struct bmp *bmp, const uint8_t *row, uint8_t *rgb)
{
    for (size_t x = 0; x < bmp->width; x++) {
        rgb[3 * x] = row[3 * x + 2];
        rgb[3 * x + 1] = row[3 * x + 1];
        rgb[3 * x + 2] = row[3 * x];
    }
}

static void unpack_masks(const struct bmp *bmp, const uint8_t *row, uint8_t *rgb)
{
    for (size_t x = 0; x < bmp->width; x++) {
        uint32_t pixel = bmp->bits == 16 ? u16(row + 2 * x) : u32(row + 4 * x);
        uint8_t rgba[4];
        for (size_t c = 0; c < 4; c++)
            rgba[c] = masked(pixel, bmp->masks[c]);
        if (bmp->masks[ALPHA] == 0)
            rgba[ALPHA] = 255;
        miev_image_over_white(rgba, 1, rgb + 3 * x);
    }
}

static int bmp_decode(const uint8_t *bytes, size_t length, unsigned shrink_hint,
                      const struct miev_image_sink *sink, struct miev_error *err)
{
    (void)shrink_hint; /* BMP has no cheaper small picture */
    struct bmp bmp = {.bytes = bytes, .length = length};
    int rc = read_header(&bmp, err);
    if (rc != MIEV_OK)
        return rc;
    void (*unpack)(const struct bmp *, const uint8_t *, uint8_t *) = bmp.bits <= 8 ? unpack_palette
                                                                     : bmp.bits == 24
                                                                         ? unpack_24
                                                                         : unpack_masks;
    uint8_t *rgb = malloc((size_t)bmp.width * 3);
    if (!rgb)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory is left to decode the BMP picture");
    rc = sink->size(sink->context, (unsigned)bmp.width, (unsigned)bmp.height);
    for (size_t y = 0; rc == MIEV_OK && y < bmp.height; y++) {
        size_t stored = bmp.top_down ? y : (size_t)bmp.height - 1 - y;
        unpack(&bmp, bytes + bmp.pixels_at + stored * bmp.stride, rgb);
        rc = sink->row(sink->context, rgb);
    }
    free(rgb);
    return rc;
}

const struct miev_image_ops miev_image_bmp = {
    .name = "bmp",
    .handles = bmp_handles,
    .probe = bmp_probe,
    .decode = bmp_decode,
};
