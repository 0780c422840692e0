/* SPDX-License-Identifier: Apache-2.0 */
/* Where pulled models lie: blobs/<sha256>, trees/<sha256>/, cards/<name>.json, partial/. */
#ifndef MIEV_MODEL_DEPOT_H
#define MIEV_MODEL_DEPOT_H

#include <stddef.h>

#include "core/env.h"

/* $MIEV_MODELS, else $XDG_DATA_HOME/miev/models, else ~/.local/share/miev/models; it need not be
 * there. MIEV_ERR_UNAVAILABLE when the user has no home folder either. */
MIEV_MUST_USE int miev_depot_folder(const struct miev_env *env, char *out, size_t capacity,
                                    struct miev_error *err);

#endif
