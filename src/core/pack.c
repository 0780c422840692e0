/* SPDX-License-Identifier: Apache-2.0 */
#include "core/pack.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/sha256.h"
#include "core/text.h"

#define FIRST_LINE "miev-folder/1\n"
#define MAX_DEPTH  8
#define MAX_DIGITS 20
#define HEX_DIGITS 64

/* ---- what lies in it ---- */

struct walk {
    struct miev_pack *folder;
    const char *name;
    uint64_t max_bytes;
    size_t capacity;
    struct miev_error *err;
};

static int add_entry(struct walk *walk, const char *path, uint64_t bytes)
{
    struct miev_pack *folder = walk->folder;
    if (folder->n == MIEV_PACK_MAX_FILES)
        return miev_error_set(walk->err, MIEV_ERR_LIMIT,
                              "%s holds more than %u files: name the folder of one model",
                              walk->name, MIEV_PACK_MAX_FILES);
    if (bytes > walk->max_bytes - folder->bytes)
        return miev_error_set(walk->err, MIEV_ERR_LIMIT,
                              "the files in %s have more than the %" PRIu64
                              " MiB that are allowed here",
                              walk->name, walk->max_bytes >> 20);
    if (folder->n == walk->capacity) {
        size_t capacity = walk->capacity ? 2 * walk->capacity : 16;
        struct miev_pack_entry *more =
            realloc(folder->entries, capacity * sizeof(*folder->entries));
        if (!more)
            return miev_error_set(walk->err, MIEV_ERR_NOMEM, "no memory for a list of files");
        folder->entries = more;
        walk->capacity = capacity;
    }
    struct miev_pack_entry *entry = &folder->entries[folder->n++];
    (void)snprintf(entry->path, sizeof(entry->path), "%s", path);
    entry->bytes = bytes;
    folder->bytes += bytes;
    return MIEV_OK;
}

/* A name that would break a line of the list, or could not be shown. */
static bool is_plain(const char *name)
{
    for (const char *c = name; *c;) {
        uint32_t point = miev_text_next(&c);
        if (point == MIEV_TEXT_BAD || point < ' ' || point == 0x7f)
            return false;
    }
    return true;
}

static int walk_folder(struct walk *walk, int fd, const char *prefix, int depth);

/* One name in the folder fd. */
static int walk_name(struct walk *walk, int fd, const char *prefix, const char *name, int depth)
{
    char path[MIEV_PACK_MAX_PATH], shown[128];
    struct stat info;
    int n = snprintf(path, sizeof(path), "%s%s", prefix, name);
    miev_text_show(shown, sizeof(shown), name);
    if (n < 0 || (size_t)n >= sizeof(path) || !is_plain(name))
        return miev_error_set(walk->err, MIEV_ERR_INVALID,
                              "in %s, the name '%s' is too long or no text: rename it", walk->name,
                              shown);
    if (fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return miev_error_errno(walk->err, "cannot look at %s/%s", walk->name, path);
    if (S_ISREG(info.st_mode))
        return add_entry(walk, path, (uint64_t)info.st_size);
    if (!S_ISDIR(info.st_mode))
        return miev_error_set(
            walk->err, MIEV_ERR_INVALID,
            "%s/%s is %s: a model's folder holds files and folders only (`cp -rL` "
            "copies what links point at)",
            walk->name, path, S_ISLNK(info.st_mode) ? "a link" : "a pipe, a socket or a device");
    if (depth == MAX_DEPTH || (size_t)n + 1 >= sizeof(path))
        return miev_error_set(walk->err, MIEV_ERR_LIMIT, "%s/%s lies deeper than any model's files",
                              walk->name, path);
    (void)snprintf(path + n, sizeof(path) - (size_t)n, "/");
    int inner = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0)
        return miev_error_errno(walk->err, "cannot open %s/%s", walk->name, path);
    int rc = walk_folder(walk, inner, path, depth + 1);
    (void)close(inner);
    return rc;
}

static int walk_folder(struct walk *walk, int fd, const char *prefix, int depth)
{
    int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* closedir() closes it */
    DIR *dir = own < 0 ? NULL : fdopendir(own);
    if (!dir) {
        int rc = miev_error_errno(walk->err, "cannot list %s/%s", walk->name, prefix);
        if (own >= 0)
            (void)close(own);
        return rc;
    }
    int rc = MIEV_OK;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; rc == MIEV_OK && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            rc = walk_name(walk, fd, prefix, entry->d_name, depth);
    (void)closedir(dir);
    return rc;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct miev_pack_entry *)a)->path,
                  ((const struct miev_pack_entry *)b)->path);
}

int miev_pack_list(int fd, const char *name, uint64_t max_bytes, struct miev_pack *out,
                   struct miev_error *err)
{
    struct miev_pack folder = {NULL, 0, 0};
    struct walk walk = {&folder, name, max_bytes, 0, err};
    int rc = walk_folder(&walk, fd, "", 0);
    if (rc == MIEV_OK && folder.n == 0)
        rc = miev_error_set(err, MIEV_ERR_INVALID, "%s holds no file", name);
    if (rc != MIEV_OK) {
        miev_pack_finish(&folder);
        return rc;
    }
    qsort(folder.entries, folder.n, sizeof(*folder.entries), by_path);
    *out = folder;
    return MIEV_OK;
}

