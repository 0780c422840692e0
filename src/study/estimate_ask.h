/* SPDX-License-Identifier: Apache-2.0 */
/* What a person says of hardware to reckon with, in words, as what miev_estimate takes. */
#ifndef MIEV_STUDY_ESTIMATE_ASK_H
#define MIEV_STUDY_ESTIMATE_ASK_H

#include "core/env.h"
#include "study/estimate.h"

/* The bounds of what is said, which whoever takes it holds it against. */
#define MIEV_ESTIMATE_MIN_HOURS      0.0001
#define MIEV_ESTIMATE_MAX_HOURS      1000000.0
#define MIEV_ESTIMATE_MAX_SOCKETS    16
#define MIEV_ESTIMATE_MAX_CORES      1024
#define MIEV_ESTIMATE_MIN_MEMORY_GIB 0.1
#define MIEV_ESTIMATE_MAX_MEMORY_GIB 100000.0
#define MIEV_ESTIMATE_MAX_GPUS       1024
#define MIEV_ESTIMATE_MAX_GPU_W      5000
#define MIEV_ESTIMATE_CLASSES        "server desktop laptop"

struct miev_estimate_ask {
    const char *cpu, *instance;        /* NULL, both: this machine */
    const char *gpu;                   /* NULL: no card, unless gpu_watts tells one */
    const char *machine_class;         /* one of MIEV_ESTIMATE_CLASSES; NULL: not said */
    const char *methods;               /* see study/others.h; NULL: none */
    double sockets, cores, memory_gib; /* of cpu; 0: the tables' */
    double hours, usage;
    double gpus, gpu_watts, gpu_usage; /* gpu_watts below 0: the table's */
};

#define MIEV_ESTIMATE_ASK_INIT                                               \
    {                                                                        \
        .sockets = 1, .usage = 1, .gpus = 1, .gpu_usage = 1, .gpu_watts = -1 \
    }

/* env: whose machine it is where neither a processor nor an instance is named. *out keeps
 * ask->methods. MIEV_ERR_INVALID names what is not known or says two things at once, in words that
 * suit every face. */
MIEV_MUST_USE int miev_estimate_wish_make(const struct miev_estimate_ask *ask,
                                          const struct miev_env *env,
                                          struct miev_estimate_wish *out, struct miev_error *err);

#endif
