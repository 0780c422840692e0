/* SPDX-License-Identifier: Apache-2.0 */
/* The names that study/hardware.h knows, for who types one. */
#ifndef MIEV_STUDY_HARDWARE_NAMES_H
#define MIEV_STUDY_HARDWARE_NAMES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "miev.h"

/* kind: "cpu", "gpu" or "instance". *out: at most `most` names of that kind that hold every one of
 * `words` (parted by spaces; letters of any case; "": all), in the order of the tables; new
 * reference. MIEV_ERR_INVALID: there is no such kind. */
MIEV_MUST_USE int miev_hardware_names(const char *kind, const char *words, size_t most,
                                      json_t **out, struct miev_error *err);

/* Whether every word of `words` stands somewhere in `name`, letters of any case. */
bool miev_hardware_holds(const char *name, const char *words);

#endif
