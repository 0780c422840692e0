/* SPDX-License-Identifier: Apache-2.0 */
#include "server/kept.h"

#include <stdlib.h>
#include <string.h>

void miev_kept_init(struct miev_kept *kept)
{
    *kept = (struct miev_kept){.text = NULL};
    (void)pthread_mutex_init(&kept->mutex, NULL);
}

void miev_kept_finish(struct miev_kept *kept)
{
    free(kept->text);
    kept->text = NULL;
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

char *miev_kept_get(struct miev_kept *kept, const struct miev_kept_of *of, size_t *length)
{
    char *copy = NULL;
    (void)pthread_mutex_lock(&kept->mutex);
    if (kept->text && kept->of.studies == of->studies && kept->of.uploads == of->uploads &&
        kept->of.shelf == of->shelf) {
        copy = copy_of(kept->text, kept->length);
        *length = kept->length;
    }
    (void)pthread_mutex_unlock(&kept->mutex);
    return copy;
}

void miev_kept_put(struct miev_kept *kept, const struct miev_kept_of *of, const char *text,
                   size_t length)
{
    char *copy = copy_of(text, length);
    (void)pthread_mutex_lock(&kept->mutex);
    free(kept->text);
    kept->text = copy;
    kept->length = length;
    kept->of = *of;
    (void)pthread_mutex_unlock(&kept->mutex);
}
