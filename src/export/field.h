/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a report for showing it. */
#ifndef MIEV_EXPORT_FIELD_H
#define MIEV_EXPORT_FIELD_H

#include <jansson.h>

#include "core/field.h"
#include "miev.h"

/* The gross joules of one inference of a model's .energy, with what the rounds scatter by and what
 * sensors or estimates may be wrong by as one interval; NAN where there are none. */
struct miev_interval miev_field_joules(const json_t *energy);

#endif
