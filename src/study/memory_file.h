/* SPDX-License-Identifier: Apache-2.0 */
/* A file for a library that insists on opening one, in a process that may open none: the kernel
 * hands its call of open back to us (seccomp's TRAP), and it gets a copy of a descriptor that was
 * open all along. Nothing is opened, so nothing more is allowed. */
#ifndef MIEV_STUDY_MEMORY_FILE_H
#define MIEV_STUDY_MEMORY_FILE_H

#include "miev.h"

/* From now on openat() of a path that begins so gives a copy of fd in this process, and of any
 * other EPERM, wherever the filter traps that call. prefix stays the caller's, for good. Once a
 * process. MIEV_ERR_UNSUPPORTED on a processor whose registers are not known here. */
MIEV_MUST_USE int miev_memory_file_serve(const char *prefix, int fd, struct miev_error *err);

#endif
