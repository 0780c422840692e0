/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from outside, with bounds and with messages that name the field. */
#ifndef MIEV_CORE_JSON_H
#define MIEV_CORE_JSON_H

#include <stddef.h>

#include <jansson.h>

#include "miev.h"

/* Parse one JSON text (object or array on top, no key twice). *out is owned by the caller:
 * json_decref. MIEV_ERR_INVALID says line, column and what was expected; MIEV_ERR_LIMIT: nested
 * deeper than 64 levels. */
MIEV_MUST_USE int miev_json_parse(const char *text, size_t length, json_t **out,
                                  struct miev_error *err);

/* Field `key` of an object, which must be a string of less than capacity bytes. */
MIEV_MUST_USE int miev_json_string(const json_t *object, const char *key, char *out,
                                   size_t capacity, struct miev_error *err);

/* Field `key` of an object, which must be a number in [min, max]. */
MIEV_MUST_USE int miev_json_number(const json_t *object, const char *key, double min, double max,
                                   double *out, struct miev_error *err);

/* A number, or null when it is not finite: absent is not zero. New reference. */
json_t *miev_json_real(double value);
/* {value, low, high}, each as above. New reference. */
json_t *miev_json_interval(struct miev_interval interval);

#endif
