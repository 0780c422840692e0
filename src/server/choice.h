/* SPDX-License-Identifier: Apache-2.0 */
/* The models that the ids of a request name, as what can be measured. */
#ifndef MIEV_SERVER_CHOICE_H
#define MIEV_SERVER_CHOICE_H

#include <jansson.h>

#include "server/server.h"
#include "study/selection.h"

/* ids: a list of texts. MIEV_ERR_INVALID: an id that is not known, or named twice;
 * MIEV_ERR_UNAVAILABLE: a model that is known and not here, with what brings it.
 * miev_selection_finish in any case. */
MIEV_MUST_USE int miev_choose(struct miev_server *server, const json_t *ids,
                              struct miev_selection *out, struct miev_error *err);

#endif
