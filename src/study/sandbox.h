/* SPDX-License-Identifier: Apache-2.0 */
/* Locks the worker in: no files, no sockets, no programs, bounded memory. Linux only. */
#ifndef MIEV_STUDY_SANDBOX_H
#define MIEV_STUDY_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

#include "miev.h"

struct miev_sandbox_limits {
    uint64_t address_space_bytes; /* RLIMIT_AS; 0: none (sanitizers) */
    uint64_t cpu_s;               /* RLIMIT_CPU; 0: none */
};

/* Lock this process: no new privileges, Landlock without any path where the kernel has it, seccomp
 * (files and sockets answer EPERM, clone3 ENOSYS so that glibc falls back to clone for threads,
 * programs cannot be started, memory may be mapped but not from new files), the limits, no core
 * dump. Works for root and for an ordinary user. Open descriptors stay usable. profile receives the
 * words for the report: "landlock+seccomp", "seccomp". Cannot be undone. */
MIEV_MUST_USE int miev_sandbox_enter(const struct miev_sandbox_limits *limits, char *profile,
                                     size_t profile_size, struct miev_error *err);

#endif
