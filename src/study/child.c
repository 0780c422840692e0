/* SPDX-License-Identifier: Apache-2.0 */
#include "study/child.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/env.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/text.h"
#include "study/wire.h"
#include "study/worker.h"

#define WATCH_INTERVAL_MS 20
#define CRASH_GRACE_MS    2000
#define SEND_TIMEOUT_S    10

struct miev_child {
    struct miev_child_options options;
    struct miev_wire wire;
    pid_t pid; /* 0 after the process was reaped */
    clockid_t clock;
    double last_cpu_s;
    uint64_t last_peak_bytes;
    int wait_status;
};

extern char **environ;

static int prepare_files(posix_spawn_file_actions_t *actions, int socket, int keep_stderr)
{
    int rc = posix_spawn_file_actions_init(actions);
    if (rc != 0)
        return rc;
    rc = posix_spawn_file_actions_adddup2(actions, socket, MIEV_WORKER_SOCKET);
    for (int fd = 0; rc == 0 && fd <= (keep_stderr ? 1 : 2); fd++)
        rc = posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_addclosefrom_np(actions, MIEV_WORKER_SOCKET + 1);
    return rc;
}

static int spawn(struct miev_child *child, int socket, struct miev_error *err)
{
    posix_spawn_file_actions_t actions;
    char name[] = "miev", argument[] = MIEV_WORKER_ARGUMENT;
    char *arguments[] = {name, argument, NULL};
    const char *program = child->options.program ? child->options.program : "/proc/self/exe";
    int rc = prepare_files(&actions, socket, child->options.keep_stderr);
    if (rc == 0)
        rc = posix_spawn(&child->pid, program, &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (rc != 0) {
        child->pid = 0;
        errno = rc;
        return miev_error_errno(err, "cannot start the worker process %s", program);
    }
    if (clock_getcpuclockid(child->pid, &child->clock) != 0)
        return miev_error_set(err, MIEV_ERR_BROKEN, "the worker process has no CPU clock");
    return MIEV_OK;
}

int miev_child_spawn(const struct miev_child_options *options, struct miev_child **out,
                     struct miev_error *err)
{
    int sockets[2];
    struct miev_child *child = calloc(1, sizeof(*child));
    if (!child)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a worker");
    child->options = *options;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
        free(child);
        return miev_error_errno(err, "cannot make a socket pair");
    }
    /* One that answers and never reads would block us for ever. */
    const struct timeval send_timeout = {.tv_sec = SEND_TIMEOUT_S};
    (void)setsockopt(sockets[0], SOL_SOCKET, SO_SNDTIMEO, &send_timeout, sizeof(send_timeout));
    miev_wire_init(&child->wire, sockets[0]);
    int rc = MIEV_OK;
    if (sockets[1] == MIEV_WORKER_SOCKET) {
        /* dup2 onto itself would keep close-on-exec: move it away first. */
        int moved = fcntl(sockets[1], F_DUPFD_CLOEXEC, MIEV_WORKER_SOCKET + 1);
        (void)close(sockets[1]);
        sockets[1] = moved;
    }
    rc = spawn(child, sockets[1], err);
    (void)close(sockets[1]);
    if (rc != MIEV_OK) {
        miev_child_destroy(child);
        return rc;
    }
    *out = child;
    return MIEV_OK;
}

double miev_child_cpu_s(struct miev_child *child)
{
    struct timespec used;
    if (child->pid > 0 && clock_gettime(child->clock, &used) == 0)
        child->last_cpu_s = (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
    return child->last_cpu_s;
}

/* A line such as "VmHWM:   1234 kB" of the process's status, in bytes; 0 when not there. */
static uint64_t status_bytes(pid_t pid, const char *key)
{
    char text[8192];
    struct miev_error err;
    if (pid <= 0 || miev_file_read_text(miev_env_host(), text, sizeof(text), &err,
                                        "/proc/%d/status", (int)pid) != MIEV_OK)
        return 0;
    const char *at = strstr(text, key);
    return at ? strtoull(at + strlen(key), NULL, 10) * 1024u : 0;
}

uint64_t miev_child_peak_bytes(struct miev_child *child)
{
    uint64_t now_bytes = status_bytes(child->pid, "VmHWM:"); /* 0 of one that has ended */
    if (now_bytes > child->last_peak_bytes)
        child->last_peak_bytes = now_bytes;
    return child->last_peak_bytes;
}

int miev_child_alive(const struct miev_child *child)
{
    return child->pid > 0;
}

/* Keep how the process ended; it is ended by force unless it goes by itself within grace_ms. */
static void reap(struct miev_child *child, int grace_ms)
{
    if (child->pid <= 0)
        return;
    (void)miev_child_cpu_s(child);
    (void)miev_child_peak_bytes(child);
    for (; grace_ms > 0; grace_ms -= 10) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
            info.si_pid != 0)
            break;
        miev_env_sleep_ns(miev_env_host(), 10000000u);
    }
    (void)kill(child->pid, SIGKILL); /* no effect on one that has ended and waits for us */
    while (waitpid(child->pid, &child->wait_status, 0) < 0 && errno == EINTR)
        ;
    child->pid = 0;
}

void miev_child_destroy(struct miev_child *child)
{
    if (!child)
        return;
    reap(child, 0);
    miev_wire_finish(&child->wire);
    free(child);
}

