/* SPDX-License-Identifier: Apache-2.0 */
/* Where a model can be pulled from: every form that people write or copy from a browser. Pure. */
#ifndef MIEV_MODEL_ADDRESS_H
#define MIEV_MODEL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/env.h"

enum miev_address_kind {
    MIEV_ADDRESS_NAME,   /* of a card: "efficientnet-lite0", "efficientnet-lite0:int8" */
    MIEV_ADDRESS_FILE,   /* of this machine */
    MIEV_ADDRESS_HF,     /* hf:owner/repo@rev:path */
    MIEV_ADDRESS_KAGGLE, /* kaggle:owner/model/framework/variation/version[/file] */
    MIEV_ADDRESS_TFHUB,  /* tfhub:publisher/model/version */
    MIEV_ADDRESS_WEB,    /* https://... (http:// of this machine alone) */
};

#define MIEV_ADDRESS_BYTES 512  /* as in a card */
#define MIEV_URL_BYTES     8192 /* stores sign theirs, which makes them long */

struct miev_address {
    enum miev_address_kind kind;
    char text[MIEV_ADDRESS_BYTES];       /* the shortest form, as cards write it */
    char repository[MIEV_ADDRESS_BYTES]; /* of a hub: what stands before revision and file */
    char revision[128];                  /* of HF: "main" where nothing is told */
    char file[MIEV_ADDRESS_BYTES];       /* of HF and Kaggle: a file in the repository, or "" */
    char name[128];                      /* a card's name made of it */
    bool lite;                           /* of TF Hub: the .tflite file, not the SavedModel */
    bool archive;                        /* what comes is an archive for sure */
    bool pinned;                         /* a fixed version: what comes never changes */
};

/* MIEV_ERR_INVALID says what is wrong with the text, and how such an address is written. A password
 * in an address is refused: it would be kept in a card. */
MIEV_MUST_USE int miev_address_parse(const char *text, struct miev_address *out,
                                     struct miev_error *err);

/* The same of a Hugging Face address at another revision: a branch turned into the commit that it
 * stood for. */
MIEV_MUST_USE int miev_address_at_revision(const struct miev_address *address, const char *revision,
                                           struct miev_address *out, struct miev_error *err);

/* What to ask for, at the hub that env names: HF_ENDPOINT, KAGGLE_API_ENDPOINT, MIEV_TFHUB_ENDPOINT
 * (tests alone use the last), else the public one. MIEV_ERR_INVALID for a name, a file, and a hub
 * that is not https. */
MIEV_MUST_USE int miev_address_url(const struct miev_address *address, const struct miev_env *env,
                                   char out[MIEV_URL_BYTES], struct miev_error *err);

/* Whether env names that hub: whoever set up this machine chose its host. */
bool miev_address_hub_is_own(const struct miev_address *address, const struct miev_env *env);

/* An absolute URL that may be fetched: https, or http of this machine, no user or password in it.
 * *loopback (may be NULL): its host is this machine by name or number. */
MIEV_MUST_USE int miev_address_check_url(const char *url, bool *loopback, struct miev_error *err);

/* Scheme, host and port are the same. */
bool miev_address_same_origin(const char *url, const char *other);

#endif
