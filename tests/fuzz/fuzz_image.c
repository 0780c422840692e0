/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a picture: header, then pixels. The size chooses how it is resized. */
#include <stdlib.h>

#include "fuzz.h"
#include "media/media.h"

/* Large pictures are let go, since the fuzzer learns from many small ones. */
#define MAX_PIXELS (1u << 20)

/* libheif and libdav1d behind it forget what they had taken for an AVIF picture that breaks off. A
 * decoder ends with its process here. Slow unwinding, because they keep no frame pointers and could
 * not be told by name. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libdav1d\nleak:libheif\n";
}

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "fast_unwind_on_malloc=0";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_image_info info;
    struct miev_error err;
    uint8_t rgb[11 * 7 * 3];
    int probed = miev_image_probe(data, size, &info, &err);
    if (probed == MIEV_OK && (info.orientation - 1 >= 8 || info.width == 0 || info.height == 0))
        abort();
    if (probed == MIEV_OK && (uint64_t)info.width * info.height > MAX_PIXELS)
        return 0;
    struct miev_image_options options = {.width = 11, .height = 7};
    options.resize = (enum miev_resize)(size % 3);
    options.fast = size % 2;
    int loaded = miev_image_load(data, size, &options, rgb, &err);
    if (probed != MIEV_OK && loaded != probed)
        abort();
    return 0;
}
