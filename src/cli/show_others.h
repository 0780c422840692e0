/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_CLI_SHOW_OTHERS_H
#define MIEV_CLI_SHOW_OTHERS_H

#include <jansson.h>

#include "cli/terminal.h"

/* The document of miev_estimate, with its .others. */
void show_others_of_estimate(const json_t *document, const struct terminal *terminal);

/* The document of miev_report_others, beside the priced report that it was made of. */
void show_others(const json_t *report, const json_t *document, const struct terminal *terminal);

#endif
