/* SPDX-License-Identifier: Apache-2.0 */
#include "core/env.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"

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

/* ---- tasks: a thread each ---- */

struct miev_env_task {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool cancelled;
    uint64_t period_ns;
    void (*run)(void *argument);
    void *argument;
};

static struct timespec after_ns(uint64_t duration_ns)
{
    uint64_t at_ns = host_monotonic_ns(NULL) + duration_ns;
    return (struct timespec){.tv_sec = (time_t)(at_ns / 1000000000u),
                             .tv_nsec = (long)(at_ns % 1000000000u)};
}

static void *run_task(void *argument)
{
    struct miev_env_task *task = argument;
    (void)pthread_mutex_lock(&task->lock);
    while (!task->cancelled) {
        (void)pthread_mutex_unlock(&task->lock);
        task->run(task->argument);
        struct timespec due = after_ns(task->period_ns);
        (void)pthread_mutex_lock(&task->lock);
        while (!task->cancelled &&
               pthread_cond_timedwait(&task->wake, &task->lock, &due) != ETIMEDOUT)
            ; /* woken for nothing */
    }
    (void)pthread_mutex_unlock(&task->lock);
    return NULL;
}

/* Signals are the caller's: none reaches the thread. */
static int start_thread(struct miev_env_task *task)
{
    sigset_t all, before;
    pthread_condattr_t attributes;
    (void)sigfillset(&all);
    (void)pthread_mutex_init(&task->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&task->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int number = pthread_create(&task->thread, NULL, run_task, task);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return number;
}

static int host_every(void *context, uint64_t period_ns, void (*run)(void *argument),
                      void *argument, struct miev_env_task **out, struct miev_error *err)
{
    (void)context;
    struct miev_env_task *task = calloc(1, sizeof(*task));
    if (!task)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a task");
    task->period_ns = period_ns;
    task->run = run;
    task->argument = argument;
    int number = start_thread(task);
    if (number != 0) {
        free(task);
        errno = number;
        return miev_error_errno(err, "cannot start a thread");
    }
    *out = task;
    return MIEV_OK;
}

static void host_cancel(void *context, struct miev_env_task *task)
{
    (void)context;
    (void)pthread_mutex_lock(&task->lock);
    task->cancelled = true;
    (void)pthread_cond_signal(&task->wake);
    (void)pthread_mutex_unlock(&task->lock);
    (void)pthread_join(task->thread, NULL);
    (void)pthread_cond_destroy(&task->wake);
    (void)pthread_mutex_destroy(&task->lock);
    free(task);
}

/* ---- perf events ---- */

static int host_perf_open(void *context, uint32_t type, uint64_t config, int cpu)
{
    (void)context;
    struct perf_event_attr attributes = {
        .type = type, .size = sizeof(attributes), .config = config};
    return (int)syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static int host_perf_read(void *context, int fd, uint64_t *out)
{
    (void)context;
    ssize_t n = read(fd, out, sizeof(*out));
    if (n >= 0 && n != (ssize_t)sizeof(*out))
        errno = EIO;
    return n == (ssize_t)sizeof(*out) ? 0 : -1;
}

const struct miev_env *miev_env_host(void)
{
    static const struct miev_env host = {
        .root = "",
        .monotonic_ns = host_monotonic_ns,
        .sleep_ns = host_sleep_ns,
        .variable = host_variable,
        .every = host_every,
        .cancel = host_cancel,
        .perf_open = host_perf_open,
        .perf_read = host_perf_read,
    };
    return &host;
}

static const char *no_variable(void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

struct miev_env miev_env_recorded(const char *root)
{
    struct miev_env env = *miev_env_host();
    env.root = root;
    env.variable = no_variable;
    env.perf_open = NULL;
    return env;
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

int miev_env_every(const struct miev_env *env, uint64_t period_ns, void (*task)(void *argument),
                   void *argument, struct miev_env_task **out, struct miev_error *err)
{
    if (!env->every)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED, "nothing can run beside the caller here");
    return env->every(env->context, period_ns, task, argument, out, err);
}

void miev_env_cancel(const struct miev_env *env, struct miev_env_task *task)
{
    if (task)
        env->cancel(env->context, task);
}
