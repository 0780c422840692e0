/* SPDX-License-Identifier: Apache-2.0 */
#include "model/digest.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include <md5.h>
#include <sha2.h>

#include "core/error.h"

#define PIECE_BYTES (1u << 20)

struct reading {
    int fd;
    int (*step)(void *context, uint64_t bytes);
    void *context, *piece;
    uint64_t bytes;
    SHA2_CTX sha256;
    MD5_CTX md5;
};

static int read_all(struct reading *reading, struct miev_error *err)
{
    for (;;) {
        ssize_t n = pread(reading->fd, reading->piece, PIECE_BYTES, (off_t)reading->bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return miev_error_errno(err, "cannot read the file");
        if (n == 0)
            return MIEV_OK;
        SHA256Update(&reading->sha256, reading->piece, (size_t)n);
        MD5Update(&reading->md5, reading->piece, (size_t)n);
        reading->bytes += (uint64_t)n;
        if (reading->step && !reading->step(reading->context, reading->bytes))
            return miev_error_set(err, MIEV_ERR_INTERRUPTED, "interrupted");
    }
}

int miev_digest_file(int fd, int (*step)(void *context, uint64_t bytes), void *context,
                     struct miev_digest *out, struct miev_error *err)
{
    struct reading reading = {.fd = fd, .step = step, .context = context};
    reading.piece = malloc(PIECE_BYTES);
    if (!reading.piece)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory to read a file");
    SHA256Init(&reading.sha256);
    MD5Init(&reading.md5);
    int rc = read_all(&reading, err);
    free(reading.piece);
    if (rc != MIEV_OK)
        return rc;
    (void)SHA256End(&reading.sha256, out->sha256);
    (void)MD5End(&reading.md5, out->md5);
    out->bytes = reading.bytes;
    return MIEV_OK;
}
