/* SPDX-License-Identifier: Apache-2.0 */
/* One request on its way through the server, and the words to answer it with. */
#ifndef MIEV_SERVER_CALL_H
#define MIEV_SERVER_CALL_H

#include <jansson.h>

#include "server/http.h"
#include "server/queue.h"
#include "server/routes.h"
#include "server/server.h"
#include "server/target.h"

struct miev_call {
    struct miev_server *server;
    const struct miev_http_request *request;
    const struct miev_route *route;
    struct miev_target target;
    const char *id; /* what {id} of the route's path stands for, or NULL */
    /* The body: text of a small one, terminated; a file of a large one, which belongs to the call
     * and has no name that others would take (spool_path). */
    char *text;
    size_t length, expected;
    bool counts_as_spool;
    int spool_fd;
    char spool_path[MIEV_SPOOL_PATH_BYTES];
    struct miev_http_reply *reply;
};

/* A field of the query, or NULL. */
const char *miev_call_field(const struct miev_call *call, const char *name);
/* The number that {id} is, from 1. False: it is none. */
bool miev_call_number(const struct miev_call *call, int64_t *id);
/* Whom a queue is fair to: a browser's window by what it calls itself, else an address. */
void miev_call_client(const struct miev_call *call, char out[MIEV_QUEUE_CLIENT_BYTES]);
/* The number of a study that {id} is; MIEV_ERR_UNAVAILABLE: it is none. */
MIEV_MUST_USE int miev_study_id(const struct miev_call *call, int64_t *id, struct miev_error *err);
/* The body as JSON with an object on top; answers with a problem and returns NULL when it is none.
 */
json_t *miev_call_json(struct miev_call *call);

/* Answers. Each is the last thing that is done with a call. */
/* Takes the reference; NULL: there was no memory for it. */
void miev_answer_json(struct miev_call *call, unsigned status, json_t *document);
/* Text that was allocated, which is taken. */
void miev_answer_text(struct miev_call *call, unsigned status, const char *type, char *text,
                      size_t length);
void miev_answer_nothing(struct miev_call *call); /* 204 */
/* application/problem+json. detail: a sentence that says what to do. */
void miev_answer_problem(struct miev_call *call, unsigned status, const char *code,
                         const char *detail, ...) MIEV_PRINTF(4, 5);
/* The problem that an error of the program is to whoever asked. */
void miev_answer_error(struct miev_call *call, const struct miev_error *err);
/* The same for what found no place in a queue. */
void miev_answer_not_queued(struct miev_call *call, const struct miev_error *err);
/* The same as a document, for a study that failed. New reference. */
json_t *miev_problem(unsigned status, const char *code, const char *detail);

#endif
