/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_CLI_SHOW_ALTERNATIVES_H
#define MIEV_CLI_SHOW_ALTERNATIVES_H

#include <jansson.h>

#include "cli/terminal.h"

/* The document of miev_report_alternatives, of a report with this .site. */
void show_alternatives(const json_t *document, const json_t *site, const struct terminal *terminal);

#endif
