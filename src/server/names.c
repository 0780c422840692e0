/* SPDX-License-Identifier: Apache-2.0 */
#include "server/names.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "media/media.h"
#include "study/sealed.h"

struct miev_input miev_input_of(const struct miev_upload *upload)
{
    struct miev_input input = {.bytes = upload->bytes};
    (void)snprintf(input.id, sizeof(input.id), "%s", upload->sha256);
    (void)snprintf(input.name, sizeof(input.name), "%s", upload->name);
    (void)snprintf(input.sha256, sizeof(input.sha256), "%s", upload->sha256);
    return input;
}

static bool is_picture_name(const char *name)
{
    static const char *const ends[] = {".jpg", ".jpeg", ".png", ".webp"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof(ends) / sizeof(ends[0]); i++)
        if (strcmp(dot, ends[i]) == 0)
            return true;
    return false;
}

/* The last cell of the picture's first row in LICENSES.md: "| dog.jpg | dog | ... | CC0 1.0 |". */
static void read_licence(const struct miev_server *server, const char *name, char *out,
                         size_t capacity)
{
    char path[PATH_MAX + 64], row[160], *text = NULL;
    size_t length = 0;
    (void)snprintf(path, sizeof(path), "%s/models/photos/LICENSES.md", server->home);
    (void)snprintf(row, sizeof(row), "\n| %.120s |", name);
    if (miev_file_load(path, 65536, &text, &length, NULL) != MIEV_OK)
        return;
    char *at = strstr(text, row), *end = at ? strchr(at + 1, '\n') : NULL;
    if (end) {
        *end = '\0';
        char *last = strrchr(at, '|');
        if (last)
            *last = '\0';
        last = strrchr(at, '|');
        miev_text_show(out, capacity, last ? last + 1 + strspn(last + 1, " ") : "");
        for (size_t n = strlen(out); n > 0 && out[n - 1] == ' '; n--)
            out[n - 1] = '\0';
    }
    free(text);
}

static int read_sample(const struct miev_server *server, const char *name, struct miev_input *out,
                       struct miev_error *err)
{
    struct miev_sealed file = {.fd = -1};
    struct miev_input input = {.sample = true};
    if (strlen(name) >= sizeof(input.name) || strchr(name, '/') || *name == '.' ||
        !is_picture_name(name))
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE, "'%.60s' is no sample", name);
    int length =
        snprintf(input.path, sizeof(input.path), "%s/models/photos/%s", server->home, name);
    if (length < 0 || (size_t)length >= sizeof(input.path))
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path of the samples is too long");
    int rc = miev_sealed_load(input.path, MIEV_IMAGE_MAX_BYTES, &file, err);
    if (rc != MIEV_OK)
        return rc;
    (void)snprintf(input.id, sizeof(input.id), MIEV_SAMPLE_PREFIX "%s", name);
    (void)snprintf(input.name, sizeof(input.name), "%s", name);
    (void)snprintf(input.sha256, sizeof(input.sha256), "%s", file.sha256);
    read_licence(server, name, input.licence, sizeof(input.licence));
    input.bytes = file.length;
    miev_sealed_finish(&file);
    *out = input;
    return MIEV_OK;
}

int miev_input_find(struct miev_server *server, const char *id, struct miev_input *out,
                    struct miev_error *err)
{
    struct miev_upload upload;
    for (size_t i = 0; i < server->n_samples; i++) {
        if (strcmp(server->samples[i].id, id) != 0)
            continue;
        *out = server->samples[i];
        return MIEV_OK;
    }
    if (strlen(id) != 64)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE, "'%.60s' is none of the pictures here",
                              id);
    char path[PATH_MAX];
    int rc = miev_uploads_find(server->inputs, id, &upload, path, err);
    if (rc != MIEV_OK)
        return rc;
    *out = miev_input_of(&upload);
    (void)snprintf(out->path, sizeof(out->path), "%s", path);
    return MIEV_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct miev_input *)a)->name, ((const struct miev_input *)b)->name);
}

int miev_samples_load(struct miev_server *server, struct miev_error *err)
{
    char folder[PATH_MAX + 32];
    (void)snprintf(folder, sizeof(folder), "%s/models/photos", server->home);
    DIR *dir = opendir(folder);
    int rc = MIEV_OK;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; dir && rc == MIEV_OK && (entry = readdir(dir));) {
        struct miev_input input;
        if (read_sample(server, entry->d_name, &input, NULL) != MIEV_OK)
            continue;
        struct miev_input *more = realloc(server->samples, (server->n_samples + 1) * sizeof(*more));
        if (!more) {
            rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the samples");
            continue;
        }
        server->samples = more;
        more[server->n_samples++] = input;
    }
    if (dir)
        (void)closedir(dir);
    if (server->n_samples > 0)
        qsort(server->samples, server->n_samples, sizeof(*server->samples), by_name);
    return rc;
}

