/* SPDX-License-Identifier: Apache-2.0 */
/* The options that say how a study measures, and the study with its progress and Ctrl-C. */
#ifndef MIEV_CLI_MEASURE_H
#define MIEV_CLI_MEASURE_H

#include <jansson.h>
#include <stdatomic.h>
#include <stddef.h>

#include "cli/args.h"
#include "study/keep.h"
#include "study/selection.h"

struct measure_settings {
    const char *input, *delegate, *meter;
    double threads, budget_s, target_percent, seed, memory_mib, timeout_s, per_second, concurrency;
    bool dedicated, fast_decode;
    bool against_first; /* a sweep */
};

#define MEASURE_SETTINGS_INIT                                                              \
    {                                                                                      \
        .threads = 1, .budget_s = 60, .target_percent = 3, .seed = -1, .memory_mib = 4096, \
        .timeout_s = 60, .concurrency = 8                                                  \
    }

/* The rows of a command's option table; `at` is the measure_settings in its settings. */
/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): the name of a member takes none */
#define THREADS_OPTION(type, member)                                                               \
    ARG_COUNT_AT(type, member, "--threads", "N", 1, 1024, "threads of the engine (default 1)")
#define DELEGATE_OPTION(type, member)                                                              \
    ARG_TEXT_AT(type, member, "--delegate", "NAME",                                                \
                "\"none\" for plain kernels, or a name (docs/engines.md);\n"                       \
                "default: the engine's best")
/* A process maps 64 MiB before it runs any model: with less there would not be its own refusal. */
#define MACHINE_OPTIONS(type, dedicated, fast_decode, memory_mib, timeout_s)                       \
    ARG_FLAG_AT(type, dedicated, "--dedicated",                                                    \
                "the machine is there for this alone: count all of its idle power"),               \
    ARG_FLAG_AT(type, fast_decode, "--fast-decode",                                                \
                "shrink JPEGs while decoding: faster, not the picture\nthat models were "          \
                "trained on"),                                                                     \
    ARG_NUMBER_AT(type, memory_mib, "--memory", "MIB", 72, 1048576,                               \
                  "limit of one model (default 4096)"),                                            \
    ARG_NUMBER_AT(type, timeout_s, "--timeout", "SECONDS", 0.1, 86400,                             \
                  "longest wait for one load or inference (default 60)")

#define MEASURE_OPTIONS(type, at)                                                                  \
    THREADS_OPTION(type, at.threads),                                                              \
    DELEGATE_OPTION(type, at.delegate),                                                            \
    ARG_NUMBER_AT(type, at.budget_s, "--budget", "SECONDS", 0, 86400,                              \
                  "longest time of the study (default 60); 0: predictions only"),                  \
    MEASURE_OTHER_OPTIONS(type, at)
/* Those that a sweep has too. */
#define MEASURE_OTHER_OPTIONS(type, at)                                                            \
    ARG_NUMBER_AT(type, at.target_percent, "--target", "PERCENT", 0.1, 100,                        \
                  "stop when every interval is this narrow (default 3)"),                          \
    ARG_COUNT_AT(type, at.seed, "--seed", "N", 0, 9007199254740991.0,                              \
                 "order of the rounds; default: drawn and reported"),                              \
    MACHINE_OPTIONS(type, at.dedicated, at.fast_decode, at.memory_mib, at.timeout_s)

/* Those of models that are served elsewhere. */
#define REMOTE_OPTIONS(type, at)                                                                   \
    ARG_NUMBER_AT(type, at.per_second, "--per-second", "R", 1e-3, 100000,                          \
                  "send a served model R requests a second, whether or not\nthe ones before are "  \
                  "answered: latency under load"),                                                 \
    ARG_COUNT_AT(type, at.concurrency, "--concurrency", "C", 1, 256,                               \
                 "of these at most so many at once (default 8)"),                                  \
    ARG_TEXT_AT(type, at.meter, "--meter", "ADDRESS",                                              \
                "meter of the machine that serves: http://host:8470 of a\n`miev serve`, or a page " \
                "such as http://host:8002/metrics")
/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */

/* What the settings say of a study; runtime_dir stays the caller's. */
void measure_options(const struct measure_settings *settings, const char *runtime_dir,
                     struct miev_study_options *out);

/* Measure the models on settings->input, keeping it in the history (keep NULL: not) and telling the
 * progress on a terminal unless quiet. Ctrl-C ends it with what there is. *report: new reference,
 * not priced yet. */
MIEV_MUST_USE int measure(const struct measure_settings *settings,
                          const struct miev_selection *selection, bool quiet,
                          struct miev_keep *keep, json_t **report, struct miev_error *err);
/* From now on Ctrl-C asks to stop, and a second one ends the program. */
void measure_catch_interrupt(void);
/* True once Ctrl-C was pressed since then. */
bool measure_interrupted(void);
/* The same for what looks itself. */
const atomic_bool *measure_stop(void);

#endif
