/* SPDX-License-Identifier: Apache-2.0 */
/* Studies in the real worker and the real sandbox, with an engine that misbehaves on demand and
 * sensors whose truth is known. The worker program is $MIEV_FAKE_WORKER. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/env.h"
#include "core/sanitizer.h"
#include "fake_engine.h"
#include "profile/profile.h"
#include "study/price.h"
#include "study/report_check.h"
#include "study/study.h"
#include "test.h"

/* A sanitizer catches the signal and ends the process by itself. */
#define CRASH_WORDS (MIEV_SANITIZED ? "ended by itself" : "SIGSEGV")

#define MAX_FAKES 4

/* The worker program, open, so that an ordinary user reaches it in any folder. */
static int worker_fd = -1;

struct setting {
    char folder[64], photo[96], worker[64];
    struct miev_card cards[MAX_FAKES];
    struct miev_study_entry entries[MAX_FAKES];
    struct miev_study_options options;
};

/* ---- a sensor with a known truth: 10 W idle, 30 W per busy CPU of the work ------------------- */

#define TRUE_IDLE_W 10.0
#define TRUE_BUSY_W 30.0

struct truth {
    const struct miev_env *env;
    uint64_t opened_ns;
};

static unsigned truth_reads; /* two a round: odd while one is under way */

static int truth_open(void *state, const struct miev_env *env, size_t *n_channels,
                      struct miev_error *err)
{
    struct truth *truth = state;
    (void)err;
    truth->env = env;
    truth->opened_ns = miev_env_now_ns(env);
    *n_channels = 1;
    return MIEV_OK;
}

static void truth_describe(const void *state, size_t i, struct miev_channel *out)
{
    (void)state;
    (void)i;
    *out = (struct miev_channel){.id = "package-0",
                                 .part = MIEV_PART_CPU,
                                 .quality = MIEV_MEASURED,
                                 .systematic_low_ratio = 0.95,
                                 .systematic_high_ratio = 1.05,
                                 .own_work_only = true,
                                 .source = "a truth made up for the test"};
}

static int truth_read(void *state, const struct miev_work *work, struct miev_reading *out,
                      struct miev_error *err)
{
    struct truth *truth = state;
    (void)err;
    truth_reads++;
    double elapsed_s = (double)(miev_env_now_ns(truth->env) - truth->opened_ns) * 1e-9;
    out[0] = (struct miev_reading){.energy_j = TRUE_IDLE_W * elapsed_s + TRUE_BUSY_W * work->cpu_s,
                                   .valid = true};
    return MIEV_OK;
}

static void truth_close(void *state)
{
    (void)state;
}

static const struct miev_sensor_ops truth_sensor = {.name = "truth",
                                                    .summary = "a known truth",
                                                    .state_size = sizeof(struct truth),
                                                    .open = truth_open,
                                                    .describe = truth_describe,
                                                    .read = truth_read,
                                                    .close = truth_close};
static const struct miev_sensor_ops *const truth_sensors[] = {&truth_sensor, NULL};

/* The same as a counter of the whole machine, whose joules are shared out by the kernel's ticks. */
static void whole_describe(const void *state, size_t i, struct miev_channel *out)
{
    truth_describe(state, i, out);
    out->own_work_only = false;
}

static const struct miev_sensor_ops whole_sensor = {.name = "whole",
                                                    .summary = "a counter of the machine",
                                                    .state_size = sizeof(struct truth),
                                                    .open = truth_open,
                                                    .describe = whole_describe,
                                                    .read = truth_read,
                                                    .close = truth_close};
static const struct miev_sensor_ops *const whole_sensors[] = {&whole_sensor, NULL};

/* Three blocks are enough for every test here, however long the machine's load makes them. */
static atomic_bool stop;

static void stop_in_fourth_block(void *context, const struct miev_study_progress *progress)
{
    (void)context;
    if (progress->block >= 3)
        stop = 1;
}

/* ---- setting up ----------------------------------------------------------------------------- */

