/* SPDX-License-Identifier: Apache-2.0 */
/* Models: those that are bundled, and those that clients bring. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "core/error.h"
#include "core/json.h"
#include "engine/engine.h"
#include "model/depot_gc.h"
#include "model/pulled_card.h"
#include "server/call.h"
#include "server/findings.h"
#include "server/lab.h"
#include "server/names.h"
#include "server/squeeze.h"
#include "study/facts.h"
#include "study/use.h"

#define FIRST_LABELS 10

static json_t *knows_json(const struct miev_card *card)
{
    size_t classes = card->n_labels > 0 ? card->n_labels : card->n_outputs;
    if (classes == 0)
        return json_null();
    json_t *first = json_array();
    for (size_t i = 0; i < card->n_labels && i < FIRST_LABELS; i++)
        (void)json_array_append_new(first, json_string(card->labels[i]));
    return json_pack("{s:I, s:o}", "classes", (json_int_t)classes, "first", first);
}

static json_t *text_or_null(const char *text)
{
    return *text ? json_string(text) : json_null();
}

static json_t *positive(double value)
{
    return value > 0 ? json_integer((json_int_t)value) : json_null();
}

/* Where a file is from: what was uploaded has a bare card, as has what was pulled from a bare
 * address, and a model may be here in one precision and known in another. */
static const char *origin_of(const struct miev_card *card, const struct miev_card_file *file)
{
    if (card->bare && card->place != MIEV_PLACE_PULLED)
        return "uploaded";
    return miev_place_name(*file->path ? card->place : MIEV_PLACE_KNOWN);
}

json_t *miev_model_row(struct miev_server *server, const struct miev_card *card,
                       const struct miev_card_file *file)
{
    char id[MIEV_MODEL_ID_BYTES];
    miev_model_id(card, file, id);
    return json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:b, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
        "s:o, s:o, s:o, s:o}",
        "id", id, "name", card->name, "precision",
        card->bare ? json_null() : json_string(file->precision), "origin", origin_of(card, file),
        "format", miev_use_format(file, NULL), "here", *file->path != '\0', "address",
        text_or_null(file->address), "verified",
        *file->address ? json_boolean(file->verified) : json_null(), "starter", (int)card->starter,
        "task", card->bare ? json_null() : text_or_null(card->task), "summary",
        text_or_null(card->summary), "publisher", text_or_null(card->publisher), "source",
        text_or_null(card->source), "licence", text_or_null(card->licence), "bytes",
        positive((double)file->bytes), "sha256", text_or_null(file->sha256), "parameters",
        positive(card->parameters), "macs", positive(card->macs), "knows", knows_json(card),
        "accuracy", miev_facts_accuracy(card, file), "last",
        miev_findings_last(server->findings, file->sha256));
}

static json_t *upload_row(struct miev_server *server, const char *sha256)
{
    char id[MIEV_MODEL_ID_BYTES];
    struct miev_model model;
    json_t *row = NULL;
    (void)snprintf(id, sizeof(id), MIEV_UPLOAD_PREFIX "%.64s", sha256);
    if (miev_model_find(server, id, &model, NULL) == MIEV_OK)
        row = miev_model_row(server, model.card, model.file);
    miev_model_finish(server, &model);
    return row;
}

static int make_catalog(struct miev_server *server, json_t **out, struct miev_error *err)
{
    struct miev_upload *uploads = NULL;
    size_t n = 0;
    int rc = miev_uploads_list(server->models, &uploads, &n, err);
    if (rc != MIEV_OK)
        return rc;
    miev_findings_refresh(server->findings, server->history);
    json_t *list = json_array();
    const struct miev_catalog *catalog = miev_shelf_take(server->shelf);
    for (size_t i = 0; i < catalog->n; i++)
        for (size_t f = 0; f < catalog->cards[i].n_files; f++)
            (void)json_array_append_new(
                list, miev_model_row(server, &catalog->cards[i], &catalog->cards[i].files[f]));
    miev_shelf_give(server->shelf, catalog);
    for (size_t i = 0; i < n; i++) /* one that went meanwhile is none */
        (void)json_array_append_new(list, upload_row(server, uploads[i].sha256));
    free(uploads);
    *out = json_pack("{s:o}", "models", list);
    return MIEV_OK;
}

