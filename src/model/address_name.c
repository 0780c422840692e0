/* SPDX-License-Identifier: Apache-2.0 */
/* What a card is called that was pulled from a bare address. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/address_parts.h"

#define NAME_MAX_BYTES 100 /* leaves room for what tells two of one name apart */

/* The last part of a path without the endings of formats: "net" of "a/net.tflite.tar.gz". */
static void stem(const char *path, char out[MIEV_ADDRESS_BYTES])
{
    static const char *const ends[] = {".tar",  ".tgz",  ".gz",     ".zip",
                                       ".onnx", ".lite", ".tflite", ".json"};
    const char *slash = strrchr(path, '/');
    (void)snprintf(out, MIEV_ADDRESS_BYTES, "%s", slash ? slash + 1 : path);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t length = strlen(out), end = strlen(ends[i]);
        if (length > end && strcasecmp(out + length - end, ends[i]) == 0) {
            out[length - end] = '\0';
            i = (size_t)-1; /* once more from the first: they come one behind the other */
        }
    }
}

/* What a name may hold: "name:precision", paths and options are told apart by the rest. */
static void clean(const char *text, char *out, size_t capacity)
{
    size_t used = 0;
    for (; *text && used + 1 < capacity && used < NAME_MAX_BYTES; text++) {
        bool fits = isalnum((unsigned char)*text) || strchr("-_.", *text);
        if (fits && (used > 0 || isalnum((unsigned char)*text)))
            out[used++] = *text;
        else if (!fits && used > 0 && out[used - 1] != '-')
            out[used++] = '-';
    }
    while (used > 0 && strchr("-.", out[used - 1]))
        used--;
    out[used] = '\0';
    if (used == 0)
        (void)snprintf(out, capacity, "model");
}

/* "mobilenet-v3-tfLite-small": model, framework, variation; versions behind the first tell theirs.
 */
static void of_kaggle(const struct miev_address *address, char *out, size_t capacity)
{
    const char *model = strchr(address->repository, '/') + 1;
    const char *version = strrchr(address->repository, '/') + 1;
    int length = (int)(version - 1 - model);
    bool first = strcmp(version, "1") == 0;
    char file[MIEV_ADDRESS_BYTES];
    stem(address->file, file);
    (void)snprintf(out, capacity, "%.*s%s%s%s%s", length, model, first ? "" : "-v",
                   first ? "" : version, *file ? "-" : "", file);
}

/* Without publisher and version. */
static void of_tfhub(const struct miev_address *address, char *out, size_t capacity)
{
    const char *begin = strchr(address->repository, '/') + 1;
    if (strncmp(begin, "lite-model/", 11) == 0)
        begin += 11;
    const char *end = strrchr(begin, '/');
    bool versioned = end && address->pinned;
    (void)snprintf(out, capacity, "%.*s%s", versioned ? (int)(end - begin) : (int)strlen(begin),
                   begin, address->lite && !strstr(address->repository, "lite") ? "-lite" : "");
}

/* The repository's name, and that of the file where it tells more. */
static void of_hf(const struct miev_address *address, char *out, size_t capacity)
{
    char file[MIEV_ADDRESS_BYTES];
    const char *slash = strrchr(address->repository, '/');
    const char *repository = slash ? slash + 1 : address->repository;
    stem(address->file, file);
    if (strcasecmp(file, "model") == 0)
        (void)snprintf(out, capacity, "%s", repository);
    else if (strncasecmp(file, repository, strlen(repository)) == 0)
        (void)snprintf(out, capacity, "%s", file);
    else
        (void)snprintf(out, capacity, "%s-%s", repository, file);
}

void miev_address_make_name(struct miev_address *address)
{
    char words[2 * MIEV_ADDRESS_BYTES] = "";
    switch (address->kind) {
    case MIEV_ADDRESS_KAGGLE:
        of_kaggle(address, words, sizeof(words));
        break;
    case MIEV_ADDRESS_TFHUB:
        of_tfhub(address, words, sizeof(words));
        break;
    case MIEV_ADDRESS_HF:
        of_hf(address, words, sizeof(words));
        break;
    case MIEV_ADDRESS_NAME:
    case MIEV_ADDRESS_FILE:
    case MIEV_ADDRESS_WEB: {
        char path[MIEV_ADDRESS_BYTES];
        (void)snprintf(path, sizeof(path), "%.*s", (int)strcspn(address->text, "?"), address->text);
        stem(path, words);
        break;
    }
    }
    clean(words, address->name, sizeof(address->name));
}
