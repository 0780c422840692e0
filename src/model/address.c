/* SPDX-License-Identifier: Apache-2.0 */
#include "model/address.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "core/text.h"
#include "model/address_parts.h"

#define HF_FORM     "hf:owner/repository@revision:path/of/the/file"
#define KAGGLE_FORM "kaggle:owner/model/framework/variation/version"
#define TFHUB_FORM  "tfhub:publisher/model/version"

size_t miev_address_count_parts(const char *path)
{
    size_t n = 1;
    for (; *path; path++)
        n += *path == '/';
    return n;
}

bool miev_address_path_fits(const char *path)
{
    for (const char *part = path;; part++) {
        size_t length = strcspn(part, "/");
        if (length == 0 || (length == 1 && part[0] == '.') ||
            (length == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        for (size_t i = 0; i < length; i++)
            if ((unsigned char)part[i] < ' ' || part[i] == 0x7f)
                return false;
        part += length;
        if (*part == '\0')
            return true;
    }
}

/* The names of owners, repositories, versions: nothing that needs care in a URL or a path. */
static bool plain(const char *text, size_t length, const char *more)
{
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("-_.", text[i]) && !strchr(more, text[i]))
            return false;
    return length > 0;
}

static bool is_number(const char *text)
{
    return *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

static bool is_commit(const char *text)
{
    return strlen(text) == 40 && strspn(text, "0123456789abcdef") == 40;
}

static int refuse(const char *text, const char *form, const char *why, struct miev_error *err)
{
    char shown[100];
    miev_text_show(shown, sizeof(shown), text);
    return miev_error_set(err, MIEV_ERR_INVALID, "'%s' %s: it is written %s", shown, why, form);
}

/* printf into one of the fields, whole or not at all. */
static bool put(char *out, size_t capacity, const char *format, ...) MIEV_PRINTF(3, 4);

static bool put(char *out, size_t capacity, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out, capacity, format, args);
    va_end(args);
    return n >= 0 && (size_t)n < capacity;
}

int miev_address_hf(const char *rest, struct miev_address *out, struct miev_error *err)
{
    const char *colon = strchr(rest, ':');
    size_t head = colon ? (size_t)(colon - rest) : strlen(rest);
    const char *at = memchr(rest, '@', head);
    size_t repository = at ? (size_t)(at - rest) : head;
    struct miev_address a = {.kind = MIEV_ADDRESS_HF};
    if (!colon || colon[1] == '\0')
        return refuse(rest, HF_FORM, "names a repository and no file in it", err);
    bool whole = put(a.repository, sizeof(a.repository), "%.*s", (int)repository, rest) &&
                 put(a.revision, sizeof(a.revision), "%.*s", at ? (int)(head - repository - 1) : 4,
                     at ? at + 1 : "main") &&
                 put(a.file, sizeof(a.file), "%s", colon + 1) &&
                 put(a.text, sizeof(a.text), "hf:%s", rest);
    if (!whole)
        return refuse(rest, HF_FORM, "is too long", err);
    if (!plain(a.repository, repository, "/") || !miev_address_path_fits(a.repository) ||
        miev_address_count_parts(a.repository) > 2)
        return refuse(rest, HF_FORM, "has no owner/repository at its begin", err);
    if (!plain(a.revision, strlen(a.revision), "/") || !miev_address_path_fits(a.revision))
        return refuse(rest, HF_FORM, "has a revision that cannot be one", err);
    if (!miev_address_path_fits(a.file))
        return refuse(rest, HF_FORM, "has a path that cannot be one", err);
    a.pinned = is_commit(a.revision);
    miev_address_make_name(&a);
    *out = a;
    return MIEV_OK;
}

int miev_address_at_revision(const struct miev_address *address, const char *revision,
                             struct miev_address *out, struct miev_error *err)
{
    char rest[2 * MIEV_ADDRESS_BYTES + 256];
    if (!put(rest, sizeof(rest), "%s@%s:%s", address->repository, revision, address->file))
        return refuse(revision, HF_FORM, "is too long", err);
    return miev_address_hf(rest, out, err);
}

/* Behind the version may follow a file of it. */
int miev_address_kaggle(const char *rest, struct miev_address *out, struct miev_error *err)
{
    struct miev_address a = {.kind = MIEV_ADDRESS_KAGGLE};
    const char *end = rest;
    for (int parts = 0; *end && (*end != '/' || ++parts < 5); end++)
        ;
    if (!put(a.text, sizeof(a.text), "kaggle:%s", rest) ||
        !put(a.repository, sizeof(a.repository), "%.*s", (int)(end - rest), rest) ||
        !put(a.file, sizeof(a.file), "%s", *end ? end + 1 : ""))
        return refuse(rest, KAGGLE_FORM, "is too long", err);
    const char *version = strrchr(a.repository, '/');
    if (miev_address_count_parts(a.repository) != 5 || !version || !is_number(version + 1))
        return refuse(rest, KAGGLE_FORM,
                      "lacks a part (choose variation and version on the model's page)", err);
    if (!plain(a.repository, strlen(a.repository), "/") || !miev_address_path_fits(a.repository) ||
        (*end && !miev_address_path_fits(a.file)))
        return refuse(rest, KAGGLE_FORM, "has a part that cannot be one", err);
    a.pinned = true;
    a.archive = a.file[0] == '\0';
    miev_address_make_name(&a);
    *out = a;
    return MIEV_OK;
}

int miev_address_tfhub(const char *rest, struct miev_address *out, struct miev_error *err)
{
    struct miev_address a = {.kind = MIEV_ADDRESS_TFHUB};
    size_t length = strcspn(rest, "?");
    bool said = strcmp(rest + length, "?lite-format=tflite") == 0;
    if (rest[length] && !said && strcmp(rest + length, "?tf-hub-format=compressed") != 0)
        return refuse(rest, TFHUB_FORM "?lite-format=tflite",
                      "asks for a format that cannot be pulled", err);
    if (!put(a.repository, sizeof(a.repository), "%.*s", (int)length, rest))
        return refuse(rest, TFHUB_FORM, "is too long", err);
    if (!plain(a.repository, length, "/") || !miev_address_path_fits(a.repository) ||
        miev_address_count_parts(a.repository) < 2)
        return refuse(rest, TFHUB_FORM, "is no address of a model there", err);
    bool told = strstr(a.repository, "/lite-model/") != NULL; /* such a model has no other format */
    a.lite = said || told;
    if (!put(a.text, sizeof(a.text), "tfhub:%s%s", a.repository,
             said && !told ? "?lite-format=tflite" : ""))
        return refuse(rest, TFHUB_FORM, "is too long", err);
    a.pinned = is_number(strrchr(a.repository, '/') + 1);
    a.archive = !a.lite;
    miev_address_make_name(&a);
    *out = a;
    return MIEV_OK;
}

/* A '#' part is the browser's own; what stands behind '?' belongs to the address. */
static int web(const char *text, struct miev_address *out, struct miev_error *err)
{
    struct miev_address a = {.kind = MIEV_ADDRESS_WEB};
    bool hub = false;
    int rc = miev_address_check_url(text, NULL, err);
    if (rc == MIEV_OK)
        rc = miev_address_from_page(text, out, &hub, err);
    if (rc != MIEV_OK || hub)
        return rc;
    if (!put(a.text, sizeof(a.text), "%.*s", (int)strcspn(text, "#"), text))
        return refuse(text, "in at most 511 bytes", "is too long", err);
    for (char *c = a.text; *c != ':'; c++) /* HTTPS:// is the same */
        *c = (char)tolower((unsigned char)*c);
    miev_address_make_name(&a);
    *out = a;
    return MIEV_OK;
}

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcasecmp(text + a - b, end) == 0;
}