void miev_pack_finish(struct miev_pack *folder)
{
    free(folder->entries);
    *folder = (struct miev_pack){NULL, 0, 0};
}

bool miev_pack_has(const struct miev_pack *folder, const char *path)
{
    for (size_t i = 0; i < folder->n; i++)
        if (strcmp(folder->entries[i].path, path) == 0)
            return true;
    return false;
}

/* ---- the list ---- */

static size_t line_bytes(const struct miev_pack_entry *entry)
{
    int digits = snprintf(NULL, 0, "%" PRIu64, entry->bytes);
    return HEX_DIGITS + 2 + (size_t)digits + 2 + strlen(entry->path) + 1;
}

size_t miev_pack_head_bytes(const struct miev_pack *folder)
{
    size_t bytes = sizeof(FIRST_LINE) - 1 + 1;
    for (size_t i = 0; i < folder->n; i++)
        bytes += line_bytes(&folder->entries[i]);
    return bytes;
}

void miev_pack_write_head(const struct miev_pack *folder, const char (*sha256)[65], char *head,
                          char identity[65])
{
    char line[HEX_DIGITS + MAX_DIGITS + MIEV_PACK_MAX_PATH + 8];
    char *at = head + sizeof(FIRST_LINE) - 1;
    memcpy(head, FIRST_LINE, sizeof(FIRST_LINE) - 1);
    char *lines = at;
    for (size_t i = 0; i < folder->n; i++) {
        const struct miev_pack_entry *entry = &folder->entries[i];
        (void)snprintf(line, sizeof(line), "%s  %" PRIu64 "  %s\n", sha256[i], entry->bytes,
                       entry->path);
        memcpy(at, line, line_bytes(entry));
        at += line_bytes(entry);
    }
    miev_sha256_hex(lines, (size_t)(at - lines), identity);
    *at = '\n';
}

/* ---- the other side ---- */

bool miev_pack_is_one(const void *bytes, size_t length)
{
    size_t n = sizeof(FIRST_LINE) - 1;
    return length >= n && memcmp(bytes, FIRST_LINE, n) == 0;
}

static int broken(struct miev_error *err)
{
    return miev_error_set(err, MIEV_ERR_BROKEN,
                          "what should be a packed folder is none: name the model's folder itself");
}

int miev_pack_read(const void *bytes, size_t length, struct miev_pack_reader *reader,
                   struct miev_error *err)
{
    const char *lines = (const char *)bytes + sizeof(FIRST_LINE) - 1;
    if (!miev_pack_is_one(bytes, length))
        return broken(err);
    size_t left = length - (sizeof(FIRST_LINE) - 1);
    const char *end = memmem(lines, left, "\n\n", 2);
    if (!end)
        return broken(err);
    const char *content = end + 2;
    *reader = (struct miev_pack_reader){lines, end + 1, content, left - (size_t)(content - lines)};
    return MIEV_OK;
}

/* "a/b": neither empty parts nor "." and "..", so that it leads into the folder. */
static bool leads_inside(const char *path)
{
    for (const char *part = path;; part++) {
        size_t n = strcspn(part, "/");
        if (n == 0 || (n == 1 && part[0] == '.') || (n == 2 && memcmp(part, "..", 2) == 0))
            return false;
        part += n;
        if (*part == '\0')
            return true;
    }
}

/* "SHA-256  SIZE  PATH" without the line's end. */
static bool read_line(const char *line, size_t length, struct miev_pack_file *file)
{
    char text[HEX_DIGITS + MAX_DIGITS + MIEV_PACK_MAX_PATH + 8];
    if (length >= sizeof(text) || length < HEX_DIGITS + 6 || memchr(line, '\0', length))
        return false;
    memcpy(text, line, length);
    text[length] = '\0';
    if (strspn(text, "0123456789abcdef") != HEX_DIGITS || strncmp(text + HEX_DIGITS, "  ", 2) != 0)
        return false;
    const char *size = text + HEX_DIGITS + 2;
    char *end = NULL;
    errno = 0;
    unsigned long long bytes = isdigit((unsigned char)*size) ? strtoull(size, &end, 10) : 0;
    if (!end || errno != 0 || strncmp(end, "  ", 2) != 0 || bytes > SIZE_MAX ||
        strlen(end + 2) >= sizeof(file->path) || !is_plain(end + 2) || !leads_inside(end + 2))
        return false;
    (void)snprintf(file->path, sizeof(file->path), "%s", end + 2);
    file->length = (size_t)bytes;
    return true;
}

int miev_pack_next(struct miev_pack_reader *reader, struct miev_pack_file *file, bool *more,
                   struct miev_error *err)
{
    *more = reader->line < reader->lines_end;
    if (!*more)
        return reader->left == 0 ? MIEV_OK : broken(err);
    const char *end = memchr(reader->line, '\n', (size_t)(reader->lines_end - reader->line));
    if (!end || !read_line(reader->line, (size_t)(end - reader->line), file) ||
        file->length > reader->left)
        return broken(err);
    file->bytes = reader->content;
    reader->content += file->length;
    reader->left -= file->length;
    reader->line = end + 1;
    return MIEV_OK;
}
