/* SPDX-License-Identifier: Apache-2.0 */
/* What the explanations of a report share. */
#ifndef MIEV_CLI_EXPLAIN_PARTS_H
#define MIEV_CLI_EXPLAIN_PARTS_H

#include <jansson.h>

#include "cli/terminal.h"

/* "    name = expression" and below it "= value unit". */
void explain_equation(const struct terminal *terminal, const char *name, double value,
                      const char *unit, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Section 7: what making the machine and its cards adds to one inference. */
void explain_manufacturing(const json_t *report, const json_t *model,
                           const struct terminal *terminal);

#endif
