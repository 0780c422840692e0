/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "cli/measure.h"
#include "cli/terminal.h"
#include "core/error.h"
#include "meter/calibrate.h"

struct settings {
    const char *meter, *sensor;
    double seconds, rounds;
    bool show, forget;
};

static const struct settings defaults = {.seconds = 10, .rounds = 3};

static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, meter, "--meter", "COMMAND",
                "a meter of your own: a shell command that prints the joules of\n"
                "the whole machine, as in MIEV_METER (docs/sensors.md)"),
    ARG_TEXT_AT(struct settings, sensor, "--sensor", "NAME",
                "take this sensor, as miev doctor names it; otherwise the best\n"
                "that measures the whole machine, or else its processors"),
    ARG_NUMBER_AT(struct settings, seconds, "--seconds", "S", 1, 600,
                  "seconds of each load, at least (default 10)"),
    ARG_COUNT_AT(struct settings, rounds, "--rounds", "N", 2, MIEV_CALIBRATE_MAX_ROUNDS,
                 "times each of no, half and full load (default 3)"),
    ARG_FLAG_AT(struct settings, show, "--show",
                "show the profile that is kept, and measure nothing"),
    ARG_FLAG_AT(struct settings, forget, "--forget", "remove the profile that is kept"),
    {0},
};

/* ---- the environment, with --meter in it ---- */

static const char *variable_or_meter(void *context, const char *name)
{
    const struct settings *settings = context;
    if (settings->meter && strcmp(name, "MIEV_METER") == 0)
        return settings->meter;
    return miev_env_variable(miev_env_host(), name);
}

/* The context of the host's other functions is not used. */
static struct miev_env env_with_meter(struct settings *settings)
{
    struct miev_env env = *miev_env_host();
    env.variable = variable_or_meter;
    env.context = settings;
    return env;
}

/* ---- showing ---- */

static void print_fit(const char *what, const struct miev_fit *fit, double times)
{
    printf("  %-14s %.3g W (%.3g to %.3g)\n", what, fit->value * times, fit->low * times,
           fit->high * times);
}

static void print_profile(const struct miev_env *env, const struct miev_profile *profile)
{
    char path[MIEV_PROFILE_PATH_MAX];
    struct terminal terminal;
    double cpus = profile->logical_cpus;
    const struct miev_fit full_w = {profile->idle_w.value + cpus * profile->busy_w_per_cpu.value,
                                    profile->idle_w.low + cpus * profile->busy_w_per_cpu.low,
                                    profile->idle_w.high + cpus * profile->busy_w_per_cpu.high};
    terminal_init(&terminal, stdout);
    printf("%sprofile of this machine%s, %s with %s\n", terminal_bold(&terminal),
           terminal_reset(&terminal), profile->date, profile->sensor);
    printf("  %-14s %s\n", "covers",
           profile->covers == MIEV_PART_MACHINE ? "the whole machine" : "the processors");
    print_fit("at rest", &profile->idle_w, 1.0);
    print_fit("each busy CPU", &profile->busy_w_per_cpu, 1.0);
    print_fit("full load", &full_w, 1.0);
    if (miev_profile_path(env, path, NULL) == MIEV_OK)
        printf("  %-14s %s\n", "kept in", path);
    printf("The bounds (90 %%) hold the scatter, the bend of the line and what the meter may be "
           "off by.\n");
}

static int show_profile(const struct miev_env *env)
{
    struct miev_machine machine;
    struct miev_profile profile;
    struct miev_error err;
    miev_machine_read(env, &machine);
    int rc = miev_profile_load(env, &machine, &profile, &err);
    if (rc == MIEV_ERR_UNAVAILABLE)
        (void)miev_error_set(&err, rc, "no profile is kept: miev calibrate makes one");
    if (rc != MIEV_OK)
        return cli_fail(&err);
    print_profile(env, &profile);
    return CLI_OK;
}

static int forget_profile(const struct miev_env *env)
{
    struct miev_error err;
    int rc = miev_profile_forget(env, &err);
    if (rc == MIEV_ERR_UNAVAILABLE)
        (void)miev_error_set(&err, rc, "no profile is kept");
    if (rc != MIEV_OK)
        return cli_fail(&err);
    printf("The profile is forgotten: estimates are those of the tables again.\n");
    return CLI_OK;
}

