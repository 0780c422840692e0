/* SPDX-License-Identifier: Apache-2.0 */
/* What commands that run a study share: keep it from its start, price it, tell it, end with its
 * status. */
#ifndef MIEV_CLI_STUDY_H
#define MIEV_CLI_STUDY_H

#include "cli/history.h"
#include "cli/measure.h"
#include "cli/output.h"

struct study_job {
    const struct measure_settings *measure;
    const struct history_settings *history;
    const struct output_settings *output;
    const struct miev_selection *selection;
    const struct miev_price_options *price;
    bool require_measured;
    bool may_lack_batches; /* no failure: a batch above 1 that fails */
};

/* Returns the exit status. */
int study_run(const struct study_job *job);

#endif
