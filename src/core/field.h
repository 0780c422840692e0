/* SPDX-License-Identifier: Apache-2.0 */
/* Reading documents that have been checked. */
#ifndef MIEV_CORE_FIELD_H
#define MIEV_CORE_FIELD_H

#include <jansson.h>

/* Fields of a JSON object that may be NULL: NULL, "" and NAN where there is none, because absent is
 * not zero. */
const json_t *miev_field_at(const json_t *object, const char *key);
const char *miev_field_text(const json_t *object, const char *key);
double miev_field_number(const json_t *object, const char *key);

#endif
