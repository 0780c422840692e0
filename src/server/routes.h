/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of the server: one table. A new one is a line there, a function in the file of its
 * group, and its words in docs/api/openapi.json. */
#ifndef MIEV_SERVER_ROUTES_H
#define MIEV_SERVER_ROUTES_H

#include <stdbool.h>

#include "server/target.h"

struct miev_call;

/* What a request brings along. */
enum miev_route_body {
    MIEV_BODY_NONE,
    MIEV_BODY_JSON,  /* small, of type application/json */
    MIEV_BODY_STUDY, /* small JSON, or a picture as MIEV_BODY_IMAGE */
    MIEV_BODY_IMAGE, /* raw bytes into a file, at most MIEV_IMAGE_MAX_BYTES */
    MIEV_BODY_MODEL, /* the same, at most the limit for models */
    MIEV_BODY_REPORT,
    MIEV_BODY_CSV,     /* text/csv, at most MIEV_CSV_BODY_BYTES, in memory */
    MIEV_BODY_ARCHIVE, /* raw bytes into a file, at most the limit for archives */
};

struct miev_route {
    const char *method; /* "GET" answers HEAD too */
    const char *path;   /* "/api/v1/studies/{id}"; {id} stands for any one part */
    enum miev_route_body body;
    bool open; /* asks for no token */
    void (*answer)(struct miev_call *call);
};

/* All routes, ends with a NULL path. */
extern const struct miev_route miev_routes[];

/* The route of a method and a path; *id: what stands in the place of {id}. NULL: there is none, and
 * *allowed (room for MIEV_ROUTES_ALLOWED_BYTES) tells the methods of that path, "" for no path. */
#define MIEV_ROUTES_ALLOWED_BYTES 40
const struct miev_route *miev_route_find(const char *method, const struct miev_target *target,
                                         const char **id, char *allowed);

/* The files of the groups. */
void miev_api_health(struct miev_call *call);
void miev_api_metrics(struct miev_call *call);
void miev_api_openapi(struct miev_call *call);
void miev_api_report_schema(struct miev_call *call);
void miev_api_repeat_schema(struct miev_call *call);
void miev_api_eval_schema(struct miev_call *call);
void miev_api_session(struct miev_call *call);
void miev_api_machine(struct miev_call *call);
void miev_api_energy(struct miev_call *call);
void miev_api_models(struct miev_call *call);
void miev_api_model_add(struct miev_call *call);
void miev_api_model(struct miev_call *call);
void miev_api_model_delete(struct miev_call *call);
void miev_api_pulls(struct miev_call *call);
void miev_api_pull_add(struct miev_call *call);
void miev_api_pull(struct miev_call *call);
void miev_api_pull_cancel(struct miev_call *call);
void miev_api_pull_events(struct miev_call *call);
void miev_api_inputs(struct miev_call *call);
void miev_api_input_add(struct miev_call *call);
void miev_api_input_thumbnail(struct miev_call *call);
void miev_api_input_content(struct miev_call *call);
void miev_api_datasets(struct miev_call *call);
void miev_api_dataset_add(struct miev_call *call);
void miev_api_dataset(struct miev_call *call);
void miev_api_dataset_delete(struct miev_call *call);
void miev_api_evaluations(struct miev_call *call);
void miev_api_evaluation_add(struct miev_call *call);
void miev_api_evaluation(struct miev_call *call);
void miev_api_evaluation_delete(struct miev_call *call);
void miev_api_evaluation_events(struct miev_call *call);
void miev_api_zones(struct miev_call *call);
void miev_api_estimate(struct miev_call *call);
void miev_api_hardware(struct miev_call *call);
void miev_api_studies(struct miev_call *call);
void miev_api_study_create(struct miev_call *call);
void miev_api_study(struct miev_call *call);
void miev_api_study_rename(struct miev_call *call);
void miev_api_study_delete(struct miev_call *call);
void miev_api_study_cancel(struct miev_call *call);
void miev_api_study_repeat(struct miev_call *call);
void miev_api_study_events(struct miev_call *call);
void miev_api_report(struct miev_call *call);
void miev_api_places(struct miev_call *call);
void miev_api_methods(struct miev_call *call);
void miev_api_alternatives(struct miev_call *call);
void miev_api_alternatives_of_day(struct miev_call *call);
void miev_api_label(struct miev_call *call);
void miev_api_export_csv(struct miev_call *call);
void miev_api_export_markdown(struct miev_call *call);
void miev_api_export_json_lines(struct miev_call *call);
void miev_api_export_html(struct miev_call *call);
void miev_api_compare(struct miev_call *call);
void miev_api_report_add(struct miev_call *call);
void miev_page_answer(struct miev_call *call); /* the page's own files: all other paths */

#endif
