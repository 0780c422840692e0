/* SPDX-License-Identifier: Apache-2.0 */
#include "study/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/env.h"
#include "core/error.h"
#include "core/file.h"
#include "study/memory_file.h"

#define NOBODY_ID 65534u
#define END       (-1) /* of a list of calls */

/* Calls that need no look at their arguments: what arithmetic on open descriptors takes. A call
 * that is not here answers EPERM; to find out which one a runtime misses, run the worker under
 * `strace -f` and look for EPERM behind the call of seccomp(). */
static const int plain_calls[] = {
    /* open descriptors */
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(fstat),
    SCMP_SYS(recvmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendmsg),
    SCMP_SYS(shutdown),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    /* memory */
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(mincore),
    SCMP_SYS(brk),
    SCMP_SYS(membarrier),
    SCMP_SYS(get_mempolicy),
    /* threads, their signals and waiting */
    SCMP_SYS(futex),
    SCMP_SYS(futex_waitv),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(sched_yield),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    /* questions about the clock, the processors and itself */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getcpu),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
    SCMP_SYS(sched_get_priority_max),
    SCMP_SYS(sched_get_priority_min),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getppid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getrusage),
    SCMP_SYS(times),
    SCMP_SYS(getrlimit),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getrandom),
    END,
};

/* Calls that are allowed while (argument & mask) == value; several rows of one call are
 * alternatives. glibc's fstat of versions 2.33 to 2.38 is not among them: it is newfstatat, which
 * would tell of any path, because a filter cannot look behind a pointer. */
struct guarded_call {
    int call;
    unsigned argument;
    scmp_datum_t mask, value;
};

#define NAMESPACE_FLAGS                                                                           \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
     CLONE_NEWNET)
#define POINTER UINT64_MAX
#define INT     UINT32_MAX /* the kernel does not look at the upper half either */

static const struct guarded_call guarded_calls[] = {
    /* No new code: XNNPACK and ONNX Runtime's kernels are compiled in. A runtime that makes code
     * shows itself under `strace -f -e trace=mmap,mprotect` by PROT_EXEC without an open file. */
    {SCMP_SYS(mmap), 2, PROT_EXEC, 0},
    {SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
    /* Threads, never a process. */
    {SCMP_SYS(clone), 0, CLONE_THREAD | NAMESPACE_FLAGS, CLONE_THREAD},
    /* send(), which is sendto() without an address. */
    {SCMP_SYS(sendto), 4, POINTER, 0},
    /* Not F_SETOWN and F_SETSIG, which send signals to other processes. */
    {SCMP_SYS(fcntl), 1, INT, F_GETFD},
    {SCMP_SYS(fcntl), 1, INT, F_SETFD},
    {SCMP_SYS(fcntl), 1, INT, F_GETFL},
    {SCMP_SYS(fcntl), 1, INT, F_GET_SEALS},
    {SCMP_SYS(fcntl), 1, INT, F_DUPFD_CLOEXEC},
    /* Thread names, for whoever looks at the process with a debugger. */
    {SCMP_SYS(prctl), 0, INT, PR_SET_NAME},
    /* getrlimit(): no new limit is handed over. */
    {SCMP_SYS(prlimit64), 2, POINTER, 0},
    {END, 0, 0, 0},
};

/* What a profile may call besides. */
static const int no_calls[] = {END};
static const struct guarded_call no_guarded_calls[] = {{END, 0, 0, 0}};

/* TensorFlow takes what gethostname() leaves, without a look at how it went. */
static const int naming_the_host[] = {SCMP_SYS(uname), END};

/* oneDNN writes its kernels when it learns the shapes, and then asks for the right to run them. */
static const struct guarded_call making_code[] = {{SCMP_SYS(mprotect), 2, 0, 0}, {END, 0, 0, 0}};

/* Connections to the one server come from a process beside the worker (remote/dialler.h): not
 * socket(), not connect(). libcurl looks at them and sets their options. It connects even what it
 * is handed: it hears that this is under way, looks, and finds it done. */
static const int using_connections[] = {
    SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername), END,
};
static const int connecting[] = {SCMP_SYS(connect), END};
static const struct guarded_call not_blocking[] = {{SCMP_SYS(fcntl), 1, INT, F_SETFL},
                                                   {END, 0, 0, 0}};

static const struct profile {
    const char *name;
    const int *plain;
    const struct guarded_call *guarded;
    const int *in_progress; /* calls that do nothing and answer EINPROGRESS */
    bool limits_address_space, has_file;
} profiles[] = {
    [MIEV_SANDBOX_STRICT] = {"strict", no_calls, no_guarded_calls, no_calls, true, false},
    [MIEV_SANDBOX_TENSORFLOW] = {"tensorflow", naming_the_host, making_code, no_calls, false,
                                 false},
    [MIEV_SANDBOX_PROFILING] = {"profiling", no_calls, no_guarded_calls, no_calls, true, true},
    [MIEV_SANDBOX_REMOTE] = {"remote", using_connections, not_blocking, connecting, true, false},
};