static bool is_path(const char *text)
{
    static const char *const ends[] = {".tflite", ".lite", ".onnx", ".zip",
                                       ".tar",    ".tgz",  ".gz",   ".json"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (ends_with(text, ends[i]))
            return true;
    return strchr(text, '/') != NULL;
}

static int file(const char *text, struct miev_address *out, struct miev_error *err)
{
    struct miev_address a = {.kind = MIEV_ADDRESS_FILE};
    if (!put(a.text, sizeof(a.text), "%s", text) || !put(a.file, sizeof(a.file), "%s", text))
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path %.60s... is too long", text);
    miev_address_make_name(&a);
    *out = a;
    return MIEV_OK;
}

static int name(const char *text, struct miev_address *out, struct miev_error *err)
{
    struct miev_address a = {.kind = MIEV_ADDRESS_NAME};
    const char *colon = strchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : strlen(text);
    if (!isalnum((unsigned char)text[0]) || !plain(text, length, " +") ||
        (colon && !plain(colon + 1, strlen(colon + 1), "")) ||
        !put(a.text, sizeof(a.text), "%s", text) ||
        !put(a.name, sizeof(a.name), "%.*s", (int)length, text))
        return refuse(text,
                      HF_FORM ", " KAGGLE_FORM ", " TFHUB_FORM ", https://... or a name of "
                              "`miev models`",
                      "is neither a model's name nor an address", err);
    *out = a;
    return MIEV_OK;
}

int miev_address_parse(const char *text, struct miev_address *out, struct miev_error *err)
{
    static const struct {
        const char *scheme;
        int (*parse)(const char *rest, struct miev_address *out, struct miev_error *err);
    } hubs[] = {
        {"hf:", miev_address_hf},
        {"kaggle:", miev_address_kaggle},
        {"tfhub:", miev_address_tfhub},
    };
    for (size_t i = 0; i < sizeof(hubs) / sizeof(hubs[0]); i++) {
        size_t length = strlen(hubs[i].scheme);
        if (strncasecmp(text, hubs[i].scheme, length) == 0)
            return hubs[i].parse(
                text + length + (text[length] == '/' ? strspn(text + length, "/") : 0), out, err);
    }
    if (strstr(text, "://"))
        return web(text, out, err);
    return is_path(text) ? file(text, out, err) : name(text, out, err);
}
