/* SPDX-License-Identifier: Apache-2.0 */
/* JPEG by libjpeg-turbo, row by row. The library reports errors through a function that must not
 * return, hence the one setjmp of this file; all that must be released belongs to the library's own
 * pool, so that a jump leaks nothing. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "core/error.h"
#include "media/colour.h"
#include "media/format.h"

/* Coefficients of a progressive picture of the largest size allowed: 3 components of 2 bytes, and
 * some air. */
#define MAX_MEMORY_BYTES (MIEV_IMAGE_MAX_PIXELS * 6u + (16u << 20))
#define MARKER_MAX_BYTES 0xffffu

struct reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    struct miev_colour colour;
    jmp_buf trap;
    int status;
    struct miev_image_info *info;       /* filled by a probe */
    const struct miev_image_sink *sink; /* served by a decode */
    unsigned shrink_hint;
    struct miev_error *err;
};

static bool jpeg_handles(const uint8_t *bytes, size_t length)
{
    return length >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
}

_Noreturn static void give_up(struct reader *reader, int status)
{
    reader->status = status;
    longjmp(reader->trap, 1);
}

_Noreturn static void refuse(j_common_ptr jpeg)
{
    struct reader *reader = jpeg->client_data;
    char words[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, words);
    switch (jpeg->err->msg_code) {
    case JERR_OUT_OF_MEMORY:
        give_up(reader, miev_error_set(reader->err, MIEV_ERR_NOMEM,
                                       "no memory is left to decode the JPEG picture"));
    case JERR_NO_BACKING_STORE:
        give_up(reader, miev_error_set(reader->err, MIEV_ERR_LIMIT,
                                       "the JPEG picture needs more than %u MB to decode: save it "
                                       "smaller, or as a baseline JPEG",
                                       MAX_MEMORY_BYTES / 1000000u));
    case JERR_BAD_PRECISION:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
        give_up(reader, miev_error_set(reader->err, MIEV_ERR_UNSUPPORTED,
                                       "this kind of JPEG is not known here (%s): save it as an "
                                       "ordinary JPEG or as PNG",
                                       words));
    default:
        give_up(reader, miev_error_set(reader->err, MIEV_ERR_INVALID,
                                       "the JPEG picture is damaged (%s): export it again", words));
    }
}

/* libjpeg fills what is missing with grey and only warns; a measurement of half a picture would be
 * none of the picture, so those warnings are refusals. Warnings about odd but whole files pass. */
static void judge_message(j_common_ptr jpeg, int level)
{
    struct reader *reader = jpeg->client_data;
    if (level >= 0)
        return;
    switch (jpeg->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
        give_up(reader, miev_error_set(reader->err, MIEV_ERR_INVALID,
                                       "the JPEG picture is cut off or damaged: fetch or export it "
                                       "again"));
    case JWRN_ARITH_BAD_CODE:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
        refuse(jpeg);
    default:
        break;
    }
}

/* A file of a few kilobytes may hold thousands of scans, each of which costs a pass over the whole
 * picture. */
static void limit_scans(j_common_ptr jpeg)
{
    struct reader *reader = jpeg->client_data;
    if (reader->jpeg.input_scan_number > (int)MIEV_IMAGE_MAX_SCANS)
        give_up(reader, miev_error_set(reader->err, MIEV_ERR_LIMIT,
                                       "the JPEG picture has more than the %u scans allowed: save "
                                       "it as a baseline JPEG",
                                       MIEV_IMAGE_MAX_SCANS));
}

static int read_header(struct reader *reader, const uint8_t *bytes, size_t length)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    jpeg_create_decompress(jpeg);
    jpeg->client_data = reader;
    jpeg->mem->max_memory_to_use = MAX_MEMORY_BYTES;
    reader->progress.progress_monitor = limit_scans;
    jpeg->progress = &reader->progress;
    jpeg_mem_src(jpeg, bytes, (unsigned long)length);
    if (reader->info)
        jpeg_save_markers(jpeg, JPEG_APP0 + 1, MARKER_MAX_BYTES); /* EXIF */
    jpeg_save_markers(jpeg, JPEG_APP0 + 2, MARKER_MAX_BYTES);     /* colour profile */
    (void)jpeg_read_header(jpeg, TRUE);
    return miev_image_check_size(jpeg->image_width, jpeg->image_height, reader->err);
}