const char *miev_sandbox_profile_name(enum miev_sandbox_profile profile)
{
    return profiles[profile].name;
}

int miev_sandbox_profile_named(const char *name, enum miev_sandbox_profile *out,
                               struct miev_error *err)
{
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
        if (strcmp(name ? name : "strict", profiles[i].name) == 0) {
            *out = (enum miev_sandbox_profile)i;
            return MIEV_OK;
        }
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "sandbox: no profile is named '%.40s', so nothing is run in it", name);
}

bool miev_sandbox_limits_address_space(enum miev_sandbox_profile profile)
{
    return profiles[profile].limits_address_space;
}

/* The kernel's interface, declared here because Debian 12's header ends at its first version. A
 * kernel that knows fewer fields takes the longer struct as long as they are zero. */
struct landlock_ruleset {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
};
#define LANDLOCK_VERSION_FLAG 1u
#define LANDLOCK_NET_ALL      3u /* bind and connect of TCP */

/* All rights over files that a version of Landlock knows: 13 at first; version 2 added moving
 * between folders, 3 truncation, 5 device commands. */
static uint64_t landlock_fs_all(long version)
{
    unsigned bits = 13;
    if (version >= 2)
        bits = 14;
    if (version >= 3)
        bits = 15;
    if (version >= 5)
        bits = 16;
    return (UINT64_C(1) << bits) - 1;
}

/* Take away every path. It holds for this thread and for the threads it starts from now on; the
 * others have seccomp alone, which is the wall that counts: this is a second one behind it. False
 * when the kernel has no Landlock or it is switched off. */
static bool enter_landlock(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION_FLAG);
    if (version < 1)
        return false;
    struct landlock_ruleset nothing = {.handled_access_fs = landlock_fs_all(version),
                                       .handled_access_net = version >= 4 ? LANDLOCK_NET_ALL : 0};
    long fd = syscall(SYS_landlock_create_ruleset, &nothing, sizeof(nothing), 0);
    if (fd < 0)
        return false;
    bool entered = syscall(SYS_landlock_restrict_self, fd, 0) == 0;
    (void)close((int)fd);
    return entered;
}

/* Root becomes nobody, in all threads (glibc sees to that), and keeps its open descriptors. Where a
 * container has no such user, losing the capabilities must do. Capabilities of an ordinary user
 * (a file capability for the sensors) go too, though only those of this thread and its children:
 * what they would open to the others, the filter does not let them call. */
static int drop_identity(bool *nobody, struct miev_error *err)
{
    int death_signal = 0;
    (void)prctl(PR_GET_PDEATHSIG, &death_signal);
    *nobody = geteuid() == 0 && setgroups(0, NULL) == 0 &&
              setresgid(NOBODY_ID, NOBODY_ID, NOBODY_ID) == 0 &&
              setresuid(NOBODY_ID, NOBODY_ID, NOBODY_ID) == 0;
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    if (syscall(SYS_capset, &head, none) != 0)
        return miev_error_errno(err, "sandbox: give up capabilities");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return miev_error_errno(err, "sandbox: give up new privileges");
    /* The kernel forgets the death signal when a process changes its user. */
    if (death_signal != 0 && prctl(PR_SET_PDEATHSIG, death_signal) != 0)
        return miev_error_errno(err, "sandbox: keep the death signal");
    /* No other process of the same user looks in, and a crash leaves no copy of the input. */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return miev_error_errno(err, "sandbox: shut out debuggers");
    return MIEV_OK;
}

/* Lower one limit, never above the hard limit that is already there. */
static int lower_limit(__rlimit_resource_t resource, rlim_t soft, rlim_t hard, const char *name,
                       struct miev_error *err)
{
    struct rlimit now;
    if (getrlimit(resource, &now) != 0)
        return miev_error_errno(err, "sandbox: read %s", name);
    now.rlim_max = hard < now.rlim_max ? hard : now.rlim_max;
    now.rlim_cur = soft < now.rlim_max ? soft : now.rlim_max;
    if (setrlimit(resource, &now) != 0)
        return miev_error_errno(err, "sandbox: set %s", name);
    return MIEV_OK;
}

/* A limit below what is mapped already would make every later allocation fail without saying why.
 */
