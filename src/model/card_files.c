/* SPDX-License-Identifier: Apache-2.0 */
/* A card's files, here or far away, and how right they are. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/proportion.h"
#include "model/card_read.h"

/* ---- one file ------------------------------------------------------------------------------- */

static int join(const char *card_path, const char *name, char *out, size_t capacity,
                struct miev_error *err)
{
    const char *slash = strrchr(card_path, '/');
    int folder = slash ? (int)(slash - card_path + 1) : 0;
    int length = snprintf(out, capacity, "%.*s%s", folder, card_path, name);
    if (length < 0 || (size_t)length >= capacity)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path of \"%s\" is too long", name);
    return MIEV_OK;
}

/* A card names files beside itself: a path that climbs out could name any file of the machine. */
static bool stays_below(const char *name)
{
    return name[0] != '\0' && name[0] != '/' && !strstr(name, "..");
}

int miev_card_beside(const char *card_path, const char *key, const char *name, char *out,
                     size_t capacity, struct miev_error *err)
{
    if (!stays_below(name))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "\"%s\" is \"%s\": it must name a file beside the card", key, name);
    return join(card_path, name, out, capacity, err);
}

static size_t hash_length(const char *text)
{
    return strspn(text, "0123456789abcdef");
}

/* "../blobs/<sha256>" and "../trees/<sha256>[/folder]": the depot keeps its cards and its files in
 * folders side by side, and a hash climbs no further. */
static bool is_in_depot(const char *name)
{
    static const char *const folders[] = {"../blobs/", "../trees/"};
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        size_t length = strlen(folders[i]);
        if (strncmp(name, folders[i], length) != 0 || hash_length(name + length) != 64)
            continue;
        const char *rest = name + length + 64;
        return rest[0] == '\0' || (i == 1 && rest[0] == '/' && stays_below(rest + 1));
    }
    return false;
}

static int read_path(const json_t *entry, const char *card_path, struct miev_card_file *file,
                     struct miev_error *err)
{
    char name[256];
    int rc = miev_json_string(entry, "path", name, sizeof(name), err);
    if (rc != MIEV_OK)
        return rc;
    return is_in_depot(name)
               ? join(card_path, name, file->path, sizeof(file->path), err)
               : miev_card_beside(card_path, "path", name, file->path, sizeof(file->path), err);
}

static int read_address(const json_t *entry, struct miev_card_file *file, struct miev_error *err)
{
    static const char *const begins[] = {"tfhub:", "kaggle:", "hf:", "https://"};
    int rc = miev_json_string(entry, "address", file->address, sizeof(file->address), err);
    bool known = false;
    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
        known = known || (strncmp(file->address, begins[i], strlen(begins[i])) == 0 &&
                          file->address[strlen(begins[i])] != '\0');
    if (rc == MIEV_OK && !known)
        rc = miev_error_set(err, MIEV_ERR_INVALID,
                            "\"address\" is \"%s\": it must begin with tfhub:, kaggle:, hf: or "
                            "https://",
                            file->address);
    if (rc == MIEV_OK && json_object_get(entry, "member"))
        rc = miev_json_string(entry, "member", file->member, sizeof(file->member), err);
    if (rc == MIEV_OK && *file->member && !stays_below(file->member))
        rc = miev_error_set(err, MIEV_ERR_INVALID,
                            "\"member\" is \"%s\": it must name a file inside the archive",
                            file->member);
    return rc;
}

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

/* Told, or by the ending of the path. */
static int read_format(const json_t *entry, struct miev_card_file *file, struct miev_error *err)
{
    static const char *const formats[] = {"tflite", "onnx", "saved_model", NULL};
    const char *by_path = ends_with(file->path, ".tflite") || ends_with(file->path, ".lite")
                              ? formats[0]
                          : ends_with(file->path, ".onnx") ? formats[1]
                                                           : "";
    size_t choice = 0;
    bool told = json_object_get(entry, "format") || !*file->path;
    int rc = told ? miev_card_choice(entry, "format", formats, &choice, err) : MIEV_OK;
    if (rc == MIEV_OK)
        (void)snprintf(file->format, sizeof(file->format), "%s", told ? formats[choice] : by_path);
    return rc;
}

/* sha256 and bytes may be left out of a file that nobody has seen yet. */
static int read_content(const json_t *entry, struct miev_card_file *file, struct miev_error *err)
{
    double bytes = 0, about = 0;
    bool here = *file->path != '\0';
    int rc = MIEV_OK;
    if (here || json_object_get(entry, "sha256"))
        rc = miev_json_string(entry, "sha256", file->sha256, sizeof(file->sha256), err);
    if (rc == MIEV_OK && *file->sha256 &&
        (strlen(file->sha256) != 64 || hash_length(file->sha256) != 64))
        rc = miev_error_set(err, MIEV_ERR_INVALID,
                            "\"sha256\" of %s must be 64 digits in lower case",
                            here ? file->path : file->address);
    if (rc == MIEV_OK && (here || json_object_get(entry, "bytes")))
        rc = miev_json_number(entry, "bytes", 1, 1e12, &bytes, err);
    if (rc == MIEV_OK && json_object_get(entry, "bytes_about"))
        rc = miev_json_number(entry, "bytes_about", 1, 1e12, &about, err);
    file->bytes = (size_t)bytes;
    file->bytes_about = file->bytes > 0 ? 0 : (size_t)about;
    file->verified = *file->sha256 && !json_is_false(json_object_get(entry, "verified"));
    return rc;
}

