/* SPDX-License-Identifier: Apache-2.0 */
#include "study/simulate.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/error.h"
#include "core/file.h"
#include "footprint/interval.h"
#include "study/run.h"

#define N_MODELS       2
#define STEP_S         0.01 /* power is constant for so long at most */
#define READ_S         2e-6 /* what looking at the clock and the files takes */
#define MESSAGE_S      5e-5 /* between a reading and the work, and back */
#define CALIBRATIONS   40
#define POWERCAP       "/sys/class/powercap"
#define PACKAGE        POWERCAP "/intel-rapl:0"
#define NAME           (PACKAGE "/name")
#define COUNTER        (PACKAGE "/energy_uj")
#define RANGE          (PACKAGE "/max_energy_range_uj")
#define TICKS_PER_S    ((double)sysconf(_SC_CLK_TCK))
#define START_NS       1000000000u
#define DEFAULT_BUDGET 60.0

/* ---- scenarios ------------------------------------------------------------------------------ */

#define PARAMETER(name)                             \
    {                                               \
#name, offsetof(struct miev_scenario, name) \
    }
static const struct {
    const char *name;
    size_t at;
} parameters[] = {
    PARAMETER(logical_cpus), PARAMETER(idle_w),      PARAMETER(busy_w),
    PARAMETER(inference_s),  PARAMETER(noise_ratio), PARAMETER(noise_memory_s),
    PARAMETER(tick_s),       PARAMETER(range_uj),    PARAMETER(start_uj),
    PARAMETER(gain_ratio),   PARAMETER(burst_per_s), PARAMETER(burst_s),
    PARAMETER(burst_cpus),   PARAMETER(burst_w),     PARAMETER(drift_ratio),
    PARAMETER(drift_s),      PARAMETER(step_per_s),  PARAMETER(step_speed),
    PARAMETER(step_watts),   PARAMETER(stall_per_s), PARAMETER(stall_s),
    PARAMETER(takes_advice),
};

static void set_parameter(struct miev_scenario *scenario, const char *name, const char *text)
{
    for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
        if (strcmp(parameters[i].name, name) == 0)
            (void)miev_parse_double(text, (double *)(void *)((char *)scenario + parameters[i].at),
                                    NULL);
}

/* The name of scenario number index: names are told apart where they first stand. */
static bool name_at(size_t index, char name[32])
{
    const char *cursor = miev_data_simulation;
    char last[32] = "all";
    size_t n = 0;
    struct miev_csv_row row;
    (void)miev_csv_next(&cursor, &row); /* titles */
    while (miev_csv_next(&cursor, &row)) {
        if (strcmp(miev_csv_field(&row, 0), last) == 0)
            continue;
        (void)snprintf(last, sizeof(last), "%.31s", miev_csv_field(&row, 0));
        if (n++ == index) {
            memcpy(name, last, sizeof(last));
            return true;
        }
    }
    return false;
}

bool miev_scenario_at(size_t index, struct miev_scenario *out)
{
    const char *cursor = miev_data_simulation;
    struct miev_scenario scenario = {.logical_cpus = 1};
    struct miev_csv_row row;
    if (!name_at(index, scenario.name))
        return false;
    while (miev_csv_next(&cursor, &row))
        if (strcmp(miev_csv_field(&row, 0), "all") == 0 ||
            strcmp(miev_csv_field(&row, 0), scenario.name) == 0)
            set_parameter(&scenario, miev_csv_field(&row, 1), miev_csv_field(&row, 2));
    *out = scenario;
    return true;
}

/* ---- the generator -------------------------------------------------------------------------- */

struct miev_simulator {
    char root[64];
    int counter_fd, stat_fd;
    struct miev_env env;
    struct miev_executor executor;
    struct miev_scenario scenario;
    double second_over_first;
    struct miev_random random;
    double gain;
    uint64_t now_ns;
    double energy_j, tick_j, shown_j; /* true; at the last tick; what the counter shows */
    double work_cpu_s, others_cpu_s;
    double noise, noise_until_s;
    bool slow, burst, stalled;
    double step_at_s, burst_at_s, stall_at_s; /* when each of them changes next */
    double own_j;                             /* joules of the work above idle */
    double sum_j;                             /* of the first model's inferences */
    size_t sum_n;
    const struct miev_run *run; /* of the study in progress */
};

