/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static size_t sequence_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

uint32_t miev_text_next(const char **text)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    static const uint32_t first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned char first = (unsigned char)**text;
    if (first == '\0')
        return 0;
    size_t length = sequence_length(first);
    uint32_t point = length > 0 ? first & first_bits[length] : MIEV_TEXT_BAD;
    for (size_t i = 1; i < length; i++) {
        unsigned char next = (unsigned char)(*text)[i];
        if ((next & 0xc0) != 0x80) { /* also stops at the end of the text */
            length = 0;
            break;
        }
        point = point << 6 | (next & 0x3f);
    }
    bool surrogate = point >= 0xd800 && point < 0xe000;
    if (length == 0 || point < smallest[length] || surrogate || point > 0x10ffff) {
        (*text)++;
        return MIEV_TEXT_BAD;
    }
    *text += length;
    return point;
}

/* Controls, and the marks that are not seen themselves but reorder or hide what is near. */
static bool harmful(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0xad || point == 0x61c ||
           (point >= 0x200b && point < 0x2010) || (point >= 0x2028 && point < 0x202f) ||
           (point >= 0x2060 && point < 0x2070) || point == 0xfeff ||
           (point >= 0xfff0 && point < 0xfffd) || (point >= 0xe0000 && point < 0xe0080) ||
           point == MIEV_TEXT_BAD;
}

void miev_text_show(char *out, size_t capacity, const char *text)
{
    size_t used = 0, last_fit = 0; /* last_fit: where "..." still finds room */
    while (*text != '\0') {
        const char *from = text;
        bool bad = harmful(miev_text_next(&text));
        size_t length = bad ? 1 : (size_t)(text - from);
        if (used + 4 <= capacity)
            last_fit = used;
        if (used + length + 1 > capacity) {
            memcpy(out + last_fit, "...", 4);
            return;
        }
        memcpy(out + used, bad ? "?" : from, length);
        used += length;
    }
    out[used] = '\0';
}

/* U+00C0 to U+017F without their accents; '*' for the two signs among them. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo*ouuuuyts"
                            "aaaaaaaceeeeiiiidnooooo*ouuuuyty"
                            "aaaaaaccccccccddddeeeeeeeeeegggg"
                            "gggghhhhiiiiiiiiiiiijjkkklllllll"
                            "lllnnnnnnnnnoooooooorrrrrrssssss"
                            "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
_Static_assert(sizeof(latin) - 1 == 0x180 - 0xc0, "one letter for each code point");

/* The character to compare by, 0 for none; -1 for a character of another script. */
static int folded(uint32_t point)
{
    if (point < 0x80)
        return isalnum((int)point) ? tolower((int)point) : 0;
    if (point >= 0xc0 && point < 0x180)
        return latin[point - 0xc0] == '*' ? 0 : latin[point - 0xc0];
    bool combining = point >= 0x300 && point < 0x370;
    bool punctuation = point < 0xc0 || (point >= 0x2000 && point < 0x2070);
    return combining || punctuation || harmful(point) ? 0 : -1;
}

void miev_text_fold(char *out, size_t capacity, const char *text)
{
    size_t used = 0;
    while (*text != '\0') {
        const char *from = text;
        int letter = folded(miev_text_next(&text));
        size_t length = letter == -1 ? (size_t)(text - from) : (letter != 0);
        if (used + length + 1 > capacity)
            break;
        if (letter == -1)
            memcpy(out + used, from, length);
        else if (letter != 0)
            out[used] = (char)letter;
        used += length;
    }
    out[used] = '\0';
}
