/* SPDX-License-Identifier: Apache-2.0 */
/* A libnvidia-ml.so.1 whose cards the test sets. Built twice: as a driver of today and, with
 * FAKE_NVML_OLD, as one whose library lacks all that is not required. */
#ifndef MIEV_TESTS_FAKE_NVML_H
#define MIEV_TESTS_FAKE_NVML_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_MAX_GPUS 4

struct nvml_device {
    const char *name;
    double power_w;     /* what its counter counts by, and what its power tells */
    double told_w;      /* its power tells this instead; 0: the truth */
    uint64_t period_ns; /* its counter moves so often */
    double counted_j;   /* before now_ns began to count */
    bool mig;
    int virtualization;
    int energy_result, power_result; /* 0: answers */
    unsigned limit_mw;               /* 0: not told */
};

struct fake_nvml {
    const uint64_t *now_ns; /* the clock of the simulated machine */
    int init_result;
    unsigned n_gpus;
    int open_count; /* started less shut down */
    struct nvml_device gpus[FAKE_MAX_GPUS];
};

/* Exported by the library, to be found with dlsym. */
struct fake_nvml *fake_nvml_world(void);

#endif
