/* SPDX-License-Identifier: Apache-2.0 */
/* What the ids of models and inputs stand for. */
#ifndef MIEV_SERVER_NAMES_H
#define MIEV_SERVER_NAMES_H

#include "server/server.h"

#define MIEV_UPLOAD_PREFIX "upload:"
#define MIEV_SAMPLE_PREFIX "sample:"
#define MIEV_UPLOAD_DIGITS 12 /* of a hash, in a model's id */

struct miev_input {
    char id[160]; /* "sample:cat-kitten.jpg" or a hash */
    char name[128], path[PATH_MAX];
    char sha256[65], licence[64]; /* licence: "" where it is not known */
    size_t bytes;
    bool sample;
};

/* The picture of an id. MIEV_ERR_UNAVAILABLE: there is none. */
MIEV_MUST_USE int miev_input_find(struct miev_server *server, const char *id,
                                  struct miev_input *out, struct miev_error *err);
/* The picture with that content, a sample or an uploaded one. Statuses as above. */
MIEV_MUST_USE int miev_input_by_hash(struct miev_server *server, const char *sha256,
                                     struct miev_input *out, struct miev_error *err);
/* Look at the bundled samples, once: server->samples. */
MIEV_MUST_USE int miev_samples_load(struct miev_server *server, struct miev_error *err);
/* Keep the picture that a call brought (api_inputs.c). MIEV_ERR_UNSUPPORTED: it is none. */
struct miev_call;
MIEV_MUST_USE int miev_input_keep(struct miev_call *call, struct miev_input *out, bool *there,
                                  struct miev_error *err);
/* The input of an upload. */
struct miev_input miev_input_of(const struct miev_upload *upload);

/* A model by its id: one of the catalog, or an uploaded one, whose card is bare but for its name
 * and hash. Its labels are read, where somebody knows them. */
struct miev_model {
    const struct miev_card *card;
    const struct miev_card_file *file; /* of that card */
    bool uploaded;
    struct miev_card own;
    const struct miev_catalog *catalog; /* to be given back */
};
/* MIEV_ERR_UNAVAILABLE: there is none. miev_model_finish in any case; *out is not to be copied. */
MIEV_MUST_USE int miev_model_find(struct miev_server *server, const char *id,
                                  struct miev_model *out, struct miev_error *err);
void miev_model_finish(struct miev_server *server, struct miev_model *model);

/* "cifar10-nano:int8", or "upload:" and the first digits of a hash. Room for MIEV_MODEL_ID_BYTES.
 */
#define MIEV_MODEL_ID_BYTES 192
void miev_model_id(const struct miev_card *card, const struct miev_card_file *file, char *out);

/* A model as the catalog lists it (api_models.c). New reference. */
json_t *miev_model_row(struct miev_server *server, const struct miev_card *card,
                       const struct miev_card_file *file);

/* The ids of models by the hashes of their files, or NULL when one of them is not here. New
 * reference. hashes: may be NULL. */
json_t *miev_model_ids(struct miev_server *server, const json_t *hashes);

/* "/api/v1/inputs/<id>/content"; new reference. */
json_t *miev_input_href(const char *id);

#endif