static double uniform(struct miev_simulator *sim)
{
    return ((double)(miev_random_next(&sim->random) >> 11) + 0.5) * 0x1p-53;
}

static double normal(struct miev_simulator *sim)
{
    double radius = sqrt(-2 * log(uniform(sim)));
    return radius * cos(2 * M_PI * uniform(sim));
}

/* Time to the next event of a rate; never where the rate is 0. */
static double wait_s(struct miev_simulator *sim, double per_s)
{
    return per_s > 0 ? -log(uniform(sim)) / per_s : INFINITY;
}

static double now_s(const struct miev_simulator *sim)
{
    return (double)(sim->now_ns - START_NS) * 1e-9;
}

/* Begin and end what comes and goes. */
static void toggle_events(struct miev_simulator *sim, double t_s)
{
    const struct miev_scenario *is = &sim->scenario;
    if (t_s >= sim->step_at_s) {
        sim->slow = !sim->slow;
        sim->step_at_s = t_s + wait_s(sim, is->step_per_s);
    }
    if (t_s >= sim->burst_at_s) {
        sim->burst = !sim->burst;
        sim->burst_at_s = t_s + wait_s(sim, sim->burst ? 1 / is->burst_s : is->burst_per_s);
    }
    if (t_s >= sim->stall_at_s) {
        sim->stalled = !sim->stalled;
        sim->stall_at_s = t_s + wait_s(sim, sim->stalled ? 1 / is->stall_s : is->stall_per_s);
    }
    if (t_s >= sim->noise_until_s) {
        double keep = exp(-STEP_S / is->noise_memory_s);
        sim->noise = keep * sim->noise + sqrt(1 - keep * keep) * normal(sim);
        sim->noise_until_s = t_s + STEP_S;
    }
}

/* Power is constant until then. */
static double change_at_s(const struct miev_simulator *sim)
{
    double at_s = fmin(fmin(sim->step_at_s, sim->burst_at_s), sim->stall_at_s);
    return fmin(at_s, sim->noise_until_s);
}

/* Pass a time in which nothing changes. */
static void pass(struct miev_simulator *sim, uint64_t span_ns, bool working)
{
    const struct miev_scenario *is = &sim->scenario;
    double t_s = now_s(sim), span_s = (double)span_ns * 1e-9;
    double drift = 1 + is->drift_ratio * (1 - exp(-t_s / is->drift_s));
    double own_w = working ? is->busy_w * drift * (sim->slow ? is->step_watts : 1) : 0;
    double others_w = sim->burst ? is->burst_w * is->burst_cpus * drift : 0;
    double power_w = (is->idle_w * drift + own_w + others_w) * (1 + is->noise_ratio * sim->noise);
    /* The counter moves at ticks of its own: what it shows is of the last one. */
    double end_s = t_s + span_s, tick_s = floor(end_s / is->tick_s) * is->tick_s;
    if (tick_s > t_s)
        sim->tick_j = sim->energy_j + power_w * (tick_s - t_s);
    sim->energy_j += power_w * span_s;
    if (!sim->stalled)
        sim->shown_j = sim->tick_j;
    sim->own_j += own_w * span_s;
    sim->work_cpu_s += working ? span_s : 0;
    sim->others_cpu_s += sim->burst ? is->burst_cpus * span_s : 0;
    sim->now_ns += span_ns;
}

static void show_files(const struct miev_simulator *sim)
{
    char text[96];
    double counted_uj = sim->scenario.start_uj + sim->gain * sim->shown_j * 1e6;
    int n =
        snprintf(text, sizeof(text), "%020.0f\n", floor(fmod(counted_uj, sim->scenario.range_uj)));
    (void)!pwrite(sim->counter_fd, text, (size_t)n, 0);
    n = snprintf(text, sizeof(text), "cpu  %015.0f 0 0 0 0 0 0 0 0 0\n",
                 floor((sim->work_cpu_s + sim->others_cpu_s) * TICKS_PER_S));
    (void)!pwrite(sim->stat_fd, text, (size_t)n, 0);
}

