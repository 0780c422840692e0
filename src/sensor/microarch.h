/* SPDX-License-Identifier: Apache-2.0 */
/* Which design a processor is, from the numbers it reports: they survive in virtual machines that
 * hide the name ("AMD EPYC"). */
#ifndef MIEV_SENSOR_MICROARCH_H
#define MIEV_SENSOR_MICROARCH_H

#include <stddef.h>

/* Instruction sets that tell x86 designs apart. A hypervisor hides some, but shows none that its
 * host has not. */
enum miev_cpu_feature {
    MIEV_CPU_AVX512 = 1 << 0,
    MIEV_CPU_AVX512_VNNI = 1 << 1,
    MIEV_CPU_AVX512_VBMI2 = 1 << 2,
    MIEV_CPU_AVX512_BF16 = 1 << 3,
    MIEV_CPU_AVX_VNNI = 1 << 4,
    MIEV_CPU_AMX = 1 << 5,
};

/* The feature of a flag of /proc/cpuinfo number index, and its name there; 0 behind the last. */
unsigned miev_cpu_feature_at(size_t index, const char **flag);

struct miev_cpu_id {
    char vendor[32]; /* "AuthenticAMD", "GenuineIntel", "0x41" (Arm's implementer), "" */
    int family;      /* x86: family; Arm: 8 */
    int model;       /* x86: model; Arm: part number */
    int stepping;
    unsigned features; /* set of enum miev_cpu_feature */
};

/* "EPYC 3rd Gen", "Skylake", "Neoverse N1": the words of data/cpu_microarch_w.csv where that has
 * the design, "" when it is not known. name tells server from desktop parts of one model range.
 * Where the features contradict the numbers, as some hypervisors have it: the oldest design of that
 * maker that has all of them, "" when none has. */
const char *miev_microarch_name(const struct miev_cpu_id *id, const char *name);

/* What the numbers alone say, right or wrong. */
const char *miev_microarch_by_number(const struct miev_cpu_id *id, const char *name);

#endif
