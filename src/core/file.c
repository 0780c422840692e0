/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

static int read_fully(int fd, char *out, size_t capacity, size_t *length)
{
    size_t used = 0;
    while (used < capacity) {
        ssize_t n = read(fd, out + used, capacity - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        used += (size_t)n;
    }
    *length = used;
    return 0;
}

static int read_text_at(const char *path, char *out, size_t capacity, struct miev_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return miev_error_errno(err, "cannot open %s", path);
    size_t length = 0;
    int rc = read_fully(fd, out, capacity, &length);
    int number = errno;
    (void)close(fd);
    errno = number;
    if (rc != 0)
        return miev_error_errno(err, "cannot read %s", path);
    if (length >= capacity)
        return miev_error_set(err, MIEV_ERR_LIMIT, "%s holds more than %zu bytes", path,
                              capacity - 1);
    while (length > 0 && isspace((unsigned char)out[length - 1]))
        length--;
    out[length] = '\0';
    return MIEV_OK;
}

static int make_path(const struct miev_env *env, char path[PATH_MAX], const char *format,
                     va_list args, struct miev_error *err) MIEV_PRINTF(3, 0);

static int make_path(const struct miev_env *env, char path[PATH_MAX], const char *format,
                     va_list args, struct miev_error *err)
{
    int root = snprintf(path, PATH_MAX, "%s", env->root);
    if (root < 0 || root >= PATH_MAX)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the root folder's name is too long");
    int rest = vsnprintf(path + root, (size_t)(PATH_MAX - root), format, args);
    if (rest < 0 || rest >= PATH_MAX - root)
        return miev_error_set(err, MIEV_ERR_LIMIT, "a path below %s is too long", env->root);
    return MIEV_OK;
}

int miev_file_read_text(const struct miev_env *env, char *out, size_t capacity,
                        struct miev_error *err, const char *path_format, ...)
{
    char path[PATH_MAX];
    va_list args;
    va_start(args, path_format);
    int rc = make_path(env, path, path_format, args, err);
    va_end(args);
    return rc != MIEV_OK ? rc : read_text_at(path, out, capacity, err);
}

int miev_file_open(const struct miev_env *env, struct miev_error *err, const char *path_format, ...)
{
    char path[PATH_MAX];
    va_list args;
    va_start(args, path_format);
    int rc = make_path(env, path, path_format, args, err);
    va_end(args);
    if (rc != MIEV_OK) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC), number = errno;
    if (fd < 0)
        (void)miev_error_errno(err, "cannot open %s", path);
    errno = number;
    return fd;
}

int miev_parse_u64(const char *text, uint64_t *out, struct miev_error *err)
{
    while (isspace((unsigned char)*text))
        text++;
    if (!isdigit((unsigned char)*text))
        return miev_error_set(err, MIEV_ERR_BROKEN, "'%.40s' is not a whole number", text);
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    while (isspace((unsigned char)*end))
        end++;
    if (errno != 0 || *end != '\0')
        return miev_error_set(err, MIEV_ERR_BROKEN, "'%.40s' is not a whole number", text);
    *out = value;
    return MIEV_OK;
}

int miev_parse_double(const char *text, double *out, struct miev_error *err)
{
    char *end = NULL;
    bool starts_well = isdigit((unsigned char)*text) || strchr("+-.", *text) != NULL;
    bool is_decimal = !strpbrk(text, "xX"); /* strtod takes "0x10" for 16 */
    double value = starts_well && is_decimal && *text != '\0' ? strtod(text, &end) : NAN;
    if (!end || end == text || *end != '\0' || !isfinite(value))
        return miev_error_set(err, MIEV_ERR_INVALID, "'%.40s' is not a number", text);
    *out = value;
    return MIEV_OK;
}

int miev_file_read_u64(const struct miev_env *env, uint64_t *out, struct miev_error *err,
                       const char *path_format, ...)
{
    char path[PATH_MAX];
    char text[32];
    va_list args;
    va_start(args, path_format);
    int rc = make_path(env, path, path_format, args, err);
    va_end(args);
    if (rc == MIEV_OK)
        rc = read_text_at(path, text, sizeof(text), err);
    if (rc != MIEV_OK)
        return rc;
    rc = miev_parse_u64(text, out, err);
    if (rc != MIEV_OK)
        (void)miev_error_prefix(err, "%s", path);
    return rc;
}

int miev_file_refuse_address(const char *path, struct miev_error *err)
{
    size_t n = strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (n == 0 || strncmp(path + n, "://", 3) != 0)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "%s is an address, not a file: download it first, and name the file "
                          "that you saved",
                          path);
}

static int load_open_file(int fd, const char *path, size_t capacity, char **out, size_t *length,
                          struct miev_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return miev_error_errno(err, "cannot look at %s", path);
    if (S_ISDIR(info.st_mode))
        return miev_error_set(err, MIEV_ERR_INVALID, "%s is a folder: name a file in it", path);
    if (S_ISREG(info.st_mode) && (uint64_t)info.st_size > capacity)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "%s has %lld bytes, more than the %zu allowed here", path,
                              (long long)info.st_size, capacity);
    /* A pipe or a device tells no size: then the cap is the size of the buffer. */
    size_t room = S_ISREG(info.st_mode) ? (size_t)info.st_size : capacity;
    char *bytes = malloc(room + 1);
    if (!bytes)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu bytes of %s", room, path);
    if (read_fully(fd, bytes, room, length) != 0) {
        free(bytes);
        return miev_error_errno(err, "cannot read %s", path);
    }
    bytes[*length] = '\0';
    *out = bytes;
    return MIEV_OK;
}

int miev_file_load(const char *path, size_t capacity, char **out, size_t *length,
                   struct miev_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return miev_error_errno(err, "cannot open %s", path);
    int rc = load_open_file(fd, path, capacity, out, length, err);
    (void)close(fd);
    return rc;
}