/* One stretch towards `left_s` of it; returns how long it was. */
static double stretch(struct miev_simulator *sim, double left_s, bool working)
{
    toggle_events(sim, now_s(sim));
    double span_s = fmin(left_s, change_at_s(sim) - now_s(sim));
    uint64_t span_ns = (uint64_t)ceil(span_s * 1e9);
    pass(sim, span_ns > 0 ? span_ns : 1, working);
    return (double)(span_ns > 0 ? span_ns : 1) * 1e-9;
}

static void rest(struct miev_simulator *sim, double duration_s)
{
    for (double left_s = duration_s; left_s > 0.5e-9;)
        left_s -= stretch(sim, left_s, false);
    show_files(sim);
}

/* The work at its own speed, which the clock's state sets. */
static void work(struct miev_simulator *sim, double work_s)
{
    for (double left_s = work_s; left_s > 0.5e-9;) {
        toggle_events(sim, now_s(sim)); /* so that the speed is that of the stretch */
        double speed = sim->slow ? sim->scenario.step_speed : 1;
        left_s -= stretch(sim, left_s / speed, true) * speed;
    }
}

/* ---- what the study sees of it -------------------------------------------------------------- */

static uint64_t sim_now_ns(void *context)
{
    return ((const struct miev_simulator *)context)->now_ns;
}

static void sim_sleep_ns(void *context, uint64_t duration_ns)
{
    rest(context, (double)duration_ns * 1e-9);
}

static const char *sim_variable(void *context, const char *name)
{
    (void)context, (void)name;
    return NULL;
}

static double sim_work_cpu_s(void *context)
{
    struct miev_simulator *sim = context;
    rest(sim, READ_S);
    return sim->work_cpu_s;
}

static int sim_repeat(void *context, const struct miev_run_model *model, size_t count,
                      struct miev_repeated *out, struct miev_error *err)
{
    struct miev_simulator *sim = context;
    bool first = model == &sim->run->models[0];
    (void)err;
    rest(sim, MESSAGE_S);
    double own_j = sim->own_j, begun_s = now_s(sim);
    *out = (struct miev_repeated){.count = count, .start_ns = (int64_t)sim->now_ns};
    work(sim, (double)count * sim->scenario.inference_s * (first ? 1 : sim->second_over_first));
    out->end_ns = (int64_t)sim->now_ns;
    rest(sim, MESSAGE_S);
    if (first) {
        double t_s = now_s(sim),
               drift = 1 + sim->scenario.drift_ratio * (1 - exp(-t_s / sim->scenario.drift_s));
        double idle_j = sim->scenario.idle_w * drift * (t_s - begun_s) / sim->scenario.logical_cpus;
        sim->sum_j += (sim->own_j - own_j + idle_j) / (double)count;
        sim->sum_n++;
    }
    return MIEV_OK;
}

/* ---- its files ------------------------------------------------------------------------------ */

/* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): the macros are texts in two parts */
static const char *const folders[] = {"/proc", "/sys", "/sys/class", POWERCAP, PACKAGE};
static const char *const files[] = {"/proc/cpuinfo", "/proc/stat", NAME, COUNTER, RANGE};

static int write_file(const struct miev_simulator *sim, const char *path, const char *text,
                      struct miev_error *err)
{
    char full[160];
    (void)snprintf(full, sizeof(full), "%s%s", sim->root, path);
    FILE *file = fopen(full, "we");
    if (!file)
        return miev_error_errno(err, "cannot write %s", full);
    int wrote = fputs(text, file);
    if (fclose(file) != 0 || wrote < 0)
        return miev_error_errno(err, "cannot write %s", full);
    return MIEV_OK;
}

static int open_file(const struct miev_simulator *sim, const char *path, struct miev_error *err)
{
    char full[160];
    (void)snprintf(full, sizeof(full), "%s%s", sim->root, path);
    int fd = open(full, O_WRONLY | O_CLOEXEC);
    return fd >= 0 ? fd : (miev_error_errno(err, "cannot write %s", full), -1);
}

