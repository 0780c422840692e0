/* SPDX-License-Identifier: Apache-2.0 */
/* A command of the user's own that prints the joules of the whole machine: docs/sensors.md has the
 * protocol. So any wall meter, smart plug, IPMI or Redfish reader can be used. It is started once;
 * a task beside the work asks and listens. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "sensor/meter_line.h"
#include "sensor/sampler.h"
#include "sensor/sensor.h"

extern char **environ; /* the command gets what the user has set */

#define VARIABLE "MIEV_METER"

/* 90 %; docs/method-energy.md. */
#define LOW_RATIO  0.95
#define HIGH_RATIO 1.05

#define MAX_W           20000.0
#define FIRST_LINE_MS   10000
#define ANSWER_MS       2000 /* a slow meter's next line, at most */
#define SAMPLE_NS       100000000u
#define STUCK_NS        60000000000u
#define END_STEPS       20 /* of 10 ms, from the request to end to the end by force */
#define USUAL_PERIOD_NS 1000000000u

static const struct miev_look_plan look_plan = {
    .step_ns = 50000000u, .max_ns = 5000000000u, .max_changes = 3};

struct exec {
    const struct miev_env *env;
    pid_t pid;       /* also of its process group; -1: none */
    int to_fd;       /* its standard input: a newline asks for a reading */
    int from_fd;     /* its standard output */
    int complain_fd; /* its standard error */
    struct miev_meter_lines lines;
    char complaint[MIEV_METER_LINE_MAX];
    bool ended;
    uint64_t period_ns;
    struct miev_sampler *sampler;
};

/* ---- talking to it ---- */

static void drain(int fd, struct miev_meter_lines *lines, bool *ended)
{
    char text[4096];
    for (int i = 0; i < 64; i++) { /* what prints without end is cut */
        ssize_t n = read(fd, text, sizeof(text));
        if (n == 0)
            *ended = true;
        if (n <= 0)
            return;
        miev_meter_lines_take(lines, text, (size_t)n);
    }
}

/* The last line of its complaints, for the sentence of a refusal. */
static void hear_complaints(struct exec *self)
{
    struct miev_meter_lines said = {.length = 0};
    bool ended = false;
    drain(self->complain_fd, &said, &ended);
    miev_meter_lines_take(&said, "\n", 1);
    if (said.fresh)
        miev_text_show(self->complaint, sizeof(self->complaint), said.line);
}

static void listen_for(struct exec *self, int wait_ms)
{
    struct pollfd waits = {.fd = self->from_fd, .events = POLLIN};
    (void)send(self->to_fd, "\n", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (poll(&waits, 1, wait_ms) > 0)
        drain(self->from_fd, &self->lines, &self->ended);
    hear_complaints(self);
}

/* The joules of its last line; the same as before while no new one has come. */
static int read_joules(void *source, uint64_t *out_micro)
{
    struct exec *self = source;
    listen_for(self, ANSWER_MS);
    if (self->ended)
        return -1;
    return miev_meter_line_parse(self->lines.line, out_micro) ? 0 : -1;
}

/* ---- starting and ending it ---- */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/* A request first, then by force, so that it can put its device in order. */
static void end_command(struct exec *self)
{
    if (self->pid <= 0)
        return;
    (void)kill(-self->pid, SIGTERM);
    for (int i = 0; i < END_STEPS; i++) {
        if (waitpid(self->pid, NULL, WNOHANG) == self->pid) {
            (void)kill(-self->pid, SIGKILL); /* what it has started itself */
            self->pid = -1;
            return;
        }
        struct timespec step = {.tv_nsec = 10000000};
        (void)nanosleep(&step, NULL);
    }
    (void)kill(-self->pid, SIGKILL);
    (void)waitpid(self->pid, NULL, 0);
    self->pid = -1;
}

static void exec_close(void *state)
{
    struct exec *self = state;
    end_command(self); /* which also ends the task's waiting for a line */
    miev_sampler_stop(self->sampler);
    close_fd(&self->to_fd);
    close_fd(&self->from_fd);
    close_fd(&self->complain_fd);
}

struct ends {
    int input[2], output[2], complaints[2]; /* ours, the command's */
};

static void close_ends(struct ends *ends)
{
    for (int i = 0; i < 2; i++) {
        close_fd(&ends->input[i]);
        close_fd(&ends->output[i]);
        close_fd(&ends->complaints[i]);
    }
}

static int make_ends(struct ends *ends, struct miev_error *err)
{
    *ends = (struct ends){{-1, -1}, {-1, -1}, {-1, -1}};
    /* A socket, as writing to one whose other end is gone can be told not to raise a signal. */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends->input) == 0 &&
        pipe2(ends->output, O_CLOEXEC) == 0 && pipe2(ends->complaints, O_CLOEXEC) == 0 &&
        fcntl(ends->output[0], F_SETFL, O_NONBLOCK) == 0 &&
        fcntl(ends->complaints[0], F_SETFL, O_NONBLOCK) == 0)
        return MIEV_OK;
    int rc = miev_error_errno(err, "cannot make pipes for the metering command");
    close_ends(ends);
    return rc;
}

/* Through the shell, as the command is a line that its user wrote for one. Its process group is its
 * own, so that all of it can be ended and Ctrl-C reaches it through us. */
