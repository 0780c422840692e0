/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/study.h"

#include <string.h>

#include "cli/command.h"
#include "export/field.h"

/* A batch that nobody asked for by name may fail: then it is no choice for this model. */
static bool is_failure(const json_t *model, bool may_lack_batches)
{
    bool batch = miev_field_number(miev_field_at(model, "settings"), "batch") > 1;
    return miev_field_at(model, "error") && !(batch && may_lack_batches);
}

static int exit_status(const json_t *report, const struct study_job *job)
{
    size_t i;
    json_t *model;
    bool failed = false, estimated = false;
    json_array_foreach(json_object_get(report, "models"), i, model)
    {
        const char *method =
            json_string_value(json_object_get(json_object_get(model, "energy"), "method"));
        failed = failed || is_failure(model, job->may_lack_batches);
        estimated = estimated || !method || strcmp(method, "measured") != 0;
    }
    if (measure_interrupted())
        return CLI_INTERRUPTED;
    if (failed)
        return CLI_FAILED;
    return job->require_measured && estimated ? CLI_NO_SENSOR : CLI_OK;
}

static int tell(json_t *report, const struct study_job *job, struct miev_keep *keep)
{
    struct miev_error err;
    if (miev_report_price(report, job->price, &err) != MIEV_OK)
        return cli_fail(&err);
    history_finish(keep, report); /* before a full disk or a closed pipe ends the output */
    if (output_report(report, job->output, &err) != MIEV_OK)
        return cli_fail(&err);
    return exit_status(report, job);
}

int study_run(const struct study_job *job)
{
    struct miev_error err;
    struct miev_keep place, *keep = history_begin(job->history, job->price, &place);
    json_t *report = NULL;
    int status;
    if (measure(job->measure, job->selection, job->output->quiet, keep, &report, &err) == MIEV_OK) {
        status = tell(report, job, keep);
    } else {
        history_finish(keep, NULL);
        status = cli_fail(&err);
    }
    history_tell(keep, report ? job->output : NULL);
    json_decref(report);
    return status;
}