static unsigned find_orientation(const struct jpeg_decompress_struct *jpeg)
{
    for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker; marker = marker->next)
        if (marker->data_length >= 6 && memcmp(marker->data, "Exif\0", 6) == 0)
            return miev_exif_orientation(marker->data, marker->data_length);
    return 1;
}

static bool holds_inks(const struct jpeg_decompress_struct *jpeg)
{
    return jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
}

/* A profile comes in pieces, each with its number; libjpeg puts them together. Without Adobe's mark
 * inks are taken as inverted too, as Pillow does: hardly any program writes them otherwise. */
static void open_colour(struct reader *reader)
{
    JOCTET *profile = NULL;
    unsigned length = 0;
    enum miev_rows rows = holds_inks(&reader->jpeg) ? MIEV_ROWS_INKS_INVERTED : MIEV_ROWS_RGB;
    reader->errors.msg_code = 0;
    bool whole = jpeg_read_icc_profile(&reader->jpeg, &profile, &length);
    miev_colour_open(&reader->colour, rows, profile, length);
    if (!whole && reader->errors.msg_code == JWRN_BOGUS_ICC)
        reader->colour.use = MIEV_PROFILE_IGNORED;
    free(profile);
}

/* The DCT can deliver a half, a quarter or an eighth for less work. */
static unsigned shrink_factor(const struct reader *reader)
{
    unsigned width = reader->jpeg.image_width, height = reader->jpeg.image_height;
    unsigned side = width < height ? width : height;
    unsigned factor = 8;
    while (factor > 1 && (reader->shrink_hint == 0 || side / factor < reader->shrink_hint))
        factor /= 2;
    return factor;
}

static int deliver_rows(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    size_t channels = jpeg->out_color_space == JCS_CMYK ? 4 : 3;
    JSAMPROW row = jpeg->mem->alloc_large((j_common_ptr)jpeg, JPOOL_IMAGE,
                                          (size_t)jpeg->output_width * channels);
    while (jpeg->output_scanline < jpeg->output_height) {
        (void)jpeg_read_scanlines(jpeg, &row, 1);
        miev_colour_row(&reader->colour, row, jpeg->output_width);
        int rc = reader->sink->row(reader->sink->context, row);
        if (rc != MIEV_OK)
            return rc;
    }
    /* Reads on to the end mark, so that a cut there is seen too. */
    (void)jpeg_finish_decompress(jpeg);
    return MIEV_OK;
}

static int decode_rows(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    jpeg->out_color_space = holds_inks(jpeg) ? JCS_CMYK : JCS_RGB;
    jpeg->scale_num = 1;
    jpeg->scale_denom = shrink_factor(reader);
    jpeg_calc_output_dimensions(jpeg);
    int rc = reader->sink->size(reader->sink->context, jpeg->output_width, jpeg->output_height);
    if (rc != MIEV_OK)
        return rc;
    (void)jpeg_start_decompress(jpeg);
    return deliver_rows(reader);
}

/* Run a probe or a decode to its end or to the trap. */
static int run(struct reader *reader, const uint8_t *bytes, size_t length)
{
    reader->jpeg.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = refuse;
    reader->errors.emit_message = judge_message;
    reader->jpeg.client_data = reader;
    if (setjmp(reader->trap) == 0) {
        reader->status = read_header(reader, bytes, length);
        if (reader->status == MIEV_OK)
            open_colour(reader);
        if (reader->status == MIEV_OK && reader->sink)
            reader->status = decode_rows(reader);
        if (reader->status == MIEV_OK && reader->info) {
            reader->info->width = reader->jpeg.image_width;
            reader->info->height = reader->jpeg.image_height;
            reader->info->orientation = find_orientation(&reader->jpeg);
            miev_colour_tell(&reader->colour, reader->info);
        }
    }
    miev_colour_close(&reader->colour);
    jpeg_destroy_decompress(&reader->jpeg);
    return reader->status;
}

static int jpeg_probe(const uint8_t *bytes, size_t length, struct miev_image_info *info,
                      struct miev_error *err)
{
    struct reader reader = {.info = info, .err = err};
    return run(&reader, bytes, length);
}

static int jpeg_decode(const uint8_t *bytes, size_t length, unsigned shrink_hint,
                       const struct miev_image_sink *sink, struct miev_error *err)
{
    struct reader reader = {.sink = sink, .shrink_hint = shrink_hint, .err = err};
    return run(&reader, bytes, length);
}

const struct miev_image_ops miev_image_jpeg = {
    .name = "jpeg",
    .handles = jpeg_handles,
    .probe = jpeg_probe,
    .decode = jpeg_decode,
};
