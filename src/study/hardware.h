/* SPDX-License-Identifier: Apache-2.0 */
/* Hardware that nobody has at hand, by its name: for reckoning without measuring. */
#ifndef MIEV_STUDY_HARDWARE_H
#define MIEV_STUDY_HARDWARE_H

#include "sensor/machine.h"
#include "sensor/power_model.h"

#define MIEV_HARDWARE_MAX_DESIGNS 6

struct miev_hardware {
    struct miev_machine machine;
    /* A cloud instance may come with one of these; machine.microarchitecture is the first. */
    size_t n_designs;
    char designs[MIEV_HARDWARE_MAX_DESIGNS][32];
};

/* A machine of its own with that processor. cores are those of one socket and memory_gib is the
 * machine's; 0: the table's, or 4 GiB a core. MIEV_ERR_INVALID for a processor that no table has
 * and whose cores are not told. */
MIEV_MUST_USE int miev_hardware_of_cpu(const char *cpu_name, unsigned sockets, unsigned cores,
                                       double memory_gib, struct miev_hardware *out,
                                       struct miev_error *err);

/* "aws:m5.xlarge", "azure:d4s_v5", "gcp:n2-standard-8": the whole instance.
 * MIEV_ERR_INVALID with one that is near. */
MIEV_MUST_USE int miev_hardware_of_instance(const char *text, struct miev_hardware *out,
                                            struct miev_error *err);

/* The power of its processors, bounds wide enough for every design that it may have. */
void miev_hardware_power(const struct miev_hardware *hardware, struct miev_power_model *out);

/* Thermal design power of a graphics card ("V100", "rtx 4090"): the first row of
 * data/gpu_tdp.csv whose name holds all its words; name receives that row's. MIEV_ERR_INVALID:
 * there is none, give the watts. */
MIEV_MUST_USE int miev_hardware_gpu(const char *words, double *tdp_w, char name[64],
                                    struct miev_error *err);

#endif
