/* SPDX-License-Identifier: Apache-2.0 */
#include "server/thumbs.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "study/thumbnail.h"

struct thumb {
    char sha256[65]; /* "": none */
    unsigned char *png;
    size_t length;
    struct miev_error error; /* code MIEV_OK: there is a picture */
};

struct miev_thumbs {
    pthread_mutex_t mutex; /* guards what follows; held while one is made */
    struct thumb list[MIEV_THUMBS_KEPT];
    size_t next; /* the place that is used next: the oldest */
};

struct miev_thumbs *miev_thumbs_create(void)
{
    struct miev_thumbs *thumbs = calloc(1, sizeof(*thumbs));
    if (thumbs)
        (void)pthread_mutex_init(&thumbs->mutex, NULL);
    return thumbs;
}

void miev_thumbs_destroy(struct miev_thumbs *thumbs)
{
    if (!thumbs)
        return;
    for (size_t i = 0; i < MIEV_THUMBS_KEPT; i++)
        free(thumbs->list[i].png);
    (void)pthread_mutex_destroy(&thumbs->mutex);
    free(thumbs);
}

/* With the lock held. */
static const struct thumb *find(const struct miev_thumbs *thumbs, const char *sha256)
{
    for (size_t i = 0; i < MIEV_THUMBS_KEPT; i++)
        if (strcmp(thumbs->list[i].sha256, sha256) == 0)
            return &thumbs->list[i];
    return NULL;
}

static const struct thumb *make(struct miev_thumbs *thumbs, const char *sha256, const char *path)
{
    struct thumb *thumb = &thumbs->list[thumbs->next];
    thumbs->next = (thumbs->next + 1) % MIEV_THUMBS_KEPT;
    free(thumb->png);
    *thumb = (struct thumb){.png = NULL};
    (void)snprintf(thumb->sha256, sizeof(thumb->sha256), "%s", sha256);
    thumb->error.code = miev_thumbnail_make(path, &thumb->png, &thumb->length, &thumb->error);
    return thumb;
}

static int copy(const struct thumb *thumb, char **png, size_t *length, struct miev_error *err)
{
    if (thumb->error.code != MIEV_OK)
        return miev_error_set(err, thumb->error.code, "%s", thumb->error.message);
    char *bytes = malloc(thumb->length);
    if (!bytes)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a small picture");
    memcpy(bytes, thumb->png, thumb->length);
    *png = bytes;
    *length = thumb->length;
    return MIEV_OK;
}

int miev_thumbs_get(struct miev_thumbs *thumbs, const char *sha256, const char *path, char **png,
                    size_t *length, struct miev_error *err)
{
    (void)pthread_mutex_lock(&thumbs->mutex);
    const struct thumb *thumb = find(thumbs, sha256);
    int rc = copy(thumb ? thumb : make(thumbs, sha256, path), png, length, err);
    (void)pthread_mutex_unlock(&thumbs->mutex);
    return rc;
}
