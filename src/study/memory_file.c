/* SPDX-License-Identifier: Apache-2.0 */
#include "study/memory_file.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "core/error.h"

/* Where the kernel keeps the second argument of a call, and its result. */
#if defined(__x86_64__)
#define ARGUMENT_2(context) ((context)->uc_mcontext.gregs[REG_RSI])
#define RESULT(context)     ((context)->uc_mcontext.gregs[REG_RAX])
#elif defined(__aarch64__)
#define ARGUMENT_2(context) ((context)->uc_mcontext.regs[1])
#define RESULT(context)     ((context)->uc_mcontext.regs[0])
#endif

#ifdef RESULT
/* A signal handler can be told nothing else. */
static struct {
    const char *prefix;
    int fd;
} served;

static long answer_open(const ucontext_t *context)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): it comes in a register */
    const char *path = (const char *)(uintptr_t)ARGUMENT_2(context);
    if (!path || strncmp(path, served.prefix, strlen(served.prefix)) != 0)
        return -EPERM;
    int fd = dup(served.fd);
    return fd >= 0 ? fd : -errno;
}

static void answer(int number, siginfo_t *info, void *data)
{
    ucontext_t *context = data;
    int before = errno;
    (void)number;
    long result = info->si_syscall == SYS_openat ? answer_open(context) : -EPERM;
    RESULT(context) = (__typeof__(RESULT(context)))result;
    errno = before;
}

int miev_memory_file_serve(const char *prefix, int fd, struct miev_error *err)
{
    struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO};
    if (fd < 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "sandbox: there is no file in memory");
    served.prefix = prefix;
    served.fd = fd;
    if (sigaction(SIGSYS, &action, NULL) != 0)
        return miev_error_errno(err, "sandbox: answer calls of open");
    return MIEV_OK;
}
#else
int miev_memory_file_serve(const char *prefix, int fd, struct miev_error *err)
{
    (void)prefix, (void)fd;
    return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                          "profiling is not there on this processor: its registers are not known "
                          "to the sandbox");
}
#endif
