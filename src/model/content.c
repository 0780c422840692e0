/* SPDX-License-Identifier: Apache-2.0 */
#include "model/content.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "engine/engine.h"

static bool begins_with(const unsigned char *bytes, size_t length, size_t at, const char *magic,
                        size_t n)
{
    return length >= at + n && memcmp(bytes + at, magic, n) == 0;
}

static bool is_archive(const unsigned char *bytes, size_t length)
{
    return begins_with(bytes, length, 0, "\x1f\x8b", 2) ||
           begins_with(bytes, length, 0, "PK\x03\x04", 4) ||
           begins_with(bytes, length, 257, "ustar", 5);
}

static int tell(const void *bytes, size_t length, enum miev_content_kind *kind, char format[16],
                struct miev_error *err)
{
    char words[300];
    const struct miev_engine_ops *engine = miev_engine_for(miev_engines, bytes, length);
    if (engine) {
        *kind = MIEV_CONTENT_MODEL;
        (void)snprintf(format, 16, "%.15s", engine->name);
        return MIEV_OK;
    }
    if (is_archive(bytes, length)) {
        *kind = MIEV_CONTENT_ARCHIVE;
        return MIEV_OK;
    }
    miev_engine_describe_stranger(bytes, length, words, sizeof(words));
    return miev_error_set(err, MIEV_ERR_UNSUPPORTED, "what came is %s", words);
}

int miev_content_of(int fd, enum miev_content_kind *kind, char format[16], struct miev_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return miev_error_errno(err, "cannot look at what came");
    if (info.st_size == 0)
        return tell("", 0, kind, format, err);
    size_t length = (size_t)info.st_size;
    void *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return miev_error_errno(err, "cannot read what came");
    int rc = tell(bytes, length, kind, format, err);
    (void)munmap(bytes, length);
    return rc;
}
