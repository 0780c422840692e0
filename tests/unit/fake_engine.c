/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_engine.h"

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

#include "core/error.h"

#define FAKE_MAX_BATCH 4

struct fake_state {
    char word[32];
    float pixels[FAKE_MAX_BATCH * 2 * 2 * 3];
    float scores[FAKE_MAX_BATCH * 3];
    int runs, more; /* more: pictures of one run beside the first */
};

static bool fake_handles(const void *head, size_t length)
{
    return length >= 4 && memcmp(head, "FAKE", 4) == 0;
}

static int fake_open(void *state, const struct miev_engine_options *options,
                     struct miev_engine_info *info, struct miev_error *err)
{
    (void)state;
    (void)err;
    *info = (struct miev_engine_info){
        .runtime = "fake", .version = "1", .delegate = "none", .threads = options->threads};
    return MIEV_OK;
}

static int fake_load(void *state, const void *model, size_t length, struct miev_engine_info *info,
                     struct miev_error *err)
{
    struct fake_state *fake = state;
    (void)info;
    (void)err;
    int word = length > 5 ? (int)length - 5 : 0;
    (void)snprintf(fake->word, sizeof(fake->word), "%.*s", word, (const char *)model + 5);
    return MIEV_OK;
}

static size_t fake_count(const void *state)
{
    (void)state;
    return 1;
}

static int fake_input(void *state, size_t i, struct miev_tensor *out, struct miev_error *err)
{
    struct fake_state *fake = state;
    (void)i;
    (void)err;
    *out = (struct miev_tensor){.name = "pixels",
                                .dtype = MIEV_DTYPE_FLOAT32,
                                .n_dims = 4,
                                .dims = {1 + fake->more, 2, 2, 3},
                                .data = fake->pixels,
                                .bytes = (size_t)(1 + fake->more) * 2 * 2 * 3 * sizeof(float)};
    return MIEV_OK;
}

static int fake_output(void *state, size_t i, struct miev_tensor *out, struct miev_error *err)
{
    struct fake_state *fake = state;
    (void)i;
    (void)err;
    *out = (struct miev_tensor){.name = "scores",
                                .dtype = MIEV_DTYPE_FLOAT32,
                                .n_dims = 2,
                                .dims = {1 + fake->more, 3},
                                .data = fake->scores,
                                .bytes = (size_t)(1 + fake->more) * 3 * sizeof(float)};
    return MIEV_OK;
}

static int fake_shape_input(void *state, size_t i, const int64_t *dims, size_t n_dims,
                            struct miev_error *err)
{
    struct fake_state *fake = state;
    bool batches = strcmp(fake->word, "batches") == 0 || strcmp(fake->word, "mixes") == 0;
    if (i != 0 || n_dims != 4 || dims[0] > (batches ? FAKE_MAX_BATCH : 1))
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED, "no such shape");
    fake->more = (int)dims[0] - 1;
    memset(fake->pixels, 0, sizeof(fake->pixels));
    return MIEV_OK;
}

static int note(char *out, size_t capacity, const char *what, int done)
{
    return snprintf(out, capacity, "%s %s, ", what, done ? "open" : "refused");
}

void fake_break_out(char *out, size_t capacity)
{
    char path[] = "/bin/true", *arguments[] = {path, NULL};
    pid_t pid = 0;
    int file = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    int unix_socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int internet = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int program = posix_spawn(&pid, path, NULL, NULL, arguments, NULL);
    int used = note(out, capacity, "file", file >= 0);
    used += note(out + used, capacity - (size_t)used, "unix socket", unix_socket >= 0);
    used += note(out + used, capacity - (size_t)used, "internet socket", internet >= 0);
    used += note(out + used, capacity - (size_t)used, "program", program == 0);
    (void)note(out + used, capacity - (size_t)used, "signal", kill(getppid(), 0) == 0);
    if (program == 0)
        (void)waitpid(pid, NULL, 0);
    (void)close(file);
    (void)close(unix_socket);
    (void)close(internet);
}