static int describe_end(const struct miev_child *child, struct miev_error *err)
{
    if (WIFEXITED(child->wait_status))
        return miev_error_set(err, MIEV_ERR_CRASHED,
                              "the model's process ended by itself with status %d: the file or the "
                              "runtime is at fault, the other models are not touched",
                              WEXITSTATUS(child->wait_status));
    int number = WTERMSIG(child->wait_status);
    const char *name = sigabbrev_np(number);
    char limit[96] = "";
    if (number == SIGABRT && child->options.address_space_bytes > 0)
        (void)snprintf(limit, sizeof(limit), ", perhaps for want of memory (limit %llu MiB)",
                       (unsigned long long)(child->options.address_space_bytes >> 20));
    return miev_error_set(err, MIEV_ERR_CRASHED,
                          "the model's process crashed with signal %d (SIG%s)%s: the file or the "
                          "runtime is at fault, the other models are not touched",
                          number, name ? name : "?", limit);
}

static int over_memory(const struct miev_child *child, struct miev_error *err)
{
    if (child->options.resident_bytes == 0 ||
        status_bytes(child->pid, "VmRSS:") <= child->options.resident_bytes)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_LIMIT,
                          "the model's process used more than the %llu MiB of memory allowed and "
                          "was ended",
                          (unsigned long long)(child->options.resident_bytes >> 20));
}

/* Wait for a message, looking at the process's memory now and then when it has a watchdog. */
static int wait_for_message(struct miev_child *child, double timeout_s, json_t **out,
                            struct miev_error *err)
{
    int left_ms = timeout_s > 1e6 ? 1000000000 : (int)ceil(timeout_s * 1000);
    int watched = child->options.resident_bytes > 0;
    for (;;) {
        int slice_ms = watched && left_ms > WATCH_INTERVAL_MS ? WATCH_INTERVAL_MS : left_ms;
        int rc = miev_wire_receive(&child->wire, slice_ms, out, NULL, err);
        if (rc != MIEV_ERR_TIMEOUT)
            return rc;
        left_ms -= slice_ms;
        if (left_ms <= 0)
            return miev_error_set(err, MIEV_ERR_TIMEOUT,
                                  "the model's process did not answer within %.3g s and was ended: "
                                  "an endless loop, or a model too slow for this machine",
                                  timeout_s);
        if (over_memory(child, err) != MIEV_OK)
            return MIEV_ERR_LIMIT;
    }
}

/* An {"error":{"code","message"}} answer as status and sentence. */
static int take_error(const json_t *reply, struct miev_error *err)
{
    const json_t *error = json_object_get(reply, "error");
    if (!error)
        return MIEV_OK;
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *message = json_string_value(json_object_get(error, "message"));
    int status = miev_status_from_name(code ? code : "");
    if (status == MIEV_OK)
        status = MIEV_ERR_BROKEN;
    char shown[sizeof(err->message)];
    miev_text_show(shown, sizeof(shown), message ? message : "no reason was given");
    return miev_error_set(err, status, "%s", *shown ? shown : "no reason was given");
}

int miev_child_send(struct miev_child *child, json_t *request, int fd, struct miev_error *err)
{
    int rc = child->pid > 0 ? miev_wire_send(&child->wire, request, fd, err)
                            : miev_error_set(err, MIEV_ERR_CRASHED, "the model's process is gone");
    json_decref(request);
    if (rc != MIEV_OK && child->pid > 0) {
        reap(child, rc == MIEV_ERR_CRASHED ? CRASH_GRACE_MS : 0);
        return rc == MIEV_ERR_CRASHED ? describe_end(child, err) : rc;
    }
    return rc;
}

int miev_child_receive(struct miev_child *child, double timeout_s, json_t **reply,
                       struct miev_error *err)
{
    json_t *answer = NULL;
    int rc = child->pid > 0 ? wait_for_message(child, timeout_s, &answer, err)
                            : miev_error_set(err, MIEV_ERR_CRASHED, "the model's process is gone");
    if (rc == MIEV_ERR_CRASHED && child->pid > 0) {
        reap(child, CRASH_GRACE_MS); /* it hung up: it is about to end, or plays dead */
        return describe_end(child, err);
    }
    if (rc != MIEV_OK) {
        reap(child, 0); /* it is in the middle of something, or speaks nonsense */
        return rc;
    }
    rc = take_error(answer, err);
    if (rc == MIEV_OK)
        *reply = answer;
    else
        json_decref(answer);
    return rc;
}

int miev_child_ask(struct miev_child *child, json_t *request, int fd, double timeout_s,
                   json_t **reply, struct miev_error *err)
{
    int rc = miev_child_send(child, request, fd, err);
    return rc == MIEV_OK ? miev_child_receive(child, timeout_s, reply, err) : rc;
}

int miev_child_socket(const struct miev_child *child)
{
    return child->wire.socket;
}

int miev_child_has_answer(const struct miev_child *child)
{
    return miev_wire_holds_message(&child->wire);
}

int miev_child_watch(struct miev_child *child, struct miev_error *err)
{
    int rc = over_memory(child, err);
    if (rc != MIEV_OK)
        reap(child, 0);
    return rc;
}
