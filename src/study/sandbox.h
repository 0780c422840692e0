/* SPDX-License-Identifier: Apache-2.0 */
/* Locks the worker in: no files, no sockets, no programs, bounded memory. Linux only. */
#ifndef MIEV_STUDY_SANDBOX_H
#define MIEV_STUDY_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

#include "miev.h"

struct miev_sandbox_limits {
    uint64_t address_space_bytes; /* RLIMIT_AS; 0: none (sanitizers) */
    uint64_t cpu_s;               /* RLIMIT_CPU, ends by SIGXCPU; 0: none */
};

/* Lock this process, with all threads that it has by now: no new privileges, Landlock without any
 * path where the kernel has it, a seccomp filter that names what may still be called (the rest
 * answers EPERM, clone3 ENOSYS so that glibc falls back to clone for threads), the limits, no core
 * dump, no growing file. Root becomes user and group 65534 (nobody); an ordinary user stays itself.
 *
 * What still works: reading, writing, receiving and mapping (never as code) of descriptors that are
 * open or arrive by recvmsg, memory, threads, clocks, abort. Not fstat() of glibc 2.33 to 2.38: the
 * size of a descriptor comes from lseek(SEEK_END). Not writing to a regular file (a redirected
 * stdout or stderr: EFBIG, silently lost), only to pipes and sockets. Not pthread_exit() and
 * backtraces of a process that has not loaded libgcc_s yet. A program under LeakSanitizer must
 * leave by _exit(). A death signal set before by PR_SET_PDEATHSIG is kept.
 *
 * profile receives the words for the report: "landlock+seccomp", "seccomp", with "+nobody" behind
 * it when root was given up. MIEV_ERR_LIMIT when the address space limit is below what is mapped
 * already, MIEV_ERR_UNAVAILABLE when the kernel has no seccomp filters. After a failure the process
 * may be half locked: it must say so and end. Cannot be undone. */
MIEV_MUST_USE int miev_sandbox_enter(const struct miev_sandbox_limits *limits, char *profile,
                                     size_t profile_size, struct miev_error *err);

#endif
