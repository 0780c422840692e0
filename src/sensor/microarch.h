/* SPDX-License-Identifier: Apache-2.0 */
/* Which design a processor is, from the numbers it reports: they survive in virtual machines that
 * hide the name ("AMD EPYC"). */
#ifndef MIEV_SENSOR_MICROARCH_H
#define MIEV_SENSOR_MICROARCH_H

struct miev_cpu_id {
    char vendor[32]; /* "AuthenticAMD", "GenuineIntel", "0x41" (Arm's implementer), "" */
    int family;      /* x86: family; Arm: 8 */
    int model;       /* x86: model; Arm: part number */
    int stepping;
};

/* "EPYC 3rd Gen", "Skylake", "Neoverse N1": the words of data/cpu_microarch_w.csv where that has
 * the design, "" when it is not known. name tells server from desktop parts of one model range. */
const char *miev_microarch_name(const struct miev_cpu_id *id, const char *name);

#endif
