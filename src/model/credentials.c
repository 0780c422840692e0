/* SPDX-License-Identifier: Apache-2.0 */
#include "model/credentials.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/json.h"

#define FILE_MAX_BYTES 4096

/* Only what can stand in a header: a line break would begin another one. */
static int take(const char *text, const char *place, char *out, size_t capacity,
                struct miev_error *err)
{
    text += strspn(text, " \t\r\n");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        length--;
    bool fits = length > 0 && length < capacity;
    for (size_t i = 0; fits && i < length; i++)
        fits = text[i] > ' ' && text[i] < 0x7f;
    if (!fits)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%s holds no token: put one there, or take it away", place);
    memcpy(out, text, length);
    out[length] = '\0';
    return MIEV_OK;
}

/* The folder that a variable names with the rest of a path behind it, if that is there. */
static bool below(const struct miev_env *env, const char *variable, const char *rest,
                  char out[PATH_MAX])
{
    const char *folder = miev_env_variable(env, variable);
    if (!folder || folder[0] != '/')
        return false;
    int n = snprintf(out, PATH_MAX, "%s%s", folder, rest);
    return n > 0 && n < PATH_MAX && access(out, F_OK) == 0;
}

struct place {
    const char *variable, *rest;
};

/* The first of the files that is there; "" when none is. */
static void find_file(const struct miev_env *env, const struct place *places, size_t n,
                      char out[PATH_MAX])
{
    for (size_t i = 0; i < n; i++)
        if (below(env, places[i].variable, places[i].rest, out))
            return;
    out[0] = '\0';
}

static int take_file(const char *path, struct miev_credentials *out, struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0;
    int rc = miev_file_load(path, FILE_MAX_BYTES, &text, &length, err);
    if (rc != MIEV_OK)
        return rc;
    rc = take(text, path, out->secret, sizeof(out->secret), err);
    out->kind = MIEV_CREDENTIALS_BEARER;
    explicit_bzero(text, length);
    free(text);
    return rc;
}

static int take_variable(const char *name, const char *value, struct miev_credentials *out,
                         struct miev_error *err)
{
    out->kind = MIEV_CREDENTIALS_BEARER;
    return take(value, name, out->secret, sizeof(out->secret), err);
}

static int find_hf(const struct miev_env *env, struct miev_credentials *out, struct miev_error *err)
{
    static const char *const variables[] = {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"};
    static const struct place files[] = {
        {"HF_TOKEN_PATH", ""},
        {"HF_HOME", "/token"},
        {"XDG_CACHE_HOME", "/huggingface/token"},
        {"HOME", "/.cache/huggingface/token"},
    };
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *value = miev_env_variable(env, variables[i]);
        if (value && *value)
            return take_variable(variables[i], value, out, err);
    }
    find_file(env, files, sizeof(files) / sizeof(files[0]), path);
    return *path ? take_file(path, out, err) : MIEV_OK;
}

/* {"username":"...","key":"..."}; the JSON reader's own words would quote the file. */
static int take_kaggle_json(const char *path, struct miev_credentials *out, struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0;
    json_t *root = NULL;
    int rc = miev_file_load(path, FILE_MAX_BYTES, &text, &length, err);
    if (rc != MIEV_OK)
        return rc;
    rc = miev_json_parse(text, length, &root, NULL);
    const char *user = json_string_value(json_object_get(root, "username"));
    const char *key = json_string_value(json_object_get(root, "key"));
    if (rc != MIEV_OK || !user || !key)
        rc = miev_error_set(err, MIEV_ERR_INVALID,
                            "%s holds no \"username\" and \"key\": download it again from Kaggle's "
                            "settings, or take it away",
                            path);
    if (rc == MIEV_OK)
        rc = take(user, path, out->user, sizeof(out->user), err);
    if (rc == MIEV_OK)
        rc = take(key, path, out->secret, sizeof(out->secret), err);
    out->kind = MIEV_CREDENTIALS_BASIC;
    json_decref(root);
    explicit_bzero(text, length);
    free(text);
    return rc;
}

static int find_kaggle(const struct miev_env *env, struct miev_credentials *out,
                       struct miev_error *err)
{
    static const struct place files[] = {
        {"KAGGLE_CONFIG_DIR", "/kaggle.json"},
        {"HOME", "/.kaggle/kaggle.json"},
        {"XDG_CONFIG_HOME", "/kaggle/kaggle.json"},
        {"HOME", "/.config/kaggle/kaggle.json"},
    };
    static const struct place tokens[] = {{"HOME", "/.kaggle/access_token"}};
    char path[PATH_MAX];
    const char *token = miev_env_variable(env, "KAGGLE_API_TOKEN");
    const char *user = miev_env_variable(env, "KAGGLE_USERNAME");
    const char *key = miev_env_variable(env, "KAGGLE_KEY");
    if (token && *token) /* Kaggle's tools take a path there too */
        return *token == '/' ? take_file(token, out, err)
                             : take_variable("KAGGLE_API_TOKEN", token, out, err);
    if (user && *user && key && *key) {
        out->kind = MIEV_CREDENTIALS_BASIC;
        int rc = take(user, "KAGGLE_USERNAME", out->user, sizeof(out->user), err);
        return rc == MIEV_OK ? take(key, "KAGGLE_KEY", out->secret, sizeof(out->secret), err) : rc;
    }
    find_file(env, tokens, sizeof(tokens) / sizeof(tokens[0]), path);
    if (*path)
        return take_file(path, out, err);
    find_file(env, files, sizeof(files) / sizeof(files[0]), path);
    return *path ? take_kaggle_json(path, out, err) : MIEV_OK;
}

int miev_credentials_find(const struct miev_address *address, const char *url,
                          const struct miev_env *env, struct miev_credentials *out,
                          struct miev_error *err)
{
    int rc = MIEV_OK;
    *out = (struct miev_credentials){.kind = MIEV_CREDENTIALS_NONE};
    (void)snprintf(out->origin, sizeof(out->origin), "%s", url);
    if (address->kind == MIEV_ADDRESS_HF)
        rc = find_hf(env, out, err);
    else if (address->kind == MIEV_ADDRESS_KAGGLE)
        rc = find_kaggle(env, out, err);
    if (rc != MIEV_OK)
        miev_credentials_forget(out);
    return rc;
}

void miev_credentials_forget(struct miev_credentials *credentials)
{
    explicit_bzero(credentials, sizeof(*credentials));
}
