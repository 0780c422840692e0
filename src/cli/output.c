/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/explain.h"
#include "cli/show.h"
#include "cli/write_html.h"
#include "core/error.h"
#include "export/export.h"

static const struct form {
    const char *option;
    size_t at; /* of its path within output_settings */
    output_writer write;
} forms[] = {
    {"--json", offsetof(struct output_settings, json), miev_export_json},
    {"--csv", offsetof(struct output_settings, csv), miev_export_csv},
    {"--markdown", offsetof(struct output_settings, markdown), miev_export_markdown},
    {"--json-lines", offsetof(struct output_settings, json_lines), miev_export_json_lines},
    {"--html", offsetof(struct output_settings, html), write_html},
};
#define N_FORMS (sizeof(forms) / sizeof(forms[0]))

static const char *path_of(const struct form *form, const struct output_settings *settings)
{
    const char *path;
    memcpy(&path, (const char *)settings + form->at, sizeof(path));
    return path;
}

static bool is_standard_output(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

static const struct form *form_on_standard_output(const struct output_settings *settings)
{
    for (size_t i = 0; i < N_FORMS; i++)
        if (is_standard_output(path_of(&forms[i], settings)))
            return &forms[i];
    return NULL;
}

int output_check(const struct output_settings *settings, struct miev_error *err)
{
    const struct form *first = form_on_standard_output(settings);
    for (size_t i = 0; i < N_FORMS; i++)
        if (&forms[i] != first && is_standard_output(path_of(&forms[i], settings)))
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "%s - and %s - both want standard output: name a file for one",
                                  first->option, forms[i].option);
    if (first && settings->explain)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%s - and --explain both want standard output: name a file for %s",
                              first->option, first->option);
    if (settings->html && !write_html_can())
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "--html needs the page, and this miev was built without it: "
                              "'scripts/setup' installs what its build takes");
    return MIEV_OK;
}

static bool close_stream(FILE *file)
{
    bool ok = fsync(fileno(file)) == 0 || errno == EINVAL; /* a pipe has no disk to wait for */
    int number = errno;
    bool closed = fclose(file) == 0;
    if (!ok)
        errno = number;
    return ok && closed;
}

/* Write, and close where it is ours. False with errno. */
static bool write_stream(const json_t *report, output_writer write, FILE *file)
{
    errno = 0;
    bool ok = write(report, file) && fflush(file) == 0 && !ferror(file);
    int number = errno ? errno : EIO;
    if (file != stdout && !close_stream(file) && ok) {
        ok = false;
        number = errno;
    }
    errno = number;
    return ok;
}

/* The permissions of a file that fopen would make. */
static mode_t usual_mode(void)
{
    mode_t mask = umask(0);
    (void)umask(mask);
    return 0666 & ~mask;
}

/* Beside the file and then in its place: nobody ever reads half of it, and a full disk leaves the
 * old one. */
static bool replace_file(const json_t *report, output_writer write, const char *path, mode_t mode)
{
    char beside[PATH_MAX];
    int length = snprintf(beside, sizeof(beside), "%s.XXXXXX", path);
    if (length < 0 || length >= (int)sizeof(beside)) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = mkostemp(beside, O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (fd >= 0 && !file)
        (void)close(fd);
    bool ok = file && write_stream(report, write, file) && chmod(beside, mode) == 0 &&
              rename(beside, path) == 0;
    int number = errno;
    if (!ok && fd >= 0)
        (void)unlink(beside);
    errno = number;
    return ok;
}

/* A device, a pipe or a terminal cannot be replaced and is written to as it is; behind a link
 * stands the file that is meant. */
static bool write_path(const json_t *report, output_writer write, const char *path)
{
    struct stat info;
    char target[PATH_MAX];
    if (stat(path, &info) != 0)
        return replace_file(report, write, path, usual_mode());
    if (S_ISREG(info.st_mode))
        return realpath(path, target) && replace_file(report, write, target, info.st_mode & 07777);
    FILE *file = fopen(path, "we");
    return file && write_stream(report, write, file);
}

int output_document(const json_t *document, output_writer write, const char *option,
                    const char *path, struct miev_error *err)
{
    bool ok = is_standard_output(path) ? write_stream(document, write, stdout)
                                       : write_path(document, write, path);
    return ok ? MIEV_OK : miev_error_errno(err, "cannot write %s %s", option, path);
}

static int write_form(const json_t *report, const struct form *form, const char *path,
                      struct miev_error *err)
{
    return output_document(report, form->write, form->option, path, err);
}

int output_json(const json_t *document, const char *path, struct miev_error *err)
{
    return write_form(document, &forms[0], path, err);
}

bool output_shows_table(const struct output_settings *settings)
{
    return !form_on_standard_output(settings);
}

int output_report(const json_t *report, const struct output_settings *settings,
                  struct miev_error *err)
{
    struct terminal terminal;
    int first = output_check(settings, err);
    if (first != MIEV_OK)
        return first;
    for (size_t i = 0; i < N_FORMS; i++) {
        const char *path = path_of(&forms[i], settings);
        /* One that fails does not take the others along; the first is told. */
        int rc =
            path ? write_form(report, &forms[i], path, first == MIEV_OK ? err : NULL) : MIEV_OK;
        first = first == MIEV_OK ? rc : first;
    }
    if (output_shows_table(settings)) {
        terminal_init(&terminal, stdout);
        show_report(report, &terminal, settings->quiet);
        if (settings->explain) {
            int rc =
                explain_report(report, settings->explain, &terminal, first == MIEV_OK ? err : NULL);
            first = first == MIEV_OK ? rc : first;
        }
    }
    return first;
}