static int check_address_space(uint64_t limit_bytes, struct miev_error *err)
{
    char text[128];
    int rc = miev_file_read_text(miev_env_host(), text, sizeof(text), err, "/proc/self/statm");
    if (rc != MIEV_OK)
        return rc;
    uint64_t mapped_bytes = strtoull(text, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
    if (mapped_bytes < limit_bytes)
        return MIEV_OK;
    return miev_error_set(
        err, MIEV_ERR_LIMIT,
        "sandbox: the limit of %.0f MB of address space is below the %.0f MB that "
        "the runtime itself takes: allow more",
        (double)limit_bytes / 1e6, (double)mapped_bytes / 1e6);
}

static int set_limits(const struct miev_sandbox_options *options, struct miev_error *err)
{
    rlim_t file_bytes = profiles[options->profile].has_file ? MIEV_SANDBOX_FILE_MAX_BYTES : 0;
    /* Writing to a file that was left open (a log) must fail, not kill. */
    (void)signal(SIGXFSZ, SIG_IGN);
    int rc = lower_limit(RLIMIT_CORE, 0, 0, "RLIMIT_CORE", err);
    if (rc == MIEV_OK)
        rc = lower_limit(RLIMIT_FSIZE, file_bytes, file_bytes, "RLIMIT_FSIZE", err);
    if (rc == MIEV_OK && options->cpu_s > 0)
        rc = lower_limit(RLIMIT_CPU, options->cpu_s, options->cpu_s + 1, "RLIMIT_CPU", err);
    if (rc == MIEV_OK && options->address_space_bytes > 0)
        rc = lower_limit(RLIMIT_AS, options->address_space_bytes, options->address_space_bytes,
                         "RLIMIT_AS", err);
    return rc;
}

static int add_plain_calls(scmp_filter_ctx filter, uint32_t action, const int *call)
{
    int rc = 0;
    for (; rc == 0 && *call != END; call++)
        rc = seccomp_rule_add(filter, action, *call, 0);
    return rc;
}

static int add_guarded_calls(scmp_filter_ctx filter, const struct guarded_call *g)
{
    int rc = 0;
    for (; rc == 0 && g->call != END; g++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, g->call, 1,
                              SCMP_CMP64(g->argument, SCMP_CMP_MASKED_EQ, g->mask, g->value));
    return rc;
}

static int add_rules(scmp_filter_ctx filter, const struct profile *profile)
{
    int rc = add_plain_calls(filter, SCMP_ACT_ALLOW, plain_calls);
    if (rc == 0)
        rc = add_guarded_calls(filter, guarded_calls);
    if (rc == 0)
        rc = add_plain_calls(filter, SCMP_ACT_ALLOW, profile->plain);
    if (rc == 0)
        rc = add_plain_calls(filter, SCMP_ACT_ERRNO(EINPROGRESS), profile->in_progress);
    if (rc == 0)
        rc = add_guarded_calls(filter, profile->guarded);
    if (rc == 0 && profile->has_file) /* handed to study/memory_file.c, never done */
        rc = seccomp_rule_add(filter, SCMP_ACT_TRAP, SCMP_SYS(openat), 0);
    /* abort() signals its own process; it must not signal another one. */
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                              SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, INT, (scmp_datum_t)getpid()));
    /* The flags of clone3 lie behind a pointer. ENOSYS sends glibc to clone, which can be judged.
     */
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return rc;
}

static int build_filter(const struct profile *profile, scmp_filter_ctx *out, struct miev_error *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter)
        return miev_error_set(err, MIEV_ERR_NOMEM, "sandbox: out of memory");
    /* All threads, those that the runtime started before too. */
    int rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    /* Without it, kernels before 5.16 slow down the very code that is measured; the process holds
     * no secret that speculation could reach. */
    if (rc == 0)
        rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
    /* A call by another architecture's numbers is an attack, not a fallback. */
    if (rc == 0)
        rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (rc == 0)
        rc = add_rules(filter, profile);
    if (rc != 0) {
        seccomp_release(filter);
        errno = -rc;
        return miev_error_errno(err, "sandbox: build the seccomp filter");
    }
    *out = filter;
    return MIEV_OK;
}

static int load_filter(scmp_filter_ctx filter, struct miev_error *err)
{
    int rc = seccomp_load(filter);
    if (rc == 0)
        return MIEV_OK;
    errno = -rc;
    if (errno != EINVAL && errno != ENOSYS)
        return miev_error_errno(err, "sandbox: load the seccomp filter");
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                          "sandbox: this kernel has no seccomp filters (CONFIG_SECCOMP_FILTER), so "
                          "a model file cannot be opened safely here");
}

int miev_sandbox_enter(const struct miev_sandbox_options *options, char *words, size_t words_size,
                       struct miev_error *err)
{
    const struct profile *profile = &profiles[options->profile];
    if (options->address_space_bytes > 0) {
        int rc = check_address_space(options->address_space_bytes, err);
        if (rc != MIEV_OK)
            return rc;
    }
    scmp_filter_ctx filter = NULL;
    int rc = profile->has_file
                 ? miev_memory_file_serve(MIEV_SANDBOX_FILE, options->memory_file, err)
                 : MIEV_OK;
    if (rc == MIEV_OK)
        rc = build_filter(profile, &filter, err);
    if (rc != MIEV_OK)
        return rc;
    bool nobody = false, landlock = false;
    rc = drop_identity(&nobody, err);
    if (rc == MIEV_OK)
        rc = set_limits(options, err);
    if (rc == MIEV_OK) {
        landlock = enter_landlock();
        rc = load_filter(filter, err);
    }
    seccomp_release(filter);
    bool strict = options->profile == MIEV_SANDBOX_STRICT;
    if (rc == MIEV_OK)
        (void)snprintf(words, words_size, "%s%s%sseccomp%s", strict ? "" : profile->name,
                       strict ? "" : ": ", landlock ? "landlock+" : "", nobody ? "+nobody" : "");
    return rc;
}
