/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine.h"

#include <string.h>

/* One line an engine. */
#define ENGINES(X) X(tflite) X(onnx) X(tensorflow) X(remote)

#define DECLARE(name) extern const struct miev_engine_ops miev_engine_##name;
ENGINES(DECLARE)

#define ENTRY(name) &miev_engine_##name,
const struct miev_engine_ops *const miev_engines[] = {ENGINES(ENTRY) NULL};

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
    [MIEV_DTYPE_FLOAT32] = {"float32", 4}, [MIEV_DTYPE_FLOAT16] = {"float16", 2},
    [MIEV_DTYPE_UINT8] = {"uint8", 1},     [MIEV_DTYPE_INT8] = {"int8", 1},
    [MIEV_DTYPE_INT32] = {"int32", 4},     [MIEV_DTYPE_INT64] = {"int64", 8},
    [MIEV_DTYPE_OTHER] = {"other", 0},
};

const char *miev_dtype_name(enum miev_dtype dtype)
{
    return dtypes[dtype].name;
}

size_t miev_dtype_size(enum miev_dtype dtype)
{
    return dtypes[dtype].size;
}

const struct miev_engine_ops *miev_engine_for(const struct miev_engine_ops *const *engines,
                                              const void *head, size_t length)
{
    for (size_t i = 0; engines[i]; i++)
        if (engines[i]->handles(head, length))
            return engines[i];
    return NULL;
}

const struct miev_engine_ops *miev_engine_named(const struct miev_engine_ops *const *engines,
                                                const char *name)
{
    for (size_t i = 0; engines[i]; i++)
        if (strcmp(engines[i]->name, name) == 0)
            return engines[i];
    return NULL;
}
