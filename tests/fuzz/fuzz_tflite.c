/* SPDX-License-Identifier: Apache-2.0 */
/* The look into a TensorFlow Lite file: no offset leads outside, and what is hidden from LiteRT's
 * loader is put back exactly. */
#include <stdlib.h>
#include <string.h>

#include "engine/tflite_features.h"
#include "engine/tflite_file.h"
#include "fuzz.h"

static void check_hiding(const uint8_t *data, size_t size, size_t n)
{
    uint8_t *copy = malloc(size);
    struct miev_tflite_patch *patches = calloc(n, sizeof(*patches));
    if (copy && patches) {
        memcpy(copy, data, size);
        if (miev_tflite_hide_state(copy, size, patches, n) != n)
            abort();
        miev_tflite_restore_state(copy, patches, n);
        if (memcmp(copy, data, size) != 0)
            abort();
    }
    free(patches);
    free(copy);
}

/* Two numbers change at most, and what was accepted is still accepted. */
static void check_features(const uint8_t *data, size_t size)
{
    struct miev_error err;
    struct miev_tflite_file file;
    uint8_t *copy = malloc(size);
    size_t changed = 0;
    fuzz_require(copy != NULL);
    memcpy(copy, data, size);
    int rc = miev_tflite_expose_features(copy, size, &err);
    for (size_t i = 0; i < size; i++)
        changed += copy[i] != data[i];
    fuzz_require(rc == MIEV_OK ? changed <= 8 : changed == 0);
    /* A list that other tables share is theirs too: then the look after it refuses the copy. */
    if (rc == MIEV_OK && miev_tflite_inspect(copy, size, &file, &err) != MIEV_OK)
        fuzz_require(err.message[0] != '\0');
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_tflite_file file;
    struct miev_error err;
    if (miev_tflite_inspect(data, size, &file, &err) != MIEV_OK)
        return 0;
    if (memchr(file.custom_op, '\0', sizeof(file.custom_op)) == NULL)
        abort();
    int32_t dims[8];
    for (size_t i = 0; i < 4; i++)
        if (miev_tflite_open_shape(data, size, i, dims, 8) > 8)
            abort();
    check_features(data, size);
    if (file.n_stateful)
        check_hiding(data, size, file.n_stateful);
    return 0;
}
