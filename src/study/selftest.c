/* SPDX-License-Identifier: Apache-2.0 */
#include "study/selftest.h"

#include <math.h>
#include <time.h>

#include "core/error.h"
#include "study/run.h"

#define N_LOADS        2
#define UNIT_STEPS     200000u /* of one "inference": about a millisecond */
#define FIRST_GUESS_S  1e-3
#define PREPARED_SHARE 0.65 /* of a study's budget is for rounds */

static double own_cpu_s(void *context)
{
    struct timespec used;
    (void)context;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

/* Arithmetic that no compiler may leave out. */
static int spin(void *context, const struct miev_run_model *model, size_t count,
                struct miev_repeated *out, struct miev_error *err)
{
    const struct miev_env *env = context;
    uint64_t kept = 0;
    (void)model, (void)err;
    out->start_ns = (int64_t)miev_env_now_ns(env);
    for (size_t i = 0; i < count; i++) {
        uint64_t x = i;
        for (unsigned step = 0; step < UNIT_STEPS; step++)
            x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
        kept += x;
    }
    __asm__ volatile("" : : "r"(kept)); /* as if somebody looked at it */
    out->end_ns = (int64_t)miev_env_now_ns(env);
    out->count = count;
    return MIEV_OK;
}

/* A half width of n rounds, as of the rounds that a whole budget has. */
static double stretch(double half_width, size_t n, double n_budget)
{
    if (n < 2 || !(n_budget >= 2))
        return (double)NAN;
    return half_width * sqrt((double)n / n_budget) * miev_student_t(0.95, n_budget - 1) /
           miev_student_t(0.95, (double)n - 1);
}

static void take_results(const struct miev_run *run, struct miev_selftest *out)
{
    const struct miev_run_model *load = &run->models[0];
    struct miev_span_energy energy = {.quality = MIEV_UNAVAILABLE};
    const struct miev_study_options usual = MIEV_STUDY_OPTIONS_INIT;
    *out = (struct miev_selftest){
        .has_energy = load->has_energy && run->ratios[0].n > 0,
        .between_model_factor = run->between_model_factor,
        .gross = load->gross,
        .ratio = run->ratios[0],
        .ratio_half_width = run->worst_ratio_half_width,
        .update_period_s = run->update_period_s,
        .seconds = (double)(run->finished_ns - run->started_ns) * 1e-9,
        .blocks = run->blocks,
        .budget_s = usual.budget_s,
    };
    out->block_s = out->seconds / (double)run->blocks;
    for (size_t m = 0; m < N_LOADS; m++)
        for (size_t i = 0; i < run->models[m].rounds.n; i++) {
            const struct miev_round *round = &run->models[m].rounds.list[i];
            out->rounds += round->count > 0;
            out->disturbed += round->disturbed;
            if (miev_round_usable(run, round))
                (void)miev_run_energy(run, round, 0, &energy, NULL);
        }
    out->quality = energy.quality;
    out->mixed = energy.mixed;
    out->systematic_low_ratio = energy.systematic_low_ratio;
    out->systematic_high_ratio = energy.systematic_high_ratio;
    double n_budget = floor(PREPARED_SHARE * usual.budget_s / out->block_s);
    out->budget_half_width_ratio = stretch(out->gross.half_width_ratio, out->gross.n, n_budget);
    out->budget_ratio_half_width = stretch(out->ratio_half_width, out->ratio.n, n_budget);
}

int miev_selftest_run(const struct miev_env *env, const struct miev_sensor_ops *const *sensors,
                      double duration_s, const atomic_bool *stop, struct miev_selftest *out,
                      struct miev_error *err)
{
    struct miev_study_options options = MIEV_STUDY_OPTIONS_INIT;
    struct miev_run_model loads[N_LOADS] = {{.file.fd = -1, .inference_s = FIRST_GUESS_S},
                                            {.file.fd = -1, .inference_s = FIRST_GUESS_S}};
    struct miev_ratio ratio = {0};
    struct miev_env own_env = *env;
    struct miev_executor executor = {spin, own_cpu_s, &own_env};
    options.env = env;
    options.stop = stop;
    options.budget_s = duration_s;
    options.target_ratio = 0; /* all of the time, as the scatter is what is looked for */
    struct miev_run run = {.options = &options,
                           .executor = &executor,
                           .models = loads,
                           .n_models = N_LOADS,
                           .ratios = &ratio,
                           .random = {.state = miev_env_now_ns(env)}};
    if (!(duration_s >= 1 && duration_s <= 60))
        return miev_error_set(err, MIEV_ERR_INVALID, "a self-test takes 1 to 60 seconds, not %g",
                              duration_s);
    int rc = miev_meter_create(env, sensors, &run.meter, err);
    if (rc != MIEV_OK)
        return rc;
    miev_machine_read(env, &run.machine);
    run.share = (struct miev_share){
        .reserved_cpus = 1, .logical_cpus = run.machine.logical_cpus, .no_gpu = true};
    miev_run_look_at_meter(&run);
    run.started_ns = miev_env_now_ns(env);
    rc = miev_run_measure(&run, err);
    if (rc == MIEV_OK && run.blocks == 0)
        rc = miev_error_set(err, MIEV_ERR_INTERRUPTED, "stopped before there was a round");
    if (rc == MIEV_OK)
        take_results(&run, out);
    for (size_t i = 0; i < N_LOADS; i++)
        miev_run_model_finish(&loads[i]);
    miev_rounds_finish(&run.idle_rounds);
    miev_meter_destroy(run.meter);
    return rc;
}
