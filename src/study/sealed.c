/* SPDX-License-Identifier: Apache-2.0 */
#include "study/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/pack.h"
#include "core/sha256.h"

static int open_regular(const char *path, size_t max_bytes, size_t *length, struct miev_error *err)
{
    struct stat info;
    /* Not blocking: a named pipe is refused below instead of being waited for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        int rc = miev_error_errno(err, "cannot open %s", path);
        return miev_file_refuse_address(path, err) == MIEV_OK ? rc : MIEV_ERR_INVALID;
    }
    int rc = 0;
    if (fstat(fd, &info) != 0)
        rc = miev_error_errno(err, "cannot look at %s", path);
    else if (S_ISDIR(info.st_mode))
        rc = miev_error_set(err, MIEV_ERR_INVALID, "%s is a folder: name one file", path);
    else if (!S_ISREG(info.st_mode))
        rc = miev_error_set(err, MIEV_ERR_INVALID,
                            "%s is no regular file but a pipe, a socket or a device: save its "
                            "content as a file and name that",
                            path);
    else if (info.st_size == 0)
        rc = miev_error_set(err, MIEV_ERR_INVALID, "%s is empty: fetch it again", path);
    else if ((uint64_t)info.st_size > max_bytes)
        rc = miev_error_set(err, MIEV_ERR_LIMIT, "%s has %lld bytes, at most %zu are allowed here",
                            path, (long long)info.st_size, max_bytes);
    if (rc != MIEV_OK) {
        (void)close(fd);
        return rc;
    }
    *length = (size_t)info.st_size;
    return fd;
}

static int copy_all(int to, int from, size_t length)
{
    while (length > 0) {
        ssize_t n = sendfile(to, from, NULL, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n == 0 ? EIO : errno; /* it became shorter while we read */
            return -1;
        }
        length -= (size_t)n;
    }
    return 0;
}

