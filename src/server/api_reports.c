/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: as they are kept, priced for another place, as files, against each other, and brought
 * from elsewhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/file.h"
#include "export/export.h"
#include "export/field.h"
#include "server/call.h"
#include "server/findings.h"
#include "server/forecasts.h"
#include "server/page_files.h"
#include "server/priced.h"
#include "server/study.h"
#include "study/places.h"
#include "study/repeat.h"
#include "study/report_check.h"

static void name_file(struct miev_call *call, const struct miev_store_row *row, const char *end)
{
    miev_http_set(call->reply, "Content-Disposition", "attachment; filename=\"miev-%lld.%s\"",
                  (long long)row->id, end);
}

void miev_api_report(struct miev_call *call)
{
    static const char *const others[] = {"download", NULL};
    struct miev_ask_site site;
    struct miev_store_row row;
    struct miev_error err;
    json_t *report = NULL;
    if (miev_priced_open(call, others, &site, &row, &report, &err) != MIEV_OK) {
        miev_answer_error(call, &err);
        return;
    }
    miev_answer_json(call, 200, report);
    if (miev_call_field(call, "download"))
        name_file(call, &row, "json");
}

/* ---- files ---------------------------------------------------------------------------------- */

static void export_as(struct miev_call *call, const char *type, const char *end,
                      bool (*write)(const json_t *report, FILE *file))
{
    struct miev_ask_site site;
    struct miev_store_row row;
    struct miev_error err;
    json_t *report = NULL;
    if (miev_priced_open(call, NULL, &site, &row, &report, &err) != MIEV_OK) {
        miev_answer_error(call, &err);
        return;
    }
    if (miev_priced_write(call, type, report, write))
        name_file(call, &row, end);
    json_decref(report);
}

void miev_api_export_csv(struct miev_call *call)
{
    export_as(call, "text/csv; charset=utf-8", "csv", miev_export_csv);
}

void miev_api_export_markdown(struct miev_call *call)
{
    export_as(call, "text/markdown; charset=utf-8", "md", miev_export_markdown);
}

void miev_api_export_json_lines(struct miev_call *call)
{
    export_as(call, "application/jsonl", "jsonl", miev_export_json_lines);
}

static bool write_html(const json_t *both, FILE *file)
{
    const unsigned char *begin = miev_page_standalone.encodings[MIEV_PAGE_RAW].begin;
    const unsigned char *end = miev_page_standalone.encodings[MIEV_PAGE_RAW].end;
    return miev_export_html(json_object_get(both, "report"), json_object_get(both, "places"),
                            (const char *)begin, (size_t)(end - begin), file);
}

void miev_api_export_html(struct miev_call *call)
{
    struct miev_ask_site site;
    struct miev_store_row row;
    struct miev_error err;
    json_t *report = NULL, *places = NULL;
    if (!miev_page_standalone.type) {
        miev_answer_problem(call, 501, "unavailable", "this miev was built without its page");
        return;
    }
    int rc = miev_priced_open(call, NULL, &site, &row, &report, &err);
    if (rc == MIEV_OK)
        rc = miev_report_places(report, &site.wish, &places, &err);
    json_t *both = json_pack("{s:o?, s:o?}", "report", report, "places", places);
    if (rc != MIEV_OK)
        miev_answer_error(call, &err);
    else if (miev_priced_write(call, "text/html; charset=utf-8", both, write_html))
        name_file(call, &row, "html");
    json_decref(both);
}

/* ---- elsewhere ------------------------------------------------------------------------------ */

void miev_api_places(struct miev_call *call)
{
    struct miev_ask_site site;
    struct miev_store_row row;
    struct miev_error err;
    json_t *report = NULL, *places = NULL;
    int rc = miev_priced_open(call, NULL, &site, &row, &report, &err);
    if (rc == MIEV_OK)
        rc = miev_report_places(report, &site.wish, &places, &err);
    json_decref(report);
    if (rc == MIEV_OK)
        miev_answer_json(call, 200, places);
    else
        miev_answer_error(call, &err);
}

static int read_side(const struct miev_call *call, const char *side, int64_t *id,
                     struct miev_error *err)
{
    uint64_t number = 0;
    const char *text = miev_call_field(call, side);
    if (!text || strspn(text, "0123456789") != strlen(text) ||
        miev_parse_u64(text, &number, NULL) != MIEV_OK || number == 0 || number > INT64_MAX)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "'%s' must be the number of a study: /api/v1/compare?a=12&b=13",
                              side);
    *id = (int64_t)number;
    return MIEV_OK;
}

void miev_api_compare(struct miev_call *call)
{
    struct miev_error err;
    struct miev_store_row row;
    json_t *before = NULL, *after = NULL, *result = NULL;
    int64_t a = 0, b = 0;
    int rc = read_side(call, "a", &a, &err);
    if (rc == MIEV_OK)
        rc = read_side(call, "b", &b, &err);
    if (rc == MIEV_OK)
        rc = miev_history_report(call->server->history, a, &row, &before, &err);
    if (rc == MIEV_OK)
        rc = miev_history_report(call->server->history, b, &row, &after, &err);
    if (rc == MIEV_OK)
        rc = miev_repeat_compare(before, after, NULL, &result, &err);
    json_decref(before);
    json_decref(after);
    if (rc == MIEV_OK)
        miev_answer_json(call, 200, result);
    else
        miev_answer_error(call, &err);
}

void miev_api_report_add(struct miev_call *call)
{
    struct miev_store_row row;
    struct miev_error err;
    json_t *report = NULL;
    bool there = false;
    int rc = miev_report_read(call->text ? call->text : "", call->length, &report, &err);
    if (rc == MIEV_OK)
        rc = miev_history_import(call->server->history, report, &row, &there, &err);
    json_decref(report);
    if (rc != MIEV_OK) {
        miev_answer_error(call, &err);
        return;
    }
    miev_findings_refresh(call->server->findings, call->server->history);
    miev_answer_json(call, there ? 200 : 201, miev_study_kept(call->server, &row));
    miev_http_set(call->reply, "Location", "/api/v1/studies/%lld", (long long)row.id);
}