static void write_file(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* A 1 x 1 BMP, 24 bit. */
static const unsigned char photo[] = {'B', 'M', 58, 0, 0, 0, 0, 0, 0,  0,  54, 0,  0,  0,  40,
                                      0,   0,   0,  1, 0, 0, 0, 1, 0,  0,  0,  1,  0,  24, 0,
                                      0,   0,   0,  0, 4, 0, 0, 0, 19, 11, 0,  0,  19, 11, 0,
                                      0,   0,   0,  0, 0, 0, 0, 0, 0,  30, 60, 90, 0};

static int set_up(void **state)
{
    struct setting *setting = calloc(1, sizeof(*setting));
    assert_non_null(setting);
    (void)snprintf(setting->folder, sizeof(setting->folder), "/tmp/miev-study-XXXXXX");
    assert_non_null(mkdtemp(setting->folder));
    (void)snprintf(setting->photo, sizeof(setting->photo), "%s/photo.bmp", setting->folder);
    write_file(setting->photo, photo, sizeof(photo));
    (void)snprintf(setting->worker, sizeof(setting->worker), "/proc/%d/fd/%d", (int)getpid(),
                   worker_fd);
    setting->options = (struct miev_study_options)MIEV_STUDY_OPTIONS_INIT;
    setting->options.env = miev_env_host();
    setting->options.engines = fake_engines;
    setting->options.sensors = truth_sensors;
    setting->options.worker_program = setting->worker;
    setting->options.input_path = setting->photo;
    stop = 0;
    setting->options.stop = &stop;
    setting->options.progress = stop_in_fourth_block;
    setting->options.timeout_s = 20;
    setting->options.memory_bytes = 256u << 20;
    setting->options.seed = 1;
    *state = setting;
    return 0;
}

static int tear_down(void **state)
{
    struct setting *setting = *state;
    char command[96];
    (void)unlink(setting->photo);
    for (int i = 0; i < MAX_FAKES; i++) {
        (void)snprintf(command, sizeof(command), "%s/%d", setting->folder, i);
        (void)unlink(command);
    }
    (void)rmdir(setting->folder);
    free(setting);
    return 0;
}

static json_t *study(struct setting *setting, const char *const *words)
{
    json_t *report = NULL;
    struct miev_error err;
    size_t n = 0;
    for (; words[n]; n++) {
        char path[96], text[64];
        (void)snprintf(path, sizeof(path), "%s/%zu", setting->folder, n);
        int length = snprintf(text, sizeof(text), "FAKE %s", words[n]);
        write_file(path, text, (size_t)length);
        assert_int_equal(chmod(path, 0644), 0);
        assert_ok(miev_card_for_file(path, &setting->cards[n], &err), &err);
        setting->entries[n] = (struct miev_study_entry){.card = &setting->cards[n],
                                                        .file = &setting->cards[n].files[0]};
    }
    assert_ok(miev_study_run(&setting->options, setting->entries, n, &report, &err), &err);
    return report;
}

static const json_t *model_at(const json_t *report, size_t i)
{
    return json_array_get(json_object_get(report, "models"), i);
}

static double gross_j(const json_t *model)
{
    const json_t *gross = json_object_get(
        json_object_get(json_object_get(model, "energy"), "gross"), "per_inference_j");
    return json_is_number(json_object_get(gross, "value"))
               ? json_number_value(json_object_get(gross, "value"))
               : (double)NAN;
}

static void assert_error(const json_t *model, const char *code, const char *words)
{
    const json_t *error = json_object_get(model, "error");
    assert_non_null(error);
    assert_string_equal(json_string_value(json_object_get(error, "code")), code);
    const char *message = json_string_value(json_object_get(error, "message"));
    if (!strstr(message, words))
        fail_msg("'%s' does not say '%s'", message, words);
}

/* The other model of the study is whole. */
static void assert_well(const json_t *model)
{
    assert_null(json_object_get(model, "error"));
    assert_true(gross_j(model) > 0);
}

/* ---- profiles ------------------------------------------------------------------------------- */

static int profile(struct setting *setting, const char *text, struct miev_profile *out,
                   struct miev_error *err)
{
    char path[96];
    const struct miev_profile_options options = {.study = setting->options, .runs = 6};
    (void)snprintf(path, sizeof(path), "%s/0", setting->folder);
    write_file(path, text, strlen(text));
    assert_int_equal(chmod(path, 0644), 0);
    assert_ok(miev_card_for_file(path, &setting->cards[0], err), err);
    const struct miev_study_entry entry = {.card = &setting->cards[0],
                                           .file = &setting->cards[0].files[0]};
    return miev_profile_measure(&options, &entry, out, err);
}

static void test_a_profile_is_taken_in_a_locked_worker_of_its_own(void **state)
{
    struct miev_error err;
    struct miev_profile out;
    assert_ok(profile(*state, "FAKE slow", &out, &err), &err);
    assert_int_equal(out.times.n_runs, 6);
    assert_int_equal(out.n_plain, 12); /* as many before as after */
    assert_int_equal(out.times.n_ops, 1);
    assert_string_equal(out.times.ops[0].type, "Work");
    assert_int_equal(out.times.ops[0].calls, 6);
    for (size_t r = 0; r < 6; r++) {
        assert_true(out.times.op_s[r] >= FAKE_SLOW_CPU_S);
        assert_near(out.times.op_s[r], out.times.run_s[r], 1e-3);
    }
    const char *words = json_string_value(json_object_get(out.model, "sandbox"));
    assert_memory_equal(words, "profiling: ", 11);
    miev_profile_finish(&out);
}

static void test_a_profile_that_fails_says_why(void **state)
{
    static const struct {
        const char *text;
        int status;
        const char *words;
    } cases[] = {
        {"MUTE fine", MIEV_ERR_UNSUPPORTED, "the engine mute tells no operator's time"},
        {"FAKE boast", MIEV_ERR_BROKEN, "answered nonsense"},
        {"FAKE crash", MIEV_ERR_CRASHED, CRASH_WORDS},
        {"FAKE break-out", MIEV_ERR_BROKEN, "file refused, unix socket refused"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct miev_error err;
        struct miev_profile out;
        assert_refused(profile(*state, cases[i].text, &out, &err), cases[i].status, &err,
                       cases[i].words);
        miev_profile_finish(&out);
    }
}

/* ---- one bad model costs its own row -------------------------------------------------------- */

static void test_a_crash_costs_its_own_row(void **state)
{
    json_t *report = study(*state, (const char *const[]){"fine", "crash", NULL});
    assert_well(model_at(report, 0));
    assert_error(model_at(report, 1), "crashed", CRASH_WORDS);
    json_decref(report);
}

static void test_a_crash_between_rounds_costs_its_own_row(void **state)
{
    json_t *report = study(*state, (const char *const[]){"late-crash", "fine", NULL});
    assert_error(model_at(report, 0), "crashed", CRASH_WORDS);
    assert_well(model_at(report, 1));
    json_decref(report);
}

static void test_an_endless_loop_is_ended(void **state)
{
    struct setting *setting = *state;
    setting->options.timeout_s = 1;
    json_t *report = study(setting, (const char *const[]){"hang", "fine", NULL});
    assert_error(model_at(report, 0), "timeout", "did not answer");
    assert_well(model_at(report, 1));
    json_decref(report);
}

static void test_greed_for_memory_is_ended(void **state)
{
    json_t *report = study(*state, (const char *const[]){"fine", "eat", NULL});
    if (MIEV_SANITIZED)
        assert_error(model_at(report, 1), "limit", "256 MiB");
    else
        assert_error(model_at(report, 1), "crashed", "256 MiB");
    assert_well(model_at(report, 0));
    json_decref(report);
}

static void test_nonsense_from_a_worker_is_refused(void **state)
{
    json_t *report = study(*state, (const char *const[]){"babble", "fine", NULL});
    assert_error(model_at(report, 0), "invalid", "not valid JSON");
    assert_well(model_at(report, 1));
    json_decref(report);
}

static void test_a_score_that_is_no_number_is_refused(void **state)
{
    json_t *report = study(*state, (const char *const[]){"nan", NULL});
    assert_error(model_at(report, 0), "broken", "not a finite number");
    json_decref(report);
}

/* ---- the sandbox ---------------------------------------------------------------------------- */

static void test_nothing_opens_from_inside(void **state)
{
    char outside[256] = "";
    int ends[2];
    /* The same attempts without a sandbox succeed, also by a child of ours. */
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        fake_break_out(outside, sizeof(outside));
        _exit(write(ends[1], outside, sizeof(outside)) == sizeof(outside) ? 0 : 1);
    }
    assert_int_equal(read(ends[0], outside, sizeof(outside)), sizeof(outside));
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    (void)close(ends[0]);
    (void)close(ends[1]);
    assert_string_equal(outside, "file open, unix socket open, internet socket open, program open, "
                                 "signal open, ");
    json_t *report = study(*state, (const char *const[]){"break-out", NULL});
    assert_error(model_at(report, 0), "broken",
                 "file refused, unix socket refused, internet socket refused, program refused, "
                 "signal refused");
    json_decref(report);
}

static pid_t first_child_of(pid_t pid)
{
    char path[64], text[64] = "";
    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return -1; /* this kernel does not tell */
    (void)!fgets(text, sizeof(text), file);
    (void)fclose(file);
    return (pid_t)strtol(text, NULL, 10);
}

static void test_no_worker_outlives_its_parent(void **state)
{
    struct setting *setting = *state;
    pid_t worker = 0;
    setting->options.timeout_s = 600;
    pid_t parent = fork();
    if (parent == 0) {
        json_decref(study(setting, (const char *const[]){"hang", NULL}));
        _exit(0);
    }
    for (int i = 0; i < 500 && worker == 0; i++) {
        miev_env_sleep_ns(miev_env_host(), 10000000u);
        worker = first_child_of(parent);
    }
    miev_env_sleep_ns(miev_env_host(), 300000000u); /* until it loops, locked in */
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    if (worker < 0)
        skip();
    assert_true(worker > 0);
    for (int i = 0; i < 500 && (kill(worker, 0) == 0 || errno == EPERM); i++)
        miev_env_sleep_ns(miev_env_host(), 10000000u);
    assert_true(kill(worker, 0) != 0 && errno == ESRCH);
}

/* ---- the numbers ---------------------------------------------------------------------------- */

static void test_the_truth_is_found(void **state)
{
    struct setting *setting = *state;
    json_t *report = study(setting, (const char *const[]){"slow", NULL});
    const json_t *model = model_at(report, 0), *energy = json_object_get(model, "energy");
    assert_well(model);
    assert_string_equal(json_string_value(json_object_get(energy, "method")), "measured");
    /* One busy thread of n logical CPUs: 30 W of its own and its share of 10 W idle. */
    double logical =
        json_number_value(json_object_get(json_object_get(report, "settings"), "logical_cpus"));
    double seconds = json_number_value(json_object_get(energy, "inference_s"));
    double net = json_number_value(json_object_get(
        json_object_get(json_object_get(energy, "net"), "per_inference_j"), "value"));
    /* Net is 30 W for the CPU time of an inference; gross less net the share of idle over its wall
     * time, but for the moments between the worker's clock and the meter, and for what a busy
     * host takes of a virtual CPU's time. */
    assert_near(net, TRUE_BUSY_W * FAKE_SLOW_CPU_S, 0.1);
    assert_near(gross_j(model) - net, TRUE_IDLE_W / logical * seconds, 0.05);
    json_decref(report);
}

static void test_first_use_has_its_joules(void **state)
{
    struct setting *setting = *state;
    json_t *report = study(setting, (const char *const[]){"slow", NULL});
    const json_t *load = json_object_get(model_at(report, 0), "load");
    double load_j = json_number_value(json_object_get(load, "gross_j"));
    double first_j = json_number_value(json_object_get(load, "first_inference_j"));
    const json_t *cold = json_object_get(load, "cold_j");
    assert_true(load_j > 0 && first_j > 0.9 * TRUE_BUSY_W * FAKE_SLOW_CPU_S);
    assert_near(json_number_value(json_object_get(cold, "value")), load_j + first_j, 1e-12);
    assert_near(json_number_value(json_object_get(cold, "high")), 1.05 * (load_j + first_j), 1e-9);
    json_decref(report);
}

static void test_first_use_below_the_counters_grain_is_absent(void **state)
{
    struct setting *setting = *state;
    setting->options.sensors = whole_sensors;
    json_t *report = study(setting, (const char *const[]){"fine", NULL});
    const json_t *load = json_object_get(model_at(report, 0), "load");
    assert_true(json_number_value(json_object_get(load, "cold_s")) > 0);
    /* Loading a file of a few bytes may still take 0.1 s on a crowded machine. */
    if (json_number_value(json_object_get(load, "seconds")) < 0.1)
        assert_true(json_is_null(json_object_get(load, "gross_j")));
    if (json_number_value(json_object_get(load, "first_inference_s")) < 0.05)
        assert_true(json_is_null(json_object_get(load, "cold_j")));
    json_decref(report);
}

static void test_predictions_only_have_no_energy(void **state)
{
    struct setting *setting = *state;
    setting->options.budget_s = 0;
    json_t *report = study(setting, (const char *const[]){"fine", NULL});
    const json_t *model = model_at(report, 0);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(model, "energy"), "method")),
        "unavailable");
    const json_t *best = json_array_get(json_object_get(model, "predictions"), 0);
    assert_int_equal(json_integer_value(json_object_get(best, "index")), 1);
    json_decref(report);
}