static int make_memory(struct miev_sealed *sealed, const char *path, struct miev_error *err)
{
    sealed->fd = memfd_create("miev-input", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return sealed->fd >= 0 ? MIEV_OK
                           : miev_error_errno(err, "cannot make a memory file for %s", path);
}

static int seal(struct miev_sealed *sealed, const char *path, struct miev_error *err)
{
    if (fcntl(sealed->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) !=
        0)
        return miev_error_errno(err, "cannot seal the copy of %s", path);
    void *bytes = mmap(NULL, sealed->length, PROT_READ, MAP_PRIVATE, sealed->fd, 0);
    if (bytes == MAP_FAILED)
        return miev_error_errno(err, "cannot map the copy of %s", path);
    sealed->bytes = bytes;
    return MIEV_OK;
}

static int fill(struct miev_sealed *sealed, int from, const char *path, struct miev_error *err)
{
    if (copy_all(sealed->fd, from, sealed->length) != 0)
        return miev_error_errno(err, "cannot read %s", path);
    int rc = seal(sealed, path, err);
    if (rc != MIEV_OK)
        return rc;
    miev_sha256_hex(sealed->bytes, sealed->length, sealed->sha256);
    return MIEV_OK;
}

int miev_sealed_load(const char *path, size_t max_bytes, struct miev_sealed *out,
                     struct miev_error *err)
{
    struct miev_sealed sealed = {.fd = -1};
    int from = open_regular(path, max_bytes, &sealed.length, err);
    if (from < 0)
        return from;
    sealed.content_bytes = sealed.length;
    int rc = make_memory(&sealed, path, err);
    if (rc == MIEV_OK)
        rc = fill(&sealed, from, path, err);
    (void)close(from);
    if (rc == MIEV_OK)
        *out = sealed;
    else
        miev_sealed_finish(&sealed);
    return rc;
}

/* ---- a folder ---- */

/* One file of the folder behind what is there already. The way to it may have changed since it was
 * listed: it still is a file, without links on the way, and has the bytes that it had. */
static int append_entry(int to, int folder, const struct miev_pack_entry *entry, const char *name,
                        struct miev_error *err)
{
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    int from = (int)syscall(SYS_openat2, folder, entry->path, &how, sizeof(how));
    if (from < 0)
        return miev_error_errno(err, "cannot open %s/%s", name, entry->path);
    int rc = copy_all(to, from, entry->bytes) == 0
                 ? MIEV_OK
                 : miev_error_errno(err, "cannot read %s/%s", name, entry->path);
    (void)close(from);
    return rc;
}

/* The hash of each file is that of its copy; the lines that tell them are written last. */
static int write_lines(const struct miev_pack *folder, struct miev_sealed *sealed,
                       struct miev_error *err)
{
    size_t head_bytes = miev_pack_head_bytes(folder);
    char(*sums)[65] = calloc(folder->n + 1, sizeof(*sums));
    char *head = mmap(NULL, sealed->length, PROT_READ | PROT_WRITE, MAP_SHARED, sealed->fd, 0);
    if (!sums || head == MAP_FAILED) {
        free(sums);
        if (head != MAP_FAILED)
            (void)munmap(head, sealed->length);
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a list of %zu files", folder->n);
    }
    const char *at = head + head_bytes;
    for (size_t i = 0; i < folder->n; i++) {
        miev_sha256_hex(at, folder->entries[i].bytes, sums[i]);
        at += folder->entries[i].bytes;
    }
    miev_pack_write_head(folder, (const char(*)[65])sums, head, sealed->sha256);
    free(sums);
    (void)munmap(head, sealed->length); /* no seal against writing while it is mapped */
    return MIEV_OK;
}

static int pack(const struct miev_pack *folder, int fd, const char *path,
                struct miev_sealed *sealed, struct miev_error *err)
{
    size_t head_bytes = miev_pack_head_bytes(folder);
    sealed->content_bytes = folder->bytes;
    sealed->length = head_bytes + folder->bytes;
    int rc = make_memory(sealed, path, err);
    if (rc == MIEV_OK && lseek(sealed->fd, (off_t)head_bytes, SEEK_SET) < 0)
        rc = miev_error_errno(err, "cannot write the copy of %s", path);
    for (size_t i = 0; rc == MIEV_OK && i < folder->n; i++)
        rc = append_entry(sealed->fd, fd, &folder->entries[i], path, err);
    if (rc == MIEV_OK && ftruncate(sealed->fd, (off_t)sealed->length) != 0)
        rc = miev_error_errno(err, "cannot write the copy of %s", path); /* all files empty */
    if (rc == MIEV_OK)
        rc = write_lines(folder, sealed, err);
    return rc == MIEV_OK ? seal(sealed, path, err) : rc;
}

static int load_folder(int fd, const char *path, size_t max_bytes, struct miev_sealed *out,
                       struct miev_error *err)
{
    struct miev_pack folder;
    struct miev_sealed sealed = {.fd = -1};
    int rc = miev_pack_list(fd, path, max_bytes, &folder, err);
    if (rc != MIEV_OK)
        return rc;
    if (miev_pack_has(&folder, "saved_model.pb"))
        rc = pack(&folder, fd, path, &sealed, err);
    else
        rc = miev_error_set(err, MIEV_ERR_INVALID,
                            "%s is a folder without saved_model.pb: name the model file in it",
                            path);
    miev_pack_finish(&folder);
    if (rc == MIEV_OK)
        *out = sealed;
    else
        miev_sealed_finish(&sealed);
    return rc;
}

int miev_sealed_load_model(const char *path, size_t max_bytes, struct miev_sealed *out,
                           struct miev_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) /* no folder: what else is wrong with it is told there */
        return miev_sealed_load(path, max_bytes, out, err);
    int rc = load_folder(fd, path, max_bytes, out, err);
    (void)close(fd);
    return rc;
}

void miev_sealed_finish(struct miev_sealed *sealed)
{
    if (!sealed)
        return;
    if (sealed->bytes)
        (void)munmap(sealed->bytes, sealed->length);
    if (sealed->fd >= 0)
        (void)close(sealed->fd);
    *sealed = (struct miev_sealed){.fd = -1};
}
