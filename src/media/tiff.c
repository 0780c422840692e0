/* SPDX-License-Identifier: Apache-2.0 */
/* TIFF by libtiff: the first picture of the file, in bands of a strip or a row of tiles. Its own
 * conversion to RGBA knows grey, palettes, inks, YCbCr, 1 to 16 bits and every compression. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

#include "core/error.h"
#include "media/colour.h"
#include "media/format.h"

/* One strip of a picture of the largest size allowed, 4 samples of 16 bits each. */
#define MAX_BLOCK_BYTES (MIEV_IMAGE_MAX_PIXELS * 8ll)

struct reader {
    const uint8_t *bytes;
    uint64_t length, offset;
    TIFF *tiff;
    uint32_t width, height;
    bool inks; /* four of 8 bits, row by row: read as they are, since their profile asks for inks */
    struct miev_colour colour;
    char words[160]; /* what libtiff complained of first */
    bool cut;        /* it wanted bytes behind the end */
    uint32_t *band;  /* width * rows of a band, as stored */
    uint8_t *row;    /* RGB, or inks */
    const struct miev_image_sink *sink;
    struct miev_error *err;
};

static bool tiff_handles(const uint8_t *bytes, size_t length)
{
    return length >= 4 && (memcmp(bytes, "II*\0", 4) == 0 || memcmp(bytes, "MM\0*", 4) == 0 ||
                           memcmp(bytes, "II+\0", 4) == 0 || memcmp(bytes, "MM\0+", 4) == 0);
}

/* ---- the file as libtiff sees it --------------------------------------------------------------
 */

static tmsize_t take_bytes(thandle_t handle, void *out, tmsize_t n)
{
    struct reader *reader = handle;
    uint64_t left = reader->offset < reader->length ? reader->length - reader->offset : 0;
    uint64_t taken = (uint64_t)n < left ? (uint64_t)n : left;
    reader->cut = reader->cut || taken < (uint64_t)n;
    memcpy(out, reader->bytes + (taken > 0 ? reader->offset : 0), (size_t)taken);
    reader->offset += taken;
    return (tmsize_t)taken;
}

static tmsize_t refuse_write(thandle_t handle, void *bytes, tmsize_t n)
{
    (void)handle, (void)bytes, (void)n;
    return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence)
{
    struct reader *reader = handle;
    uint64_t base = whence == SEEK_CUR ? reader->offset : whence == SEEK_END ? reader->length : 0;
    reader->offset = base + offset;
    return reader->offset;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle)
{
    return ((struct reader *)handle)->length;
}

static int map_bytes(thandle_t handle, void **out, toff_t *length)
{
    struct reader *reader = handle;
    memcpy(out, &reader->bytes, sizeof(*out)); /* libtiff's own type is not const; it only reads */
    *length = reader->length;
    return 1;
}

static void unmap_nothing(thandle_t handle, void *bytes, toff_t length)
{
    (void)handle, (void)bytes, (void)length;
}

static int keep_words(TIFF *tiff, void *context, const char *module, const char *format,
                      va_list args) __attribute__((format(printf, 4, 0)));

/* The first complaint is the cause, the later ones follow from it. */
static int keep_words(TIFF *tiff, void *context, const char *module, const char *format,
                      va_list args)
{
    struct reader *reader = context;
    (void)tiff, (void)module;
    if (reader->words[0] == '\0')
        (void)vsnprintf(reader->words, sizeof(reader->words), format, args);
    return 1;
}

static int ignore_warning(TIFF *tiff, void *context, const char *module, const char *format,
                          va_list args)
{
    (void)tiff, (void)context, (void)module, (void)format, (void)args;
    return 1;
}

/* mapped: libtiff looks at the bytes without asking take_bytes. */
static int open_file(struct reader *reader, bool mapped)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options)
        return miev_error_set(reader->err, MIEV_ERR_NOMEM,
                              "no memory is left to decode the TIFF picture");
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, MAX_BLOCK_BYTES);
    TIFFOpenOptionsSetErrorHandlerExtR(options, keep_words, reader);
    TIFFOpenOptionsSetWarningHandlerExtR(options, ignore_warning, NULL);
    reader->offset = 0;
    reader->tiff =
        TIFFClientOpenExt("picture", mapped ? "r" : "rm", reader, take_bytes, refuse_write, seek,
                          close_nothing, size_of, map_bytes, unmap_nothing, options);
    TIFFOpenOptionsFree(options);
    return MIEV_OK;
}