static int make_files(struct miev_simulator *sim, struct miev_error *err)
{
    char full[160];
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        (void)snprintf(full, sizeof(full), "%s%s", sim->root, folders[i]);
        if (mkdir(full, 0700) != 0)
            return miev_error_errno(err, "cannot make %s", full);
    }
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < sizeof(files) / sizeof(files[0]); i++)
        rc = write_file(sim, files[i], strstr(files[i], "/name") ? "package-0\n" : "0\n", err);
    if (rc != MIEV_OK)
        return rc;
    sim->counter_fd = open_file(sim, COUNTER, err);
    sim->stat_fd = sim->counter_fd < 0 ? -1 : open_file(sim, "/proc/stat", err);
    return sim->stat_fd < 0 ? err->code : MIEV_OK;
}

int miev_simulator_create(struct miev_simulator **out, struct miev_error *err)
{
    /* Where files live in memory, a study is twice as fast. */
    const char *const places[] = {"/dev/shm", "/tmp"};
    struct miev_simulator *sim = calloc(1, sizeof(*sim));
    if (!sim)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a simulated machine");
    sim->counter_fd = sim->stat_fd = -1;
    bool made = false;
    for (size_t i = 0; !made && i < sizeof(places) / sizeof(places[0]); i++) {
        (void)snprintf(sim->root, sizeof(sim->root), "%s/miev-simulated-XXXXXX", places[i]);
        made = mkdtemp(sim->root) != NULL;
    }
    int rc = made ? make_files(sim, err) : miev_error_errno(err, "cannot make %s", sim->root);
    if (rc != MIEV_OK) {
        miev_simulator_destroy(sim);
        return rc;
    }
    sim->env = (struct miev_env){.root = sim->root,
                                 .monotonic_ns = sim_now_ns,
                                 .sleep_ns = sim_sleep_ns,
                                 .variable = sim_variable,
                                 .context = sim};
    sim->executor = (struct miev_executor){sim_repeat, sim_work_cpu_s, sim};
    *out = sim;
    return MIEV_OK;
}

void miev_simulator_destroy(struct miev_simulator *sim)
{
    char full[160];
    if (!sim)
        return;
    if (sim->counter_fd >= 0)
        (void)close(sim->counter_fd);
    if (sim->stat_fd >= 0)
        (void)close(sim->stat_fd);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        (void)snprintf(full, sizeof(full), "%s%s", sim->root, files[i]);
        (void)unlink(full);
    }
    for (size_t i = sizeof(folders) / sizeof(folders[0]); i > 0; i--) {
        (void)snprintf(full, sizeof(full), "%s%s", sim->root, folders[i - 1]);
        (void)rmdir(full);
    }
    (void)rmdir(sim->root);
    free(sim);
}

/* ---- one study ------------------------------------------------------------------------------ */

static int begin(struct miev_simulator *sim, const struct miev_scenario *scenario,
                 double second_over_first, uint64_t seed, struct miev_error *err)
{
    char text[64];
    sim->scenario = *scenario;
    sim->second_over_first = second_over_first;
    sim->random.state = seed;
    sim->gain = exp(scenario->gain_ratio * normal(sim));
    sim->now_ns = START_NS + miev_random_below(&sim->random, 1000000);
    sim->energy_j = sim->tick_j = sim->shown_j = 0;
    sim->work_cpu_s = sim->others_cpu_s = 0;
    sim->noise = normal(sim);
    sim->noise_until_s = STEP_S;
    sim->slow = sim->burst = sim->stalled = false;
    sim->step_at_s = wait_s(sim, scenario->step_per_s);
    sim->burst_at_s = wait_s(sim, scenario->burst_per_s);
    sim->stall_at_s = wait_s(sim, scenario->stall_per_s);
    sim->own_j = sim->sum_j = 0;
    sim->sum_n = 0;
    show_files(sim);
    (void)snprintf(text, sizeof(text), "%.0f\n", scenario->range_uj);
    int rc = write_file(sim, RANGE, text, err);
    return rc == MIEV_OK ? write_file(sim, "/proc/cpuinfo", "vendor_id\t: GenuineIntel\n", err)
                         : rc;
}

