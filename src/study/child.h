/* SPDX-License-Identifier: Apache-2.0 */
/* The parent's side of a worker: start it, ask it, meter its CPU time, and tell in words how it
 * ended. Its answers are those of an untrusted process. */
#ifndef MIEV_STUDY_CHILD_H
#define MIEV_STUDY_CHILD_H

#include <jansson.h>
#include <stdint.h>

#include "miev.h"

struct miev_child; /* opaque */

struct miev_child_options {
    const char *program;          /* NULL: the running program */
    uint64_t address_space_bytes; /* RLIMIT_AS of the worker, 0: none; for the messages here */
    uint64_t resident_bytes;      /* the parent ends a worker with more memory in use; 0: none */
    int keep_stderr;              /* 1: the worker's own messages are shown */
};

MIEV_MUST_USE int miev_child_spawn(const struct miev_child_options *options,
                                   struct miev_child **out, struct miev_error *err);
/* Ends the process if it still runs. NULL allowed. */
void miev_child_destroy(struct miev_child *child);

/* Send request (its reference is taken) with descriptor fd (-1: none; stays the caller's) and wait
 * for the answer. An {"error"} answer becomes the status and the message. MIEV_ERR_TIMEOUT,
 * MIEV_ERR_CRASHED and MIEV_ERR_LIMIT (memory) say how the process ended; it is gone then.
 * MIEV_ERR_INTERRUPTED: a signal came; the process is ended. */
MIEV_MUST_USE int miev_child_ask(struct miev_child *child, json_t *request, int fd,
                                 double timeout_s, json_t **reply, struct miev_error *err);

/* The two halves of miev_child_ask, for several requests on their way: a worker answers in the
 * order it was asked. miev_child_receive has the statuses of miev_child_ask. */
MIEV_MUST_USE int miev_child_send(struct miev_child *child, json_t *request, int fd,
                                  struct miev_error *err);
MIEV_MUST_USE int miev_child_receive(struct miev_child *child, double timeout_s, json_t **reply,
                                     struct miev_error *err);
/* The descriptor to poll for an answer; it stays the child's. */
int miev_child_socket(const struct miev_child *child);
/* True when a whole answer is here already, of which poll() would not tell. */
int miev_child_has_answer(const struct miev_child *child);
/* MIEV_ERR_LIMIT, and the process is ended, when it uses more memory than its watchdog allows. */
MIEV_MUST_USE int miev_child_watch(struct miev_child *child, struct miev_error *err);

/* CPU seconds that the process has used, read from its clock by this side. Keeps the last value
 * after its end. */
double miev_child_cpu_s(struct miev_child *child);
/* Peak resident memory in bytes, 0 when not known; the last value after its end. */
uint64_t miev_child_peak_bytes(struct miev_child *child);
int miev_child_alive(const struct miev_child *child);

#endif
