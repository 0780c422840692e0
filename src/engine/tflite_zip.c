/* SPDX-License-Identifier: Apache-2.0 */
/* The zip behind a model, read from memory by minizip, which TensorFlow's own library reads it
 * with. It finds its files from the end, so that what lies before it does not matter. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unzip.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/tflite_metadata.h"

static voidpf give_stream(voidpf opaque, const void *name, int mode)
{
    (void)name, (void)mode;
    return opaque;
}

static unzFile open_zip(const void *bytes, size_t length)
{
    zlib_filefunc64_def functions;
    void *memory; /* in the mode "rb" fmemopen() only reads, but does not say so by its type */
    memcpy(&memory, &bytes, sizeof(memory));
    FILE *stream = fmemopen(memory, length, "rb");
    if (!stream)
        return NULL;
    fill_fopen64_filefunc(&functions);
    functions.zopen64_file = give_stream;
    functions.opaque = stream;
    return unzOpen2_64("", &functions); /* closes the stream, also when it fails */
}

/* The present file of the zip. */
static int read_file(unzFile zip, const char *shown, size_t capacity, char **out, size_t *out_bytes,
                     struct miev_error *err)
{
    unz_file_info64 info = {0};
    if (unzGetCurrentFileInfo64(zip, &info, NULL, 0, NULL, 0, NULL, 0) != UNZ_OK ||
        unzOpenCurrentFile(zip) != UNZ_OK)
        return miev_error_set(err, MIEV_ERR_BROKEN, "'%s' in its zip cannot be unpacked", shown);
    if (info.uncompressed_size > capacity)
        return miev_error_set(err, MIEV_ERR_LIMIT, "'%s' in its zip is longer than %zu bytes",
                              shown, capacity);
    char *text = malloc((size_t)info.uncompressed_size + 1);
    if (!text)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for '%s'", shown);
    /* Not more than was told, whatever comes out; the end checks the sum of it. */
    int n = unzReadCurrentFile(zip, text, (unsigned)info.uncompressed_size);
    if (n < 0 || (uint64_t)n != info.uncompressed_size || unzCloseCurrentFile(zip) != UNZ_OK) {
        free(text);
        return miev_error_set(err, MIEV_ERR_BROKEN, "'%s' in its zip is damaged", shown);
    }
    text[n] = '\0';
    *out = text;
    *out_bytes = (size_t)n;
    return MIEV_OK;
}

int miev_tflite_packed_file(const void *bytes, size_t length, const char *name, size_t capacity,
                            char **out, size_t *out_bytes, struct miev_error *err)
{
    char shown[64];
    miev_text_show(shown, sizeof(shown), name);
    unzFile zip = open_zip(bytes, length);
    if (!zip)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "it names the file '%s', and no zip lies behind the model", shown);
    int rc = MIEV_OK;
    if (unzLocateFile(zip, name, 1) != UNZ_OK)
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                            "it names the file '%s', which is not in the zip behind the model",
                            shown);
    if (rc == MIEV_OK)
        rc = read_file(zip, shown, capacity, out, out_bytes, err);
    (void)unzClose(zip); /* closes the file in it too */
    return rc;
}
