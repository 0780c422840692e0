/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/calibrate.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/student.h"
#include "meter/meter_internal.h"

/* A span holds so many of the meter's beats, and a load lasts a while before it is metered. */
#define PERIODS_PER_SPAN 10.0
#define SETTLE_S         1.0
#define SETTLE_PERIODS   2.0

/* Less of a difference between no and full load says that others keep the machine busy. */
#define LEAST_CONTRAST 0.3

/* Of the bounds of a profile, as of all systematic bounds. */
#define CONFIDENCE 0.90

#define LOADS      3 /* none, half, full */
#define MAX_POINTS (LOADS * MIEV_CALIBRATE_MAX_ROUNDS)

struct point {
    double busy_cpus, power_w;
};

struct points {
    size_t n;
    struct point list[MAX_POINTS];
};

/* ---- the meter ---- */

static bool is_source(const struct meter_channel *channel, enum miev_part part, const char *wanted)
{
    const struct miev_meter_channel *shown = &channel->shown;
    return shown->channel.part == part && shown->channel.quality == MIEV_MEASURED &&
           (wanted ? strcmp(shown->sensor, wanted) == 0 : channel->chosen);
}

static const struct meter_channel *find_source(const struct miev_meter *meter, enum miev_part part,
                                               const char *wanted)
{
    for (size_t i = 0; i < meter->n_channels; i++)
        if (is_source(&meter->channels[i], part, wanted))
            return &meter->channels[i];
    return NULL;
}

int miev_calibrate_source(const struct miev_meter *meter, const char *wanted, const char **sensor,
                          enum miev_part *covers, struct miev_error *err)
{
    const struct meter_channel *source = find_source(meter, MIEV_PART_MACHINE, wanted);
    if (!source)
        source = find_source(meter, MIEV_PART_CPU, wanted);
    if (!source && wanted)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "sensor %.40s measures neither the whole machine nor its processors "
                              "here: miev doctor tells what does",
                              wanted);
    if (!source)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "nothing measures this machine: name a meter with --meter COMMAND "
                              "(docs/sensors.md), or see what miev doctor says would open one");
    *sensor = source->shown.sensor;
    *covers = source->shown.channel.part;
    return MIEV_OK;
}

struct run {
    struct miev_meter *meter;
    const struct miev_machine *machine;
    const struct miev_calibration_plan *plan;
    enum miev_part covers;
    const char *sensor;
    double period_s, low_ratio, high_ratio; /* of the meter */
    struct points points;
};

/* All channels of the source together, or NAN when one was lost. */
static double power_of(const struct run *run, const struct miev_meter_sample *start,
                       const struct miev_meter_sample *stop)
{
    struct miev_idle power;
    double sum_w = 0.0;
    miev_meter_idle_power(run->meter, start, stop, &power);
    for (size_t i = 0; i < run->meter->n_channels; i++) {
        const struct meter_channel *channel = &run->meter->channels[i];
        if (is_source(channel, run->covers, run->sensor) && !miev_meter_nested(run->meter, channel))
            sum_w += power.power_w[i];
    }
    return sum_w;
}

static void look_at_source(struct run *run)
{
    const struct meter_channel *source = find_source(run->meter, run->covers, run->sensor);
    run->period_s = (double)source->shown.channel.update_period_ns / 1e9;
    run->low_ratio = source->shown.channel.systematic_low_ratio;
    run->high_ratio = source->shown.channel.systematic_high_ratio;
}

/* ---- the spans ---- */

static int meter_span(struct run *run, unsigned busy_cpus, double span_s, struct miev_error *err)
{
    struct miev_meter_sample start, stop;
    const struct miev_env *env = run->meter->env;
    double settle_s = fmax(SETTLE_S, SETTLE_PERIODS * run->period_s);
    miev_env_sleep_ns(env, (uint64_t)(settle_s * 1e9));
    int rc = miev_meter_read(run->meter, 0.0, &start, err);
    if (rc != MIEV_OK)
        return rc;
    miev_env_sleep_ns(env, (uint64_t)(span_s * 1e9));
    rc = miev_meter_read(run->meter, 0.0, &stop, err);
    if (rc != MIEV_OK)
        return rc;
    double duration_s = (double)(stop.time_ns - start.time_ns) / 1e9;
    double busy = (stop.machine_cpu_s - start.machine_cpu_s) / duration_s;
    double power_w = duration_s > 0.0 ? power_of(run, &start, &stop) : (double)NAN;
    if (isnan(power_w))
        return miev_error_set(err, MIEV_ERR_BROKEN, "sensor %s was lost meanwhile", run->sensor);
    run->points.list[run->points.n++] =
        (struct point){.busy_cpus = isnan(busy) ? busy_cpus : busy, .power_w = power_w};
    return MIEV_OK;
}

