/* SPDX-License-Identifier: Apache-2.0 */
/* Look-up in the built-in tables of processor power. */
#ifndef MIEV_SENSOR_CPU_TABLE_H
#define MIEV_SENSOR_CPU_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define MIEV_CPU_NAME_MAX 64

/* "Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz" -> "core i7-8650u": the form of data/cpu_tdp.csv.
 * out has MIEV_CPU_NAME_MAX characters; "" when nothing is left. */
void miev_cpu_name_normalise(const char *name, char *out);

struct miev_cpu_tdp {
    double tdp_w;
    unsigned cores; /* 0: the table does not tell */
    char source[48];
};

/* False when no row of data/cpu_tdp.csv has that name; *out is then unchanged. */
bool miev_cpu_tdp_find(const char *cpu_name, struct miev_cpu_tdp *out);

struct miev_thread_power {
    double idle_w, full_w; /* of one hardware thread's share of a server */
};

/* False when no row of data/cpu_microarch_w.csv has that name; *out is then unchanged. */
bool miev_thread_power_find(const char *microarchitecture, struct miev_thread_power *out);

#endif