static double thread_cpu_s(void)
{
    struct timespec used = {0};
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

/* A known amount of CPU time, however crowded the machine is. */
static void work(void)
{
    double end_s = thread_cpu_s() + FAKE_SLOW_CPU_S;
    while (thread_cpu_s() < end_s)
        ;
}

static void eat(void)
{
    /* Touched, so that a watchdog sees it too. */
    for (char *more; (more = malloc(1 << 20));)
        memset(more, 1, 1 << 20);
    abort();
}

static int fake_run(void *state, struct miev_error *err)
{
    struct fake_state *fake = state;
    char told[256];
    fake->runs++;
    fake->scores[0] = strcmp(fake->word, "nan") == 0 ? NAN : 0.25F;
    fake->scores[1] = 0.5F;
    fake->scores[2] = 0.25F;
    for (int i = 1; i <= fake->more; i++)
        memcpy(&fake->scores[i * 3], fake->scores, 3 * sizeof(float));
    if (strcmp(fake->word, "mixes") == 0 && fake->more > 0)
        memcpy(&fake->scores[fake->more * 3], (const float[]){0.75F, 0, 0.25F}, 3 * sizeof(float));
    if (strcmp(fake->word, "slow") == 0 || strcmp(fake->word, "batches") == 0)
        work();
    if (strcmp(fake->word, "crash") == 0 ||
        (strcmp(fake->word, "late-crash") == 0 && fake->runs == 50))
        (void)raise(SIGSEGV);
    while (strcmp(fake->word, "hang") == 0)
        ;
    if (strcmp(fake->word, "eat") == 0)
        eat();
    if (strcmp(fake->word, "babble") == 0)
        (void)!write(3, "[\"nonsense\n", 11);
    if (strcmp(fake->word, "break-out") != 0)
        return MIEV_OK;
    fake_break_out(told, sizeof(told));
    return miev_error_set(err, MIEV_ERR_BROKEN, "%s", told);
}

static int fake_profile(void *state, struct miev_op_times *times, struct miev_error *err)
{
    struct fake_state *fake = state;
    const struct miev_op work_op = {.type = "Work"};
    int rc = MIEV_OK;
    for (size_t run = 0; rc == MIEV_OK && run < times->n_runs; run++) {
        uint64_t begun_ns = miev_op_clock_ns();
        rc = fake_run(state, err);
        uint64_t took_ns = miev_op_clock_ns() - begun_ns;
        times->run_s[run] = (double)took_ns * 1e-9;
        uint64_t told_us = strcmp(fake->word, "boast") == 0 ? 3600000000u : took_ns / 1000;
        if (rc == MIEV_OK)
            rc = miev_op_times_add(times, run, &work_op, told_us, err);
    }
    return rc;
}

static void fake_close(void *state)
{
    (void)state;
}

static const struct miev_engine_ops fake_engine = {
    .api_version = MIEV_ENGINE_API_VERSION,
    .name = "fake",
    .summary = "behaves as its model file says",
    .state_size = sizeof(struct fake_state),
    .handles = fake_handles,
    .open = fake_open,
    .load = fake_load,
    .input_count = fake_count,
    .output_count = fake_count,
    .input = fake_input,
    .output = fake_output,
    .shape_input = fake_shape_input,
    .run = fake_run,
    .profile = fake_profile,
    .close = fake_close,
};

static bool mute_handles(const void *head, size_t length)
{
    return length >= 4 && memcmp(head, "MUTE", 4) == 0;
}

static const struct miev_engine_ops mute_engine = {
    .api_version = MIEV_ENGINE_API_VERSION,
    .name = "mute",
    .summary = "behaves as its model file says, and tells no operator's time",
    .state_size = sizeof(struct fake_state),
    .handles = mute_handles,
    .open = fake_open,
    .load = fake_load,
    .input_count = fake_count,
    .output_count = fake_count,
    .input = fake_input,
    .output = fake_output,
    .run = fake_run,
    .close = fake_close,
};

const struct miev_engine_ops *const fake_engines[] = {&fake_engine, &mute_engine, NULL};
