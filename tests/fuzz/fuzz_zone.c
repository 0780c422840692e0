/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a zone, and the same text shown and folded: an answer is a zone of the table, and a
 * refusal is a sentence that a terminal can show. */
#include "core/text.h"
#include "fuzz.h"
#include "grid/cloud.h"
#include "grid/grid.h"

static void check_sentence(const char *message)
{
    if (message[0] == '\0')
        abort();
    const char *at = message;
    for (uint32_t point; (point = miev_text_next(&at)) != 0;)
        if (point < 0x20 || (point >= 0x7f && point < 0xa0) || point == MIEV_TEXT_BAD)
            abort();
}

static void check_find(const char *text, int year)
{
    struct miev_zone zone;
    struct miev_error err;
    int rc = miev_grid_find(text, year, &zone, &err);
    if (rc != MIEV_OK)
        check_sentence(err.message);
    else if (!(zone.intensity_g_per_kwh > 0) || zone.name[0] == '\0')
        abort();
}

static void check_cloud(const char *text)
{
    struct miev_cloud_region region;
    struct miev_error err;
    if (miev_cloud_find(text, &region, &err) != MIEV_OK)
        check_sentence(err.message);
    else if (region.region[0] == '\0' || region.iso3[0] == '\0')
        abort();
}

/* Small rooms show whether the ends are kept. */
static void check_text(const char *text)
{
    char out[16];
    for (size_t capacity = 4; capacity <= sizeof(out); capacity += 3) {
        miev_text_show(out, capacity, text);
        if (strlen(out) >= capacity)
            abort();
        miev_text_fold(out, capacity, text);
        if (strlen(out) >= capacity)
            abort();
    }
}

/* The first byte chooses the year: the latest, or one from 1990 on. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *text = fuzz_text(data + 1, size - 1);
    check_text(text);
    check_cloud(text);
    check_find(text, data[0] == '0' ? MIEV_GRID_LATEST : 1990 + data[0] % 64);
    free(text);
    return 0;
}
