/* SPDX-License-Identifier: Apache-2.0 */
#include "media/format.h"

#include <inttypes.h>
#include <string.h>

#include "core/error.h"

int miev_image_check_size(uint64_t width, uint64_t height, struct miev_error *err)
{
    if (width == 0 || height == 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the picture says that it has no pixels: export it again");
    /* Divided, since the product of two hostile sides may overflow. */
    if (height > MIEV_IMAGE_MAX_PIXELS / width)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "the picture claims %" PRIu64 " x %" PRIu64
                              " pixels, more than the %u megapixels allowed: shrink it first",
                              width, height, MIEV_IMAGE_MAX_PIXELS / 1000000u);
    if (width > MIEV_IMAGE_MAX_SIDE || height > MIEV_IMAGE_MAX_SIDE)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "the picture claims %" PRIu64 " x %" PRIu64
                              " pixels, a side over the %u allowed: shrink it first",
                              width, height, MIEV_IMAGE_MAX_SIDE);
    return MIEV_OK;
}

void miev_image_over_white(const uint8_t *rgba, size_t n_pixels, uint8_t *rgb)
{
    for (size_t i = 0; i < n_pixels; i++) {
        const uint8_t *from = rgba + 4 * i;
        unsigned alpha = from[3];
        for (size_t c = 0; c < 3; c++)
            rgb[3 * i + c] = (uint8_t)((from[c] * alpha + 255u * (255u - alpha) + 127u) / 255u);
    }
}

/* Formats that people do hand in, by their first bytes. */
static const struct {
    size_t offset, length;
    const char *mark;
    const char *words;
} strangers[] = {
#define MARK(text) sizeof(text) - 1, (text)
#define ABSENT(kind, package)                                         \
    kind " picture, which this build does not read: install " package \
         " and build again, or convert it to JPEG or PNG"
#if !MIEV_WITH_GIF
    {0, MARK("GIF8"), ABSENT("a GIF", "libgif-dev")},
#endif
#if !MIEV_WITH_TIFF
    {0, MARK("II*\0"), ABSENT("a TIFF", "libtiff-dev")},
    {0, MARK("MM\0*"), ABSENT("a TIFF", "libtiff-dev")},
#endif
    {4, MARK("ftyp"), "an MP4 film: save one picture of it as JPEG or PNG"},
    {0, MARK("\x1a\x45\xdf\xa3"), "a Matroska or WebM film: save one picture of it as JPEG or PNG"},
    {4, MARK("JXL "), "a JPEG XL picture: convert it to JPEG or PNG"},
    {0, MARK("\xff\x0a"), "a JPEG XL picture: convert it to JPEG or PNG"},
    {4, MARK("jP  "), "a JPEG 2000 picture: convert it to JPEG or PNG"},
    {0, MARK("8BPS"), "a Photoshop file: export it as JPEG or PNG"},
    {0, MARK("%PDF"), "a PDF document: convert the page to JPEG or PNG"},
    {0, MARK("version https://git-lfs"),
     "a Git LFS pointer, not the picture itself: run `git lfs pull`"},
    {4, MARK("TFL3"), "a TFLite model: --input takes the photo, models are named without it"},
    {0, MARK("PK\x03\x04"), "a ZIP archive: unpack it and hand in a JPEG or PNG picture"},
    {0, MARK("\x1f\x8b"), "a gzip archive: unpack it and hand in a JPEG or PNG picture"},
#undef MARK
#undef ABSENT
};

/* Text formats may begin with spaces, a byte order mark, a comment or an XML declaration, so their
 * words are looked for in the first bytes. */
static bool head_has(const uint8_t *bytes, size_t length, const char *word)
{
    char head[512 + 1];
    size_t n = length < sizeof(head) - 1 ? length : sizeof(head) - 1;
    for (size_t i = 0; i < n; i++)
        head[i] = (char)(bytes[i] == 0 ? 1 : bytes[i]);
    head[n] = '\0';
    return strcasestr(head, word) != NULL;
}

const char *miev_image_describe_stranger(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
        size_t n = strangers[i].length;
        size_t at = strangers[i].offset;
        if (length >= at + n && memcmp(bytes + at, strangers[i].mark, n) == 0)
            return strangers[i].words;
    }
    if (head_has(bytes, length, "<svg"))
        return "an SVG drawing: convert it to JPEG or PNG";
    if (head_has(bytes, length, "<html") || head_has(bytes, length, "<!doctype html"))
        return "an HTML page, perhaps an error page of a download: fetch the picture itself";
    return "not a picture that this program knows: convert it to JPEG or PNG";
}
