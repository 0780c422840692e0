/* SPDX-License-Identifier: Apache-2.0 */
#include "study/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
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

static int fill(struct miev_sealed *sealed, int from, const char *path, struct miev_error *err)
{
    if (copy_all(sealed->fd, from, sealed->length) != 0)
        return miev_error_errno(err, "cannot read %s", path);
    if (fcntl(sealed->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) !=
        0)
        return miev_error_errno(err, "cannot seal the copy of %s", path);
    void *bytes = mmap(NULL, sealed->length, PROT_READ, MAP_PRIVATE, sealed->fd, 0);
    if (bytes == MAP_FAILED)
        return miev_error_errno(err, "cannot map the copy of %s", path);
    sealed->bytes = bytes;
    miev_sha256_hex(bytes, sealed->length, sealed->sha256);
    return MIEV_OK;
}

int miev_sealed_load(const char *path, size_t max_bytes, struct miev_sealed *out,
                     struct miev_error *err)
{
    struct miev_sealed sealed = {.fd = -1};
    int from = open_regular(path, max_bytes, &sealed.length, err);
    if (from < 0)
        return from;
    int rc = MIEV_OK;
    sealed.fd = memfd_create("miev-input", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (sealed.fd < 0)
        rc = miev_error_errno(err, "cannot make a memory file for %s", path);
    else
        rc = fill(&sealed, from, path, err);
    (void)close(from);
    if (rc == MIEV_OK)
        *out = sealed;
    else
        miev_sealed_finish(&sealed);
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
