/* SPDX-License-Identifier: Apache-2.0 */
/* The worker: one sandboxed process per model. It decodes the input, runs the model, and answers
 * requests; docs/worker.md lists them. */
#ifndef MIEV_STUDY_WORKER_H
#define MIEV_STUDY_WORKER_H

#include "engine/engine.h"

/* First argument that makes the program a worker; the socket is descriptor 3. */
#define MIEV_WORKER_ARGUMENT "worker"
#define MIEV_WORKER_SOCKET   3

/* Answer requests until the parent goes. Returns the exit status. */
int miev_worker_main(int socket, const struct miev_engine_ops *const *engines);

#endif
