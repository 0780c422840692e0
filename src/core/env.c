/* SPDX-License-Identifier: Apache-2.0 */
#include "core/env.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

static uint64_t host_monotonic_ns(void *context)
{
    (void)context;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void host_sleep_ns(void *context, uint64_t duration_ns)
{
    (void)context;
    struct timespec left = {.tv_sec = (time_t)(duration_ns / 1000000000u),
                            .tv_nsec = (long)(duration_ns % 1000000000u)};
    /* An interrupted sleep ends early on purpose: the signal (Ctrl-C) is what the caller looks at
     * next. */
    (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &left, NULL);
}

static const char *host_variable(void *context, const char *name)
{
    (void)context;
    return getenv(name); /* NOLINT(concurrency-mt-unsafe): nothing here writes the environment */
}

const struct miev_env *miev_env_host(void)
{
    static const struct miev_env host = {
        .root = "",
        .monotonic_ns = host_monotonic_ns,
        .sleep_ns = host_sleep_ns,
        .variable = host_variable,
    };
    return &host;
}

uint64_t miev_env_now_ns(const struct miev_env *env)
{
    return env->monotonic_ns(env->context);
}

void miev_env_sleep_ns(const struct miev_env *env, uint64_t duration_ns)
{
    env->sleep_ns(env->context, duration_ns);
}

const char *miev_env_variable(const struct miev_env *env, const char *name)
{
    return env->variable(env->context, name);
}
