/* SPDX-License-Identifier: Apache-2.0 */
#include "model/deliver.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/folder.h"
#include "model/content.h"
#include "model/digest.h"
#include "model/pulled_card.h"
#include "model/unpack.h"

#define BARE_PRECISION "as-is" /* as of a file that has no card */

static const char *member_of(const struct miev_pulling *pulling, const struct miev_card_file *file)
{
    return file ? file->member : pulling->options->member;
}

/* NULL for a bare address. */
static const struct miev_card_file *file_at(const struct miev_pull_item *item, size_t i)
{
    return item->n_files > 0 ? item->files[i] : NULL;
}

static void tell(const struct miev_pulling *pulling, const char *name,
                 const struct miev_pulled_file *file, bool was_here, bool changed)
{
    struct miev_pulled pulled = {.bytes = file->bytes, .was_here = was_here, .changed = changed};
    bool bare = !pulling->item->card;
    (void)snprintf(pulled.name, sizeof(pulled.name), "%.127s%s%.15s", name, bare ? "" : ":",
                   bare ? "" : file->precision);
    (void)memcpy(pulled.sha256, file->sha256, sizeof(pulled.sha256));
    pulling->options->pulled(pulling->options->context, &pulled);
}

/* ---- what is here already ------------------------------------------------------------------- */

/* For the n-th file of the item: what the depot says, if that file is here. */
static bool find_here(const struct miev_pulling *pulling, size_t i, char name[128],
                      struct miev_pulled_file *out)
{
    const struct miev_card *card = pulling->item->card;
    const struct miev_card_file *file = file_at(pulling->item, i);
    if (!card || !file)
        return miev_pulled_card_find(pulling->depot, pulling->address.text,
                                     pulling->options->member, name, out) &&
               out->here;
    (void)snprintf(name, 128, "%s", card->name);
    return miev_pulled_card_file(pulling->depot, name, file->precision, out) && out->here &&
           (!*file->sha256 || strcmp(file->sha256, out->sha256) == 0);
}

/* Of a bare address that may bring other bytes tomorrow, the server has to be asked. */
bool miev_deliver_what_is_here(const struct miev_pulling *pulling)
{
    const struct miev_pull_item *item = pulling->item;
    size_t n = item->n_files > 0 ? item->n_files : 1;
    char names[MIEV_CARD_MAX_FILES][128];
    struct miev_pulled_file files[MIEV_CARD_MAX_FILES];
    if (!item->card && !pulling->address.pinned)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!find_here(pulling, i, names[i], &files[i]))
            return false;
    for (size_t i = 0; i < n; i++)
        tell(pulling, names[i], &files[i], true, false);
    return true;
}

/* ---- checking ------------------------------------------------------------------------------- */

static int on_digest(void *context, uint64_t bytes)
{
    const struct miev_pulling *pulling = context;
    const struct miev_pull_options *options = pulling->options;
    options->progress(options->context, MIEV_PULL_CHECKING, bytes, 0);
    return !(options->stop && *options->stop);
}

static int check_body(struct miev_pulling *pulling, struct miev_digest *digest,
                      struct miev_error *err)
{
    int rc = miev_digest_file(pulling->partial.body_fd, on_digest, pulling, digest, err);
    if (rc != MIEV_OK)
        return rc;
    bool differs = (pulling->told_sha256[0] && strcmp(pulling->told_sha256, digest->sha256) != 0) ||
                   (pulling->told_md5[0] && strcmp(pulling->told_md5, digest->md5) != 0);
    if (!differs)
        return MIEV_OK;
    /* A page or a pointer has a name of its own, which tells more. */
    enum miev_content_kind kind;
    char format[16];
    rc = miev_content_of(pulling->partial.body_fd, &kind, format, err);
    return rc != MIEV_OK ? rc
                         : miev_error_set(err, MIEV_ERR_BROKEN,
                                          "what came is not what the server said it would be (its "
                                          "checksum differs): it was damaged on the way, pull it "
                                          "again");
}

/* Against the card, and against what came first from an address whose content never changes. */
static int check_identity(const struct miev_pulling *pulling, const struct miev_card_file *file,
                          const struct miev_pulled_file *got, char name[128], bool *changed,
                          struct miev_error *err)
{
    struct miev_pulled_file before = {.bytes = 0};
    bool known =
        miev_pulled_card_find(pulling->depot, pulling->address.text, got->member, name, &before);
    if (file && *file->sha256 && strcmp(file->sha256, got->sha256) != 0)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "what came has the SHA-256 %.16s..., and the card of %s was checked "
                              "against %.16s...: somebody changed it, so it is not used",
                              got->sha256, pulling->item->card->name, file->sha256);
    *changed = known && strcmp(before.sha256, got->sha256) != 0;
    if (*changed && pulling->address.pinned)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "what came has the SHA-256 %.16s..., and at an earlier pull of this "
                              "fixed version it was %.16s...: somebody changed it, so it is not "
                              "used (delete %s.json in %s/cards to take it anyway)",
                              got->sha256, before.sha256, name, pulling->depot->folder);
    if (!known || pulling->item->card)
        name[0] = '\0';
    return MIEV_OK;
}

