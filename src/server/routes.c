/* SPDX-License-Identifier: Apache-2.0 */
#include "server/routes.h"

#include <stdio.h>
#include <string.h>

#define V1      "/api/v1"
#define STUDY   V1 "/studies/{id}"
#define OPEN    true
#define GUARDED false

/* clang-format off */
const struct miev_route miev_routes[] = {
    {"GET",    "/healthz",                   MIEV_BODY_NONE,   OPEN,    miev_api_health},
    {"GET",    "/metrics",                   MIEV_BODY_NONE,   GUARDED, miev_api_metrics},
    {"GET",    V1 "/openapi.json",           MIEV_BODY_NONE,   OPEN,    miev_api_openapi},
    {"GET",    "/api/report.schema.json",    MIEV_BODY_NONE,   OPEN,    miev_api_report_schema},
    {"GET",    "/api/repeat.schema.json",    MIEV_BODY_NONE,   OPEN,    miev_api_repeat_schema},
    {"GET",    "/api/eval.schema.json",      MIEV_BODY_NONE,   OPEN,    miev_api_eval_schema},
    {"POST",   V1 "/session",                MIEV_BODY_JSON,   OPEN,    miev_api_session},
    {"GET",    V1 "/machine",                MIEV_BODY_NONE,   GUARDED, miev_api_machine},
    {"GET",    V1 "/energy",                 MIEV_BODY_NONE,   GUARDED, miev_api_energy},
    {"GET",    V1 "/models",                 MIEV_BODY_NONE,   GUARDED, miev_api_models},
    {"POST",   V1 "/models",                 MIEV_BODY_MODEL,  GUARDED, miev_api_model_add},
    {"GET",    V1 "/models/{id}",            MIEV_BODY_NONE,   GUARDED, miev_api_model},
    {"DELETE", V1 "/models/{id}",            MIEV_BODY_NONE,   GUARDED, miev_api_model_delete},
    {"GET",    V1 "/pulls",                  MIEV_BODY_NONE,   GUARDED, miev_api_pulls},
    {"POST",   V1 "/pulls",                  MIEV_BODY_JSON,   GUARDED, miev_api_pull_add},
    {"GET",    V1 "/pulls/{id}",             MIEV_BODY_NONE,   GUARDED, miev_api_pull},
    {"DELETE", V1 "/pulls/{id}",             MIEV_BODY_NONE,   GUARDED, miev_api_pull_cancel},
    {"GET",    V1 "/pulls/{id}/events",      MIEV_BODY_NONE,   GUARDED, miev_api_pull_events},
    {"GET",    V1 "/inputs",                 MIEV_BODY_NONE,   GUARDED, miev_api_inputs},
    {"POST",   V1 "/inputs",                 MIEV_BODY_IMAGE,  GUARDED, miev_api_input_add},
    {"GET",    V1 "/inputs/{id}/thumbnail",  MIEV_BODY_NONE,   GUARDED, miev_api_input_thumbnail},
    {"GET",    V1 "/inputs/{id}/content",    MIEV_BODY_NONE,   GUARDED, miev_api_input_content},
    {"GET",    V1 "/datasets",               MIEV_BODY_NONE,   GUARDED, miev_api_datasets},
    {"POST",   V1 "/datasets",               MIEV_BODY_ARCHIVE, GUARDED, miev_api_dataset_add},
    {"GET",    V1 "/datasets/{id}",          MIEV_BODY_NONE,   GUARDED, miev_api_dataset},
    {"DELETE", V1 "/datasets/{id}",          MIEV_BODY_NONE,   GUARDED, miev_api_dataset_delete},
    {"GET",    V1 "/evaluations",            MIEV_BODY_NONE,   GUARDED, miev_api_evaluations},
    {"POST",   V1 "/evaluations",            MIEV_BODY_JSON,   GUARDED, miev_api_evaluation_add},
    {"GET",    V1 "/evaluations/{id}",       MIEV_BODY_NONE,   GUARDED, miev_api_evaluation},
    {"DELETE", V1 "/evaluations/{id}",       MIEV_BODY_NONE,   GUARDED, miev_api_evaluation_delete},
    {"GET",    V1 "/evaluations/{id}/events", MIEV_BODY_NONE,  GUARDED, miev_api_evaluation_events},
    {"GET",    V1 "/zones",                  MIEV_BODY_NONE,   GUARDED, miev_api_zones},
    {"GET",    V1 "/estimate",               MIEV_BODY_NONE,   GUARDED, miev_api_estimate},
    {"GET",    V1 "/hardware",               MIEV_BODY_NONE,   GUARDED, miev_api_hardware},
    {"GET",    V1 "/studies",                MIEV_BODY_NONE,   GUARDED, miev_api_studies},
    {"POST",   V1 "/studies",                MIEV_BODY_STUDY,  GUARDED, miev_api_study_create},
    {"GET",    STUDY,                        MIEV_BODY_NONE,   GUARDED, miev_api_study},
    {"PATCH",  STUDY,                        MIEV_BODY_JSON,   GUARDED, miev_api_study_rename},
    {"DELETE", STUDY,                        MIEV_BODY_NONE,   GUARDED, miev_api_study_delete},
    {"POST",   STUDY "/cancel",              MIEV_BODY_NONE,   GUARDED, miev_api_study_cancel},
    {"POST",   STUDY "/repeat",              MIEV_BODY_NONE,   GUARDED, miev_api_study_repeat},
    {"GET",    STUDY "/events",              MIEV_BODY_NONE,   GUARDED, miev_api_study_events},
    {"GET",    STUDY "/report",              MIEV_BODY_NONE,   GUARDED, miev_api_report},
    {"GET",    STUDY "/places",              MIEV_BODY_NONE,   GUARDED, miev_api_places},
    {"GET",    STUDY "/methods",             MIEV_BODY_NONE,   GUARDED, miev_api_methods},
    {"GET",    STUDY "/alternatives",        MIEV_BODY_NONE,   GUARDED, miev_api_alternatives},
    {"POST",   STUDY "/alternatives",        MIEV_BODY_CSV,    GUARDED, miev_api_alternatives_of_day},
    {"GET",    STUDY "/label",               MIEV_BODY_NONE,   GUARDED, miev_api_label},
    {"GET",    STUDY "/export.csv",          MIEV_BODY_NONE,   GUARDED, miev_api_export_csv},
    {"GET",    STUDY "/export.md",           MIEV_BODY_NONE,   GUARDED, miev_api_export_markdown},
    {"GET",    STUDY "/export.jsonl",        MIEV_BODY_NONE,   GUARDED, miev_api_export_json_lines},
    {"GET",    STUDY "/export.html",         MIEV_BODY_NONE,   GUARDED, miev_api_export_html},
    {"GET",    V1 "/compare",                MIEV_BODY_NONE,   GUARDED, miev_api_compare},
    {"POST",   V1 "/reports",                MIEV_BODY_REPORT, GUARDED, miev_api_report_add},
    {NULL, NULL, MIEV_BODY_NONE, GUARDED, NULL},
};
/* clang-format on */

