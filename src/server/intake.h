/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to every request: judged by its headers, its route found, its body taken, answered.
 */
#ifndef MIEV_SERVER_INTAKE_H
#define MIEV_SERVER_INTAKE_H

#include "server/server.h"

struct miev_http_app miev_intake(struct miev_server *server);

#endif
