/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/litert_api.h"

#include "engine/library.h"

static const struct miev_library library = {"LiteRT", "libLiteRt.so", "libLiteRt.so", ""};

static const struct miev_library_function functions[] = {
#define FUNCTION_ROW(name, result, arguments) {"LiteRt" #name, offsetof(struct litert_api, name)},
    LITERT_FUNCTIONS(FUNCTION_ROW)
#undef FUNCTION_ROW
};

int miev_litert_open_library(const char *folder, struct litert_api *api, char *version,
                             size_t capacity, struct miev_error *err)
{
    void *handle = NULL;
    int rc = miev_library_open(&library, folder, &handle, err);
    if (rc == MIEV_OK)
        rc = miev_library_bind(&library, handle, functions,
                               sizeof(functions) / sizeof(functions[0]), api, err);
    miev_library_version(&library, folder, version, capacity);
    return rc;
}

enum miev_dtype miev_litert_dtype(int32_t element)
{
    switch (element) {
    case LITERT_FLOAT32:
        return MIEV_DTYPE_FLOAT32;
    case LITERT_FLOAT16:
        return MIEV_DTYPE_FLOAT16;
    case LITERT_UINT8:
        return MIEV_DTYPE_UINT8;
    case LITERT_INT8:
        return MIEV_DTYPE_INT8;
    case LITERT_INT32:
        return MIEV_DTYPE_INT32;
    case LITERT_INT64:
        return MIEV_DTYPE_INT64;
    default:
        return MIEV_DTYPE_OTHER;
    }
}

int miev_litert_status(int litert_status)
{
    switch (litert_status) {
    case LITERT_NOMEM:
        return MIEV_ERR_NOMEM;
    case LITERT_BAD_FLATBUFFER:
        return MIEV_ERR_BROKEN;
    default:
        return MIEV_ERR_UNSUPPORTED;
    }
}
