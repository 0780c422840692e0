/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the things that an archive held is the model. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "model/content.h"

#define NAMES_BYTES 260

struct search {
    const char *folder, *format;
    struct miev_inside found;
    unsigned n;
    char names[NAMES_BYTES]; /* of all that were found, as far as there is room */
};

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcasecmp(text + a - b, end) == 0;
}

/* NULL for what is no model by its name. */
static const char *format_by_name(const char *name, bool *is_folder)
{
    static const struct {
        const char *end, *format;
    } models[] = {{".tflite", "tflite"}, {".lite", "tflite"}, {".onnx", "onnx"}};
    *is_folder = strcmp(name, "saved_model.pb") == 0;
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
        if (ends_with(name, models[i].end))
            return models[i].format;
    return *is_folder ? "saved_model" : NULL;
}

static void note_name(struct search *search, const char *path)
{
    char shown[80];
    size_t used = strlen(search->names);
    miev_text_show(shown, sizeof(shown), *path ? path : ".");
    int n = snprintf(search->names + used, NAMES_BYTES - used, "%s%s", used ? ", " : "", shown);
    if (n < 0 || (size_t)n >= NAMES_BYTES - used)
        search->names[used] = '\0';
}

/* A SavedModel is the folder of its saved_model.pb. */
static void note(struct search *search, const FTSENT *entry)
{
    bool is_folder = false;
    const char *format = format_by_name(entry->fts_name, &is_folder);
    const char *path = entry->fts_path + strlen(search->folder);
    if (!format || (*search->format && strcmp(search->format, format) != 0))
        return;
    path += *path == '/';
    size_t length = strlen(path);
    if (is_folder)
        length -= length > entry->fts_namelen ? (size_t)entry->fts_namelen + 1 : length;
    struct miev_inside inside = {.is_folder = is_folder};
    if (length >= sizeof(inside.path))
        return; /* no card could name it */
    (void)memcpy(inside.path, path, length);
    (void)snprintf(inside.format, sizeof(inside.format), "%s", format);
    note_name(search, inside.path);
    if (search->n++ == 0)
        search->found = inside;
}

static int look_through(struct search *search, struct miev_error *err)
{
    char folder[PATH_MAX];
    char *const paths[] = {folder, NULL};
    (void)snprintf(folder, sizeof(folder), "%s", search->folder);
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk)
        return miev_error_errno(err, "cannot look through %s", search->folder);
    errno = 0;
    for (FTSENT *entry = fts_read(walk); entry; entry = fts_read(walk))
        if (entry->fts_info == FTS_F)
            note(search, entry);
    int rc = errno == 0 ? MIEV_OK : miev_error_errno(err, "cannot look through %s", search->folder);
    (void)fts_close(walk);
    return rc;
}

static int take_member(const char *folder, const char *member, struct miev_inside *out,
                       struct miev_error *err)
{
    char path[PATH_MAX];
    struct stat info;
    struct miev_inside inside = {.is_folder = false};
    int n = snprintf(path, sizeof(path), "%s/%s", folder, member);
    bool fits = strlen(member) < sizeof(inside.path) && member[0] != '/' && !strstr(member, "..");
    if (n < 0 || (size_t)n >= sizeof(path) || !fits || lstat(path, &info) != 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "the archive has no '%.100s' in it", member);
    inside.is_folder = S_ISDIR(info.st_mode);
    (void)snprintf(inside.path, sizeof(inside.path), "%s", member);
    if (inside.is_folder) {
        (void)snprintf(path + n, sizeof(path) - (size_t)n, "/saved_model.pb");
        (void)snprintf(inside.format, sizeof(inside.format), "saved_model");
    }
    if (inside.is_folder && access(path, F_OK) != 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "'%.100s' in the archive is a folder without a saved_model.pb",
                              member);
    *out = inside;
    return MIEV_OK;
}

int miev_content_inside(const char *folder, const char *member, const char *format,
                        struct miev_inside *out, struct miev_error *err)
{
    struct search search = {.folder = folder, .format = format};
    if (*member)
        return take_member(folder, member, out, err);
    int rc = look_through(&search, err);
    if (rc != MIEV_OK)
        return rc;
    if (search.n == 0)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the archive holds no model that this program runs (%s)",
                              *format ? format : ".tflite, .onnx, a SavedModel");
    if (search.n > 1)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the archive holds %u models: %s. Name one with --member", search.n,
                              search.names);
    *out = search.found;
    return MIEV_OK;
}
