/* SPDX-License-Identifier: Apache-2.0 */
/* The settings that a client wants a model swept over. Pure. */
#ifndef MIEV_SERVER_ASK_SWEEP_H
#define MIEV_SERVER_ASK_SWEEP_H

#include <jansson.h>

#include "study/sweep_grid.h"

/* Read {"threads": [1, 2], "batch": [1, 8], "delegate": ["best"]}, within the bounds of `miev
 * sweep`; what is left out is that command's own choice. MIEV_ERR_INVALID names the field. */
MIEV_MUST_USE int miev_ask_sweep_read(json_t *object, struct miev_sweep_grid *out,
                                      struct miev_error *err);

#endif
