/* SPDX-License-Identifier: Apache-2.0 */
/* A worker that answers whatever it likes: the study ends in its time, with a report that can be
 * read, or with a sentence. Each line of the input is the next answer: "" a good one, "+{...}" a
 * good one with these fields, "!" none at all, "?" the end of the process, else its bytes. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "core/json.h"
#include "fuzz.h"
#include "study/price.h"
#include "study/report_check.h"
#include "study/study.h"
#include "study/wire.h"

#define LONGEST_STUDY_S 120

/* The other process, and the clock of both. */
static struct {
    char *text, *rest;
    const char *line; /* what answers the present request */
    json_t *request;  /* borrowed copy of the last one */
    uint64_t now_ns;
} world;

/* ---- in place of the process ---- */

int __wrap_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const arguments[],
                       char *const environment[]);
int __wrap_kill(pid_t pid, int number);
int __wrap_waitid(idtype_t kind, id_t id, siginfo_t *info, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);
double __wrap_miev_child_cpu_s(void *child);
int __wrap_miev_wire_send(struct miev_wire *wire, const json_t *message, int fd,
                          struct miev_error *err);
int __wrap_miev_wire_receive(struct miev_wire *wire, int timeout_ms, json_t **out, int *fd,
                             struct miev_error *err);

int __wrap_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const arguments[],
                       char *const environment[])
{
    (void)path;
    (void)actions;
    (void)attributes;
    (void)arguments;
    (void)environment;
    *pid = getpid(); /* a process whose clock and memory can be read */
    return 0;
}

int __wrap_kill(pid_t pid, int number)
{
    (void)pid;
    (void)number;
    return 0;
}

int __wrap_waitid(idtype_t kind, id_t id, siginfo_t *info, int options)
{
    (void)kind;
    (void)options;
    info->si_pid = (pid_t)id;
    return 0;
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
    (void)options;
    *status = SIGSEGV;
    return pid;
}

double __wrap_miev_child_cpu_s(void *child)
{
    (void)child;
    return (double)world.now_ns * 1e-9;
}

/* A millisecond each, or as fast as it must be to be in time. */
static json_t *good_repeat(int timeout_ms)
{
    json_int_t count = json_integer_value(json_object_get(world.request, "count"));
    bool each = json_is_true(json_object_get(world.request, "each"));
    uint64_t start_ns = world.now_ns, in_time_ns = (uint64_t)timeout_ms * 500000u / (uint64_t)count;
    uint64_t once_ns = in_time_ns < 1000000u ? in_time_ns : 1000000u;
    json_t *latencies = json_array();
    for (json_int_t i = 0; each && i < count; i++)
        (void)json_array_append_new(latencies, json_integer((json_int_t)once_ns));
    world.now_ns += once_ns * (uint64_t)count;
    return json_pack("{s:I, s:I, s:I, s:o}", "count", count, "start_ns", (json_int_t)start_ns,
                     "end_ns", (json_int_t)world.now_ns, "latencies_ns", latencies);
}

static json_t *good_answer(int timeout_ms)
{
    static const struct {
        const char *request, *answer;
    } answers[] = {
        {"look", "{\"format\":\"PNG\",\"width\":2,\"height\":2,"
                 "\"color_profile\":{\"name\":\"\",\"use\":\"none\"}}"},
        {"open", "{\"sandbox\":\"seccomp\",\"engine\":{\"name\":\"fake\",\"runtime\":\"fake\","
                 "\"version\":\"1\",\"delegate\":\"none\",\"threads\":1}}"},
        {"load", "{\"inputs\":[{\"name\":\"a\",\"dtype\":\"float32\",\"shape\":[1,2,2,3]}],"
                 "\"outputs\":[{\"name\":\"b\",\"dtype\":\"float32\",\"shape\":[1,3]}],"
                 "\"engine\":{\"name\":\"fake\",\"runtime\":\"fake\",\"version\":\"1\","
                 "\"delegate\":\"none\",\"threads\":1}}"},
        {"predict", "{\"predictions\":[{\"index\":1,\"score\":0.5}],\"classes\":3,"
                    "\"softmax\":false}"},
    };
    const char *asked = json_string_value(json_object_get(world.request, "do"));
    if (strcmp(asked, "repeat") == 0)
        return good_repeat(timeout_ms);
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        if (strcmp(asked, answers[i].request) == 0)
            return json_loads(answers[i].answer, 0, NULL);
    return json_object();
}

int __wrap_miev_wire_send(struct miev_wire *wire, const json_t *message, int fd,
                          struct miev_error *err)
{
    (void)wire;
    (void)fd;
    (void)err;
    json_decref(world.request);
    world.request = json_deep_copy(message);
    world.line = world.rest ? strsep(&world.rest, "\n") : "";
    return MIEV_OK;
}

