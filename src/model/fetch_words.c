/* SPDX-License-Identifier: Apache-2.0 */
/* What a server's refusal means for the person who asked, and what to do. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "model/fetch.h"

#define OWN_WORDS_BYTES 160

/* The server's own sentence: {"error": "..."} or {"message": "..."}. It is left out where the
 * secret is in it: some servers repeat what they were told. */
static void own_words(const struct miev_fetch *fetch, const char *body, char out[OWN_WORDS_BYTES])
{
    char shown[OWN_WORDS_BYTES - 20];
    json_t *root = NULL;
    out[0] = '\0';
    if (body[0] != '{' || miev_json_parse(body, strlen(body), &root, NULL) != MIEV_OK)
        return;
    const char *words = json_string_value(json_object_get(root, "error"));
    if (!words)
        words = json_string_value(json_object_get(root, "message"));
    const struct miev_credentials *own = fetch->credentials;
    bool secret = words && own && own->secret[0] && strstr(words, own->secret);
    if (words && *words && !secret) {
        miev_text_show(shown, sizeof(shown), words);
        (void)snprintf(out, OWN_WORDS_BYTES, " (it says: %s)", shown);
    }
    json_decref(root);
}

static bool has_credentials(const struct miev_fetch *fetch)
{
    return fetch->credentials && fetch->credentials->kind != MIEV_CREDENTIALS_NONE;
}

/* "owner/model" of "owner/model/framework/...". */
static int model_part(const char *repository)
{
    const char *slash = strchr(repository, '/');
    return slash ? (int)(slash - repository + 1 + (long)strcspn(slash + 1, "/"))
                 : (int)strlen(repository);
}

static int not_allowed(const struct miev_fetch *fetch, const char *said, struct miev_error *err)
{
    const char *repository = fetch->address->repository;
    bool known = has_credentials(fetch);
    if (fetch->address->kind == MIEV_ADDRESS_HF && !known)
        return miev_error_set(err, MIEV_ERR_PERMISSION,
                              "Hugging Face gives %s only to people it knows, or has no such "
                              "repository%s: accept its terms at https://huggingface.co/%s, make a "
                              "token at https://huggingface.co/settings/tokens and set HF_TOKEN",
                              repository, said, repository);
    if (fetch->address->kind == MIEV_ADDRESS_HF)
        return miev_error_set(
            err, MIEV_ERR_PERMISSION,
            "Hugging Face does not give %s to the owner of this token%s: accept "
            "its terms at https://huggingface.co/%s, or use a token that may read "
            "it",
            repository, said, repository);
    if (fetch->address->kind == MIEV_ADDRESS_KAGGLE)
        return miev_error_set(err, MIEV_ERR_PERMISSION,
                              "Kaggle does not give this to %s%s: accept its terms at "
                              "https://www.kaggle.com/models/%.*s%s",
                              known ? "the owner of this key" : "people it does not know", said,
                              model_part(repository), repository,
                              known ? ""
                                    : ", and put kaggle.json of https://www.kaggle.com/settings "
                                      "into ~/.kaggle (or set KAGGLE_USERNAME and KAGGLE_KEY)");
    return miev_error_set(err, MIEV_ERR_PERMISSION,
                          "the server does not give this to everyone%s: download it with a browser "
                          "where you are signed in, then `miev pull FILE`",
                          said);
}

static int not_there(const struct miev_fetch *fetch, const struct miev_http_head *head,
                     const char *said, struct miev_error *err)
{
    const struct miev_address *a = fetch->address;
    char file[120];
    miev_text_show(file, sizeof(file), a->file);
    if (a->kind == MIEV_ADDRESS_HF && strcasecmp(head->error_code, "RevisionNotFound") == 0)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "https://huggingface.co/%s has no revision '%s'", a->repository,
                              a->revision);
    if (a->kind == MIEV_ADDRESS_HF)
        return miev_error_set(
            err, MIEV_ERR_UNAVAILABLE,
            "there is no file '%s' at https://huggingface.co/%s/tree/%s: copy its "
            "path from there",
            file, a->repository, a->revision);
    if (a->kind == MIEV_ADDRESS_KAGGLE)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "Kaggle has no %s%s%s%s: look at "
                              "https://www.kaggle.com/models/%.*s for its variations and versions",
                              a->repository, *file ? "/" : "", file, said,
                              model_part(a->repository), a->repository);
    if (a->kind == MIEV_ADDRESS_TFHUB)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "TF Hub has no %s any more%s: what was not moved to Kaggle was "
                              "deleted in March 2024; look for it at https://www.kaggle.com/models",
                              a->repository, said);
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                          "there is nothing at that address (404)%s: copy it again from the page "
                          "that names it",
                          said);
}

static int asked_too_often(const struct miev_fetch *fetch, const struct miev_http_head *head,
                           const char *said, struct miev_error *err)
{
    char when[48] = "later";
    if (head->retry_after_s > 0)
        (void)snprintf(when, sizeof(when), "in %llu s", (unsigned long long)head->retry_after_s);
    return miev_error_set(
        err, MIEV_ERR_LIMIT, "the server has been asked too often%s: try again %s%s", said, when,
        has_credentials(fetch) ? "" : ", or with a token, which may ask more often");
}

int miev_fetch_refused(struct miev_fetch *fetch, const struct miev_http_answer *answer, bool *again,
                       struct miev_error *err)
{
    char said[OWN_WORDS_BYTES];
    const struct miev_http_head *head = &answer->head;
    own_words(fetch, answer->words, said);
    *again = false;
    switch (head->status) {
    case 401:
    case 403:
    case 451:
        return not_allowed(fetch, said, err);
    case 404:
    case 410:
        return not_there(fetch, head, said, err);
    case 407:
        return miev_error_set(err, MIEV_ERR_PERMISSION,
                              "the proxy asks who you are: https_proxy=http://USER:PASSWORD@HOST");
    case 416: /* what is here is no beginning of what is there: from the start */
        fetch->validator[0] = '\0';
        *again = true;
        return miev_error_set(err, MIEV_ERR_BROKEN, "the file there has become shorter");
    case 429:
        *again = true;
        return asked_too_often(fetch, head, said, err);
    case 408:
    case 500:
    case 502:
    case 503:
    case 504:
        *again = true;
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "the server has a fault of its own (%ld)%s: try again later",
                              head->status, said);
    default:
        return miev_error_set(err, MIEV_ERR_BROKEN, "the server answered with status %ld%s",
                              head->status, said);
    }
}
