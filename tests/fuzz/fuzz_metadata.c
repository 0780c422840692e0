/* SPDX-License-Identifier: Apache-2.0 */
/* What a model tells of itself: its metadata, and the zip behind it. Any bytes, whether or not they
 * are a model that would be loaded. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tflite_metadata.h"
#include "fuzz.h"

static void check_metadata(const uint8_t *data, size_t size)
{
    struct miev_engine_metadata metadata = {.n_channels = 0};
    struct miev_error err;
    if (miev_tflite_metadata(data, size, &metadata, &err) != MIEV_OK)
        return;
    for (size_t i = 0; metadata.n_channels && i < 3; i++)
        if (!isfinite(metadata.mean[i]) || !(metadata.std[i] > 0))
            abort();
    if (metadata.labels && (metadata.labels_bytes > MIEV_TFLITE_MAX_LABELS_BYTES ||
                            metadata.labels[metadata.labels_bytes] != '\0'))
        abort();
    if (!memchr(metadata.fault, '\0', sizeof(metadata.fault)) ||
        !memchr(metadata.labels_name, '\0', sizeof(metadata.labels_name)))
        abort();
    free(metadata.labels);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_error err = {0};
    char *text = NULL;
    size_t length = 0;
    check_metadata(data, size);
    if (miev_tflite_packed_file(data, size, "names.txt", 4096, &text, &length, &err) != MIEV_OK) {
        if (text || err.message[0] == '\0')
            abort();
        return 0;
    }
    if (length > 4096)
        abort();
    free(text);
    return 0;
}
