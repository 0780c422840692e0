/* SPDX-License-Identifier: Apache-2.0 */
/* A report as one file that opens anywhere: the page's own charts with the report inside, and the
 * same report priced at every place. */
#ifndef MIEV_CLI_WRITE_HTML_H
#define MIEV_CLI_WRITE_HTML_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* False: this program was built without its page. */
bool write_html_can(void);

/* A priced report. False when the stream or the memory failed, or write_html_can is false. */
bool write_html(const json_t *report, FILE *file);

#endif
