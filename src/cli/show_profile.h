/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_CLI_SHOW_PROFILE_H
#define MIEV_CLI_SHOW_PROFILE_H

#include <jansson.h>

#include "cli/terminal.h"

/* A profile as tables: by type, then the `top` largest operators. quiet: without sentences. */
void show_profile(const json_t *profile, const struct terminal *terminal, size_t top, bool quiet);

#endif
