/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#undef miev_error_set
#undef miev_error_errno

static const struct {
    int value;
    const char *name;
} status_names[] = {
#define STATUS_ROW(name, value, text) {(value), (text)},
    MIEV_STATUS_MAP(STATUS_ROW)
#undef STATUS_ROW
};

const char *miev_status_name(int status)
{
    for (size_t i = 0; i < sizeof(status_names) / sizeof(status_names[0]); i++)
        if (status_names[i].value == status)
            return status_names[i].name;
    return "unknown";
}

int miev_status_from_name(const char *name)
{
    for (size_t i = 0; i < sizeof(status_names) / sizeof(status_names[0]); i++)
        if (strcmp(status_names[i].name, name) == 0)
            return status_names[i].value;
    return MIEV_ERR_BROKEN;
}

/* The message alone; the code is left as it is. */
static void write_message(struct miev_error *err, const char *fmt, va_list args) MIEV_PRINTF(2, 0);

static void write_message(struct miev_error *err, const char *fmt, va_list args)
{
    (void)vsnprintf(err->message, sizeof(err->message), fmt, args);
}

int miev_error_set(struct miev_error *err, int code, const char *fmt, ...)
{
    if (!err)
        return code;
    va_list args;
    va_start(args, fmt);
    write_message(err, fmt, args);
    va_end(args);
    err->code = code;
    return code;
}

static int status_from_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
        return MIEV_ERR_UNAVAILABLE;
    case EACCES:
    case EPERM:
        return MIEV_ERR_PERMISSION;
    case ENOMEM:
        return MIEV_ERR_NOMEM;
    case ETIMEDOUT:
        return MIEV_ERR_TIMEOUT;
    default:
        return MIEV_ERR_BROKEN;
    }
}

int miev_error_errno(struct miev_error *err, const char *fmt, ...)
{
    int number = errno;
    int code = status_from_errno(number);
    if (!err)
        return code;
    va_list args;
    va_start(args, fmt);
    write_message(err, fmt, args);
    va_end(args);
    size_t used = strlen(err->message);
    char text[128];
    (void)snprintf(err->message + used, sizeof(err->message) - used, ": %s",
                   strerror_r(number, text, sizeof(text)));
    err->code = code;
    return code;
}

int miev_error_prefix(struct miev_error *err, const char *fmt, ...)
{
    if (!err)
        return MIEV_ERR_BROKEN;
    struct miev_error old = *err;
    va_list args;
    va_start(args, fmt);
    write_message(err, fmt, args);
    va_end(args);
    size_t used = strlen(err->message);
    (void)snprintf(err->message + used, sizeof(err->message) - used, ": %.400s", old.message);
    return err->code;
}