static void test_a_stopped_study_gives_the_report_so_far(void **state)
{
    struct setting *setting = *state;
    json_t *report = study(setting, (const char *const[]){"fine", "slow", NULL});
    const json_t *reason = json_object_get(json_object_get(report, "stop"), "reason");
    assert_string_equal(json_string_value(reason), "interrupted");
    assert_well(model_at(report, 0));
    assert_well(model_at(report, 1));
    json_decref(report);
}

/* ---- what a killed process would leave ------------------------------------------------------ */

struct checkpoints {
    json_t *first, *last; /* owned */
    size_t n;
    unsigned reads; /* of the meter, at the first */
};

static void note_checkpoint(void *context, json_t *report)
{
    static const struct miev_site site = {.zone = "World", .intensity_g_per_kwh = 1, .pue = 1};
    struct checkpoints *seen = context;
    struct miev_price_options price = {.site = &site};
    struct miev_error err;
    if (seen->n++ == 0) {
        seen->first = json_deep_copy(report);
        seen->reads = truth_reads;
    }
    assert_int_equal((truth_reads - seen->reads) % 2, 0); /* never within a round */
    assert_ok(miev_report_price(report, &price, &err), &err);
    assert_ok(miev_report_check(report, &err), &err);
    json_decref(seen->last);
    seen->last = json_incref(report);
}

