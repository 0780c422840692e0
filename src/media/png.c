/* SPDX-License-Identifier: Apache-2.0 */
/* PNG by libpng, row by row where the file is not interlaced. The library reports errors through a
 * function that must not return, hence the one setjmp of this file. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "core/error.h"
#include "media/colour.h"
#include "media/format.h"

/* The chunks of free size that are kept are eXIf, which cameras keep under 64 KiB, and iCCP. */
#define MAX_CHUNK_BYTES (4u << 20)

struct reader {
    png_structp png;
    png_infop header;
    const uint8_t *bytes;
    size_t length, offset;
    bool has_profile;
    struct miev_colour colour;
    uint8_t *rows; /* one row, or all of an interlaced picture */
    jmp_buf trap;
    int status;
    struct miev_image_info *info;       /* filled by a probe */
    const struct miev_image_sink *sink; /* served by a decode */
    struct miev_error *err;
};

static bool png_handles(const uint8_t *bytes, size_t length)
{
    return length >= 8 && png_sig_cmp(bytes, 0, 8) == 0;
}

_Noreturn static void refuse(png_structp png, const char *words)
{
    struct reader *reader = png_get_error_ptr(png);
    /* take_bytes has set a status already when the file is cut off. */
    if (reader->status == MIEV_OK)
        reader->status =
            miev_error_set(reader->err, MIEV_ERR_INVALID,
                           "the PNG picture is damaged (%s): fetch or export it again", words);
    longjmp(reader->trap, 1);
}

static void ignore_warning(png_structp png, const char *words)
{
    (void)png;
    (void)words;
}

static void take_bytes(png_structp png, png_bytep out, size_t n)
{
    struct reader *reader = png_get_io_ptr(png);
    if (n > reader->length - reader->offset) {
        reader->status = miev_error_set(reader->err, MIEV_ERR_INVALID,
                                        "the PNG picture is cut off after %zu bytes: fetch or "
                                        "export it again",
                                        reader->length);
        png_error(png, "cut off");
    }
    memcpy(out, reader->bytes + reader->offset, n);
    reader->offset += n;
}

/* Texts and times do not change what a picture shows, and a small one may unpack to a gigabyte:
 * libpng passes over all but the critical chunks, tRNS, the orientation and the colour profile
 * (which it unpacks no further than the length that its own header tells, if that is within the
 * bound). */
static void set_bounds(png_structp png)
{
    png_set_user_limits(png, MIEV_IMAGE_MAX_SIDE, MIEV_IMAGE_MAX_SIDE);
    png_set_chunk_malloc_max(png, MAX_CHUNK_BYTES);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep) "eXIf\0iCCP",
                                2);
}

/* libpng checks the sides after it has read the header and words the refusal its own way; this asks
 * first. The header is always the first chunk, its sides big-endian at 16 and 20. */
static int check_header(const struct reader *reader)
{
    if (reader->length < 24 || memcmp(reader->bytes + 12, "IHDR", 4) != 0)
        return miev_error_set(reader->err, MIEV_ERR_INVALID,
                              "the PNG picture is cut off or has no header: fetch or export it "
                              "again");
    return miev_image_check_size(png_get_uint_32(reader->bytes + 16),
                                 png_get_uint_32(reader->bytes + 20), reader->err);
}

static void fill_info(struct reader *reader)
{
    png_uint_32 length = 0;
    png_bytep exif = NULL;
    reader->info->width = png_get_image_width(reader->png, reader->header);
    reader->info->height = png_get_image_height(reader->png, reader->header);
    if (png_get_eXIf_1(reader->png, reader->header, &length, &exif) != 0)
        reader->info->orientation = miev_exif_orientation(exif, length);
    miev_colour_tell(&reader->colour, reader->info);
}

static void open_colour(struct reader *reader)
{
    png_charp name = NULL;
    png_bytep profile = NULL;
    png_uint_32 length = 0;
    int packing = 0;
    bool alpha = (png_get_color_type(reader->png, reader->header) & PNG_COLOR_MASK_ALPHA) != 0 ||
                 png_get_valid(reader->png, reader->header, PNG_INFO_tRNS) != 0;
    (void)png_get_iCCP(reader->png, reader->header, &name, &packing, &profile, &length);
    miev_colour_open(&reader->colour, alpha ? MIEV_ROWS_RGBA : MIEV_ROWS_RGB, profile, length);
    if (reader->has_profile && length == 0) /* libpng found it damaged */
        reader->colour.use = MIEV_PROFILE_IGNORED;
}

/* Hand a row on as RGB. */
static int deliver(const struct reader *reader, uint8_t *row)
{
    size_t width = png_get_image_width(reader->png, reader->header);
    miev_colour_row(&reader->colour, row, width);
    if (png_get_channels(reader->png, reader->header) == 4)
        miev_image_over_white(row, width, row);
    return reader->sink->row(reader->sink->context, row);
}

