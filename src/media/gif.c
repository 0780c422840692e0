/* SPDX-License-Identifier: Apache-2.0 */
/* GIF by giflib: the first frame on the screen that it belongs to. What the frame does not cover,
 * or leaves transparent, is white, as on a web page; the background colour of the file is not used,
 * as browsers do not use it. Later frames are not looked at. */
#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>

#include "core/error.h"
#include "media/format.h"

struct reader {
    const uint8_t *bytes;
    size_t length, offset;
    GifFileType *gif;
    int transparent; /* index of the colour, or NO_TRANSPARENT_COLOR */
    unsigned width, height;
    uint8_t *frame; /* indices, frame width * frame height */
    uint8_t *row;   /* RGB, width pixels */
    const struct miev_image_sink *sink;
    struct miev_error *err;
};

static bool gif_handles(const uint8_t *bytes, size_t length)
{
    return length >= 6 && (memcmp(bytes, "GIF87a", 6) == 0 || memcmp(bytes, "GIF89a", 6) == 0);
}

static int take_bytes(GifFileType *gif, GifByteType *out, int n)
{
    struct reader *reader = gif->UserData;
    size_t left = reader->length - reader->offset;
    size_t taken = n < 0 ? 0 : (size_t)n < left ? (size_t)n : left;
    memcpy(out, reader->bytes + reader->offset, taken);
    reader->offset += taken;
    return (int)taken;
}

static int refuse(const struct reader *reader, int code)
{
    const char *words = GifErrorString(code);
    if (code == D_GIF_ERR_NOT_ENOUGH_MEM)
        return miev_error_set(reader->err, MIEV_ERR_NOMEM,
                              "no memory is left to decode the GIF picture");
    if (reader->offset == reader->length)
        return miev_error_set(
            reader->err, MIEV_ERR_INVALID,
            "the GIF picture is cut off after %zu bytes: fetch or export it again", reader->length);
    return miev_error_set(reader->err, MIEV_ERR_INVALID,
                          "the GIF picture is damaged (%s): fetch or export it again",
                          words ? words : "it ends within a frame");
}