static void test_what_is_known_is_handed_over_from_the_start_on(void **state)
{
    struct setting *setting = *state;
    struct checkpoints seen = {.last = NULL};
    setting->options.checkpoint = note_checkpoint;
    setting->options.checkpoint_context = &seen;
    json_t *report = study(setting, (const char *const[]){"fine", "slow", NULL});
    const json_t *end = json_object_get(report, "stop");
    const json_t *begin = json_object_get(seen.first, "stop");
    const json_t *last = json_object_get(seen.last, "stop");
    assert_true(seen.n >= 3);
    assert_error(model_at(seen.first, 0), "interrupted", "had not come to this model");
    assert_error(model_at(seen.first, 1), "interrupted", "had not come to this model");
    assert_int_equal(json_integer_value(json_object_get(begin, "blocks")), 0);
    assert_string_equal(json_string_value(json_object_get(begin, "reason")), "running");
    assert_string_equal(json_string_value(json_object_get(last, "reason")), "running");
    assert_well(model_at(seen.last, 0));
    assert_well(model_at(seen.last, 1));
    /* No more than the block that was under way is missing from the last. */
    assert_true(json_integer_value(json_object_get(last, "blocks")) + 1 >=
                json_integer_value(json_object_get(end, "blocks")));
    json_decref(seen.first);
    json_decref(seen.last);
    json_decref(report);
}