/* The catalog as text, compressed or not, which is the caller's; NULL: err. */
static char *catalog_text(struct miev_server *server, bool packed, size_t *length,
                          struct miev_error *err)
{
    struct miev_kept *kept = &server->catalog_text[packed];
    struct miev_kept_of of = {.uploads = miev_uploads_changes(server->models),
                              .shelf = miev_shelf_changes(server->shelf)};
    json_t *catalog = NULL;
    if (miev_history_changes(server->history, &of.studies, err) != MIEV_OK)
        return NULL;
    char *text = miev_kept_get(kept, &of, length);
    if (text || make_catalog(server, &catalog, err) != MIEV_OK)
        return text;
    text = json_dumps(catalog, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(catalog);
    *length = text ? strlen(text) : 0;
    if (!text || (packed && !miev_squeeze(&text, length))) {
        free(text);
        (void)miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the catalog");
        return NULL;
    }
    miev_kept_put(kept, &of, text, *length);
    return text;
}

/* Every page begins with it, so that its text is kept until something in it changes. */
void miev_api_models(struct miev_call *call)
{
    struct miev_error err;
    size_t length = 0;
    bool packed = miev_squeeze_wanted(call);
    char *text = catalog_text(call->server, packed, &length, &err);
    if (!text) {
        miev_answer_error(call, &err);
        return;
    }
    miev_answer_text(call, 200, "application/json", text, length);
    if (packed)
        miev_squeeze_told(call);
}

/* Only its first bytes are looked at here: a model is loaded in a locked process alone. */
static int check_model(int fd, size_t length, struct miev_error *err)
{
    char what[300] = "an empty file";
    void *bytes = length > 0 ? mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    bool known = false;
    if (bytes != MAP_FAILED) {
        known = miev_engine_for(miev_engines, bytes, length) != NULL;
        if (!known)
            miev_engine_describe_stranger(bytes, length, what, sizeof(what));
        (void)munmap(bytes, length);
    }
    return known ? MIEV_OK
                 : miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                                  "that file is no model that this program runs, but %s", what);
}

void miev_api_model_add(struct miev_call *call)
{
    struct miev_upload upload;
    struct miev_error err;
    bool there = false;
    const char *name = miev_call_field(call, "name");
    int rc = check_model(call->spool_fd, call->length, &err);
    if (rc == MIEV_OK)
        rc = miev_uploads_keep(call->server->models, call->spool_fd, call->spool_path,
                               name ? name : "model", &upload, &there, &err);
    if (rc == MIEV_OK)
        miev_answer_json(call, there ? 200 : 201, upload_row(call->server, upload.sha256));
    else
        miev_answer_error(call, &err);
}

static void on_goes(void *context, enum miev_depot_part part, const char *name, uint64_t bytes)
{
    (void)context, (void)part, (void)name, (void)bytes;
}

/* The room is given back at once unless somebody pulls; then the next 'miev gc' does it. */
static int drop_pulled(struct miev_server *server, const struct miev_model *model,
                       struct miev_error *err)
{
    struct miev_depot depot;
    char scratch[PATH_MAX];
    const struct miev_gc gc = {.now_s = time(NULL), .goes = on_goes};
    int rc = miev_depot_open(server->options.env, NULL, false, &depot, err);
    if (rc == MIEV_OK)
        rc = miev_depot_path(&depot, MIEV_DEPOT_PARTIAL, "dropped-card", scratch, err);
    if (rc == MIEV_OK)
        rc = miev_pulled_card_drop(&depot, model->card->name, model->file->sha256, scratch, err);
    miev_depot_close(&depot);
    if (rc != MIEV_OK)
        return rc;
    miev_shelf_renew(server->shelf);
    if (miev_depot_open(server->options.env, NULL, true, &depot, NULL) == MIEV_OK &&
        miev_depot_gc(&depot, &gc, NULL) != MIEV_OK)
        rc = MIEV_OK; /* a card of somebody's own that cannot be read keeps it from sweeping */
    miev_depot_close(&depot);
    return rc;
}

static int delete_model(struct miev_server *server, const struct miev_model *model,
                        struct miev_error *err)
{
    if (model->uploaded)
        return miev_uploads_remove(server->models, model->file->sha256, err);
    return drop_pulled(server, model, err);
}

void miev_api_model_delete(struct miev_call *call)
{
    struct miev_server *server = call->server;
    struct miev_model model;
    struct miev_error err;
    int rc = miev_model_find(server, call->id, &model, &err);
    if (rc == MIEV_OK && !model.uploaded && model.card->place == MIEV_PLACE_BUNDLED)
        miev_answer_problem(call, 409, "conflict",
                            "'%.60s' came with this program: only uploaded and pulled models can "
                            "be deleted",
                            call->id);
    else if (rc == MIEV_OK && *model.file->path == '\0')
        miev_answer_problem(call, 409, "conflict", "'%.60s' is not here: it was not pulled yet",
                            call->id);
    else if (rc == MIEV_OK && miev_lab_uses(server->lab, model.file->sha256))
        miev_answer_problem(call, 409, "conflict",
                            "a study that runs or waits needs this model: cancel it first");
    else if (rc == MIEV_OK)
        rc = delete_model(server, &model, &err);
    miev_model_finish(server, &model);
    if (rc != MIEV_OK)
        miev_answer_error(call, &err);
    else if (call->reply->status == 0)
        miev_answer_nothing(call);
}
