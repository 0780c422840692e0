/* SPDX-License-Identifier: Apache-2.0 */
#include "server/kept.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* what is compressed is only read */
#include <zlib.h>

void miev_kept_init(struct miev_kept *kept)
{
    *kept = (struct miev_kept){.text = NULL};
    (void)pthread_mutex_init(&kept->mutex, NULL);
}

void miev_kept_finish(struct miev_kept *kept)
{
    free(kept->text);
    free(kept->gzip);
    kept->text = kept->gzip = NULL;
}

static char *copy_of(const char *text, size_t length)
{
    char *copy = malloc(length + 1);
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

/* As a browser takes it; NULL: no memory. */
static char *gzip_of(const char *text, size_t length, size_t *gzip_length)
{
    enum { GZIP_WINDOW = 15 + 16, MEMORY = 8 }; /* the usual window, with the head of a gzip file */
    z_stream stream = {0};
    if (length > UINT_MAX || deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
                                          MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    uLong most = deflateBound(&stream, (uLong)length);
    char *out = malloc(most);
    stream.next_in = (const Bytef *)text;
    stream.avail_in = (uInt)length;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)most;
    if (out && deflate(&stream, Z_FINISH) != Z_STREAM_END) {
        free(out);
        out = NULL;
    }
    *gzip_length = stream.total_out;
    (void)deflateEnd(&stream);
    return out;
}

char *miev_kept_get(struct miev_kept *kept, const struct miev_kept_of *of, bool *gzip,
                    size_t *length)
{
    char *copy = NULL;
    (void)pthread_mutex_lock(&kept->mutex);
    *gzip = *gzip && kept->gzip;
    if (kept->text && kept->of.studies == of->studies && kept->of.uploads == of->uploads &&
        kept->of.shelf == of->shelf) {
        *length = *gzip ? kept->gzip_length : kept->length;
        copy = copy_of(*gzip ? kept->gzip : kept->text, *length);
    }
    (void)pthread_mutex_unlock(&kept->mutex);
    return copy;
}

void miev_kept_put(struct miev_kept *kept, const struct miev_kept_of *of, const char *text,
                   size_t length)
{
    size_t gzip_length = 0;
    char *copy = copy_of(text, length);
    char *gzip = gzip_of(text, length, &gzip_length);
    (void)pthread_mutex_lock(&kept->mutex);
    free(kept->text);
    free(kept->gzip);
    kept->text = copy;
    kept->length = length;
    kept->gzip = gzip;
    kept->gzip_length = gzip_length;
    kept->of = *of;
    (void)pthread_mutex_unlock(&kept->mutex);
}
