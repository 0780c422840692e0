/* SPDX-License-Identifier: Apache-2.0 */
/* Where a finished report goes: the table for people, and files. */
#ifndef MIEV_CLI_OUTPUT_H
#define MIEV_CLI_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/args.h"

struct output_settings {
    const char *json, *csv, *markdown, *json_lines, *html;
    const char *explain; /* a model's name, "" for that of least carbon, NULL: nothing */
    bool quiet;
};

/* The rows of a command's option table; `at` is the output_settings in its settings. */
/* NOLINTBEGIN(bugprone-macro-parentheses): the name of a member takes none */
/* clang-format off */
#define OUTPUT_OPTIONS(type, at)                                                                   \
    ARG_TEXT_AT(type, at.json, "--json", "FILE",                                                   \
                "write the report; - for standard output, instead\nof the table"),                 \
    ARG_TEXT_AT(type, at.csv, "--csv", "FILE",                                                     \
                "write a table for a spreadsheet; - as above"),                                    \
    ARG_TEXT_AT(type, at.markdown, "--markdown", "FILE",                                           \
                "write a table for a README; - as above"),                                         \
    ARG_TEXT_AT(type, at.json_lines, "--json-lines", "FILE",                                       \
                "write one flat JSON object a model and line; - as above"),                        \
    ARG_TEXT_AT(type, at.html, "--html", "FILE",                                                   \
                "write the page's charts with the report inside: one file\nthat opens anywhere; "    \
                "- as above"),                                                                     \
    ARG_MAYBE_AT(type, at.explain, "--explain", "MODEL",                                           \
                 "tell how each number of a row came about, from\n"                                 \
                 "counter to gram; without MODEL the row of least carbon"),                        \
    ARG_FLAG_AT(type, at.quiet, "--quiet", "the table only: no progress, no sentences")
/* clang-format on */
/* NOLINTEND(bugprone-macro-parentheses) */

/* MIEV_ERR_INVALID when two outputs want standard output, or one and --explain, or when this build
 * has no page for --html. Asked before anything is measured. */
MIEV_MUST_USE int output_check(const struct output_settings *settings, struct miev_error *err);

/* Write a priced report wherever the settings say, and show the table unless standard output is
 * taken. A file appears whole or not at all. The table is shown even when a file cannot be written:
 * a minute of measuring must not be lost to a full disk. */
MIEV_MUST_USE int output_report(const json_t *report, const struct output_settings *settings,
                                struct miev_error *err);

/* Whether output_report shows the table: standard output is not taken by a file. */
bool output_shows_table(const struct output_settings *settings);

/* Write a document to a file, which appears whole or not at all; path - is standard output. option
 * is what the user named the file by. */
typedef bool (*output_writer)(const json_t *document, FILE *file);
MIEV_MUST_USE int output_document(const json_t *document, output_writer write, const char *option,
                                  const char *path, struct miev_error *err);
/* A report or another document as --json writes it; path - is standard output. */
MIEV_MUST_USE int output_json(const json_t *document, const char *path, struct miev_error *err);

#endif
