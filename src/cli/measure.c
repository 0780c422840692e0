/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/measure.h"

#include <limits.h>
#include <signal.h>
#include <stdatomic.h>

#include "cli/progress.h"
#include "model/catalog.h"

static atomic_bool stop_asked;

static void ask_to_stop(int number)
{
    (void)number;
    stop_asked = true;
}

/* Without SA_RESTART: a wait for a round ends at once. */
void measure_catch_interrupt(void)
{
    struct sigaction action = {.sa_handler = ask_to_stop, .sa_flags = (int)SA_RESETHAND};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

int measure(const struct measure_settings *settings, const struct miev_selection *selection,
            bool quiet, struct miev_keep *keep, json_t **report, struct miev_error *err)
{
    char runtime[PATH_MAX];
    struct progress progress;
    struct miev_study_options options = MIEV_STUDY_OPTIONS_INIT;
    int rc = miev_runtime_dir(miev_env_host(), runtime, sizeof(runtime), err);
    if (rc != MIEV_OK)
        return rc;
    progress_init(&progress);
    options.env = miev_env_host();
    options.engines = miev_engines;
    options.sensors = miev_sensors;
    options.runtime_dir = runtime;
    options.input_path = settings->input;
    options.threads = (unsigned)settings->threads;
    options.delegate = settings->delegate;
    options.budget_s = settings->budget_s;
    options.target_ratio = settings->target_percent / 100;
    options.seed = miev_study_seed(settings->seed);
    options.dedicated = settings->dedicated;
    options.fast_decode = settings->fast_decode;
    options.memory_bytes = (uint64_t)settings->memory_mib << 20;
    options.timeout_s = settings->timeout_s;
    options.stop = &stop_asked;
    options.progress = quiet ? NULL : progress_show;
    options.progress_context = &progress;
    options.checkpoint = keep ? miev_keep_checkpoint : NULL;
    options.checkpoint_context = keep;
    measure_catch_interrupt();
    rc = miev_study_run(&options, selection->entries, selection->n, report, err);
    progress_clear(&progress);
    return rc;
}

bool measure_interrupted(void)
{
    return stop_asked;
}

const atomic_bool *measure_stop(void)
{
    return &stop_asked;
}
