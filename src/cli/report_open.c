/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report_open.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "study/report_check.h"

int report_number(const char *word, int64_t *id, struct miev_error *err)
{
    uint64_t number = 0;
    const char *digits = *word == '#' ? word + 1 : word;
    if (strcmp(word, "last") == 0) {
        *id = MIEV_STORE_LAST;
        return MIEV_OK;
    }
    if (strspn(digits, "0123456789") != strlen(digits) ||
        miev_parse_u64(digits, &number, NULL) != MIEV_OK || number == 0 || number > INT64_MAX)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "'%.60s' is no number of the history: 'miev history' lists them",
                              word);
    *id = (int64_t)number;
    return MIEV_OK;
}

static int open_kept(int64_t id, struct report_source *out, struct miev_error *err)
{
    struct miev_store *store = NULL;
    struct report_source source = {.report = NULL};
    char *text = NULL;
    int rc = miev_store_open(miev_env_host(), false, &store, err);
    if (rc == MIEV_OK)
        rc = miev_store_find(store, id, &source.row, &text, err);
    miev_store_close(store);
    if (rc != MIEV_OK)
        return rc;
    rc = source.row.bytes > 0
             ? miev_report_read(text, source.row.bytes, &source.report, err)
             : miev_error_set(err, MIEV_ERR_UNAVAILABLE, "it is %s and has no report%s%s",
                              miev_store_status_name(source.row.status),
                              *source.row.note ? ": " : "", source.row.note);
    free(text);
    if (rc != MIEV_OK)
        return miev_error_prefix(err, "study #%lld cannot be read", (long long)source.row.id);
    *out = source;
    return MIEV_OK;
}

int report_open_file(const char *path, struct report_source *out, struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0;
    struct report_source source = {.report = NULL};
    const char *file = strcmp(path, "-") == 0 ? "/dev/stdin" : path;
    int rc = miev_file_load(file, MIEV_REPORT_MAX_BYTES + 1, &text, &length, err);
    if (rc != MIEV_OK)
        return rc;
    rc = miev_report_read(text, length, &source.report, err);
    free(text);
    if (rc != MIEV_OK)
        return miev_error_prefix(err, "%.200s", path);
    *out = source;
    return MIEV_OK;
}

int report_open(const char *word, struct report_source *out, struct miev_error *err)
{
    int64_t id = 0;
    return report_number(word, &id, NULL) == MIEV_OK ? open_kept(id, out, err)
                                                     : report_open_file(word, out, err);
}

int report_open_priceable(const char *word, struct report_source *out, struct miev_error *err)
{
    int rc = report_open(word, out, err);
    if (rc != MIEV_OK || miev_report_has_energy(out->report))
        return rc;
    report_close(out);
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "%.200s holds no energy of any model, so there is nothing to price: "
                          "measure with a --budget above 0",
                          word);
}

int report_missing(const char *command)
{
    struct miev_error err;
    (void)miev_error_set(&err, MIEV_ERR_INVALID,
                         "REPORT is missing: a number of the history ('miev history') or a file");
    return cli_usage_error(command, &err);
}

void report_close(struct report_source *source)
{
    json_decref(source->report);
    source->report = NULL;
}
