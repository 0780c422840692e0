/* SPDX-License-Identifier: Apache-2.0 */
/* A packed folder: no path leads out of it, and no file reaches beyond the end. */
#include <stdlib.h>
#include <string.h>

#include "core/pack.h"
#include "fuzz.h"

static void check_file(const struct miev_pack_file *file, const uint8_t *data, size_t size)
{
    const uint8_t *bytes = file->bytes;
    if (file->length > size || bytes < data || bytes > data + size - file->length)
        abort();
    if (file->path[0] == '\0' || file->path[0] == '/' || strstr(file->path, "//") ||
        strncmp(file->path, "../", 3) == 0 || strstr(file->path, "/../"))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_error err = {.message = ""};
    struct miev_pack_reader reader;
    struct miev_pack_file file;
    bool more = true;
    int rc = miev_pack_read(data, size, &reader, &err);
    while (rc == MIEV_OK && more) {
        rc = miev_pack_next(&reader, &file, &more, &err);
        if (rc == MIEV_OK && more)
            check_file(&file, data, size);
    }
    if (rc != MIEV_OK && strlen(err.message) < 20)
        abort();
    return 0;
}
