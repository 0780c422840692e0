/* SPDX-License-Identifier: Apache-2.0 */
#include "model/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

#define PIECE_BYTES ((size_t)8 << 20)

/* copy_file_range() shares or copies inside the kernel; across file systems not everywhere. */
static ssize_t copy_piece(int from_fd, int to_fd)
{
    ssize_t n = copy_file_range(from_fd, NULL, to_fd, NULL, PIECE_BYTES, 0);
    bool cannot = n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
                            errno == EOPNOTSUPP || errno == EBADF);
    return cannot ? sendfile(to_fd, from_fd, NULL, PIECE_BYTES) : n;
}

static int copy_open_file(int from_fd, const char *path, int to_fd, const struct miev_copy *how,
                          struct miev_error *err)
{
    struct stat info;
    uint64_t bytes = 0;
    if (fstat(from_fd, &info) != 0)
        return miev_error_errno(err, "cannot look at %s", path);
    if (!S_ISREG(info.st_mode))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%s is no file: name a model (.tflite, .onnx) or an archive", path);
    if ((uint64_t)info.st_size > how->max_bytes)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "%s has %lld bytes, more than are allowed (--max-gb)", path,
                              (long long)info.st_size);
    if (ioctl(to_fd, FICLONE, from_fd) == 0)
        return MIEV_OK;
    for (;;) {
        ssize_t n = copy_piece(from_fd, to_fd);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return miev_error_errno(err, "cannot copy %s", path);
        if (n == 0)
            return MIEV_OK;
        bytes += (uint64_t)n;
        how->progress(how->context, bytes, (uint64_t)info.st_size);
        if (how->stop && *how->stop)
            return miev_error_set(err, MIEV_ERR_INTERRUPTED, "interrupted");
    }
}

int miev_copy_file(const char *path, int to_fd, const struct miev_copy *how, struct miev_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not be waited for */
    if (fd < 0)
        return miev_error_errno(err, "cannot open %s", path);
    int rc = copy_open_file(fd, path, to_fd, how, err);
    (void)close(fd);
    return rc;
}
