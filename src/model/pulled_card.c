/* SPDX-License-Identifier: Apache-2.0 */
#include "model/pulled_card.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/sha256.h"
#include "core/text.h"

#define CARD_MAX_BYTES (4u << 20)
#define SOURCE_BYTES   256

static json_t *read_json(const char *path, struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0;
    json_t *root = NULL;
    if (miev_file_load(path, CARD_MAX_BYTES, &text, &length, err) != MIEV_OK)
        return NULL;
    int rc = miev_json_parse(text, length, &root, err);
    free(text);
    return rc == MIEV_OK ? root : NULL;
}

static json_t *read_card(const struct miev_depot *depot, const char *name)
{
    char path[PATH_MAX], file[160];
    (void)snprintf(file, sizeof(file), "%.127s.json", name);
    return miev_depot_path(depot, MIEV_DEPOT_CARDS, file, path, NULL) == MIEV_OK
               ? read_json(path, NULL)
               : NULL;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* ---- what an earlier pull wrote ------------------------------------------------------------- */

/* "../blobs/<sha256>" or "../trees/<sha256>/folder", seen from cards. */
static bool is_here(const struct miev_depot *depot, const char *path)
{
    char whole[PATH_MAX];
    int n = snprintf(whole, sizeof(whole), "%s/%s", depot->folder,
                     strncmp(path, "../", 3) == 0 ? path + 3 : path);
    return n > 0 && (size_t)n < sizeof(whole) && access(whole, R_OK) == 0;
}

static bool read_file(const struct miev_depot *depot, const json_t *entry,
                      struct miev_pulled_file *out)
{
    struct miev_pulled_file file = {.bytes = 0};
    if (miev_json_string(entry, "precision", file.precision, sizeof(file.precision), NULL) !=
            MIEV_OK ||
        miev_json_string(entry, "path", file.path, sizeof(file.path), NULL) != MIEV_OK ||
        miev_json_string(entry, "sha256", file.sha256, sizeof(file.sha256), NULL) != MIEV_OK)
        return false;
    file.bytes = (uint64_t)json_integer_value(json_object_get(entry, "bytes"));
    file.here = is_here(depot, file.path);
    *out = file;
    return true;
}

static bool find_in_card(const struct miev_depot *depot, const json_t *root, const char *address,
                         const char *member, struct miev_pulled_file *out)
{
    size_t i = 0;
    const json_t *entry = NULL;
    json_array_foreach(json_object_get(root, "files"), i, entry)
    {
        if (strcmp(text_of(entry, "address"), address) == 0 &&
            (!*member || strcmp(text_of(entry, "member"), member) == 0) &&
            read_file(depot, entry, out))
            return true;
    }
    return false;
}

bool miev_pulled_card_file(const struct miev_depot *depot, const char *name, const char *precision,
                           struct miev_pulled_file *out)
{
    size_t i = 0;
    const json_t *entry = NULL;
    bool found = false;
    json_t *root = read_card(depot, name);
    json_array_foreach(json_object_get(root, "files"), i, entry)
    {
        if (!found && strcmp(text_of(entry, "precision"), precision) == 0)
            found = read_file(depot, entry, out);
    }
    json_decref(root);
    return found;
}

bool miev_pulled_card_find(const struct miev_depot *depot, const char *address, const char *member,
                           char name[128], struct miev_pulled_file *out)
{
    char folder[PATH_MAX];
    bool found = false;
    DIR *dir = miev_depot_path(depot, MIEV_DEPOT_CARDS, "", folder, NULL) == MIEV_OK
                   ? opendir(folder)
                   : NULL;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; dir && !found && (entry = readdir(dir));) {
        char stem[128];
        size_t length = strlen(entry->d_name);
        if (length < 6 || length - 5 >= sizeof(stem) || entry->d_name[0] == '.' ||
            strcmp(entry->d_name + length - 5, ".json") != 0)
            continue;
        (void)snprintf(stem, sizeof(stem), "%.*s", (int)(length - 5), entry->d_name);
        json_t *root = read_card(depot, stem);
        found = find_in_card(depot, root, address, member, out);
        if (found)
            (void)snprintf(name, 128, "%s", stem);
        json_decref(root);
    }
    if (dir)
        (void)closedir(dir);
    return found;
}