/* The systematic factors of the CPU's channel, which is all that this machine has. */
static void take_results(const struct miev_simulator *sim, const struct miev_run *run,
                         struct miev_simulated *out)
{
    const struct miev_run_model *model = &run->models[0];
    const struct miev_channel *channel = &miev_meter_channel_at(run->meter, 0)->channel;
    *out = (struct miev_simulated){.gross = model->gross,
                                   .true_j = sim->sum_j / (double)sim->sum_n,
                                   .gain = sim->gain,
                                   .ratio = run->ratios[0],
                                   .ratio_half_width = run->worst_ratio_half_width,
                                   .blocks = run->blocks,
                                   .needed_budget_s = run->needed_budget_s,
                                   .precise = strcmp(run->stop_reason, "precise") == 0,
                                   .has_energy = model->has_energy};
    for (size_t i = 0; i < model->rounds.n; i++)
        out->void_rounds += !miev_round_usable(run, &model->rounds.list[i]);
    struct miev_interval statistical = {model->gross.mean, model->gross.low, model->gross.high};
    struct miev_interval systematic = {model->gross.mean,
                                       model->gross.mean * channel->systematic_low_ratio,
                                       model->gross.mean * channel->systematic_high_ratio};
    out->combined = miev_interval_merge(&statistical, &systematic);
}

static int run_blocks(struct miev_simulator *sim, struct miev_run *run, struct miev_error *err)
{
    extern const struct miev_sensor_ops miev_sensor_rapl;
    static const struct miev_sensor_ops *const sensors[] = {&miev_sensor_rapl, NULL};
    int rc = miev_meter_create(&sim->env, sensors, &run->meter, err);
    if (rc != MIEV_OK)
        return rc;
    if (miev_meter_channel_count(run->meter) != 1)
        return miev_error_set(err, MIEV_ERR_BROKEN, "the simulated counter: %s",
                              miev_meter_finding_at(run->meter, 0)->message);
    for (size_t i = 0; i < N_MODELS; i++)
        run->models[i].inference_s = sim->scenario.inference_s;
    miev_run_look_at_meter(run);
    run->started_ns = sim->now_ns;
    sim->run = run;
    return miev_run_measure(run, err);
}

struct terms {
    double second_over_first, target_ratio, budget_s;
    uint64_t seed;
};

static int simulate(struct miev_simulator *sim, const struct miev_scenario *scenario,
                    const struct terms *terms, struct miev_simulated *out, struct miev_error *err)
{
    struct miev_study_options options = MIEV_STUDY_OPTIONS_INIT;
    struct miev_run_model models[N_MODELS] = {{.file.fd = -1}, {.file.fd = -1}};
    struct miev_ratio ratio = {0};
    int rc = begin(sim, scenario, terms->second_over_first, terms->seed, err);
    if (rc != MIEV_OK)
        return rc;
    options.env = &sim->env;
    options.budget_s = terms->budget_s;
    options.target_ratio = terms->target_ratio;
    struct miev_run run = {
        .options = &options,
        .executor = &sim->executor,
        .models = models,
        .n_models = N_MODELS,
        .ratios = &ratio,
        .share = {.reserved_cpus = 1,
                  .logical_cpus = (unsigned)scenario->logical_cpus,
                  .no_gpu = true},
        .random = {.state = miev_random_next(&sim->random)},
    };
    rc = run_blocks(sim, &run, err);
    if (rc == MIEV_OK)
        take_results(sim, &run, out);
    for (size_t i = 0; i < N_MODELS; i++)
        miev_run_model_finish(&models[i]);
    miev_rounds_finish(&run.idle_rounds);
    miev_meter_destroy(run.meter);
    sim->run = NULL;
    return rc;
}

int miev_simulate(struct miev_simulator *sim, const struct miev_scenario *scenario,
                  double second_over_first, uint64_t seed, struct miev_simulated *out,
                  struct miev_error *err)
{
    const struct miev_study_options usual = MIEV_STUDY_OPTIONS_INIT;
    struct terms terms = {.second_over_first = second_over_first,
                          .target_ratio = usual.target_ratio,
                          .budget_s = DEFAULT_BUDGET,
                          .seed = seed};
    int rc = simulate(sim, scenario, &terms, out, err);
    if (rc != MIEV_OK || scenario->takes_advice <= 0 || isnan(out->needed_budget_s))
        return rc;
    terms.budget_s = out->needed_budget_s;
    terms.seed = ~seed;
    rc = simulate(sim, scenario, &terms, out, err);
    out->needed_budget_s = terms.budget_s;
    return rc;
}

