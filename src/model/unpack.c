/* SPDX-License-Identifier: Apache-2.0 */
#include "model/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"

#define PIECE_BYTES    (1u << 18)
#define MAX_DEPTH      16
#define MAX_RATIO      200 /* weights shrink a little, nothing useful shrinks by that */
#define RATIO_FREE     ((uint64_t)64 << 20)
#define MAX_NAME_BYTES 1000

struct unpacking {
    const struct miev_unpack *how;
    struct archive *archive;
    int folder_fd;
    uint64_t most_bytes; /* by the limit and by the ratio */
    uint64_t packed_bytes, bytes, members;
    char *piece;
};

/* ---- names ---------------------------------------------------------------------------------- */

/* Behind "./", which tar puts before every name. */
static const char *without_dot(const char *name)
{
    while (name[0] == '.' && name[1] == '/') {
        name += 2;
        name += strspn(name, "/");
    }
    return name[0] == '.' && name[1] == '\0' ? name + 1 : name;
}

static int refuse(const char *name, const char *why, struct miev_error *err)
{
    char shown[120];
    miev_text_show(shown, sizeof(shown), name);
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "the archive is refused: '%s' %s, which no model needs", shown, why);
}

static bool is_bad_part(const char *part, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)part[i] < ' ' || part[i] == 0x7f || part[i] == '\\')
            return true;
    return length == 0 || length > 255 || (part[0] == '.' && length == 1) ||
           (part[0] == '.' && part[1] == '.' && length == 2);
}

static int check_name(const char *name, struct miev_error *err)
{
    unsigned depth = 0;
    if (name[0] == '/')
        return refuse(name, "is an absolute path", err);
    if (strlen(name) > MAX_NAME_BYTES)
        return refuse(name, "has a very long name", err);
    while (*name) {
        size_t length = strcspn(name, "/");
        if (length == 2 && name[0] == '.' && name[1] == '.')
            return refuse(name, "climbs out of its folder", err);
        if (is_bad_part(name, length))
            return refuse(name, "has a name that cannot be one", err);
        if (++depth > MAX_DEPTH)
            return refuse(name, "lies very deep in folders", err);
        name += length + (name[length] == '/');
    }
    return MIEV_OK;
}

/* ---- members -------------------------------------------------------------------------------- */

/* Every folder above the last part of a name; those that are there stay. */
static int make_folders(const struct unpacking *unpacking, const char *name, struct miev_error *err)
{
    char path[MAX_NAME_BYTES + 1];
    (void)memcpy(path, name, strlen(name) + 1);
    for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdirat(unpacking->folder_fd, path, 0700) != 0 && errno != EEXIST)
            return miev_error_errno(err, "cannot unpack '%s'", path);
        *slash = '/';
    }
    return MIEV_OK;
}

static int write_failed(const char *name, struct miev_error *err)
{
    if (errno == ENOSPC || errno == EDQUOT)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "the disk is full while unpacking: `miev gc` frees what no model "
                              "needs, MIEV_MODELS names another folder");
    return miev_error_errno(err, "cannot unpack '%s'", name);
}

static int write_piece(int fd, const char *at, size_t length, const char *name,
                       struct miev_error *err)
{
    while (length > 0) {
        ssize_t n = write(fd, at, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return write_failed(name, err);
        at += n;
        length -= (size_t)n;
    }
    return MIEV_OK;
}

static int damaged(const struct unpacking *unpacking, struct miev_error *err)
{
    char words[160];
    const char *said = archive_error_string(unpacking->archive);
    miev_text_show(words, sizeof(words), said ? said : "it cannot be read");
    return miev_error_set(err, MIEV_ERR_BROKEN,
                          "the archive is damaged, or none that can be unpacked (%s)", words);
}

static int count_bytes(struct unpacking *unpacking, size_t n, struct miev_error *err)
{
    const struct miev_unpack *how = unpacking->how;
    unpacking->bytes += n;
    if (unpacking->bytes > unpacking->most_bytes)
        return miev_error_set(
            err, MIEV_ERR_LIMIT,
            "the archive is refused: its %llu bytes hold more than %llu, which is "
            "more than a model has",
            (unsigned long long)unpacking->packed_bytes, (unsigned long long)unpacking->most_bytes);
    if (how->progress)
        how->progress(how->context, unpacking->bytes);
    if (how->stop && *how->stop)
        return miev_error_set(err, MIEV_ERR_INTERRUPTED, "interrupted");
    return MIEV_OK;
}

/* Holes of a sparse member come as zeros and count like all else. */
static int copy_member(struct unpacking *unpacking, int fd, const char *name,
                       struct miev_error *err)
{
    for (;;) {
        la_ssize_t n = archive_read_data(unpacking->archive, unpacking->piece, PIECE_BYTES);
        if (n < 0)
            return damaged(unpacking, err);
        if (n == 0)
            return MIEV_OK;
        int rc = count_bytes(unpacking, (size_t)n, err);
        if (rc == MIEV_OK)
            rc = write_piece(fd, unpacking->piece, (size_t)n, name, err);
        if (rc != MIEV_OK)
            return rc;
    }
}

static int unpack_file(struct unpacking *unpacking, const char *name, struct miev_error *err)
{
    int rc = make_folders(unpacking, name, err);
    if (rc != MIEV_OK)
        return rc;
    /* O_EXCL: a member of that name that came before is not written over. */
    int fd = openat(unpacking->folder_fd, name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
    if (fd < 0 && errno == EEXIST)
        return refuse(name, "is in it twice", err);
    if (fd < 0)
        return write_failed(name, err);
    rc = copy_member(unpacking, fd, name, err);
    if (close(fd) != 0 && rc == MIEV_OK)
        rc = write_failed(name, err);
    return rc;
}

static int unpack_folder(const struct unpacking *unpacking, const char *name,
                         struct miev_error *err)
{
    struct stat info;
    int rc = make_folders(unpacking, name, err);
    if (rc != MIEV_OK)
        return rc;
    if (mkdirat(unpacking->folder_fd, name, 0700) == 0)
        return MIEV_OK;
    if (errno != EEXIST)
        return write_failed(name, err);
    if (fstatat(unpacking->folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(info.st_mode))
        return MIEV_OK; /* told twice, or made for what lies in it */
    return refuse(name, "is in it twice", err);
}

/* What a member is that is neither file nor folder. */
static const char *kind_words(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry) || archive_entry_symlink(entry))
        return "is a link";
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
    case AE_IFDIR:
        return archive_entry_is_encrypted(entry) ? "is behind a password" : NULL;
    case AE_IFLNK:
        return "is a link";
    default:
        return "is a device, a pipe or a socket";
    }
}