/* As a card may hold it: what is no text is shown as '?'. */
static void source_of(const struct miev_address *address, char out[SOURCE_BYTES])
{
    miev_text_show(out, SOURCE_BYTES, address->text);
}

/* ---- names ---------------------------------------------------------------------------------- */

/* A card that somebody wrote by hand, or of another address, keeps its name. */
static bool is_free(const struct miev_depot *depot, const struct miev_catalog *catalog,
                    const struct miev_address *address, const char *name)
{
    for (size_t i = 0; i < catalog->n; i++)
        if (strcmp(catalog->cards[i].name, name) == 0 &&
            catalog->cards[i].place != MIEV_PLACE_PULLED)
            return false;
    char source[SOURCE_BYTES];
    source_of(address, source);
    json_t *root = read_card(depot, name);
    bool same = !root || strcmp(text_of(root, "source"), source) == 0;
    json_decref(root);
    return same;
}

int miev_pulled_card_name(const struct miev_depot *depot, const struct miev_catalog *catalog,
                          const struct miev_address *address, char name[128],
                          struct miev_error *err)
{
    char sha256[65];
    miev_sha256_hex(address->text, strlen(address->text), sha256);
    (void)snprintf(name, 128, "%.100s", address->name);
    if (is_free(depot, catalog, address, name))
        return MIEV_OK;
    (void)snprintf(name, 128, "%.100s-%.8s", address->name, sha256);
    if (is_free(depot, catalog, address, name))
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_INVALID, "a card named %s is there already: rename it",
                          name);
}

/* ---- writing -------------------------------------------------------------------------------- */

/* What an owner is called in the address, where it tells one. */
static void publisher_of(const struct miev_address *address, char out[128])
{
    const char *begin = address->repository;
    if (address->kind == MIEV_ADDRESS_WEB)
        begin = strstr(address->text, "://") + 3;
    (void)snprintf(out, 128, "%.*s", (int)strcspn(begin, "/"), begin);
    if (address->kind == MIEV_ADDRESS_FILE || out[0] == '\0')
        (void)snprintf(out, 128, "unknown");
}

static json_t *small_card(const char *name, const struct miev_address *address)
{
    char publisher[128], summary[SOURCE_BYTES + 32], source[SOURCE_BYTES];
    publisher_of(address, publisher);
    source_of(address, source);
    (void)snprintf(summary, sizeof(summary), "Pulled from %s.", source);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:[]}", "schema", "miev.card/1", "name",
                     name, "task", "image-classification", "summary", summary, "publisher",
                     publisher, "source", source, "licence", "unknown", "files");
}

static json_t *labels_of(const struct miev_card *card)
{
    json_t *list = json_array();
    for (size_t i = 0; i < card->n_labels; i++)
        (void)json_array_append_new(list, json_string(card->labels[i]));
    return list;
}

/* The catalog's own card with its labels in it, and without the files that nobody has pulled. */
static json_t *known_card(const struct miev_depot *depot, const struct miev_card *card,
                          struct miev_error *err)
{
    char home[PATH_MAX], path[PATH_MAX + 160];
    if (miev_home(depot->env, home, sizeof(home), err) != MIEV_OK)
        return NULL;
    (void)snprintf(path, sizeof(path), "%s/models/known/%.127s.json", home, card->name);
    json_t *root = read_json(path, err);
    if (!root)
        return NULL;
    if (json_object_del(root, "labels_file") == 0)
        (void)json_object_set_new(root, "labels", labels_of(card));
    (void)json_object_set_new(root, "files", json_array());
    return root;
}

static json_t *file_entry(const struct miev_pulled_file *file)
{
    json_t *entry =
        json_pack("{s:s, s:s, s:s, s:I, s:s}", "precision", file->precision, "format", file->format,
                  "path", file->path, "bytes", (json_int_t)file->bytes, "sha256", file->sha256);
    /* A card of a machine's own address would be refused: it says nothing anywhere else. */
    bool far = *file->address && strncmp(file->address, "http://", 7) != 0;
    if (entry && far)
        (void)json_object_set_new(entry, "address", json_string(file->address));
    if (entry && far && *file->member)
        (void)json_object_set_new(entry, "member", json_string(file->member));
    return entry;
}

