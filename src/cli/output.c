/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include <stdio.h>
#include <string.h>

#include "cli/show.h"
#include "core/error.h"

static int write_json(const json_t *report, const char *path, struct miev_error *err)
{
    const size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(17);
    int failed = 0;
    if (strcmp(path, "-") == 0)
        failed =
            json_dumpf(report, stdout, flags) != 0 || putchar('\n') == EOF || fflush(stdout) != 0;
    else
        failed = json_dump_file(report, path, flags) != 0;
    return failed ? miev_error_errno(err, "cannot write the report to %s", path) : MIEV_OK;
}

int output_report(const json_t *report, const struct output_settings *settings,
                  struct miev_error *err)
{
    struct terminal terminal;
    int rc = settings->json ? write_json(report, settings->json, err) : MIEV_OK;
    if (!settings->json || strcmp(settings->json, "-") != 0) {
        terminal_init(&terminal, stdout);
        show_report(report, &terminal, settings->quiet);
    }
    return rc;
}
