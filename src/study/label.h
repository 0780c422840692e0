/* SPDX-License-Identifier: Apache-2.0 */
/* What a label of one model tells, before it takes a form (export/export.h). */
#ifndef MIEV_STUDY_LABEL_H
#define MIEV_STUDY_LABEL_H

#include <jansson.h>

#include "miev.h"

/* The model that ratios are told to when a study has it and nobody names another: bundled, so that
 * everybody can measure it beside their own. */
#define MIEV_LABEL_REFERENCE "cifar10-small:float32"

/* model: the name of one of a priced report's models, or its place from 0; NULL: the first.
 * reference: another one's name; NULL: MIEV_LABEL_REFERENCE where it is there.
 * *out: {report, world (the same priced at the world's average), model (its place), reference:
 * {name, sha256, ratio: {value, low, high}, verdict, likely} or null}; manufacturing is always
 * counted where the machine's class is known. New reference. MIEV_ERR_INVALID for a name that the
 * report has not, or a reference that the study did not compare it with. */
MIEV_MUST_USE int miev_label_make(const json_t *report, const char *model, const char *reference,
                                  json_t **out, struct miev_error *err);

#endif
