/* SPDX-License-Identifier: Apache-2.0 */
#include "server/choice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "server/names.h"

/* What an id stands for: itself, or an upload's path. */
struct word {
    char text[PATH_MAX];
    char upload[128], sha256[65]; /* "" for a model of the catalog */
};

static int read_word(struct miev_server *server, const char *id, struct word *out,
                     struct miev_error *err)
{
    struct miev_model model;
    int rc = miev_model_find(server, id, &model, err);
    if (rc == MIEV_ERR_UNAVAILABLE) { /* what was asked for is wrong, not where */
        err->code = rc = MIEV_ERR_INVALID;
    } else if (rc == MIEV_OK && *model.file->path == '\0') {
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                            "%s is known and not here yet: pull it first (POST /api/v1/pulls "
                            "{\"what\": \"%s\"}, or 'miev pull %s')",
                            id, id, id);
    } else if (rc == MIEV_OK) {
        (void)snprintf(out->text, sizeof(out->text), "%s", model.uploaded ? model.file->path : id);
        (void)snprintf(out->upload, sizeof(out->upload), "%s",
                       model.uploaded ? model.card->name : "");
        (void)snprintf(out->sha256, sizeof(out->sha256), "%s", model.file->sha256);
        if (model.uploaded)
            miev_uploads_touch(server->models, out->sha256);
    }
    miev_model_finish(server, &model);
    return rc;
}

/* Several uploads may have come under one name, and a report tells models apart by it. */
static void name_uploads(struct miev_selection *selection, const struct word *words, size_t n)
{
    size_t own = 0;
    for (size_t i = 0; i < n; i++) {
        if (!*words[i].upload)
            continue;
        struct miev_card *card = &selection->own[own++];
        (void)snprintf(card->name, sizeof(card->name), "%.100s", words[i].upload);
        for (size_t k = 0; k + 1 < own; k++)
            if (strcmp(selection->own[k].name, card->name) == 0)
                (void)snprintf(card->name, sizeof(card->name), "%.80s (%.*s)", words[i].upload,
                               MIEV_UPLOAD_DIGITS, words[i].sha256);
    }
}

int miev_choose(struct miev_server *server, const json_t *ids, struct miev_selection *out,
                struct miev_error *err)
{
    size_t n = json_array_size(ids);
    const struct miev_override none = {0};
    char **texts = calloc(n + 1, sizeof(*texts));
    struct word *words = calloc(n + 1, sizeof(*words));
    int rc = texts && words ? MIEV_OK
                            : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu models", n);
    for (size_t i = 0; rc == MIEV_OK && i < n; i++) {
        texts[i] = words[i].text;
        rc = read_word(server, json_string_value(json_array_get(ids, i)), &words[i], err);
    }
    if (rc == MIEV_OK)
        rc = miev_selection_make(out, texts, n, "all", &none, err);
    if (rc == MIEV_OK)
        name_uploads(out, words, n);
    free(texts);
    free(words);
    return rc;
}
