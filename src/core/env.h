/* SPDX-License-Identifier: Apache-2.0 */
/* The outside world, handed in: a recorded or a simulated machine runs through the very code that a
 * real one does. Everything that reads a clock, /sys, /proc or an environment variable takes one.
 */
#ifndef MIEV_CORE_ENV_H
#define MIEV_CORE_ENV_H

#include <stdint.h>

#include "miev.h"

struct miev_env_task; /* opaque: something that runs beside the caller */

struct miev_env {
    /* Folder that holds "sys" and "proc": "" for this machine, a fixture's root for a recorded
     * one. Without a trailing slash. Never NULL. */
    const char *root;
    /* Nanoseconds of a clock that never jumps back (CLOCK_MONOTONIC on a real machine). */
    uint64_t (*monotonic_ns)(void *context);
    /* Wait so many nanoseconds (a simulated machine moves its clock instead). */
    void (*sleep_ns)(void *context, uint64_t duration_ns);
    /* Value of an environment variable, or NULL. */
    const char *(*variable)(void *context, const char *name);
    /* Run task(argument) now and then every period_ns beside the caller, until cancel, which waits
     * for a run that is under way; a late run is not made up for. On a real machine that is a
     * thread, in a simulated one its sleep. NULL: nothing runs beside. */
    int (*every)(void *context, uint64_t period_ns, void (*task)(void *argument), void *argument,
                 struct miev_env_task **out, struct miev_error *err);
    void (*cancel)(void *context, struct miev_env_task *task);
    /* Open a counting perf event of all processes on one CPU; a descriptor, or -1 with errno set.
     * perf_read takes its count; 0, or -1 with errno set. NULL: this machine has no such call. */
    int (*perf_open)(void *context, uint32_t type, uint64_t config, int cpu);
    int (*perf_read)(void *context, int fd, uint64_t *out);
    void *context; /* handed to the functions above */
};

/* This machine. The result is a constant that needs no release. */
const struct miev_env *miev_env_host(void);

/* A machine whose sys and proc lie below root: this one's clock, none of its calls, libraries or
 * variables. root must outlive it. */
struct miev_env miev_env_recorded(const char *root);

uint64_t miev_env_now_ns(const struct miev_env *env);
void miev_env_sleep_ns(const struct miev_env *env, uint64_t duration_ns);
const char *miev_env_variable(const struct miev_env *env, const char *name);

/* MIEV_ERR_UNSUPPORTED where nothing runs beside the caller. *out is owned by the caller:
 * miev_env_cancel (NULL allowed). */
MIEV_MUST_USE int miev_env_every(const struct miev_env *env, uint64_t period_ns,
                                 void (*task)(void *argument), void *argument,
                                 struct miev_env_task **out, struct miev_error *err);
void miev_env_cancel(const struct miev_env *env, struct miev_env_task *task);

#endif