/* ---- measuring ---- */

static bool show_progress(void *context, unsigned span, unsigned n_spans, unsigned busy_cpus,
                          double span_s)
{
    (void)context;
    if (!measure_interrupted())
        (void)fprintf(stderr, "span %u of %u: %u busy CPU%s for %.0f s\n", span + 1, n_spans,
                      busy_cpus, busy_cpus == 1 ? "" : "s", span_s);
    return !measure_interrupted();
}

/* The tools of others may be asked for the date; this is the user's day. */
static void set_date(struct miev_profile *profile)
{
    time_t now = time(NULL);
    struct tm day;
    if (localtime_r(&now, &day))
        (void)strftime(profile->date, sizeof(profile->date), "%Y-%m-%d", &day);
}

static int measure_profile(struct miev_meter *meter, const struct miev_env *env,
                           const struct settings *settings, struct miev_profile *profile,
                           struct miev_error *err)
{
    struct miev_machine machine;
    struct miev_spinners *spinners = NULL;
    struct miev_calibration_plan plan = {.sensor = settings->sensor,
                                         .span_s = settings->seconds,
                                         .rounds = (unsigned)settings->rounds,
                                         .progress = show_progress};
    miev_machine_read(env, &machine);
    int rc = miev_spinners_create(&spinners, &plan.load, err);
    if (rc != MIEV_OK)
        return rc;
    rc = miev_calibrate(meter, &machine, &plan, profile, err);
    miev_spinners_destroy(spinners);
    if (rc == MIEV_OK) {
        miev_profile_own(profile, &machine);
        set_date(profile);
        rc = miev_profile_save(env, profile, err);
    }
    return rc;
}

/* Why the meter that was asked for is not there is its own finding's to tell. */
static void explain(const struct miev_meter *meter, const struct settings *settings,
                    struct miev_error *err)
{
    const char *wanted = settings->sensor ? settings->sensor : settings->meter ? "exec" : NULL;
    for (size_t i = 0; wanted && i < miev_meter_finding_count(meter); i++) {
        const struct miev_meter_finding *finding = miev_meter_finding_at(meter, i);
        if (strcmp(finding->sensor, wanted) == 0 && finding->status != MIEV_OK)
            (void)miev_error_set(err, finding->status, "%s", finding->message);
    }
}

static int calibrate(struct settings *settings)
{
    struct miev_env env = env_with_meter(settings);
    struct miev_meter *meter = NULL;
    struct miev_profile profile;
    struct miev_error err;
    if (settings->meter && !settings->sensor)
        settings->sensor = "exec";
    measure_catch_interrupt();
    if (miev_meter_create(&env, miev_sensors, &meter, &err) != MIEV_OK)
        return cli_fail(&err);
    int rc = measure_profile(meter, &env, settings, &profile, &err);
    if (rc == MIEV_ERR_UNAVAILABLE)
        explain(meter, settings, &err);
    miev_meter_destroy(meter);
    if (rc == MIEV_ERR_INTERRUPTED)
        return CLI_INTERRUPTED;
    if (rc != MIEV_OK)
        return cli_fail(&err);
    print_profile(&env, &profile);
    return CLI_OK;
}

static int run_calibrate(const void *settings, char **words, size_t n_words)
{
    (void)words, (void)n_words;
    struct settings mine = *(const struct settings *)settings;
    struct miev_error err;
    if (mine.show && mine.forget) {
        (void)miev_error_set(&err, MIEV_ERR_INVALID, "--show and --forget exclude each other");
        return cli_usage_error("calibrate", &err);
    }
    if (mine.show)
        return show_profile(miev_env_host());
    return mine.forget ? forget_profile(miev_env_host()) : calibrate(&mine);
}

const struct cli_command cli_calibrate = {
    .name = "calibrate",
    .title = "fit this machine's watts once against a meter, for better estimates",
    .usage = {"[--meter COMMAND | --sensor NAME]",
              "Keep no, half and all CPUs busy under a meter of the whole machine, fit what it\n"
              "draws at rest and for each busy CPU, and keep that as this machine's profile:\n"
              "estimates then come from it. Takes a minute and a half; end other work first.",
              "  miev calibrate --meter 'read-my-plug'\n  miev calibrate --sensor battery\n"
              "  miev calibrate --show",
              options, 0},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_calibrate,
};
