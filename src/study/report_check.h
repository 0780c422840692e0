/* SPDX-License-Identifier: Apache-2.0 */
/* Reports that come from outside: a file, the history, another machine. */
#ifndef MIEV_STUDY_REPORT_CHECK_H
#define MIEV_STUDY_REPORT_CHECK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "miev.h"

#define MIEV_REPORT_SCHEMA    "miev.report/1"
#define MIEV_REPORT_MAX_BYTES ((size_t)16 << 20)

/* Read the text of a report. Bytes, depth, lists and texts are bounded; every character that could
 * steer a terminal becomes '?'; every field that this program relies on has its type and its range.
 * Fields that it does not know are kept as they are. *out: new reference. MIEV_ERR_UNSUPPORTED: a
 * report of a later form; MIEV_ERR_LIMIT: over a bound; MIEV_ERR_INVALID: anything else, the
 * message names the field ("models[2].energy.gross"). */
MIEV_MUST_USE int miev_report_read(const char *text, size_t length, json_t **out,
                                   struct miev_error *err);

/* The same for a report that was parsed already and whose texts are clean. */
MIEV_MUST_USE int miev_report_check(const json_t *report, struct miev_error *err);

/* Take from the answer of a process that is not trusted what a report tells of a model (sandbox,
 * engine, inputs, outputs) or of a picture, and nothing else, with the promises of
 * miev_report_read. facts is unchanged on failure. */
MIEV_MUST_USE int miev_report_take_model(json_t *facts, const json_t *answer,
                                         struct miev_error *err);
MIEV_MUST_USE int miev_report_take_picture(json_t *facts, const json_t *answer,
                                           struct miev_error *err);

/* The report as one line of text, terminated; the caller frees it. */
MIEV_MUST_USE int miev_report_text(const json_t *report, char **out, size_t *length,
                                   struct miev_error *err);

/* What the report is known by everywhere: SHA-256 of its text with the keys in order. */
MIEV_MUST_USE int miev_report_identity(const json_t *report, char out[65], struct miev_error *err);

/* Whether any model of it has joules. */
bool miev_report_has_energy(const json_t *report);

#endif