/* ---- into its place ------------------------------------------------------------------------- */

/* path: where the file or the folder lies now. */
static int keep(struct miev_pulling *pulling, const struct miev_card_file *file,
                struct miev_pulled_file *got, enum miev_depot_part part, const char *path,
                struct miev_error *err)
{
    char name[128], scratch[PATH_MAX];
    bool changed = false;
    const struct miev_card *card = pulling->item->card;
    bool far = pulling->address.kind != MIEV_ADDRESS_FILE;
    (void)snprintf(got->precision, sizeof(got->precision), "%s",
                   file ? file->precision : BARE_PRECISION);
    (void)memcpy(got->address, far ? pulling->address.text : "", far ? sizeof(got->address) : 1);
    if (file && *file->format && strcmp(file->format, got->format) != 0)
        return miev_error_set(err, MIEV_ERR_BROKEN, "the card says %s, and a file of %s came",
                              file->format, got->format);
    int rc = check_identity(pulling, file, got, name, &changed, err);
    if (rc == MIEV_OK && card)
        (void)snprintf(name, sizeof(name), "%s", card->name);
    else if (rc == MIEV_OK && !*name)
        rc = miev_pulled_card_name(pulling->depot, pulling->catalog, &pulling->address, name, err);
    if (rc == MIEV_OK && path)
        rc = miev_depot_keep(pulling->depot, part, path, got->sha256, err);
    miev_partial_path(&pulling->partial, "card", scratch);
    if (rc == MIEV_OK)
        rc = miev_pulled_card_write(pulling->depot, card, name, &pulling->address, got, scratch,
                                    err);
    if (rc == MIEV_OK)
        tell(pulling, name, got, false, changed);
    return rc;
}

static void set_path(struct miev_pulled_file *got, enum miev_depot_part part, const char *below)
{
    (void)snprintf(got->path, sizeof(got->path), "../%s/%s%s%.180s",
                   part == MIEV_DEPOT_BLOBS ? "blobs" : "trees", got->sha256, *below ? "/" : "",
                   below);
}

/* The body is the model itself. */
static int keep_body(struct miev_pulling *pulling, const char *format,
                     const struct miev_digest *digest, struct miev_error *err)
{
    char path[PATH_MAX];
    const struct miev_pull_item *item = pulling->item;
    struct miev_pulled_file got = {.bytes = digest->bytes};
    (void)memcpy(got.sha256, digest->sha256, sizeof(got.sha256));
    (void)snprintf(got.format, sizeof(got.format), "%s", format);
    set_path(&got, MIEV_DEPOT_BLOBS, "");
    miev_partial_path(&pulling->partial, "body", path);
    return keep(pulling, file_at(item, 0), &got, MIEV_DEPOT_BLOBS, path, err);
}

/* A model file among what was unpacked. */
static int keep_member(struct miev_pulling *pulling, const struct miev_card_file *file,
                       const struct miev_inside *inside, const char *path, struct miev_error *err)
{
    enum miev_content_kind kind = MIEV_CONTENT_ARCHIVE;
    struct miev_digest digest;
    struct miev_pulled_file got = {.bytes = 0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return miev_error_errno(err, "cannot open %s", path);
    int rc = miev_content_of(fd, &kind, got.format, err);
    if (rc == MIEV_OK && kind != MIEV_CONTENT_MODEL)
        rc = miev_error_set(err, MIEV_ERR_UNSUPPORTED, "'%.100s' in the archive is one itself",
                            inside->path);
    if (rc == MIEV_OK)
        rc = miev_digest_file(fd, on_digest, pulling, &digest, err);
    (void)close(fd);
    if (rc != MIEV_OK)
        return rc;
    got.bytes = digest.bytes;
    (void)memcpy(got.sha256, digest.sha256, sizeof(got.sha256));
    (void)snprintf(got.member, sizeof(got.member), "%s", inside->path);
    set_path(&got, MIEV_DEPOT_BLOBS, "");
    return keep(pulling, file, &got, MIEV_DEPOT_BLOBS, path, err);
}

/* All that was unpacked, which the model's folder is or is in. */
static int keep_tree(struct miev_pulling *pulling, const struct miev_card_file *file,
                     const struct miev_inside *inside, const struct miev_digest *archive,
                     struct miev_error *err)
{
    char path[PATH_MAX];
    struct miev_pulled_file got = {.bytes = archive->bytes};
    (void)memcpy(got.sha256, archive->sha256, sizeof(got.sha256));
    (void)snprintf(got.format, sizeof(got.format), "%s", inside->format);
    (void)snprintf(got.member, sizeof(got.member), "%s", inside->path);
    if (strlen(inside->path) > 180)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "the model lies too deep in the archive, at '%.60s...'",
                              inside->path);
    set_path(&got, MIEV_DEPOT_TREES, inside->path);
    miev_partial_path(&pulling->partial, "tree", path);
    return keep(pulling, file, &got, MIEV_DEPOT_TREES, path, err);
}