int miev_input_by_hash(struct miev_server *server, const char *sha256, struct miev_input *out,
                       struct miev_error *err)
{
    for (size_t i = 0; i < server->n_samples; i++) {
        if (strcmp(server->samples[i].sha256, sha256) != 0)
            continue;
        *out = server->samples[i];
        return MIEV_OK;
    }
    return miev_input_find(server, sha256, out, err);
}

/* ---- models --------------------------------------------------------------------------------- */

void miev_model_id(const struct miev_card *card, const struct miev_card_file *file, char *out)
{
    if (card->bare && card->place == MIEV_PLACE_PULLED)
        (void)snprintf(out, MIEV_MODEL_ID_BYTES, "%s", card->name);
    else if (card->bare)
        (void)snprintf(out, MIEV_MODEL_ID_BYTES, MIEV_UPLOAD_PREFIX "%.*s", MIEV_UPLOAD_DIGITS,
                       file->sha256);
    else
        (void)snprintf(out, MIEV_MODEL_ID_BYTES, "%s:%s", card->name, file->precision);
}

/* The catalog leaves those of models that are not here unread. */
static void read_labels(struct miev_model *model)
{
    size_t file = (size_t)(model->file - model->card->files);
    if (model->card->n_labels > 0 || !*model->card->labels_path)
        return;
    model->own = *model->card;
    if (miev_card_load_labels(&model->own, NULL) != MIEV_OK)
        return; /* then they are not known */
    model->card = &model->own;
    model->file = &model->own.files[file];
}

static bool find_in_catalog(const char *id, struct miev_model *out)
{
    char own[MIEV_MODEL_ID_BYTES];
    for (size_t i = 0; i < out->catalog->n; i++)
        for (size_t f = 0; f < out->catalog->cards[i].n_files; f++) {
            out->card = &out->catalog->cards[i];
            out->file = &out->card->files[f];
            miev_model_id(out->card, out->file, own);
            if (strcmp(own, id) != 0)
                continue;
            read_labels(out);
            return true;
        }
    return false;
}

static int find_upload(struct miev_server *server, const char *id, struct miev_model *out,
                       struct miev_error *err)
{
    char path[PATH_MAX];
    struct miev_upload upload;
    size_t prefix = strlen(MIEV_UPLOAD_PREFIX);
    if (strncmp(id, MIEV_UPLOAD_PREFIX, prefix) != 0 ||
        miev_uploads_find(server->models, id + prefix, &upload, path, NULL) != MIEV_OK)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "'%.60s' is no model's id: /api/v1/models lists them", id);
    int rc = miev_card_for_file(path, &out->own, err);
    if (rc != MIEV_OK)
        return rc;
    out->uploaded = true;
    out->card = &out->own;
    out->file = &out->own.files[0];
    (void)snprintf(out->own.name, sizeof(out->own.name), "%.120s", upload.name);
    (void)snprintf(out->own.files[0].sha256, sizeof(upload.sha256), "%s", upload.sha256);
    out->own.files[0].bytes = upload.bytes;
    return MIEV_OK;
}

int miev_model_find(struct miev_server *server, const char *id, struct miev_model *out,
                    struct miev_error *err)
{
    *out = (struct miev_model){.catalog = miev_shelf_take(server->shelf)};
    return find_in_catalog(id, out) ? MIEV_OK : find_upload(server, id, out, err);
}

void miev_model_finish(struct miev_server *server, struct miev_model *model)
{
    miev_card_finish(&model->own);
    miev_shelf_give(server->shelf, model->catalog);
}

/* False: no such file is here. */
static bool id_of_hash(struct miev_server *server, const struct miev_catalog *catalog,
                       const char *sha256, char *id)
{
    struct miev_upload upload;
    for (size_t i = 0; i < catalog->n; i++)
        for (size_t f = 0; f < catalog->cards[i].n_files; f++) {
            const struct miev_card_file *file = &catalog->cards[i].files[f];
            if (!*file->path || strcmp(file->sha256, sha256) != 0)
                continue;
            miev_model_id(&catalog->cards[i], file, id);
            return true;
        }
    (void)snprintf(id, MIEV_MODEL_ID_BYTES, MIEV_UPLOAD_PREFIX "%.*s", MIEV_UPLOAD_DIGITS, sha256);
    return miev_uploads_find(server->models, sha256, &upload, NULL, NULL) == MIEV_OK;
}

json_t *miev_model_ids(struct miev_server *server, const json_t *hashes)
{
    size_t i;
    json_t *hash, *ids = hashes ? json_array() : NULL;
    const struct miev_catalog *catalog = miev_shelf_take(server->shelf);
    json_array_foreach(hashes, i, hash)
    {
        char id[MIEV_MODEL_ID_BYTES];
        const char *sha256 = json_string_value(hash);
        if (ids && *sha256 && id_of_hash(server, catalog, sha256, id)) {
            (void)json_array_append_new(ids, json_string(id));
            continue;
        }
        json_decref(ids);
        ids = NULL;
    }
    miev_shelf_give(server->shelf, catalog);
    return ids;
}

json_t *miev_input_href(const char *id)
{
    char href[256];
    (void)snprintf(href, sizeof(href), "/api/v1/inputs/%s/content", id);
    return json_string(href);
}
