/* SPDX-License-Identifier: Apache-2.0 */
/* One row's way from counter to gram, in words and in equations. */
#ifndef MIEV_CLI_EXPLAIN_H
#define MIEV_CLI_EXPLAIN_H

#include <jansson.h>

#include "cli/terminal.h"
#include "miev.h"

/* Explain the model of that name ("cifar10-nano" is "cifar10-nano:int8" too), with "" any; of
 * several the one of least carbon. Works on any priced report,
 * and shows its figures only. MIEV_ERR_INVALID when the report has no such model: the sentence says
 * which it has. */
MIEV_MUST_USE int explain_report(const json_t *report, const char *name,
                                 const struct terminal *terminal, struct miev_error *err);

#endif