static int unpack_member(struct unpacking *unpacking, struct archive_entry *entry,
                         struct miev_error *err)
{
    const char *name = archive_entry_pathname(entry);
    const char *wrong = kind_words(entry);
    if (!name)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the archive is refused: a name in it cannot be read");
    if (++unpacking->members > unpacking->how->limits.members)
        return miev_error_set(
            err, MIEV_ERR_LIMIT,
            "the archive is refused: it holds more than %llu files, which is more "
            "than a model has",
            (unsigned long long)unpacking->how->limits.members);
    if (wrong)
        return refuse(name, wrong, err);
    name = without_dot(name);
    int rc = check_name(name, err);
    if (rc != MIEV_OK || *name == '\0')
        return rc;
    return archive_entry_filetype(entry) == AE_IFDIR ? unpack_folder(unpacking, name, err)
                                                     : unpack_file(unpacking, name, err);
}

static int unpack_all(struct unpacking *unpacking, struct miev_error *err)
{
    struct archive_entry *entry = NULL;
    for (;;) {
        int said = archive_read_next_header(unpacking->archive, &entry);
        if (said == ARCHIVE_EOF && unpacking->members == 0)
            return miev_error_set(err, MIEV_ERR_INVALID, "the archive is empty");
        if (said == ARCHIVE_EOF)
            return MIEV_OK;
        /* A warning is a name that cannot be turned into the locale's letters: it stays bytes. */
        if (said != ARCHIVE_OK && said != ARCHIVE_WARN)
            return damaged(unpacking, err);
        int rc = unpack_member(unpacking, entry, err);
        if (rc != MIEV_OK)
            return rc;
    }
}

/* Only what hubs hand out: each format more is a parser more that strangers can reach. */
static int open_archive(struct unpacking *unpacking, int fd, struct miev_error *err)
{
    struct archive *archive = archive_read_new();
    unpacking->archive = archive;
    unpacking->piece = malloc(PIECE_BYTES);
    if (!archive || !unpacking->piece)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory to unpack an archive");
    (void)archive_read_support_filter_gzip(archive);
    (void)archive_read_support_format_tar(archive);
    (void)archive_read_support_format_zip(archive);
    if (lseek(fd, 0, SEEK_SET) != 0)
        return miev_error_errno(err, "cannot read the archive");
    return archive_read_open_fd(archive, fd, PIECE_BYTES) == ARCHIVE_OK ? MIEV_OK
                                                                        : damaged(unpacking, err);
}

int miev_unpack(int fd, int folder_fd, const struct miev_unpack *how, struct miev_error *err)
{
    struct stat info;
    struct unpacking unpacking = {.how = how, .folder_fd = folder_fd};
    if (fstat(fd, &info) != 0)
        return miev_error_errno(err, "cannot look at the archive");
    unpacking.packed_bytes = (uint64_t)info.st_size;
    unpacking.most_bytes = unpacking.packed_bytes * MAX_RATIO + RATIO_FREE;
    if (unpacking.most_bytes > how->limits.bytes)
        unpacking.most_bytes = how->limits.bytes;
    int rc = open_archive(&unpacking, fd, err);
    if (rc == MIEV_OK)
        rc = unpack_all(&unpacking, err);
    free(unpacking.piece);
    (void)archive_read_free(unpacking.archive); /* takes NULL */
    return rc;
}