/* Whatever is no route may be a file of the page. */
static const struct miev_route page_route = {"GET", "/{page}", MIEV_BODY_NONE, OPEN,
                                             miev_page_answer};

static bool fits(const char *path, const struct miev_target *target, const char **id)
{
    *id = NULL;
    for (size_t i = 0; i < target->n_segments; i++) {
        if (*path++ != '/')
            return false;
        size_t length = strcspn(path, "/");
        if (strncmp(path, "{id}", length) == 0 && length == 4)
            *id = target->segments[i];
        else if (strlen(target->segments[i]) != length ||
                 strncmp(path, target->segments[i], length) != 0)
            return false;
        path += length;
    }
    return *path == '\0' && target->n_segments > 0;
}

const struct miev_route *miev_route_find(const char *method, const struct miev_target *target,
                                         const char **id, char *allowed)
{
    bool head = strcmp(method, "HEAD") == 0;
    const char *asked = head ? "GET" : method;
    size_t used = 0;
    allowed[0] = '\0';
    for (const struct miev_route *route = miev_routes; route->path; route++) {
        if (!fits(route->path, target, id))
            continue;
        if (strcmp(route->method, asked) == 0)
            return route;
        used += (size_t)snprintf(allowed + used, MIEV_ROUTES_ALLOWED_BYTES - used, "%s%s",
                                 used ? ", " : "", route->method);
    }
    *id = NULL;
    bool api = target->n_segments > 0 && strcmp(target->segments[0], "api") == 0;
    return used == 0 && !api && strcmp(asked, "GET") == 0 ? &page_route : NULL;
}
