/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of joules on the pages of inference servers, in the text form of Prometheus. Pure. */
#ifndef MIEV_REMOTE_METRICS_H
#define MIEV_REMOTE_METRICS_H

#include <stddef.h>

struct miev_metric {
    char id[64]; /* of the GPU, as its label tells it: "GPU-3f..." */
    double joules;
};

/* Each GPU's joules since the server started: Triton's nv_energy_consumption, or NIM's
 * gpu_total_energy_consumption_joules. How many were found, at most capacity; lines that cannot be
 * read are left out. */
size_t miev_metrics_read(const char *text, size_t length, struct miev_metric *out, size_t capacity);

#endif
