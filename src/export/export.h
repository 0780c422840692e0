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
/* Forms of a label (study/label.h), each of one model. */
/* A block for its README: joules, machine, reference, grams at the world's average and at the
 * report's own place, and how to find them again. */
bool miev_export_label(const json_t *label, FILE *file);
/* A picture of one line for a README, which needs nothing else; stale: it says that the model's
 * file is another by now. The sha256 stands in its description. */
bool miev_export_badge(const json_t *label, bool stale, FILE *file);
/* A record in the terms of SCI for AI (consumer boundary, R = one inference). */
bool miev_export_sci(const json_t *label, FILE *file);
/* A line in CodeCarbon's columns (version 3.3), kilograms and kilowatt-hours of one inference. */
bool miev_export_codecarbon(const json_t *label, FILE *file);
/* One file that opens anywhere, without a server: the page's own charts with the report inside.
 * page: standalone.html of the page's build, which holds "null" in two elements, one for the report
 * and one for the places (the same report priced elsewhere; may be NULL). */
bool miev_export_html(const json_t *report, const json_t *places, const char *page, size_t length,
                      FILE *file);

/* A profile (docs/profile.schema.json) as RFC 4180: a line an operator in the order they run, and
 * one for what lies between them. */
bool miev_export_profile_csv(const json_t *profile, FILE *file);
/* Its operators, largest share first: *n borrowed rows in a list that the caller frees; NULL
 * without memory. */
const json_t **miev_profile_largest(const json_t *profile, size_t *n);
/* Where one of its operators stands in the order they run, from 1. */
size_t miev_profile_position(const json_t *profile, const json_t *row);
/* The same as a picture, one file that needs nothing else. */
bool miev_export_profile_svg(const json_t *profile, FILE *file);

#endif