static void test_the_same_model_twice_is_refused(void **state)
{
    struct setting *setting = *state;
    struct miev_error err;
    json_t *report = NULL;
    json_decref(study(setting, (const char *const[]){"fine", NULL}));
    setting->entries[1] = setting->entries[0];
    assert_refused(miev_study_run(&setting->options, setting->entries, 2, &report, &err),
                   MIEV_ERR_INVALID, &err, "twice");
}

/* ---- entries with settings of their own ------------------------------------------------------ */

/* The same file for each setting, the first of which is the default. */
static json_t *sweep(struct setting *setting, const char *word, const unsigned (*settings)[2],
                     size_t n, double budget_s)
{
    struct miev_error err;
    struct miev_study_entry entries[MAX_FAKES];
    json_t *report = NULL;
    setting->options.budget_s = 0;
    json_decref(study(setting, (const char *const[]){word, NULL})); /* which writes the file */
    setting->options.budget_s = budget_s;
    setting->options.against_first = true;
    for (size_t i = 0; i < n; i++) {
        entries[i] = setting->entries[0];
        entries[i].threads = settings[i][0];
        entries[i].batch = settings[i][1];
    }
    assert_ok(miev_study_run(&setting->options, entries, n, &report, &err), &err);
    return report;
}

static void test_joules_of_a_batch_are_those_of_an_item(void **state)
{
    const unsigned settings[][2] = {{1, 1}, {1, 4}, {2, 4}};
    json_t *report = sweep(*state, "batches", settings, 3, 30);
    for (size_t i = 0; i < 3; i++)
        assert_well(model_at(report, i));
    /* Four pictures for the work of one. */
    assert_near(gross_j(model_at(report, 0)) / gross_j(model_at(report, 1)), 4, 0.35);
    const json_t *pairs = json_object_get(report, "comparison");
    assert_int_equal(json_array_size(pairs), 2); /* the default against each */
    assert_near(json_number_value(json_object_get(json_array_get(pairs, 0), "ratio")), 4, 0.35);
    double one_s = json_number_value(
               json_object_get(json_object_get(model_at(report, 0), "energy"), "inference_s")),
           item_s = json_number_value(
               json_object_get(json_object_get(model_at(report, 1), "energy"), "inference_s"));
    assert_true(item_s < one_s / 2);
    json_decref(report);
}

