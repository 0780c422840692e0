/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine is, measures by and runs models with: found out once, when the server starts.
 */
#ifndef MIEV_SERVER_MACHINE_H
#define MIEV_SERVER_MACHINE_H

#include <jansson.h>

#include "server/server.h"

/* *out: what /api/v1/machine says, new reference. Takes some tenths of a second. */
MIEV_MUST_USE int miev_machine_document(const struct miev_server *server, json_t **out,
                                        struct miev_error *err);

#endif
