/* SPDX-License-Identifier: Apache-2.0 */
/* What kept reports say of the models that they measured, by the hash of the file. */
#ifndef MIEV_STUDY_FINDING_H
#define MIEV_STUDY_FINDING_H

#include <jansson.h>
#include <stdbool.h>

#include "store/store.h"

#define MIEV_FINDING_MAX_REPORTS 500 /* the newest ones: older news is no news */

/* Whether a kept study can be read: what is still written has more to say later. */
bool miev_finding_counts(const struct miev_store_row *row);

/* [{sha256, own, found}], one a model of the report. own: this machine found it itself. found: null
 * for a model that failed, else {study, created_unix_s, imported, machine: {name, cpu}, engine,
 * joules, latency_s, zone, grams}. New reference. */
json_t *miev_finding_lines(const struct miev_store_row *row, const json_t *report);

/* {study, created_unix_s, zone, method, per_inference_g} of such a line; NULL when it has no grams
 * or another machine found them. New reference. */
json_t *miev_finding_last(const json_t *line);

/* {sha256: the newest of those} of this user's store, for a program that asks once; {} without a
 * store. New reference. */
json_t *miev_finding_all_last(const struct miev_env *env);

#endif
