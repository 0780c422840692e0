/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_CLI_SHOW_REPEAT_H
#define MIEV_CLI_SHOW_REPEAT_H

#include <jansson.h>

#include "cli/terminal.h"

/* What study/repeat.h found, as people read it; quiet leaves the sentences out. */
void show_repeat(const json_t *result, const struct terminal *terminal, bool quiet);

#endif
