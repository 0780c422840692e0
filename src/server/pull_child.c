/* SPDX-License-Identifier: Apache-2.0 */
#include "server/pull_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "core/json.h"

extern char **environ;

/* Only its own pipe, and no folder of ours: a bare word is then never a file beside the server. */
static int prepare_files(posix_spawn_file_actions_t *actions, int out)
{
    int rc = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(actions, out, 1);
    if (rc == 0)
        rc = posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0);
    if (rc == 0)
        rc = posix_spawn_file_actions_addclosefrom_np(actions, 3);
    return rc == 0 ? posix_spawn_file_actions_addchdir_np(actions, "/") : rc;
}

/* Signals as at a terminal: one that writes to us when we are gone is ended by SIGPIPE. */
static int prepare_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, usual;
    (void)sigemptyset(&none);
    (void)sigemptyset(&usual);
    (void)sigaddset(&usual, SIGPIPE);
    (void)sigaddset(&usual, SIGTERM);
    (void)sigaddset(&usual, SIGINT);
    int rc = posix_spawnattr_setsigmask(attributes, &none);
    if (rc == 0)
        rc = posix_spawnattr_setsigdefault(attributes, &usual);
    return rc == 0 ? posix_spawnattr_setflags(attributes,
                                              POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
                   : rc;
}

static int spawn(struct miev_pull_child *child, const char *program, const char *what, int out)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char name[] = "miev", command[] = "pull", events[] = "--json-progress", end[] = "--";
    char guard[] = "--public-only"; /* who asks the page asks for nothing of this machine */
    char word[1024];
    char *arguments[] = {name, command, events, guard, end, word, NULL};
    (void)snprintf(word, sizeof(word), "%s", what);
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    int rc = prepare_files(&actions, out);
    if (rc == 0)
        rc = prepare_signals(&attributes);
    if (rc == 0)
        rc = posix_spawn(&child->pid, program ? program : "/proc/self/exe", &actions, &attributes,
                         arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    return rc;
}

int miev_pull_child_start(struct miev_pull_child *child, const char *program, const char *what,
                          struct miev_error *err)
{
    int ends[2];
    *child = (struct miev_pull_child){.fd = -1};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return miev_error_errno(err, "cannot make a pipe");
    int rc = spawn(child, program, what, ends[1]);
    (void)close(ends[1]);
    if (rc != 0) {
        (void)close(ends[0]);
        errno = rc;
        return miev_error_errno(err, "cannot start 'miev pull'");
    }
    child->fd = ends[0];
    return MIEV_OK;
}

static void hear(struct miev_pull_child *child, void (*each)(void *context, const json_t *event),
                 void *context)
{
    json_t *event = NULL;
    if (!child->skipping && miev_json_parse(child->line, child->used, &event, NULL) == MIEV_OK)
        each(context, event);
    json_decref(event);
    child->used = 0;
    child->skipping = false;
}

bool miev_pull_child_listen(struct miev_pull_child *child, int timeout_ms,
                            void (*each)(void *context, const json_t *event), void *context)
{
    char bytes[4096];
    struct pollfd wait = {.fd = child->fd, .events = POLLIN};
    int ready = poll(&wait, 1, timeout_ms);
    if (ready <= 0)
        return ready == 0 || errno == EINTR;
    ssize_t n = read(child->fd, bytes, sizeof(bytes));
    if (n <= 0)
        return n < 0 && errno == EINTR;
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] == '\n')
            hear(child, each, context);
        else if (child->used < sizeof(child->line) - 1)
            child->line[child->used++] = bytes[i];
        else
            child->skipping = true;
        child->line[child->used] = '\0';
    }
    return true;
}

void miev_pull_child_stop(const struct miev_pull_child *child, bool by_force)
{
    (void)kill(child->pid, by_force ? SIGKILL : SIGTERM);
}

int miev_pull_child_finish(struct miev_pull_child *child)
{
    int status = 0;
    (void)close(child->fd);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
