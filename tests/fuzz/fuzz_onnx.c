/* SPDX-License-Identifier: Apache-2.0 */
/* The look into an ONNX file: no length leads outside, and a scale that is told is one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/onnx_features.h"
#include "engine/onnx_file.h"
#include "fuzz.h"

static void check_scale(bool found, double scale, int64_t zero_point)
{
    if (found && (!isfinite(scale) || scale <= 0 || zero_point < -128 || zero_point > 255))
        abort();
}

/* With one output more the file is one that is still accepted. */
static void check_features(const uint8_t *data, size_t size)
{
    struct miev_error err;
    char name[MIEV_ONNX_MAX_NAME];
    void *more = NULL;
    size_t length = 0;
    if (miev_onnx_find_features(data, size, name, &err) != MIEV_OK)
        return;
    fuzz_require(name[0] != '\0' && strlen(name) < sizeof(name));
    fuzz_require(miev_onnx_add_output(data, size, name, &more, &length, &err) == MIEV_OK);
    fuzz_require(length >= size && miev_onnx_inspect(more, length, &err) == MIEV_OK);
    free(more);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_error err;
    double scale = 0;
    int64_t zero_point = 0;
    bool model = miev_onnx_is_model(data, size);
    int rc = miev_onnx_inspect(data, size, &err);
    if (rc == MIEV_OK && !model)
        abort();
    if (rc != MIEV_OK) {
        if (strlen(err.message) < 20)
            abort();
        return 0;
    }
    bool found = miev_onnx_input_scale(data, size, "x", &scale, &zero_point);
    check_scale(found, scale, zero_point);
    found = miev_onnx_output_scale(data, size, "y", &scale, &zero_point);
    check_scale(found, scale, zero_point);
    check_features(data, size);
    return 0;
}
