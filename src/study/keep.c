/* SPDX-License-Identifier: Apache-2.0 */
#include "study/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "core/text.h"
#include "study/report_check.h"

static void copy_text(char *out, size_t capacity, const char *text)
{
    miev_text_show(out, capacity, text ? text : "");
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

void miev_keep_describe(struct miev_store_row *row, const char *name, const char *first, size_t n)
{
    char words[300];
    if (n > 1)
        (void)snprintf(words, sizeof(words), "%.200s and %zu more", first ? first : "", n - 1);
    else
        (void)snprintf(words, sizeof(words), "%.250s", first ? first : "");
    copy_text(row->name, sizeof(row->name), name);
    copy_text(row->models, sizeof(row->models), words);
}

static void describe(const json_t *report, const char *name, struct miev_store_row *row)
{
    const json_t *models = json_object_get(report, "models");
    miev_keep_describe(row, name, text_of(json_array_get(models, 0), "name"),
                       json_array_size(models));
    const json_t *input = json_object_get(report, "input");
    copy_text(row->input, sizeof(row->input), text_of(input, "name"));
    copy_text(row->input_sha256, sizeof(row->input_sha256), text_of(input, "sha256"));
    copy_text(row->schema, sizeof(row->schema), text_of(report, "schema"));
    copy_text(row->miev_version, sizeof(row->miev_version), text_of(report, "miev_version"));
}

static enum miev_store_status status_of(const json_t *report)
{
    const char *reason = text_of(json_object_get(report, "stop"), "reason");
    if (!reason || strcmp(reason, "failed") == 0)
        return MIEV_STORE_FAILED;
    if (strcmp(reason, "interrupted") == 0 || strcmp(reason, "running") == 0)
        return MIEV_STORE_INTERRUPTED;
    return MIEV_STORE_FINISHED;
}

void miev_keep_open(struct miev_keep *keep, const struct miev_env *env, const char *name,
                    const struct miev_price_options *price)
{
    *keep = (struct miev_keep){.price = price};
    copy_text(keep->row.name, sizeof(keep->row.name), name);
    keep->row.created_unix_s = (int64_t)time(NULL);
    keep->row.status = MIEV_STORE_RUNNING;
    keep->status = miev_store_open(env, true, &keep->store, &keep->error);
}

static void write_row(struct miev_keep *keep, char *text, size_t length)
{
    if (keep->row.id == 0)
        keep->status = miev_store_insert(keep->store, &keep->row, text, length, &keep->error);
    else
        keep->status = miev_store_update(keep->store, &keep->row, text, length, &keep->error);
    if (text == keep->text)
        return;
    free(keep->text);
    keep->text = text;
    keep->length = length;
}

static void write_report(struct miev_keep *keep, const json_t *report)
{
    char *text = NULL;
    size_t length = 0;
    keep->status = miev_report_text(report, &text, &length, &keep->error);
    if (keep->status != MIEV_OK)
        return;
    if (keep->row.id == 0) {
        char name[sizeof(keep->row.name)];
        memcpy(name, keep->row.name, sizeof(name));
        describe(report, name, &keep->row);
    }
    write_row(keep, text, length);
}

int miev_keep_queue(struct miev_keep *keep, const struct miev_store_row *about)
{
    if (!keep->store)
        return keep->status;
    struct miev_store_row row = *about;
    row.id = 0;
    row.created_unix_s = keep->row.created_unix_s;
    row.status = MIEV_STORE_QUEUED;
    copy_text(row.schema, sizeof(row.schema), MIEV_REPORT_SCHEMA);
    copy_text(row.miev_version, sizeof(row.miev_version), miev_version());
    keep->row = row;
    write_row(keep, NULL, 0);
    return keep->status;
}

void miev_keep_checkpoint(void *context, json_t *report)
{
    struct miev_keep *keep = context;
    if (!keep->store)
        return;
    keep->row.status = MIEV_STORE_RUNNING;
    keep->status = miev_report_price(report, keep->price, &keep->error);
    if (keep->status == MIEV_OK)
        write_report(keep, report);
}

int miev_keep_finish(struct miev_keep *keep, const json_t *report)
{
    if (!report)
        return miev_keep_end(keep, MIEV_STORE_FAILED, "");
    if (!keep->store)
        return keep->status;
    keep->row.status = status_of(report);
    keep->status = miev_report_identity(report, keep->row.identity, &keep->error);
    if (keep->status == MIEV_OK)
        write_report(keep, report);
    return keep->status;
}

int miev_keep_end(struct miev_keep *keep, enum miev_store_status status, const char *note)
{
    if (!keep->store || keep->row.id == 0)
        return keep->status;
    keep->row.status = status;
    copy_text(keep->row.note, sizeof(keep->row.note), note);
    write_row(keep, keep->text, keep->length);
    return keep->status;
}

void miev_keep_close(struct miev_keep *keep)
{
    miev_store_close(keep->store);
    free(keep->text);
    *keep = (struct miev_keep){0};
}

int miev_keep_import(struct miev_store *store, const json_t *report, const char *name,
                     struct miev_store_row *row, bool *there, struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0;
    struct miev_store_row made = {
        .created_unix_s = json_integer_value(json_object_get(report, "created_unix_s")),
        .status = status_of(report),
        .imported = true,
    };
    int rc = miev_report_identity(report, made.identity, err);
    if (rc != MIEV_OK)
        return rc;
    rc = miev_store_find_identity(store, made.identity, row, err);
    *there = rc == MIEV_OK;
    if (rc != MIEV_ERR_UNAVAILABLE)
        return rc;
    describe(report, name, &made);
    rc = miev_report_text(report, &text, &length, err);
    if (rc != MIEV_OK)
        return rc;
    rc = miev_store_insert(store, &made, text, length, err);
    free(text);
    if (rc == MIEV_OK)
        *row = made;
    return rc;
}