/* ---- many ----------------------------------------------------------------------------------- */

/* The rule's own truth: what it says in the long run on the same machine without noise, stalls and
 * gain. Under drift there is no long run. */
static int find_rule(struct miev_simulator *sim, const struct miev_scenario *scenario,
                     uint64_t seed, double *out_j, struct miev_error *err)
{
    struct miev_scenario silent = *scenario;
    struct miev_random seeds = {.state = seed};
    double sum_j = 0, n = 0;
    silent.noise_ratio = silent.gain_ratio = silent.stall_per_s = 0;
    *out_j = (double)NAN;
    for (int i = 0; scenario->drift_ratio <= 0 && i < CALIBRATIONS; i++) {
        struct miev_simulated study;
        struct terms terms = {1, 0, DEFAULT_BUDGET, miev_random_next(&seeds)};
        int rc = simulate(sim, &silent, &terms, &study, err);
        if (rc != MIEV_OK)
            return rc;
        sum_j += study.has_energy ? study.gross.mean * (double)study.gross.n : 0;
        n += study.has_energy ? (double)study.gross.n : 0;
        *out_j = sum_j / n;
    }
    return MIEV_OK;
}

static void count_verdict(enum miev_verdict verdict, struct miev_simulated_sum *sum)
{
    sum->lower += verdict == MIEV_VERDICT_LOWER;
    sum->higher += verdict == MIEV_VERDICT_HIGHER;
    sum->equivalent += verdict == MIEV_VERDICT_EQUIVALENT;
    sum->unresolved += verdict == MIEV_VERDICT_UNRESOLVED;
}

static void add_study(const struct miev_simulated *study, struct miev_simulated_sum *sum)
{
    double rule_j = study->gain * (isnan(sum->rule_j) ? study->true_j : sum->rule_j);
    sum->studies++;
    count_verdict(study->ratio.verdict, sum);
    sum->mean_blocks += (double)study->blocks;
    sum->precise += study->precise;
    if (!isnan(study->needed_budget_s)) {
        sum->advised++;
        sum->mean_budget_s += study->needed_budget_s;
    }
    if (!study->has_energy) {
        sum->without_energy++;
        return;
    }
    sum->covered += study->gross.low <= rule_j && rule_j <= study->gross.high;
    sum->combined_covered +=
        study->combined.low <= study->true_j && study->true_j <= study->combined.high;
    sum->bias_ratio += study->gross.mean / rule_j - 1;
    sum->true_bias_ratio += study->gross.mean / (study->gain * study->true_j) - 1;
    sum->mean_half_width_ratio += study->gross.half_width_ratio;
    sum->mean_ratio_half_width += study->ratio_half_width;
}

int miev_simulate_many(struct miev_simulator *sim, const struct miev_scenario *scenario,
                       double second_over_first, size_t n, uint64_t seed,
                       struct miev_simulated_sum *out, struct miev_error *err)
{
    struct miev_random seeds = {.state = seed};
    struct miev_simulated_sum sum = {0};
    int rc = find_rule(sim, scenario, ~seed, &sum.rule_j, err);
    for (size_t i = 0; rc == MIEV_OK && i < n; i++) {
        struct miev_simulated study;
        rc = miev_simulate(sim, scenario, second_over_first, miev_random_next(&seeds), &study, err);
        if (rc == MIEV_OK)
            add_study(&study, &sum);
    }
    if (rc != MIEV_OK)
        return rc;
    double with_energy = (double)(sum.studies - sum.without_energy);
    sum.bias_ratio /= with_energy;
    sum.true_bias_ratio /= with_energy;
    sum.mean_half_width_ratio /= with_energy;
    sum.mean_ratio_half_width /= with_energy;
    sum.mean_blocks /= (double)sum.studies;
    sum.mean_budget_s = sum.advised > 0 ? sum.mean_budget_s / (double)sum.advised : (double)NAN;
    *out = sum;
    return MIEV_OK;
}