/* The seven passes of an interlaced picture each fill some pixels, so that all of it must be held;
 * the bound on pixels holds that to 256 MB. */
static int decode_interlaced(const struct reader *reader, size_t row_bytes, int n_passes)
{
    unsigned height = png_get_image_height(reader->png, reader->header);
    for (int pass = 0; pass < n_passes; pass++)
        for (size_t y = 0; y < height; y++)
            png_read_row(reader->png, reader->rows + y * row_bytes, NULL);
    int rc = MIEV_OK;
    for (size_t y = 0; rc == MIEV_OK && y < height; y++)
        rc = deliver(reader, reader->rows + y * row_bytes);
    return rc;
}

static int decode_streamed(const struct reader *reader)
{
    unsigned height = png_get_image_height(reader->png, reader->header);
    int rc = MIEV_OK;
    for (unsigned y = 0; rc == MIEV_OK && y < height; y++) {
        png_read_row(reader->png, reader->rows, NULL);
        rc = deliver(reader, reader->rows);
    }
    return rc;
}

/* Ask for 8-bit RGB or RGBA, whatever the file holds. */
static int prepare_rows(const struct reader *reader)
{
    png_set_expand(reader->png);
    png_set_scale_16(reader->png);
    png_set_gray_to_rgb(reader->png);
    int n_passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->header);
    return n_passes;
}

static int decode_rows(struct reader *reader)
{
    unsigned width = png_get_image_width(reader->png, reader->header);
    unsigned height = png_get_image_height(reader->png, reader->header);
    int rc = reader->sink->size(reader->sink->context, width, height);
    if (rc != MIEV_OK)
        return rc;
    int n_passes = prepare_rows(reader);
    size_t row_bytes = png_get_rowbytes(reader->png, reader->header);
    reader->rows = calloc(n_passes > 1 ? height : 1, row_bytes);
    if (!reader->rows)
        return miev_error_set(reader->err, MIEV_ERR_NOMEM,
                              "no memory is left to decode the PNG picture");
    rc = n_passes > 1 ? decode_interlaced(reader, row_bytes, n_passes) : decode_streamed(reader);
    if (rc == MIEV_OK)
        png_read_end(reader->png, NULL);
    return rc;
}

/* libpng only warns of a chunk over its limit, and allocates what the chunk claims: hold every
 * claim against the bytes that are there. */
static int check_chunks(struct reader *reader)
{
    size_t at = 8; /* behind the signature */
    while (reader->length - at >= 12) {
        size_t claimed = png_get_uint_32(reader->bytes + at);
        if (claimed > reader->length - at - 12)
            return miev_error_set(reader->err, MIEV_ERR_INVALID,
                                  "the PNG picture is damaged or cut off: a part of it claims %zu "
                                  "bytes where %zu are left; fetch it again",
                                  claimed, reader->length - at - 12);
        if (memcmp(reader->bytes + at + 4, "iCCP", 4) == 0)
            reader->has_profile = true;
        if (memcmp(reader->bytes + at + 4, "IEND", 4) == 0)
            break;
        at += claimed + 12;
    }
    return MIEV_OK;
}

static int read_picture(struct reader *reader)
{
    int rc = check_header(reader);
    if (rc == MIEV_OK)
        rc = check_chunks(reader);
    if (rc != MIEV_OK)
        return rc;
    set_bounds(reader->png);
    png_set_read_fn(reader->png, reader, take_bytes);
    png_read_info(reader->png, reader->header);
    open_colour(reader);
    if (reader->info)
        fill_info(reader);
    return reader->sink ? decode_rows(reader) : MIEV_OK;
}

/* Run a probe or a decode to its end or to the trap. */
static int run(struct reader *reader)
{
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, refuse, ignore_warning);
    reader->header = reader->png ? png_create_info_struct(reader->png) : NULL;
    if (!reader->header)
        reader->status = miev_error_set(reader->err, MIEV_ERR_NOMEM,
                                        "no memory is left to decode the PNG picture");
    else if (setjmp(reader->trap) == 0)
        reader->status = read_picture(reader);
    png_destroy_read_struct(&reader->png, &reader->header, NULL);
    free(reader->rows);
    miev_colour_close(&reader->colour);
    return reader->status;
}

static int png_probe(const uint8_t *bytes, size_t length, struct miev_image_info *info,
                     struct miev_error *err)
{
    struct reader reader = {.bytes = bytes, .length = length, .info = info, .err = err};
    return run(&reader);
}

static int png_decode(const uint8_t *bytes, size_t length, unsigned shrink_hint,
                      const struct miev_image_sink *sink, struct miev_error *err)
{
    (void)shrink_hint; /* PNG has no cheaper small picture */
    struct reader reader = {.bytes = bytes, .length = length, .sink = sink, .err = err};
    return run(&reader);
}

const struct miev_image_ops miev_image_png = {
    .name = "png",
    .handles = png_handles,
    .probe = png_probe,
    .decode = png_decode,
};