static int refuse(const struct reader *reader)
{
    if (reader->cut)
        return miev_error_set(reader->err, MIEV_ERR_INVALID,
                              "the TIFF picture is cut off after %llu bytes: fetch or export it "
                              "again",
                              (unsigned long long)reader->length);
    return miev_error_set(reader->err, MIEV_ERR_INVALID,
                          "the TIFF picture is damaged (%s): fetch or export it again",
                          reader->words[0] ? reader->words : "no reason is known");
}

/* ---- header -----------------------------------------------------------------------------------
 */

/* Cameras put their raw files into TIFF with a small preview first: to take that for the photo
 * would be another picture than the one that was meant. */
static int refuse_raw(const struct reader *reader)
{
    uint32_t kind = 0;
    const void *version = NULL;
    (void)TIFFGetField(reader->tiff, TIFFTAG_SUBFILETYPE, &kind);
    bool canon = reader->length >= 10 && memcmp(reader->bytes + 8, "CR", 2) == 0;
    if (!canon && (kind & FILETYPE_REDUCEDIMAGE) == 0 &&
        TIFFGetField(reader->tiff, TIFFTAG_DNGVERSION, &version) == 0)
        return MIEV_OK;
    return miev_error_set(
        reader->err, MIEV_ERR_UNSUPPORTED,
        "this is a camera's raw photo, or a TIFF that begins with a mere preview: "
        "develop it to JPEG or PNG");
}

static bool holds_plain_inks(TIFF *tiff, uint32_t width)
{
    uint16_t photometric = 0, bits = 0, samples = 0, planes = 0;
    (void)TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
    (void)TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    (void)TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    (void)TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planes);
    return photometric == PHOTOMETRIC_SEPARATED && bits == 8 && samples == 4 &&
           planes == PLANARCONFIG_CONTIG && !TIFFIsTiled(tiff) &&
           TIFFScanlineSize64(tiff) == 4 * (uint64_t)width;
}

static void open_colour(struct reader *reader)
{
    uint32_t length = 0;
    const void *profile = NULL;
    if (TIFFGetField(reader->tiff, TIFFTAG_ICCPROFILE, &length, &profile) == 0)
        length = 0;
    reader->inks = holds_plain_inks(reader->tiff, reader->width);
    miev_colour_open(&reader->colour, reader->inks ? MIEV_ROWS_INKS : MIEV_ROWS_RGB, profile,
                     length);
}

static int read_header(struct reader *reader)
{
    char words[1024] = "";
    /* libtiff goes on without what it could not read, a colour profile for one. */
    if (reader->cut || TIFFGetField(reader->tiff, TIFFTAG_IMAGEWIDTH, &reader->width) == 0 ||
        TIFFGetField(reader->tiff, TIFFTAG_IMAGELENGTH, &reader->height) == 0)
        return refuse(reader);
    int rc = miev_image_check_size(reader->width, reader->height, reader->err);
    if (rc == MIEV_OK)
        rc = refuse_raw(reader);
    if (rc == MIEV_OK && !TIFFRGBAImageOK(reader->tiff, words))
        rc = miev_error_set(reader->err, MIEV_ERR_UNSUPPORTED,
                            "this kind of TIFF is not known here (%s): convert it to PNG", words);
    if (rc == MIEV_OK)
        open_colour(reader);
    return rc;
}

