/* SPDX-License-Identifier: Apache-2.0 */
/* One of a report's models, as people name it. */
#ifndef MIEV_STUDY_REPORT_MODEL_H
#define MIEV_STUDY_REPORT_MODEL_H

#include <jansson.h>
#include <stddef.h>

#include "miev.h"

/* models: those of a report. wanted: a name, or a place from 0; NULL: the first. *out: its place.
 * MIEV_ERR_INVALID: there is none. */
MIEV_MUST_USE int miev_report_model_find(const json_t *models, const char *wanted, size_t *out,
                                         struct miev_error *err);

#endif
