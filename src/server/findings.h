/* SPDX-License-Identifier: Apache-2.0 */
/* What the history's reports say of each model, by the hash of its file. Reports are large: each is
 * read once, and what is kept of it here are a few lines. Callable from any thread. */
#ifndef MIEV_SERVER_FINDINGS_H
#define MIEV_SERVER_FINDINGS_H

#include <jansson.h>

#include "server/history.h"

struct miev_findings;

struct miev_findings *miev_findings_create(void); /* NULL without memory */
void miev_findings_destroy(struct miev_findings *findings);

/* Take in what the history got and lost since the last call. */
void miev_findings_refresh(struct miev_findings *findings, struct miev_history *history);
/* The newest with grams that this machine found itself: {study, created_unix_s, zone, method,
 * per_inference_g}, or null. New reference. */
json_t *miev_findings_last(struct miev_findings *findings, const char *sha256);
/* All, newest first: [{study, created_unix_s, imported, machine: {name, cpu}, engine, joules,
 * latency_s, zone, grams}]. New reference. */
json_t *miev_findings_all(struct miev_findings *findings, const char *sha256);
/* The hashes of a study's models, "" for one without a file, in their order; NULL: its report is
 * not known. New reference. */
json_t *miev_findings_models(struct miev_findings *findings, int64_t study);

#endif
