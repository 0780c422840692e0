/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine is, from /proc and /sys alone. */
#ifndef MIEV_SENSOR_MACHINE_H
#define MIEV_SENSOR_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/env.h"
#include "core/machine_class.h"
#include "sensor/microarch.h"

/* Texts are "" and numbers 0 where the machine does not tell. */
struct miev_machine {
    char cpu_name[128]; /* as it names itself: "AMD EPYC 7763 64-Core Processor" */
    struct miev_cpu_id cpu;
    char microarchitecture[32];
    char disbelieved[32];    /* the design that its numbers tell, where its flags contradict them */
    unsigned sockets, cores; /* cores of all sockets */
    unsigned logical_cpus;   /* >= 1 */
    uint64_t memory_bytes;
    bool virtual_machine;
    char hypervisor[32]; /* "KVM", "VMware", ... */
    enum miev_machine_class machine_class;
    char vendor[64], product[64]; /* of the machine: "LENOVO", "20KHCTO1WW" */
    char kernel[96];              /* "Linux version 6.1.0-18-amd64" */
};

/* Fill *out with what can be found out. Cannot fail: a machine without /proc has one CPU of no
 * name. */
void miev_machine_read(const struct miev_env *env, struct miev_machine *out);

/* AMD's designs, also those that Hygon makes: their counters are models of their own. */
bool miev_machine_is_amd(const struct miev_machine *machine);

/* The part of it that reads the text of /proc/cpuinfo; *out is otherwise unchanged. */
void miev_machine_parse_cpuinfo(const char *text, struct miev_machine *out);

#endif
