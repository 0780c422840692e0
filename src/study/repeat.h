/* SPDX-License-Identifier: Apache-2.0 */
/* Does a study say the same when it is done again? Pure arithmetic on two reports; the rule stands
 * in docs/method-statistics.md, 10. */
#ifndef MIEV_STUDY_REPEAT_H
#define MIEV_STUDY_REPEAT_H

#include <jansson.h>

#include "miev.h"

enum miev_repeat_verdict { MIEV_REPEAT_AGREES, MIEV_REPEAT_DIFFERS, MIEV_REPEAT_NOT_COMPARABLE };
/* "agrees", "differs", "not comparable" */
const char *miev_repeat_verdict_name(enum miev_repeat_verdict verdict);

/* Compare two checked reports (study/report_check.h) model by model, matched by the hash of their
 * files. after: NULL when nothing was measured. absent: {name: why it was not measured} of models
 * of `before`. *out: the document of docs/repeat.schema.json, new reference. */
MIEV_MUST_USE int miev_repeat_compare(const json_t *before, const json_t *after,
                                      const json_t *absent, json_t **out, struct miev_error *err);

#endif
