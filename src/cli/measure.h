/* SPDX-License-Identifier: Apache-2.0 */
/* The options that say how a study measures, and the study with its progress and Ctrl-C. */
#ifndef MIEV_CLI_MEASURE_H
#define MIEV_CLI_MEASURE_H

#include <jansson.h>
#include <stddef.h>

#include "cli/args.h"
#include "cli/selection.h"

struct measure_settings {
    const char *input, *delegate;
    double threads, budget_s, target_percent, seed, memory_mib, timeout_s;
    bool quiet, dedicated, fast_decode;
};

#define MEASURE_SETTINGS_INIT                                                              \
    {                                                                                      \
        .threads = 1, .budget_s = 60, .target_percent = 3, .seed = -1, .memory_mib = 4096, \
        .timeout_s = 60                                                                    \
    }

/* The rows of a command's option table; `at` is the measure_settings in its settings. */
#define MEASURE_OPTIONS(type, at)                                                                  \
    {"--threads", ARG_COUNT, offsetof(type, at.threads), "N", "threads of the engine (default 1)", \
     1,           1024},                                                                           \
        {"--delegate",                                                                             \
         ARG_TEXT,                                                                                 \
         offsetof(type, at.delegate),                                                              \
         "NAME",                                                                                   \
         "\"none\" for plain kernels; default: the engine's best",                                 \
         0,                                                                                        \
         0},                                                                                       \
        {"--budget",                                                                               \
         ARG_NUMBER,                                                                               \
         offsetof(type, at.budget_s),                                                              \
         "SECONDS",                                                                                \
         "longest time of the study (default 60); 0: predictions only",                            \
         0,                                                                                        \
         86400},                                                                                   \
        {"--target",                                                                               \
         ARG_NUMBER,                                                                               \
         offsetof(type, at.target_percent),                                                        \
         "PERCENT",                                                                                \
         "stop when every interval is this narrow (default 3)",                                    \
         0.1,                                                                                      \
         100},                                                                                     \
        {"--seed",                                                                                 \
         ARG_COUNT,                                                                                \
         offsetof(type, at.seed),                                                                  \
         "N",                                                                                      \
         "order of the rounds; default: drawn and reported",                                       \
         0,                                                                                        \
         9007199254740991.0},                                                                      \
        {"--dedicated",                                                                            \
         ARG_FLAG,                                                                                 \
         offsetof(type, at.dedicated),                                                             \
         NULL,                                                                                     \
         "the machine is there for this alone: count all of its idle power",                       \
         0,                                                                                        \
         0},                                                                                       \
        {"--fast-decode",                                                                          \
         ARG_FLAG,                                                                                 \
         offsetof(type, at.fast_decode),                                                           \
         NULL,                                                                                     \
         "shrink JPEGs while decoding: faster, not the picture\nthat models were trained on",      \
         0,                                                                                        \
         0},                                                                                       \
        {"--memory",                                                                               \
         ARG_NUMBER,                                                                               \
         offsetof(type, at.memory_mib),                                                            \
         "MIB",                                                                                    \
         "limit of one model (default 4096)",                                                      \
         64,                                                                                       \
         1048576},                                                                                 \
        {"--timeout",                                                                              \
         ARG_NUMBER,                                                                               \
         offsetof(type, at.timeout_s),                                                             \
         "SECONDS",                                                                                \
         "longest wait for one load or inference (default 60)",                                    \
         0.1,                                                                                      \
         86400},                                                                                   \
    {                                                                                              \
        "--quiet", ARG_FLAG, offsetof(type, at.quiet), NULL,                                       \
            "the table only: no progress, no sentences", 0, 0                                      \
    }

/* Measure the models on settings->input, telling the progress on a terminal. Ctrl-C ends it with
 * what there is. *report: new reference, not priced yet. */
MIEV_MUST_USE int measure(const struct measure_settings *settings,
                          const struct selection *selection, json_t **report,
                          struct miev_error *err);
/* True once Ctrl-C was pressed during `measure`. */
bool measure_interrupted(void);

#endif
