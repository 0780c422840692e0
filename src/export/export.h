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
/* What model i of a report costs, as a block for its README: joules, grams at the world's average
 * and at the report's own place, and how to find them again. world: the same report, priced at that
 * average. */
bool miev_export_label(const json_t *report, const json_t *world, size_t i, FILE *file);
/* One file that opens anywhere, without a server: the page's own charts with the report inside.
 * page: standalone.html of the page's build, which holds "null" in two elements, one for the report
 * and one for the places (the same report priced elsewhere; may be NULL). */
bool miev_export_html(const json_t *report, const json_t *places, const char *page, size_t length,
                      FILE *file);

#endif
