/* SPDX-License-Identifier: Apache-2.0 */
/* Colour profiles by Little CMS. A phone's photo in Display P3 that is read as sRGB is paler than
 * what its owner sees; models were trained on pictures that are nearly all sRGB. */
#include "media/colour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lcms2.h>

#include "core/text.h"

/* Profiles of printing inks have some megabytes, others some kilobytes. */
#define MAX_PROFILE_BYTES (4u << 20)
#define SRGB_STEPS        7u /* of each channel, when a profile is held against sRGB */
#define SRGB_MAX_OFF      2

/* A pixel of the row, and of what comes out of it: both of one size, so that it works in place. */
struct layout {
    cmsUInt32Number in, out;
};

/* Rows of a grey picture come here as RGB of three equal values: the first is the grey. */
static bool layout_of(enum miev_rows rows, cmsColorSpaceSignature space, struct layout *out)
{
    bool inks = rows == MIEV_ROWS_INKS || rows == MIEV_ROWS_INKS_INVERTED;
    bool four = rows != MIEV_ROWS_RGB;
    out->out = four ? TYPE_RGBA_8 : TYPE_RGB_8;
    if (space == cmsSigRgbData && !inks)
        out->in = out->out;
    else if (space == cmsSigGrayData && !inks)
        out->in = COLORSPACE_SH(PT_GRAY) | CHANNELS_SH(1) | EXTRA_SH(four ? 3u : 2u) | BYTES_SH(1);
    else if (space == cmsSigCmykData && inks)
        out->in = rows == MIEV_ROWS_INKS ? TYPE_CMYK_8 : TYPE_CMYK_8_REV;
    else
        return false;
    return true;
}

/* Many profiles are sRGB under another name; what counts is whether they change a colour. */
static bool is_srgb(cmsHPROFILE profile, cmsHPROFILE srgb)
{
    cmsHTRANSFORM transform = cmsCreateTransform(profile, TYPE_RGB_8, srgb, TYPE_RGB_8,
                                                 INTENT_PERCEPTUAL, cmsFLAGS_NOCACHE);
    if (!transform)
        return false;
    bool same = true;
    for (unsigned i = 0; same && i < SRGB_STEPS * SRGB_STEPS * SRGB_STEPS; i++) {
        unsigned steps[3] = {i % SRGB_STEPS, i / SRGB_STEPS % SRGB_STEPS,
                             i / (SRGB_STEPS * SRGB_STEPS)};
        uint8_t in[3], out[3] = {0};
        for (size_t c = 0; c < 3; c++)
            in[c] = (uint8_t)(steps[c] * 255 / (SRGB_STEPS - 1));
        cmsDoTransform(transform, in, out, 1);
        for (size_t c = 0; c < 3; c++)
            same = same && abs(in[c] - out[c]) <= SRGB_MAX_OFF;
    }
    cmsDeleteTransform(transform);
    return same;
}

static void read_name(cmsHPROFILE profile, char *out, size_t size)
{
    char words[256] = "";
    (void)cmsGetProfileInfoASCII(profile, cmsInfoDescription, "en", "US", words, sizeof(words));
    words[sizeof(words) - 1] = '\0';
    miev_text_show(out, size, words);
}

/* What becomes of a profile that Little CMS could read. */
static void settle(struct miev_colour *colour, cmsHPROFILE profile)
{
    struct layout layout;
    cmsColorSpaceSignature space = cmsGetColorSpace(profile);
    cmsHPROFILE srgb = cmsCreate_sRGBProfile();
    read_name(profile, colour->name, sizeof(colour->name));
    if (srgb && layout_of(colour->rows, space, &layout)) {
        if (space == cmsSigRgbData && is_srgb(profile, srgb)) {
            colour->use = MIEV_PROFILE_SRGB;
        } else {
            colour->transform =
                cmsCreateTransform(profile, layout.in, srgb, layout.out, INTENT_PERCEPTUAL, 0);
            colour->use = colour->transform ? MIEV_PROFILE_CONVERTED : MIEV_PROFILE_IGNORED;
        }
    }
    if (srgb)
        cmsCloseProfile(srgb);
}

void miev_colour_open(struct miev_colour *colour, enum miev_rows rows, const uint8_t *bytes,
                      size_t length)
{
    *colour = (struct miev_colour){.rows = rows, .use = MIEV_PROFILE_NONE};
    if (length == 0)
        return;
    colour->use = MIEV_PROFILE_IGNORED;
    if (length > MAX_PROFILE_BYTES)
        return;
    cmsHPROFILE profile = cmsOpenProfileFromMem(bytes, (cmsUInt32Number)length);
    if (!profile)
        return;
    settle(colour, profile);
    cmsCloseProfile(profile);
}

/* Inks without a profile, with Pillow's rounding. */
static void plain_inks(uint8_t *row, size_t n_pixels, bool inverted)
{
    unsigned turn = inverted ? 255 : 0;
    for (size_t i = 0; i < n_pixels; i++) {
        uint8_t *pixel = row + 4 * i;
        unsigned light = 255u - (pixel[3] ^ turn);
        for (size_t c = 0; c < 3; c++) {
            unsigned ink = (pixel[c] ^ turn) * light + 128u;
            pixel[c] = (uint8_t)(light - ((ink + (ink >> 8)) >> 8));
        }
    }
}

void miev_colour_row(const struct miev_colour *colour, uint8_t *row, size_t n_pixels)
{
    bool inks = colour->rows == MIEV_ROWS_INKS || colour->rows == MIEV_ROWS_INKS_INVERTED;
    if (colour->transform)
        cmsDoTransform(colour->transform, row, row, (cmsUInt32Number)n_pixels);
    else if (inks)
        plain_inks(row, n_pixels, colour->rows == MIEV_ROWS_INKS_INVERTED);
    for (size_t i = 0; inks && i < n_pixels; i++)
        memmove(row + 3 * i, row + 4 * i, 3);
}

void miev_colour_tell(const struct miev_colour *colour, struct miev_image_info *info)
{
    info->profile = colour->use;
    (void)snprintf(info->profile_name, sizeof(info->profile_name), "%s", colour->name);
}

void miev_colour_close(struct miev_colour *colour)
{
    if (colour->transform)
        cmsDeleteTransform(colour->transform);
    colour->transform = NULL;
}
