/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "cli/command.h"

/* clang-format off */ /* one a line */
const struct cli_command *const cli_commands[] = {
    &cli_compare,
    &cli_run,
    &cli_sweep,
    &cli_serve,
    &cli_footprint,
    &cli_alternatives,
    &cli_estimate,
    &cli_label,
    &cli_publish,
    &cli_repeat,
    &cli_history,
    &cli_import,
    &cli_eval,
    &cli_probe,
    &cli_profile,
    &cli_models,
    &cli_use,
    &cli_pull,
    &cli_gc,
    &cli_zones,
    &cli_doctor,
    &cli_calibrate,
    &cli_selftest,
    &cli_completion,
    &cli_manual,
    &cli_version,
    NULL,
};
/* clang-format on */