int __wrap_miev_wire_receive(struct miev_wire *wire, int timeout_ms, json_t **out, int *fd,
                             struct miev_error *err)
{
    (void)wire;
    (void)fd;
    const char *line = world.line;
    if (strcmp(line, "!") == 0) {
        world.now_ns += (uint64_t)timeout_ms * 1000000u;
        return miev_error_set(err, MIEV_ERR_TIMEOUT, "no answer within %d ms", timeout_ms);
    }
    if (strcmp(line, "?") == 0)
        return miev_error_set(err, MIEV_ERR_CRASHED, "the other process has ended");
    *out = line[0] == '\0' || line[0] == '+' ? good_answer(timeout_ms) : NULL;
    json_t *told = line[0] == '+' ? json_loads(line + 1, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (told)
        (void)json_object_update(*out, told);
    json_decref(told);
    if (*out)
        return MIEV_OK;
    int rc = miev_json_parse(line, strlen(line), out, err);
    if (rc != MIEV_OK || json_is_object(*out))
        return rc;
    json_decref(*out);
    *out = NULL;
    return miev_error_set(err, MIEV_ERR_INVALID, "a message of the other process is no object");
}

/* ---- what the study stands on ---- */

static uint64_t now_ns(void *context)
{
    (void)context;
    return world.now_ns += 1000;
}

static void sleep_ns(void *context, uint64_t duration_ns)
{
    (void)context;
    world.now_ns += duration_ns;
}

static const char *no_variable(void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

static bool handles(const void *head, size_t length)
{
    (void)head;
    return length > 0;
}

static int sensor_open(void *state, const struct miev_env *env, size_t *n, struct miev_error *err)
{
    (void)state;
    (void)env;
    (void)err;
    *n = 1;
    return MIEV_OK;
}

static void sensor_describe(const void *state, size_t i, struct miev_channel *out)
{
    (void)state;
    (void)i;
    *out = (struct miev_channel){.id = "package-0",
                                 .part = MIEV_PART_CPU,
                                 .quality = MIEV_ESTIMATED,
                                 .package = -1,
                                 .systematic_low_ratio = 0.5,
                                 .systematic_high_ratio = 2,
                                 .own_work_only = true,
                                 .source = "a steady ten watts"};
}

static int sensor_read(void *state, const struct miev_work *work, struct miev_reading *out,
                       struct miev_error *err)
{
    (void)state;
    (void)work;
    (void)err;
    *out = (struct miev_reading){.energy_j = (double)world.now_ns * 1e-8, .valid = true};
    return MIEV_OK;
}

static void sensor_close(void *state)
{
    (void)state;
}

static const char *path_of(const char *content)
{
    static char paths[2][32];
    static size_t n;
    int fd = memfd_create("file", MFD_CLOEXEC);
    fuzz_require(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content));
    (void)snprintf(paths[n], sizeof(paths[n]), "/proc/self/fd/%d", fd);
    return paths[n++];
}

/* Priced, as the program does before it shows or keeps one. */
static void check_report(json_t *report)
{
    static const struct miev_site site = {
        .zone = "custom", .intensity_g_per_kwh = 400, .source = "a test", .pue = 1};
    static const struct miev_price_options price = {.site = &site, .embodied = true};
    struct miev_error err;
    char *text = NULL;
    size_t length = 0;
    json_t *again = NULL;
    fuzz_require(miev_report_price(report, &price, &err) == MIEV_OK);
    fuzz_require(miev_report_text(report, &text, &length, &err) == MIEV_OK);
    if (miev_report_read(text, length, &again, &err) != MIEV_OK) {
        (void)fprintf(stderr, "%s in %s\n", err.message, text);
        abort();
    }
    fuzz_require(json_equal(report, again)); /* no text had to be cleaned */
    json_decref(again);
    free(text);
}

/* A model with a card, which takes two by two pixels, and one without. */
static void run_study(const char *model, const char *picture)
{
    static char words[3][4] = {"ant", "bee", "cat"};
    static char *labels[3] = {words[0], words[1], words[2]};
    static const struct miev_env env = {
        .root = "/nowhere", .monotonic_ns = now_ns, .sleep_ns = sleep_ns, .variable = no_variable};
    static const struct miev_engine_ops engine = {
        .api_version = MIEV_ENGINE_API_VERSION, .name = "fake", .handles = handles};
    static const struct miev_engine_ops *const engines[] = {&engine, NULL};
    static const struct miev_sensor_ops sensor = {.name = "steady",
                                                  .open = sensor_open,
                                                  .describe = sensor_describe,
                                                  .read = sensor_read,
                                                  .close = sensor_close,
                                                  .state_size = 1};
    static const struct miev_sensor_ops *const sensors[] = {&sensor, NULL};
    struct miev_card cards[2] = {{.name = "bare", .bare = true, .n_files = 1},
                                 {.name = "carded",
                                  .n_files = 1,
                                  .width = 2,
                                  .height = 2,
                                  .std = {1, 1, 1},
                                  .resize = "stretch",
                                  .labels = labels,
                                  .n_labels = 3,
                                  .output_known = true}};
    struct miev_study_entry entries[2];
    struct miev_study_options options = MIEV_STUDY_OPTIONS_INIT;
    struct miev_error err = {.code = MIEV_OK};
    json_t *report = NULL;
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(cards[i].files[0].precision, sizeof(cards[i].files[0].precision), "int8");
        (void)snprintf(cards[i].files[0].path, sizeof(cards[i].files[0].path), "%s", model);
        entries[i] = (struct miev_study_entry){.card = &cards[i], .file = &cards[i].files[0]};
    }
    options.env = &env;
    options.engines = engines;
    options.sensors = sensors;
    options.input_path = picture;
    options.budget_s = 4;
    options.timeout_s = 1;
    if (miev_study_run(&options, entries, 2, &report, &err) == MIEV_OK)
        check_report(report);
    else
        fuzz_require(err.message[0] != '\0');
    json_decref(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *model, *picture;
    if (!model) {
        model = path_of("model");
        picture = path_of("picture");
    }
    world.text = world.rest = fuzz_text(data, size);
    world.now_ns = 1000000000u;
    run_study(model, picture);
    fuzz_require((double)world.now_ns * 1e-9 < LONGEST_STUDY_S);
    json_decref(world.request);
    world.request = NULL;
    free(world.text);
    return 0;
}
