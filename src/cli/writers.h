/* SPDX-License-Identifier: Apache-2.0 */
/* The forms a report is written in; docs/outputs.md is their contract. Each returns false when the
 * stream or the memory failed. */
#ifndef MIEV_CLI_WRITERS_H
#define MIEV_CLI_WRITERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The report itself. */
bool write_json(const json_t *report, FILE *file);
/* RFC 4180, a line of names and a line a model. */
bool write_csv(const json_t *report, FILE *file);
/* A JSON object of the same columns a model, each on a line. */
bool write_json_lines(const json_t *report, FILE *file);
/* A table for a README or a pull request, and where its figures come from. */
bool write_markdown(const json_t *report, FILE *file);

#endif
