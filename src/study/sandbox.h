/* SPDX-License-Identifier: Apache-2.0 */
/* Locks the worker in: no files, no sockets, no programs, bounded memory. What a runtime cannot do
 * without is a profile with a name, which the report tells. Linux only. */
#ifndef MIEV_STUDY_SANDBOX_H
#define MIEV_STUDY_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miev.h"

enum miev_sandbox_profile {
    MIEV_SANDBOX_STRICT,     /* all that is told below */
    MIEV_SANDBOX_TENSORFLOW, /* but making machine code, which oneDNN does, and the host's name */
    MIEV_SANDBOX_PROFILING,  /* and a file in memory for the runtime's profiler, by
                              * study/memory_file.h: nothing is opened */
    MIEV_SANDBOX_REMOTE,     /* but the options of sockets that are handed over; none is opened */
};

/* What a library opens by a name that begins so is the file in memory of MIEV_SANDBOX_PROFILING. */
#define MIEV_SANDBOX_FILE           "miev-profile"
#define MIEV_SANDBOX_FILE_MAX_BYTES ((uint64_t)256 << 20)

/* "strict", "tensorflow", "profiling", "remote": as engines and requests name them. */
const char *miev_sandbox_profile_name(enum miev_sandbox_profile profile);
/* NULL is "strict". MIEV_ERR_INVALID: there is none of that name. */
MIEV_MUST_USE int miev_sandbox_profile_named(const char *name, enum miev_sandbox_profile *out,
                                             struct miev_error *err);
/* False: what the runtime maps says nothing of the memory that it takes, so that its parent watches
 * its resident memory instead. */
bool miev_sandbox_limits_address_space(enum miev_sandbox_profile profile);

struct miev_sandbox_options {
    enum miev_sandbox_profile profile;
    uint64_t address_space_bytes; /* RLIMIT_AS; 0: none (sanitizers, and see above) */
    uint64_t cpu_s;               /* RLIMIT_CPU, ends by SIGXCPU; 0: none */
    int memory_file;              /* of MIEV_SANDBOX_PROFILING: its descriptor */
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
 * words receives those for the report: "landlock+seccomp", "seccomp", with "+nobody" behind it when
 * root was given up, and with "tensorflow: " before it for a profile other than strict.
 * MIEV_ERR_LIMIT when the address space limit is below what is mapped already, MIEV_ERR_UNAVAILABLE
 * when the kernel has no seccomp filters. After a failure the process may be half locked: it must
 * say so and end. Cannot be undone. */
MIEV_MUST_USE int miev_sandbox_enter(const struct miev_sandbox_options *options, char *words,
                                     size_t words_size, struct miev_error *err);

#endif
