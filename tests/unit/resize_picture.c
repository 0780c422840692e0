/* SPDX-License-Identifier: Apache-2.0 */
/* resize_picture FILE WIDTH HEIGHT: the picture as a model sees it, RGB on standard output; for the
 * tests that hold it against Pillow. Peak memory, in KiB above the start, on standard error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/env.h"
#include "core/file.h"
#include "media/media.h"

/* Not getrusage(), whose figure begins with the peak of the program that started this one. */
static long peak_kib(void)
{
    char text[8192];
    if (miev_file_read_text(miev_env_host(), text, sizeof(text), NULL, "/proc/self/status") !=
        MIEV_OK)
        return -1;
    const char *at = strstr(text, "VmHWM:");
    return at ? strtol(at + 6, NULL, 10) : -1;
}

int main(int n, char **words)
{
    char *text = NULL;
    size_t length = 0;
    struct miev_error err = {0};
    if (n != 4)
        return 2;
    struct miev_image_options options = {.width = (unsigned)strtoul(words[2], NULL, 10),
                                         .height = (unsigned)strtoul(words[3], NULL, 10)};
    uint8_t *rgb = calloc((size_t)options.width * options.height, 3);
    int rc = miev_file_load(words[1], MIEV_IMAGE_MAX_BYTES, &text, &length, &err);
    const uint8_t *bytes = (const uint8_t *)text;
    if (rc == MIEV_OK)
        (void)miev_image_prepare(miev_image_format_name(bytes, length), NULL);
    long before_kib = peak_kib();
    if (rc == MIEV_OK && rgb)
        rc = miev_image_load(bytes, length, &options, rgb, &err);
    (void)fprintf(stderr, "%ld KiB\n%s\n", peak_kib() - before_kib,
                  rc == MIEV_OK ? "" : err.message);
    if (rc == MIEV_OK && rgb)
        (void)fwrite(rgb, 3, (size_t)options.width * options.height, stdout);
    free(rgb);
    free(text);
    return rc == MIEV_OK && rgb ? 0 : 1;
}
