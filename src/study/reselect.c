/* SPDX-License-Identifier: Apache-2.0 */
#include "study/reselect.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "export/field.h"
#include "study/sealed.h"

#define MODEL_MAX_BYTES (2ull << 30)

/* What a report says of one model's file. */
struct wanted {
    const char *sha256;
    json_int_t bytes;
    bool bare; /* it was measured without a card */
};

static bool is_wanted(const char *path, const struct wanted *wanted)
{
    struct stat info;
    struct miev_sealed file = {.fd = -1};
    if (stat(path, &info) != 0 || (S_ISREG(info.st_mode) && info.st_size != wanted->bytes) ||
        miev_sealed_load_model(path, MODEL_MAX_BYTES, &file, NULL) != MIEV_OK)
        return false;
    bool same = strcmp(file.sha256, wanted->sha256) == 0;
    miev_sealed_finish(&file);
    return same;
}

/* A folder's hash in a card may be that of the archive it came in. */
static bool is_file_of_card(const struct miev_card_file *file, const struct wanted *wanted)
{
    if (!*file->path)
        return false;
    if (*file->sha256 && strcmp(file->format, "saved_model") != 0)
        return strcmp(file->sha256, wanted->sha256) == 0;
    return is_wanted(file->path, wanted);
}

static bool find_card(const struct miev_catalog *catalog, const struct wanted *wanted,
                      struct miev_study_entry *out)
{
    for (size_t i = 0; i < catalog->n; i++) {
        const struct miev_card *card = &catalog->cards[i];
        for (size_t f = 0; f < card->n_files; f++) {
            const struct miev_card_file *file = &card->files[f];
            if (is_file_of_card(file, wanted)) {
                *out = (struct miev_study_entry){.card = card, .file = file};
                return true;
            }
        }
    }
    return false;
}

/* The next file of a folder as a path; false at the end. */
static bool next_file(DIR *dir, const char *folder, char path[PATH_MAX])
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; (entry = readdir(dir));) {
        int length = snprintf(path, PATH_MAX, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && length > 0 && length < PATH_MAX)
            return true;
    }
    return false;
}

static bool find_file(const char *folder, const struct wanted *wanted, char path[PATH_MAX])
{
    DIR *dir = folder ? opendir(folder) : NULL;
    bool found = false;
    while (dir && !found && next_file(dir, folder, path))
        found = is_wanted(path, wanted);
    if (dir)
        (void)closedir(dir);
    return found;
}

static int take_bare(struct miev_selection *selection, const char *path,
                     struct miev_study_entry *out, struct miev_error *err)
{
    struct miev_card *card = &selection->own[selection->n_own];
    int rc = miev_card_for_file(path, card, err);
    if (rc != MIEV_OK)
        return rc;
    selection->n_own++;
    *out = (struct miev_study_entry){.card = card, .file = &card->files[0]};
    return MIEV_OK;
}

/* MIEV_ERR_UNAVAILABLE: it is nowhere. */
static int find_model(struct miev_reselection *all, const struct wanted *wanted, const char *folder,
                      struct miev_study_entry *out, struct miev_error *err)
{
    char path[PATH_MAX];
    struct miev_study_entry entry;
    if (find_card(&all->selection.catalog, wanted, &entry) ||
        find_card(&all->extra, wanted, &entry)) {
        if (wanted->bare && !entry.card->bare)
            return take_bare(&all->selection, entry.file->path, out, err);
        *out = entry;
        return MIEV_OK;
    }
    if (find_file(folder, wanted, path))
        return take_bare(&all->selection, path, out, err);
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                          "no file here has its hash (sha256 %.12s...): --models names the folder "
                          "that holds it",
                          wanted->sha256);
}

static bool is_taken(const struct miev_selection *selection, const struct miev_study_entry *entry)
{
    for (size_t i = 0; i < selection->n; i++)
        if (strcmp(selection->entries[i].file->path, entry->file->path) == 0)
            return true;
    return false;
}

static void add_model(struct miev_reselection *all, const json_t *model, const char *folder)
{
    struct miev_error err;
    struct miev_study_entry entry;
    const char *name = miev_field_text(model, "name");
    struct wanted wanted = {.sha256 = miev_field_text(model, "sha256"),
                            .bytes = json_integer_value(miev_field_at(model, "bytes")),
                            .bare = json_array_size(miev_field_at(model, "guesses")) > 0};
    int rc;
    if (*wanted.sha256)
        rc = find_model(all, &wanted, folder, &entry, &err);
    else if (miev_field_at(model, "address")) /* which may be a stranger's, and get a token */
        rc = miev_error_set(&err, MIEV_ERR_UNAVAILABLE,
                            "it is served elsewhere, and a report is no reason to ask there: name "
                            "it to 'miev run' yourself");
    else
        rc = miev_error_set(&err, MIEV_ERR_UNAVAILABLE,
                            "the report does not tell the hash of its file");
    if (rc != MIEV_OK)
        (void)json_object_set_new(all->absent, name, json_string(err.message));
    else if (!is_taken(&all->selection, &entry))
        all->selection.entries[all->selection.n++] = entry;
}

int miev_reselect(struct miev_reselection *out, const json_t *report, const char *models_dir,
                  struct miev_error *err)
{
    const json_t *models = miev_field_at(report, "models");
    size_t n = json_array_size(models); /* at most MIEV_STUDY_MAX_MODELS: the report is checked */
    *out = (struct miev_reselection){.absent = json_object()};
    if (miev_field_at(report, "sweep"))
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "it is a sweep's report, whose models have settings of their own: "
                              "run `miev sweep` again");
    int rc = miev_catalog_load_home(miev_env_host(), &out->selection.catalog, err);
    if (rc == MIEV_OK && models_dir)
        rc = miev_catalog_add(&out->extra, models_dir, err); /* other .json files are no fault */
    if (rc != MIEV_OK)
        return rc;
    out->selection.own = calloc(n + 1, sizeof(*out->selection.own));
    if (!out->selection.own || !out->absent)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu models", n);
    for (size_t i = 0; i < n; i++)
        add_model(out, json_array_get(models, i), models_dir);
    return MIEV_OK;
}

void miev_reselect_finish(struct miev_reselection *reselection)
{
    miev_selection_finish(&reselection->selection);
    miev_catalog_finish(&reselection->extra);
    json_decref(reselection->absent);
}