static int one_span(struct run *run, unsigned load, unsigned n_spans, double span_s,
                    struct miev_error *err)
{
    const struct miev_calibration_plan *plan = run->plan;
    unsigned busy_cpus = run->machine->logical_cpus * load / (LOADS - 1);
    if (plan->progress && !plan->progress(plan->progress_context, (unsigned)run->points.n, n_spans,
                                          busy_cpus, span_s))
        return miev_error_set(err, MIEV_ERR_INTERRUPTED, "interrupted: no profile was kept");
    if (busy_cpus == 0)
        return meter_span(run, 0, span_s, err);
    int rc = plan->load.start(plan->load.context, busy_cpus, err);
    if (rc != MIEV_OK)
        return rc;
    rc = meter_span(run, busy_cpus, span_s, err);
    plan->load.stop(plan->load.context);
    return rc;
}

/* ---- the line ---- */

struct line {
    double idle_w, slope_w;
    double idle_error_w, slope_error_w; /* 90 % */
};

static struct line fit_line(const struct points *points)
{
    double n = (double)points->n, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0, rest = 0.0;
    for (size_t i = 0; i < points->n; i++) {
        x += points->list[i].busy_cpus / n;
        y += points->list[i].power_w / n;
    }
    for (size_t i = 0; i < points->n; i++) {
        double dx = points->list[i].busy_cpus - x;
        xx += dx * dx;
        xy += dx * (points->list[i].power_w - y);
    }
    struct line line = {.slope_w = xy / xx};
    line.idle_w = y - line.slope_w * x;
    for (size_t i = 0; i < points->n; i++) {
        double off_w =
            points->list[i].power_w - line.idle_w - line.slope_w * points->list[i].busy_cpus;
        rest += off_w * off_w; /* scatter, and the bend of the true curve */
    }
    double t = miev_student_t(CONFIDENCE, n - 2.0), scatter_w = sqrt(rest / (n - 2.0));
    line.slope_error_w = t * scatter_w / sqrt(xx);
    line.idle_error_w = t * scatter_w * sqrt(1.0 / n + x * x / xx);
    return line;
}

/* The line's own error and what the meter may be off by, in quadrature. */
static struct miev_fit widen(double value, double error, const struct run *run)
{
    double below = hypot(error, value * (1.0 - run->low_ratio));
    double above = hypot(error, value * (run->high_ratio - 1.0));
    return (struct miev_fit){value, fmax(value - below, 0.0), value + above};
}

static int judge(const struct run *run, const struct line *line, struct miev_error *err)
{
    double least = INFINITY, most = 0.0;
    for (size_t i = 0; i < run->points.n; i++) {
        least = fmin(least, run->points.list[i].busy_cpus);
        most = fmax(most, run->points.list[i].busy_cpus);
    }
    if (most - least < LEAST_CONTRAST * run->machine->logical_cpus)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "%.1f to %.1f of %u CPUs were busy whatever the load: end the other "
                              "work on this machine, and calibrate again",
                              least, most, run->machine->logical_cpus);
    if (!(line->idle_w > 0.0) || !(line->slope_w > 0.0) || line->slope_error_w >= line->slope_w)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "the spans fit no line: %.3g W at rest and %.3g W (+- %.2g) for each "
                              "busy CPU. Take longer spans (--seconds) or more rounds (--rounds)",
                              line->idle_w, line->slope_w, line->slope_error_w);
    return MIEV_OK;
}

int miev_calibrate(struct miev_meter *meter, const struct miev_machine *machine,
                   const struct miev_calibration_plan *plan, struct miev_profile *out,
                   struct miev_error *err)
{
    struct run run = {.meter = meter, .machine = machine, .plan = plan};
    int rc = miev_calibrate_source(meter, plan->sensor, &run.sensor, &run.covers, err);
    if (rc != MIEV_OK)
        return rc;
    if (plan->rounds < 2 || plan->rounds > MIEV_CALIBRATE_MAX_ROUNDS || !(plan->span_s > 0.0))
        return miev_error_set(err, MIEV_ERR_INVALID, "a calibration takes 2 to %d rounds",
                              MIEV_CALIBRATE_MAX_ROUNDS);
    look_at_source(&run);
    double span_s = fmax(plan->span_s, PERIODS_PER_SPAN * run.period_s);
    for (unsigned i = 0; rc == MIEV_OK && i < LOADS * plan->rounds; i++)
        rc = one_span(&run, i % LOADS, LOADS * plan->rounds, span_s, err);
    if (rc != MIEV_OK)
        return rc;
    struct line line = fit_line(&run.points);
    rc = judge(&run, &line, err);
    if (rc != MIEV_OK)
        return rc;
    *out = (struct miev_profile){.covers = run.covers,
                                 .idle_w = widen(line.idle_w, line.idle_error_w, &run),
                                 .busy_w_per_cpu = widen(line.slope_w, line.slope_error_w, &run)};
    memcpy(out->sensor, run.sensor, strnlen(run.sensor, sizeof(out->sensor) - 1));
    return MIEV_OK;
}
