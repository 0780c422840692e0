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

void measure_options(const struct measure_settings *settings, const char *runtime_dir,
                     struct miev_study_options *out)
{
    out->env = miev_env_host();
    out->engines = miev_engines;
    out->sensors = miev_sensors;
    out->runtime_dir = runtime_dir;
    out->input_path = settings->input;
    out->threads = (unsigned)settings->threads;
    out->delegate = settings->delegate;
    out->budget_s = settings->budget_s;
    out->target_ratio = settings->target_percent / 100;
    out->seed = miev_study_seed(settings->seed);
    out->against_first = settings->against_first;
    out->dedicated = settings->dedicated;
    out->fast_decode = settings->fast_decode;
    out->memory_bytes = (uint64_t)settings->memory_mib << 20;
    out->timeout_s = settings->timeout_s;
    out->meter = settings->meter;
    out->traffic_per_s = settings->per_second;
    out->connections = (unsigned)settings->concurrency;
    out->stop = &stop_asked;
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
    measure_options(settings, runtime, &options);
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
