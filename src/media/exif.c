/* SPDX-License-Identifier: Apache-2.0 */
/* The one EXIF field that changes what a picture shows. */
#include <string.h>

#include "media/format.h"

enum {
    TAG_ORIENTATION = 0x0112,
    TYPE_SHORT = 3,
    ENTRY_BYTES = 12,
};

/* n bytes in the block's own byte order. */
static uint32_t number(const uint8_t *bytes, size_t n, bool little)
{
    uint32_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | bytes[little ? n - 1 - i : i];
    return value;
}

unsigned miev_exif_orientation(const uint8_t *exif, size_t length)
{
    if (length >= 6 && memcmp(exif, "Exif\0", 6) == 0) {
        exif += 6;
        length -= 6;
    }
    if (length < 8 || (memcmp(exif, "II*", 4) != 0 && memcmp(exif, "MM\0*", 4) != 0))
        return 1;
    bool little = exif[0] == 'I';
    size_t at = number(exif + 4, 4, little);
    if (at > length - 2)
        return 1;
    size_t n_entries = number(exif + at, 2, little);
    at += 2;
    for (size_t i = 0; i < n_entries && length - at >= ENTRY_BYTES; i++, at += ENTRY_BYTES) {
        const uint8_t *entry = exif + at;
        if (number(entry, 2, little) != TAG_ORIENTATION)
            continue;
        uint32_t value = number(entry + 8, 2, little);
        bool sound = number(entry + 2, 2, little) == TYPE_SHORT && value >= 1 && value <= 8;
        return sound ? value : 1;
    }
    return 1;
}
