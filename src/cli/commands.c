/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "cli/command.h"

const struct cli_command *const cli_commands[] = {
    &cli_compare,  &cli_run,        &cli_serve,  &cli_footprint, &cli_repeat,
    &cli_history,  &cli_import,     &cli_eval,   &cli_models,    &cli_use,
    &cli_pull,     &cli_gc,         &cli_zones,  &cli_doctor,    &cli_calibrate,
    &cli_selftest, &cli_completion, &cli_manual, &cli_version,   NULL,
};
