/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks a hub: tokens from the places where the hubs' own tools keep them. A secret leaves this
 * struct in one header to one origin; no message, log or report has it. */
#ifndef MIEV_MODEL_CREDENTIALS_H
#define MIEV_MODEL_CREDENTIALS_H

#include "core/env.h"
#include "model/address.h"

enum miev_credentials_kind {
    MIEV_CREDENTIALS_NONE,
    MIEV_CREDENTIALS_BEARER, /* secret is a token */
    MIEV_CREDENTIALS_BASIC,  /* user and secret */
};

struct miev_credentials {
    enum miev_credentials_kind kind;
    char user[128], secret[512];
    char origin[MIEV_URL_BYTES]; /* any URL of the only host that may be told */
};

/* What env and the user's folder hold for the hub of an address, whose URL is `url`; kind is NONE
 * where nothing is kept or the address is of no hub. A place that is there and holds nothing that
 * can be a token is MIEV_ERR_INVALID, which names the place. miev_credentials_forget in any case.
 *
 * Hugging Face: HF_TOKEN, HUGGING_FACE_HUB_TOKEN, then the file HF_TOKEN_PATH, $HF_HOME/token,
 * $XDG_CACHE_HOME/huggingface/token or ~/.cache/huggingface/token.
 * Kaggle: KAGGLE_API_TOKEN (or the file it names), KAGGLE_USERNAME with KAGGLE_KEY, then the file
 * ~/.kaggle/access_token, then kaggle.json in $KAGGLE_CONFIG_DIR, ~/.kaggle,
 * $XDG_CONFIG_HOME/kaggle or ~/.config/kaggle. */
MIEV_MUST_USE int miev_credentials_find(const struct miev_address *address, const char *url,
                                        const struct miev_env *env, struct miev_credentials *out,
                                        struct miev_error *err);
void miev_credentials_forget(struct miev_credentials *credentials);

#endif