/* A model that is served elsewhere has an address in place of a file: "oip:http://host:8000/net".
 * Only a protocol's name may stand before it, so that no path of this machine passes for one. */
static bool is_served(const json_t *entry)
{
    const char *path = json_string_value(json_object_get(entry, "path"));
    const char *rest = path ? path + strspn(path, "abcdefghijklmnopqrstuvwxyz") : "";
    return rest > path && (strncmp(rest, ":http://", 8) == 0 || strncmp(rest, ":https://", 9) == 0);
}

static int read_file_entry(const json_t *entry, const char *card_path, struct miev_card_file *file,
                           struct miev_error *err)
{
    bool far = json_object_get(entry, "address") != NULL;
    int rc = miev_json_string(entry, "precision", file->precision, sizeof(file->precision), err);
    if (rc == MIEV_OK && is_served(entry))
        return miev_json_string(entry, "path", file->path, sizeof(file->path), err);
    if (rc == MIEV_OK && far)
        rc = read_address(entry, file, err);
    if (rc == MIEV_OK && (!far || json_object_get(entry, "path")))
        rc = read_path(entry, card_path, file, err);
    if (rc == MIEV_OK)
        rc = read_format(entry, file, err);
    return rc == MIEV_OK ? read_content(entry, file, err) : rc;
}

int miev_card_read_files(const json_t *root, const char *card_path, struct miev_card *card,
                         struct miev_error *err)
{
    const json_t *files = json_object_get(root, "files");
    size_t n = json_array_size(files);
    if (n < 1 || n > MIEV_CARD_MAX_FILES)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"files\" must be a list of 1 to %d files",
                              MIEV_CARD_MAX_FILES);
    card->place = MIEV_PLACE_KNOWN;
    for (size_t i = 0; i < n; i++) {
        int rc = read_file_entry(json_array_get(files, i), card_path, &card->files[i], err);
        if (rc != MIEV_OK)
            return rc;
        if (miev_card_file_of(card, card->files[i].precision))
            return miev_error_set(err, MIEV_ERR_INVALID, "\"files\" has \"%s\" twice",
                                  card->files[i].precision);
        card->n_files = i + 1;
        if (*card->files[i].path)
            card->place = MIEV_PLACE_BUNDLED;
    }
    return MIEV_OK;
}

/* ---- how right it is ------------------------------------------------------------------------ */

/* Publishers tell a share and of how many images; what that number of images can tell, they do not.
 */
static int read_bounds(const json_t *entry, struct miev_card_accuracy *out, struct miev_error *err)
{
    if (!json_object_get(entry, "top1_low") && !json_object_get(entry, "top1_high")) {
        struct miev_interval share =
            miev_wilson((uint64_t)llround(out->top1 * (double)out->images), out->images);
        out->top1_low = fmin(share.low, out->top1);
        out->top1_high = fmax(share.high, out->top1);
        return MIEV_OK;
    }
    int rc = miev_json_number(entry, "top1_low", 0, out->top1, &out->top1_low, err);
    if (rc == MIEV_OK)
        rc = miev_json_number(entry, "top1_high", out->top1, 1, &out->top1_high, err);
    return rc;
}

static int read_accuracy(const json_t *entry, struct miev_card_accuracy *out,
                         struct miev_error *err)
{
    double images = 0;
    int rc = miev_json_string(entry, "precision", out->precision, sizeof(out->precision), err);
    if (rc == MIEV_OK)
        rc = miev_json_string(entry, "dataset", out->dataset, sizeof(out->dataset), err);
    if (rc == MIEV_OK)
        rc = miev_json_string(entry, "split", out->split, sizeof(out->split), err);
    if (rc == MIEV_OK)
        rc = miev_json_string(entry, "source", out->source, sizeof(out->source), err);
    if (rc == MIEV_OK)
        rc = miev_json_number(entry, "images", 1, 1e9, &images, err);
    if (rc == MIEV_OK)
        rc = miev_json_number(entry, "top1", 0, 1, &out->top1, err);
    out->images = (size_t)images;
    out->top5 = (double)NAN;
    if (rc == MIEV_OK && json_object_get(entry, "top5"))
        rc = miev_json_number(entry, "top5", out->top1, 1, &out->top5, err);
    return rc == MIEV_OK ? read_bounds(entry, out, err) : rc;
}

int miev_card_read_accuracies(const json_t *root, struct miev_card *card, struct miev_error *err)
{
    const json_t *list = json_object_get(root, "accuracy");
    size_t n = json_array_size(list);
    if (list && !json_is_array(list))
        return miev_error_set(err, MIEV_ERR_INVALID, "\"accuracy\" must be a list");
    if (n > MIEV_CARD_MAX_ACCURACIES)
        return miev_error_set(err, MIEV_ERR_LIMIT, "\"accuracy\" has more than %d entries",
                              MIEV_CARD_MAX_ACCURACIES);
    for (size_t i = 0; i < n; i++) {
        int rc = read_accuracy(json_array_get(list, i), &card->accuracies[i], err);
        if (rc != MIEV_OK)
            return rc;
    }
    card->n_accuracies = n;
    return MIEV_OK;
}
