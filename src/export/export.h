/* SPDX-License-Identifier: Apache-2.0 */
/* The forms a report is written in; docs/outputs.md is their contract. Each returns false when the
 * stream or the memory failed. */
#ifndef MIEV_EXPORT_EXPORT_H
#define MIEV_EXPORT_EXPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The report itself. */
bool miev_export_json(const json_t *report, FILE *file);
/* RFC 4180, a line of names and a line a model. */
bool miev_export_csv(const json_t *report, FILE *file);
/* A JSON object of the same columns a model, each on a line. */
bool miev_export_json_lines(const json_t *report, FILE *file);
/* A table for a README or a pull request, and where its figures come from. */
bool miev_export_markdown(const json_t *report, FILE *file);

#endif
