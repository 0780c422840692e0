/* SPDX-License-Identifier: Apache-2.0 */
/* The outside world, handed in: a recorded or a simulated machine runs through the very code that a
 * real one does. Everything that reads a clock, /sys, /proc or an environment variable takes one.
 */
#ifndef MIEV_CORE_ENV_H
#define MIEV_CORE_ENV_H

#include <stdint.h>

#include "miev.h"

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
    void *context; /* handed to the three functions above */
};

/* This machine. The result is a constant that needs no release. */
const struct miev_env *miev_env_host(void);

uint64_t miev_env_now_ns(const struct miev_env *env);
void miev_env_sleep_ns(const struct miev_env *env, uint64_t duration_ns);
const char *miev_env_variable(const struct miev_env *env, const char *name);

#endif
