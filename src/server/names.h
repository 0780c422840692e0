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

/* The ids of a report's models by the hashes of their files, or NULL when one of them is not here.
 * New reference. */
json_t *miev_model_ids(struct miev_server *server, const json_t *report);

/* "/api/v1/inputs/<id>/content"; new reference. */
json_t *miev_input_href(const char *id);

#endif