/* In the place of the one of that precision, or behind the others. */
static bool set_file(json_t *root, const struct miev_pulled_file *file)
{
    size_t i = 0;
    const json_t *entry = NULL;
    json_t *files = json_object_get(root, "files");
    json_array_foreach(files, i, entry)
    {
        if (strcmp(text_of(entry, "precision"), file->precision) == 0)
            return json_array_set_new(files, i, file_entry(file)) == 0;
    }
    return json_array_append_new(files, file_entry(file)) == 0;
}

static int write_locked(const struct miev_depot *depot, const struct miev_card *card,
                        const char *name, const struct miev_address *address,
                        const struct miev_pulled_file *file, const char *scratch,
                        struct miev_error *err)
{
    json_t *root = card ? read_card(depot, name) : NULL;
    if (!root)
        root = card ? known_card(depot, card, err) : small_card(name, address);
    if (!root)
        return card ? miev_error_prefix(err, "the card of %s", name)
                    : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a card");
    char *text = set_file(root, file) ? json_dumps(root, JSON_INDENT(2)) : NULL;
    json_decref(root);
    if (!text)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a card");
    int rc = miev_depot_write_card(depot, name, text, scratch, err);
    free(text);
    return rc;
}

/* The lock of the cards: two precisions of one model may be pulled at once, and share a card.
 * Returns a descriptor to be closed, or a status. */
static int lock_cards(const struct miev_depot *depot, struct miev_error *err)
{
    char folder[PATH_MAX];
    int rc = miev_depot_path(depot, MIEV_DEPOT_CARDS, "", folder, err);
    if (rc != MIEV_OK)
        return rc;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return miev_error_errno(err, "cannot open %s", folder);
    rc = miev_depot_lock(depot, fd, err);
    if (rc == MIEV_OK)
        return fd;
    (void)close(fd);
    return rc;
}

int miev_pulled_card_write(const struct miev_depot *depot, const struct miev_card *card,
                           const char *name, const struct miev_address *address,
                           const struct miev_pulled_file *file, const char *scratch,
                           struct miev_error *err)
{
    int fd = lock_cards(depot, err);
    if (fd < 0)
        return fd;
    int rc = write_locked(depot, card, name, address, file, scratch, err);
    (void)close(fd);
    return rc;
}

/* ---- removing ------------------------------------------------------------------------------- */

static bool take_off(json_t *files, const char *sha256)
{
    for (size_t i = 0; i < json_array_size(files); i++)
        if (strcmp(text_of(json_array_get(files, i), "sha256"), sha256) == 0)
            return json_array_remove(files, i) == 0;
    return false;
}

static int remove_card(const struct miev_depot *depot, const char *name, struct miev_error *err)
{
    char file[160], path[PATH_MAX];
    (void)snprintf(file, sizeof(file), "%.127s.json", name);
    int rc = miev_depot_path(depot, MIEV_DEPOT_CARDS, file, path, err);
    if (rc == MIEV_OK && unlink(path) != 0)
        rc = miev_error_errno(err, "cannot remove %s", path);
    return rc;
}

static int drop_locked(const struct miev_depot *depot, const char *name, const char *sha256,
                       const char *scratch, struct miev_error *err)
{
    json_t *root = read_card(depot, name), *files = json_object_get(root, "files");
    int rc = take_off(files, sha256)
                 ? MIEV_OK
                 : miev_error_set(
                       err, MIEV_ERR_UNAVAILABLE,
                       "no card named %s tells of that file: 'miev pull' did not bring it", name);
    char *text =
        rc == MIEV_OK && json_array_size(files) > 0 ? json_dumps(root, JSON_INDENT(2)) : NULL;
    if (rc == MIEV_OK)
        rc = text ? miev_depot_write_card(depot, name, text, scratch, err)
                  : remove_card(depot, name, err);
    free(text);
    json_decref(root);
    return rc;
}

int miev_pulled_card_drop(const struct miev_depot *depot, const char *name, const char *sha256,
                          const char *scratch, struct miev_error *err)
{
    int fd = lock_cards(depot, err);
    if (fd < 0)
        return fd;
    int rc = drop_locked(depot, name, sha256, scratch, err);
    (void)close(fd);
    return rc;
}