static unsigned find_orientation(const struct reader *reader)
{
    uint16_t orientation = 1;
    (void)TIFFGetField(reader->tiff, TIFFTAG_ORIENTATION, &orientation);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/* ---- rows -------------------------------------------------------------------------------------
 */

/* Rows that libtiff decodes together: asking for fewer would decode them again and again. */
static uint32_t band_height(const struct reader *reader)
{
    uint32_t rows = 0;
    if (TIFFIsTiled(reader->tiff))
        (void)TIFFGetField(reader->tiff, TIFFTAG_TILELENGTH, &rows);
    else
        (void)TIFFGetFieldDefaulted(reader->tiff, TIFFTAG_ROWSPERSTRIP, &rows);
    return rows == 0 || rows > reader->height ? reader->height : rows;
}

/* libtiff hands out colours that alpha is multiplied into already. */
static void band_row(const struct reader *reader, const uint32_t *pixels)
{
    for (size_t x = 0; x < reader->width; x++) {
        unsigned light = 255u - TIFFGetA(pixels[x]);
        unsigned rgb[3] = {TIFFGetR(pixels[x]), TIFFGetG(pixels[x]), TIFFGetB(pixels[x])};
        for (size_t c = 0; c < 3; c++)
            reader->row[3 * x + c] = (uint8_t)(rgb[c] + light > 255u ? 255u : rgb[c] + light);
    }
    miev_colour_row(&reader->colour, reader->row, reader->width);
}

static int deliver_bands(struct reader *reader, TIFFRGBAImage *image, uint32_t band)
{
    int rc = MIEV_OK;
    for (uint32_t y = 0; rc == MIEV_OK && y < reader->height; y += band) {
        uint32_t rows = band < reader->height - y ? band : reader->height - y;
        image->row_offset = (int)y;
        if (!TIFFRGBAImageGet(image, reader->band, reader->width, rows))
            return refuse(reader);
        for (uint32_t i = 0; rc == MIEV_OK && i < rows; i++) {
            band_row(reader, reader->band + (size_t)i * reader->width);
            rc = reader->sink->row(reader->sink->context, reader->row);
        }
    }
    return rc;
}

static int deliver_inks(struct reader *reader)
{
    int rc = MIEV_OK;
    for (uint32_t y = 0; rc == MIEV_OK && y < reader->height; y++) {
        if (TIFFReadScanline(reader->tiff, reader->row, y, 0) != 1)
            return refuse(reader);
        miev_colour_row(&reader->colour, reader->row, reader->width);
        rc = reader->sink->row(reader->sink->context, reader->row);
    }
    return rc;
}

/* libtiff 4.5 reads tiles without compression right only from a mapping. */
static int map_bare_tiles(struct reader *reader)
{
    uint16_t compression = 0;
    (void)TIFFGetFieldDefaulted(reader->tiff, TIFFTAG_COMPRESSION, &compression);
    if (!TIFFIsTiled(reader->tiff) || compression != COMPRESSION_NONE)
        return MIEV_OK;
    TIFFClose(reader->tiff);
    int rc = open_file(reader, true);
    return rc == MIEV_OK && !reader->tiff ? refuse(reader) : rc;
}

static int decode_rows(struct reader *reader)
{
    TIFFRGBAImage image;
    char words[1024] = "";
    uint32_t band = reader->inks ? 1 : band_height(reader);
    int rc = reader->sink->size(reader->sink->context, reader->width, reader->height);
    if (rc != MIEV_OK)
        return rc;
    reader->band = calloc(band, (size_t)reader->width * sizeof(*reader->band));
    reader->row = malloc((size_t)reader->width * 4);
    if (!reader->band || !reader->row)
        return miev_error_set(reader->err, MIEV_ERR_NOMEM,
                              "no memory is left to decode the TIFF picture");
    if (reader->inks)
        return deliver_inks(reader);
    if (!TIFFRGBAImageBegin(&image, reader->tiff, 1, words))
        return refuse(reader);
    image.req_orientation = image.orientation; /* rows as stored: turning is not its job */
    rc = deliver_bands(reader, &image, band);
    TIFFRGBAImageEnd(&image);
    return rc;
}

static int run(struct reader *reader, struct miev_image_info *info)
{
    int rc = open_file(reader, false);
    if (rc == MIEV_OK)
        rc = reader->tiff ? read_header(reader) : refuse(reader);
    if (rc == MIEV_OK && reader->sink)
        rc = map_bare_tiles(reader);
    if (rc == MIEV_OK && reader->sink)
        rc = decode_rows(reader);
    if (rc == MIEV_OK && info) {
        info->width = reader->width;
        info->height = reader->height;
        info->orientation = find_orientation(reader);
        miev_colour_tell(&reader->colour, info);
    }
    miev_colour_close(&reader->colour);
    free(reader->band);
    free(reader->row);
    if (reader->tiff)
        TIFFClose(reader->tiff);
    return rc;
}

static int tiff_probe(const uint8_t *bytes, size_t length, struct miev_image_info *info,
                      struct miev_error *err)
{
    struct reader reader = {.bytes = bytes, .length = length, .err = err};
    return run(&reader, info);
}

static int tiff_decode(const uint8_t *bytes, size_t length, unsigned shrink_hint,
                       const struct miev_image_sink *sink, struct miev_error *err)
{
    (void)shrink_hint; /* libtiff decodes the whole picture in any case */
    struct reader reader = {.bytes = bytes, .length = length, .sink = sink, .err = err};
    return run(&reader, NULL);
}

const struct miev_image_ops miev_image_tiff = {
    .name = "tiff",
    .handles = tiff_handles,
    .probe = tiff_probe,
    .decode = tiff_decode,
};