static int find_inside(const struct miev_pulling *pulling, const struct miev_card_file *file,
                       struct miev_inside *out, struct miev_error *err)
{
    char tree[PATH_MAX];
    miev_partial_path(&pulling->partial, "tree", tree);
    return miev_content_inside(tree, member_of(pulling, file), file ? file->format : "", out, err);
}

static int keep_one_inside(struct miev_pulling *pulling, const struct miev_card_file *file,
                           const struct miev_inside *inside, const struct miev_digest *archive,
                           struct miev_error *err)
{
    char tree[PATH_MAX], path[PATH_MAX];
    if (inside->is_folder)
        return keep_tree(pulling, file, inside, archive, err);
    miev_partial_path(&pulling->partial, "tree", tree);
    int n = snprintf(path, sizeof(path), "%s/%s", tree, inside->path);
    if (n < 0 || (size_t)n >= sizeof(path))
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path of '%.60s' is too long", inside->path);
    return keep_member(pulling, file, inside, path, err);
}

/* What the card names, or the one model of a bare address; files before folders, for a folder takes
 * everything with it. */
static int keep_all_inside(struct miev_pulling *pulling, const struct miev_digest *archive,
                           struct miev_error *err)
{
    const struct miev_pull_item *item = pulling->item;
    struct miev_inside inside[MIEV_CARD_MAX_FILES];
    size_t n = item->n_files > 0 ? item->n_files : 1;
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < n; i++)
        rc = find_inside(pulling, file_at(item, i), &inside[i], err);
    for (int folders = 0; folders < 2; folders++)
        for (size_t i = 0; rc == MIEV_OK && i < n; i++)
            if (inside[i].is_folder == folders)
                rc = keep_one_inside(pulling, file_at(item, i), &inside[i], archive, err);
    return rc;
}

static void on_unpacked(void *context, uint64_t bytes)
{
    const struct miev_pulling *pulling = context;
    pulling->options->progress(pulling->options->context, MIEV_PULL_UNPACKING, bytes, 0);
}

/* The archive stays to be unpacked again; what came out of it may be what filled the disk. */
static void drop_tree(const struct miev_pulling *pulling)
{
    char tree[PATH_MAX];
    miev_partial_path(&pulling->partial, "tree", tree);
    if (miev_folder_remove(tree, NULL) != MIEV_OK)
        return; /* then the next pull or `miev gc` does */
}

static int keep_inside(struct miev_pulling *pulling, const struct miev_digest *archive,
                       struct miev_error *err)
{
    int folder_fd = -1;
    const struct miev_unpack how = {.limits = MIEV_UNPACK_LIMITS,
                                    .stop = pulling->options->stop,
                                    .progress = on_unpacked,
                                    .context = pulling};
    int rc = miev_partial_make_tree(&pulling->partial, &folder_fd, err);
    if (rc == MIEV_OK)
        rc = miev_unpack(pulling->partial.body_fd, folder_fd, &how, err);
    if (folder_fd >= 0)
        (void)close(folder_fd);
    if (rc == MIEV_OK)
        rc = keep_all_inside(pulling, archive, err);
    if (rc != MIEV_OK)
        drop_tree(pulling);
    return rc;
}

/* The hub told what it has, and that is among the blobs: only a card is missing. */
static int keep_blob_that_is_here(struct miev_pulling *pulling, struct miev_error *err)
{
    char path[PATH_MAX];
    enum miev_content_kind kind = MIEV_CONTENT_ARCHIVE;
    struct miev_pulled_file got = {.bytes = 0};
    const struct miev_pull_item *item = pulling->item;
    int rc = miev_depot_path(pulling->depot, MIEV_DEPOT_BLOBS, pulling->told_sha256, path, err);
    if (rc != MIEV_OK)
        return rc;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return miev_error_errno(err, "cannot open %s", path);
    rc = miev_content_of(fd, &kind, got.format, err);
    got.bytes = (uint64_t)lseek(fd, 0, SEEK_END);
    (void)close(fd);
    (void)memcpy(got.sha256, pulling->told_sha256, sizeof(got.sha256));
    set_path(&got, MIEV_DEPOT_BLOBS, "");
    return rc == MIEV_OK ? keep(pulling, file_at(item, 0), &got, MIEV_DEPOT_BLOBS, NULL, err) : rc;
}

int miev_deliver(struct miev_pulling *pulling, struct miev_error *err)
{
    enum miev_content_kind kind = MIEV_CONTENT_MODEL;
    struct miev_digest digest;
    char format[16] = "";
    if (pulling->not_needed)
        return keep_blob_that_is_here(pulling, err);
    int rc = check_body(pulling, &digest, err);
    if (rc == MIEV_OK)
        rc = miev_content_of(pulling->partial.body_fd, &kind, format, err);
    if (rc != MIEV_OK)
        return rc;
    return kind == MIEV_CONTENT_ARCHIVE ? keep_inside(pulling, &digest, err)
                                        : keep_body(pulling, format, &digest, err);
}