static int spawn(struct exec *self, const char *command, const struct ends *ends,
                 struct miev_error *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    char shell[] = "/bin/sh", flag[] = "-c";
    char text[4096];
    if (snprintf(text, sizeof(text), "%s", command) >= (int)sizeof(text))
        return miev_error_set(err, MIEV_ERR_LIMIT, VARIABLE " holds more than %zu characters",
                              sizeof(text) - 1);
    char *const words[] = {shell, flag, text, NULL};
    (void)sigemptyset(&none);
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, ends->input[1], STDIN_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, ends->output[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, ends->complaints[1], STDERR_FILENO);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    (void)posix_spawnattr_setpgroup(&attributes, 0);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    int number = posix_spawn(&self->pid, shell, &actions, &attributes, words, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    if (number == 0)
        return MIEV_OK;
    self->pid = -1;
    errno = number;
    return miev_error_errno(err, "cannot start /bin/sh for " VARIABLE);
}

static int start_command(struct exec *self, const char *command, struct miev_error *err)
{
    struct ends ends;
    int rc = make_ends(&ends, err);
    if (rc != MIEV_OK)
        return rc;
    rc = spawn(self, command, &ends, err);
    if (rc == MIEV_OK) {
        self->to_fd = ends.input[0];
        self->from_fd = ends.output[0];
        self->complain_fd = ends.complaints[0];
        ends.input[0] = ends.output[0] = ends.complaints[0] = -1;
    }
    close_ends(&ends);
    return rc;
}

/* ---- believing it ---- */

static int refuse(struct exec *self, int code, const char *what, struct miev_error *err)
{
    hear_complaints(self);
    return miev_error_set(err, code, "the command in " VARIABLE " %s%s%s", what,
                          *self->complaint ? "; it said: " : "", self->complaint);
}

static int await_first_line(struct exec *self, struct miev_error *err)
{
    uint64_t micro = 0;
    char shown[80], what[160];
    for (int left_ms = FIRST_LINE_MS; left_ms > 0 && !self->lines.fresh && !self->ended;
         left_ms -= ANSWER_MS)
        listen_for(self, ANSWER_MS);
    if (self->ended && !self->lines.fresh)
        return refuse(self, MIEV_ERR_BROKEN, "ended without a line of joules", err);
    if (!self->lines.fresh)
        return refuse(self, MIEV_ERR_TIMEOUT, "printed no line within 10 s", err);
    if (miev_meter_line_parse(self->lines.line, &micro))
        return MIEV_OK;
    miev_text_show(shown, sizeof(shown), self->lines.line);
    (void)snprintf(what, sizeof(what), "printed '%s', which is no number of joules", shown);
    return refuse(self, MIEV_ERR_BROKEN, what, err);
}

static int check(struct exec *self, struct miev_error *err)
{
    struct miev_look look;
    int rc = await_first_line(self, err);
    if (rc != MIEV_OK)
        return rc;
    miev_look_at(self->env, read_joules, self, &look_plan, &look);
    rc = miev_judge_counter(&look, "what the command in " VARIABLE " prints", MAX_W, err);
    self->period_ns = look.period_ns > 0 ? look.period_ns : USUAL_PERIOD_NS;
    return rc;
}

static int exec_open(void *state, const struct miev_env *env, size_t *n_channels,
                     struct miev_error *err)
{
    struct exec *self = state;
    *self = (struct exec){.env = env, .pid = -1, .to_fd = -1, .from_fd = -1, .complain_fd = -1};
    const char *command = miev_env_variable(env, VARIABLE);
    if (!command || *command == '\0')
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "no meter of your own is named: " VARIABLE
                              "='COMMAND' names one that prints joules (docs/sensors.md)");
    const struct miev_sampler_source source = {
        .read = read_joules, .source = self, .counter = true, .max_w = MAX_W, .stuck_ns = STUCK_NS};
    int rc = start_command(self, command, err);
    if (rc == MIEV_OK)
        rc = check(self, err);
    if (rc == MIEV_OK)
        rc = miev_sampler_start(env, &source, 1, SAMPLE_NS, &self->sampler, err);
    if (rc != MIEV_OK) {
        exec_close(self);
        return rc;
    }
    *n_channels = 1;
    return MIEV_OK;
}

/* The command itself is not told: it may hold a password. */
static void exec_describe(const void *state, size_t i, struct miev_channel *out)
{
    (void)i;
    const struct exec *self = state;
    *out = (struct miev_channel){
        .id = "wall",
        .part = MIEV_PART_MACHINE,
        .quality = MIEV_MEASURED,
        .package = -1,
        .update_period_ns = self->period_ns,
        .systematic_low_ratio = LOW_RATIO,
        .systematic_high_ratio = HIGH_RATIO,
        .source = "joules that the command in " VARIABLE " prints",
    };
}

static int exec_read(void *state, const struct miev_work *work, struct miev_reading *out,
                     struct miev_error *err)
{
    (void)work;
    (void)err;
    struct exec *self = state;
    miev_sampler_read(self->sampler, 0, out);
    return MIEV_OK;
}

const struct miev_sensor_ops miev_sensor_exec = {
    .name = "exec",
    .summary = "a meter of your own: a command that prints the joules of the whole machine",
    .state_size = sizeof(struct exec),
    .open = exec_open,
    .describe = exec_describe,
    .read = exec_read,
    .close = exec_close,
};
