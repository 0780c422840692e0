/* SPDX-License-Identifier: Apache-2.0 */
/* A study as clients see it. */
#ifndef MIEV_SERVER_STUDY_H
#define MIEV_SERVER_STUDY_H

#include <jansson.h>

#include "server/job.h"
#include "server/server.h"

struct miev_study_view {
    const struct miev_store_row *row;
    const struct miev_input *input;       /* NULL: to be looked for */
    size_t queue_place;                   /* 0: it does not wait */
    json_t *model_ids, *progress, *error; /* borrowed; NULL: not known */
};

/* New reference. */
json_t *miev_study_json(struct miev_server *server, const struct miev_study_view *view);

/* One that does not run here, as the history has it. Its models are told by what
 * miev_findings_refresh took in. New reference. */
json_t *miev_study_kept(struct miev_server *server, const struct miev_store_row *row);

#endif