static void test_each_row_of_a_sweep_has_its_settings(void **state)
{
    const unsigned settings[][2] = {{1, 1}, {2, 4}};
    json_t *report = sweep(*state, "batches", settings, 2, 0);
    const json_t *own = json_object_get(model_at(report, 1), "settings");
    assert_int_equal(json_integer_value(json_object_get(own, "threads")), 2);
    assert_int_equal(json_integer_value(json_object_get(own, "batch")), 4);
    assert_non_null(
        strstr(json_string_value(json_object_get(model_at(report, 1), "name")), " t2 b4"));
    json_t *logical = json_object_get(json_object_get(report, "settings"), "logical_cpus");
    assert_int_equal(json_integer_value(json_object_get(own, "reserved_cpus")),
                     json_integer_value(logical) < 2 ? 1 : 2);
    json_decref(report);
}

static void test_a_model_without_batches_costs_that_row(void **state)
{
    const unsigned settings[][2] = {{1, 1}, {1, 4}};
    json_t *report = sweep(*state, "fine", settings, 2, 30);
    assert_well(model_at(report, 0));
    assert_error(model_at(report, 1), "unsupported", "the model takes no batches of 4");
    json_decref(report);
}

static void test_a_batch_whose_items_differ_is_refused(void **state)
{
    const unsigned settings[][2] = {{1, 1}, {1, 3}};
    json_t *report = sweep(*state, "mixes", settings, 2, 30);
    assert_well(model_at(report, 0));
    assert_error(model_at(report, 1), "unsupported",
                 "of 3 equal pictures at once number 3 gets 0.75 for class 0, by itself 0.25");
    json_decref(report);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* What a model does to its worker stays there; other load does not change it. */
static int run_contained(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_profile_is_taken_in_a_locked_worker_of_its_own),
        TEST(test_a_profile_that_fails_says_why),
        TEST(test_a_crash_costs_its_own_row),
        TEST(test_a_crash_between_rounds_costs_its_own_row),
        TEST(test_an_endless_loop_is_ended),
        TEST(test_greed_for_memory_is_ended),
        TEST(test_nonsense_from_a_worker_is_refused),
        TEST(test_a_score_that_is_no_number_is_refused),
        TEST(test_nothing_opens_from_inside),
        TEST(test_no_worker_outlives_its_parent),
    };
    return cmocka_run_group_tests_name(geteuid() == 0 ? "contained" : "contained, ordinary user",
                                       tests, NULL, NULL);
}

static int run_numbers(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_truth_is_found),
        TEST(test_first_use_has_its_joules),
        TEST(test_first_use_below_the_counters_grain_is_absent),
        TEST(test_predictions_only_have_no_energy),
        TEST(test_a_stopped_study_gives_the_report_so_far),
        TEST(test_what_is_known_is_handed_over_from_the_start_on),
        TEST(test_the_same_model_twice_is_refused),
        TEST(test_joules_of_a_batch_are_those_of_an_item),
        TEST(test_each_row_of_a_sweep_has_its_settings),
        TEST(test_a_model_without_batches_costs_that_row),
        TEST(test_a_batch_whose_items_differ_is_refused),
    };
    return cmocka_run_group_tests_name("numbers", tests, NULL, NULL);
}

/* numbers, contained, or contained --ordinary: as the user that we are, as root once more as an
 * ordinary one. */
int main(int argc, char **argv)
{
    const char *worker = getenv("MIEV_FAKE_WORKER");
    bool ordinary = argc > 2 && strcmp(argv[2], "--ordinary") == 0;
    worker_fd = worker ? open(worker, O_PATH) : -1;
    if (worker_fd < 0 || argc < 2)
        return 1;
    if (ordinary && geteuid() == 0) {
        /* Dumpable again, or our own /proc entry would be root's. */
        if (setgid(65534) != 0 || setuid(65534) != 0 || prctl(PR_SET_DUMPABLE, 1) != 0)
            return 1;
    } else if (ordinary) {
        (void)fprintf(stderr, "not root: the other run is already that of an ordinary user\n");
        return 77;
    }
    return strcmp(argv[1], "numbers") == 0 ? run_numbers() : run_contained();
}
