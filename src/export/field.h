/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a report for showing it. */
#ifndef MIEV_EXPORT_FIELD_H
#define MIEV_EXPORT_FIELD_H

#include <jansson.h>

#include "miev.h"

/* Fields of a JSON object that may be NULL: NULL, "" and NAN where there is none, because absent is
 * not zero. */
const json_t *miev_field_at(const json_t *object, const char *key);
const char *miev_field_text(const json_t *object, const char *key);
double miev_field_number(const json_t *object, const char *key);

/* The gross joules of one inference of a model's .energy, with what the rounds scatter by and what
 * sensors or estimates may be wrong by as one interval; NAN where there are none. */
struct miev_interval miev_field_joules(const json_t *energy);

#endif