/* Extensions come in blocks; the one that tells the transparent colour is taken. */
static int read_extension(struct reader *reader)
{
    int code = 0;
    GifByteType *block = NULL;
    if (DGifGetExtension(reader->gif, &code, &block) != GIF_OK)
        return refuse(reader, reader->gif->Error);
    while (block) {
        GraphicsControlBlock control;
        if (code == GRAPHICS_EXT_FUNC_CODE &&
            DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
            reader->transparent = control.TransparentColor;
        if (DGifGetExtensionNext(reader->gif, &block) != GIF_OK)
            return refuse(reader, reader->gif->Error);
    }
    return MIEV_OK;
}

static unsigned larger(GifWord a, GifWord b)
{
    return (unsigned)(a > b ? a : b);
}

/* Up to the header of the first frame. A frame that sticks out of the screen widens it, as browsers
 * do. */
static int read_header(struct reader *reader)
{
    GifRecordType record = UNDEFINED_RECORD_TYPE;
    GifFileType *gif = reader->gif;
    int rc = miev_image_check_size(larger(gif->SWidth, 1), larger(gif->SHeight, 1), reader->err);
    while (rc == MIEV_OK && record != IMAGE_DESC_RECORD_TYPE) {
        if (DGifGetRecordType(gif, &record) != GIF_OK)
            return refuse(reader, gif->Error);
        if (record == TERMINATE_RECORD_TYPE)
            return miev_error_set(reader->err, MIEV_ERR_INVALID,
                                  "the GIF file holds no picture: export it again");
        if (record == EXTENSION_RECORD_TYPE)
            rc = read_extension(reader);
    }
    if (rc != MIEV_OK)
        return rc;
    if (DGifGetImageDesc(gif) != GIF_OK)
        return refuse(reader, gif->Error);
    const GifImageDesc *at = &gif->Image;
    reader->width = larger(gif->SWidth, at->Left + at->Width);
    reader->height = larger(gif->SHeight, at->Top + at->Height);
    rc = miev_image_check_size((uint64_t)at->Width, (uint64_t)at->Height, reader->err);
    return rc == MIEV_OK ? miev_image_check_size(reader->width, reader->height, reader->err) : rc;
}

/* Rows of an interlaced frame come as every eighth, the fourths between, and so on. */
static int read_frame(struct reader *reader)
{
    static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    const GifImageDesc *at = &reader->gif->Image;
    int n_passes = at->Interlace ? 4 : 1;
    reader->frame = malloc((size_t)at->Width * (size_t)at->Height);
    reader->row = malloc((size_t)reader->width * 3);
    if (!reader->frame || !reader->row)
        return refuse(reader, D_GIF_ERR_NOT_ENOUGH_MEM);
    for (int pass = 0; pass < n_passes; pass++)
        for (int y = at->Interlace ? starts[pass] : 0; y < at->Height;
             y += at->Interlace ? steps[pass] : 1)
            if (DGifGetLine(reader->gif, reader->frame + (size_t)y * (size_t)at->Width,
                            at->Width) != GIF_OK)
                return refuse(reader, reader->gif->Error);
    GifRecordType next; /* an end mark or another frame: a cut in between is seen */
    return DGifGetRecordType(reader->gif, &next) == GIF_OK ? MIEV_OK
                                                           : refuse(reader, reader->gif->Error);
}

static void colour_row(const struct reader *reader, const ColorMapObject *colours, int y)
{
    const GifImageDesc *at = &reader->gif->Image;
    memset(reader->row, 255, (size_t)reader->width * 3);
    if (y < at->Top || y >= at->Top + at->Height)
        return;
    const uint8_t *indices = reader->frame + (size_t)(y - at->Top) * (size_t)at->Width;
    for (int x = 0; x < at->Width; x++) {
        uint8_t *to = reader->row + 3 * (size_t)(at->Left + x);
        if (indices[x] == reader->transparent)
            continue;
        GifColorType colour = {0, 0, 0}; /* of an index that has none */
        if (indices[x] < colours->ColorCount)
            colour = colours->Colors[indices[x]];
        to[0] = colour.Red;
        to[1] = colour.Green;
        to[2] = colour.Blue;
    }
}

static int decode_frame(struct reader *reader)
{
    const ColorMapObject *colours = reader->gif->Image.ColorMap;
    if (!colours)
        colours = reader->gif->SColorMap;
    if (!colours)
        return miev_error_set(reader->err, MIEV_ERR_UNSUPPORTED,
                              "the GIF picture has no table of colours: convert it to PNG");
    int rc = reader->sink->size(reader->sink->context, reader->width, reader->height);
    if (rc == MIEV_OK)
        rc = read_frame(reader);
    for (unsigned y = 0; rc == MIEV_OK && y < reader->height; y++) {
        colour_row(reader, colours, (int)y);
        rc = reader->sink->row(reader->sink->context, reader->row);
    }
    return rc;
}

static int run(struct reader *reader)
{
    int code = 0;
    reader->transparent = NO_TRANSPARENT_COLOR;
    reader->gif = DGifOpen(reader, take_bytes, &code);
    if (!reader->gif)
        return refuse(reader, code);
    int rc = read_header(reader);
    if (rc == MIEV_OK && reader->sink)
        rc = decode_frame(reader);
    free(reader->frame);
    free(reader->row);
    (void)DGifCloseFile(reader->gif, &code);
    return rc;
}

static int gif_probe(const uint8_t *bytes, size_t length, struct miev_image_info *info,
                     struct miev_error *err)
{
    struct reader reader = {.bytes = bytes, .length = length, .err = err};
    int rc = run(&reader);
    if (rc == MIEV_OK) {
        info->width = reader.width;
        info->height = reader.height;
    }
    return rc;
}

static int gif_decode(const uint8_t *bytes, size_t length, unsigned shrink_hint,
                      const struct miev_image_sink *sink, struct miev_error *err)
{
    (void)shrink_hint; /* GIF has no cheaper small picture */
    struct reader reader = {.bytes = bytes, .length = length, .sink = sink, .err = err};
    return run(&reader);
}

const struct miev_image_ops miev_image_gif = {
    .name = "gif",
    .handles = gif_handles,
    .probe = gif_probe,
    .decode = gif_decode,
};
