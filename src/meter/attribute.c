/* SPDX-License-Identifier: Apache-2.0 */
/* Whose joules they are: arithmetic on two samples, docs/method-energy.md. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "meter/meter.h"
#include "meter/meter_internal.h"

#define UNKNOWN ((double)NAN)

/* What one channel used between two samples; NAN when a reading is missing or joules were lost. */
static double span_j(const struct miev_meter_sample *start, const struct miev_meter_sample *stop,
                     size_t channel)
{
    const struct miev_reading *from = &start->readings[channel];
    const struct miev_reading *to = &stop->readings[channel];
    bool known = from->valid && to->valid && from->gaps == to->gaps;
    return known ? to->energy_j - from->energy_j : UNKNOWN;
}

static double span_s(const struct miev_meter_sample *start, const struct miev_meter_sample *stop)
{
    return (double)(stop->time_ns - start->time_ns) / 1e9;
}

void miev_meter_idle_power(const struct miev_meter *meter, const struct miev_meter_sample *start,
                           const struct miev_meter_sample *stop, struct miev_idle *out)
{
    bool forward = stop->time_ns > start->time_ns;
    for (size_t i = 0; i < MIEV_METER_MAX_CHANNELS; i++)
        out->power_w[i] = forward && i < meter->n_channels
                              ? span_j(start, stop, i) / span_s(start, stop)
                              : UNKNOWN;
}

/* The two fractions of a channel that belong to the work. */
struct fractions {
    double of_idle, above_idle;
};

/* CPU time of the work over that of the machine. The machine's is counted in ticks, so that a
 * difference of one tick either way is none: to share by it would take joules from the work
 * wherever the ticks happen to fall late, and give none back where they fall early. A machine that
 * cannot tell leaves no neighbour to see. */
static double cpu_share(double work_cpu_s, double machine_cpu_s, double tick_s)
{
    if (isnan(machine_cpu_s) || work_cpu_s + tick_s * 1.0001 >= machine_cpu_s)
        return work_cpu_s > 0.0 || isnan(machine_cpu_s) ? 1.0 : 0.0;
    return work_cpu_s / machine_cpu_s;
}

static struct fractions fractions_of(const struct miev_channel *channel, double share_of_cpu,
                                     const struct miev_share *share)
{
    struct fractions f = {
        .of_idle = share->dedicated ? 1.0 : (double)share->reserved_cpus / share->logical_cpus,
        .above_idle = channel->own_work_only ? 1.0 : share_of_cpu,
    };
    if (channel->part == MIEV_PART_GPU) {
        f.above_idle = share->no_gpu ? 0.0 : 1.0;
        f.of_idle = 1.0;
    }
    return f;
}

static struct miev_channel_energy take_apart(double reading_j, double idle_w, double duration_s,
                                             struct fractions f)
{
    struct miev_channel_energy out = {
        .reading_j = reading_j, .idle_j = idle_w * duration_s, .idle_ratio = f.of_idle};
    if (isnan(idle_w)) {
        out.gross_j = reading_j * f.above_idle;
        out.net_j = UNKNOWN;
        return out;
    }
    out.net_j = (reading_j - out.idle_j) * f.above_idle;
    out.gross_j = out.net_j + out.idle_j * f.of_idle;
    return out;
}

struct span {
    const struct miev_meter *meter;
    const struct miev_meter_sample *start, *stop;
    const struct miev_idle *idle; /* may be NULL */
    const struct miev_share *share;
    double duration_s, share_of_cpu;
};

static struct miev_channel_energy attribute_channel(const struct span *span, size_t i)
{
    const struct miev_channel *channel = &span->meter->channels[i].shown.channel;
    double idle_w = span->idle ? span->idle->power_w[i] : UNKNOWN;
    return take_apart(span_j(span->start, span->stop, i), idle_w, span->duration_s,
                      fractions_of(channel, span->share_of_cpu, span->share));
}

/* Channels of one part are of one kind and err together: their bounds add up, joule by joule. */
static void add_channel(const struct span *span, size_t i, struct miev_part_energy *part,
                        double *low_j, double *high_j)
{
    const struct miev_channel *channel = &span->meter->channels[i].shown.channel;
    struct miev_channel_energy e = attribute_channel(span, i);
    part->gross_j += e.gross_j;
    part->net_j += e.net_j;
    part->quality = channel->quality;
    part->sensor = span->meter->channels[i].shown.sensor;
    *low_j += e.gross_j * channel->systematic_low_ratio;
    *high_j += e.gross_j * channel->systematic_high_ratio;
    /* Stands when there are no joules to weigh by. */
    part->systematic_low_ratio = channel->systematic_low_ratio;
    part->systematic_high_ratio = channel->systematic_high_ratio;
}

/* False when a chosen channel of the part was lost: the part is then unavailable. */
static bool attribute_part(const struct span *span, enum miev_part which,
                           struct miev_part_energy *out)
{
    double low_j = 0.0, high_j = 0.0;
    struct miev_part_energy part = {.part = which, .quality = MIEV_UNAVAILABLE};
    for (size_t i = 0; i < span->meter->n_channels; i++) {
        const struct meter_channel *channel = &span->meter->channels[i];
        bool wanted = which == MIEV_PART_MACHINE || miev_meter_adds(&channel->shown, span->share);
        if (channel->chosen && channel->shown.channel.part == which && wanted)
            add_channel(span, i, &part, &low_j, &high_j);
    }
    if (part.gross_j > 0.0) {
        part.systematic_low_ratio = low_j / part.gross_j;
        part.systematic_high_ratio = high_j / part.gross_j;
    }
    bool known = !isnan(part.gross_j);
    if (!known)
        part = (struct miev_part_energy){.part = which, .sensor = part.sensor};
    *out = part;
    return known;
}

/* Independent errors: distances to the bounds add in quadrature. */
struct bounds {
    double below_j2, above_j2;
};

static void add_bounds(struct bounds *bounds, const struct miev_part_energy *part)
{
    bounds->below_j2 += pow(part->gross_j * (1.0 - part->systematic_low_ratio), 2.0);
    bounds->above_j2 += pow(part->gross_j * (part->systematic_high_ratio - 1.0), 2.0);
}

static double low_ratio(const struct bounds *bounds, double gross_j)
{
    return gross_j > 0.0 ? fmax(1.0 - sqrt(bounds->below_j2) / gross_j, 0.0) : 0.0;
}

static double high_ratio(const struct bounds *bounds, double gross_j)
{
    return gross_j > 0.0 ? 1.0 + sqrt(bounds->above_j2) / gross_j : 1.0;
}

/* Whole machine less what the headline already holds of it. GPUs are not taken off: whether the
 * whole covers a card differs from maker to maker. */
static void leave_only_the_rest(struct miev_part_energy parts[MIEV_PART_COUNT])
{
    struct miev_part_energy *rest = &parts[MIEV_PART_MACHINE];
    if (rest->quality == MIEV_UNAVAILABLE)
        return;
    struct bounds bounds = {0.0, 0.0};
    add_bounds(&bounds, rest);
    for (int i = MIEV_PART_CPU; i <= MIEV_PART_MEMORY; i++) {
        if (parts[i].quality == MIEV_UNAVAILABLE)
            continue;
        add_bounds(&bounds, &parts[i]);
        rest->gross_j -= parts[i].gross_j;
        rest->net_j -= parts[i].net_j;
        if (parts[i].quality < rest->quality)
            rest->quality = parts[i].quality;
    }
    rest->systematic_low_ratio = low_ratio(&bounds, rest->gross_j);
    rest->systematic_high_ratio = high_ratio(&bounds, rest->gross_j);
}

static enum miev_quality headline_quality(const struct miev_span_energy *span, unsigned measured,
                                          unsigned estimated)
{
    if (measured > 0 && estimated > 0)
        return span->parts[MIEV_PART_CPU].quality;
    if (measured > 0)
        return MIEV_MEASURED;
    return estimated > 0 ? MIEV_ESTIMATED : MIEV_UNAVAILABLE;
}

void miev_meter_headline_ratios(const struct miev_part_energy parts[MIEV_PART_COUNT], double *low,
                                double *high)
{
    struct bounds bounds = {0.0, 0.0};
    double gross_j = 0.0;
    for (int i = MIEV_PART_CPU; i <= MIEV_PART_GPU; i++) {
        if (parts[i].quality == MIEV_UNAVAILABLE)
            continue;
        gross_j += parts[i].gross_j;
        add_bounds(&bounds, &parts[i]);
    }
    *low = low_ratio(&bounds, gross_j);
    *high = high_ratio(&bounds, gross_j);
}

static void sum_headline(struct miev_span_energy *out)
{
    unsigned measured = 0, estimated = 0;
    for (int i = MIEV_PART_CPU; i <= MIEV_PART_GPU; i++) {
        const struct miev_part_energy *part = &out->parts[i];
        if (part->quality == MIEV_UNAVAILABLE)
            continue;
        *(part->quality == MIEV_MEASURED ? &measured : &estimated) += 1;
        out->gross_j += part->gross_j;
        out->net_j += part->net_j;
    }
    out->mixed = measured > 0 && estimated > 0;
    out->quality = headline_quality(out, measured, estimated);
    miev_meter_headline_ratios(out->parts, &out->systematic_low_ratio, &out->systematic_high_ratio);
}

static int check(const struct miev_meter_sample *start, const struct miev_meter_sample *stop,
                 const struct miev_share *share, struct miev_error *err)
{
    if (stop->time_ns <= start->time_ns)
        return miev_error_set(err, MIEV_ERR_INVALID, "a span must end after it began");
    if (stop->work_cpu_s < start->work_cpu_s)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "CPU time of the work fell from %g to %g s: samples of two works",
                              start->work_cpu_s, stop->work_cpu_s);
    if (share->reserved_cpus == 0 || share->logical_cpus < share->reserved_cpus)
        return miev_error_set(err, MIEV_ERR_INVALID, "%u reserved of %u logical CPUs",
                              share->reserved_cpus, share->logical_cpus);
    return MIEV_OK;
}

static struct span span_of(const struct miev_meter *meter, const struct miev_meter_sample *start,
                           const struct miev_meter_sample *stop, const struct miev_idle *idle,
                           const struct miev_share *share)
{
    return (struct span){.meter = meter,
                         .start = start,
                         .stop = stop,
                         .idle = idle,
                         .share = share,
                         .duration_s = span_s(start, stop),
                         .share_of_cpu = cpu_share(stop->work_cpu_s - start->work_cpu_s,
                                                   stop->machine_cpu_s - start->machine_cpu_s,
                                                   1 / meter->ticks_per_s)};
}

void miev_meter_attribute_channel(const struct miev_meter *meter, size_t i,
                                  const struct miev_meter_sample *start,
                                  const struct miev_meter_sample *stop,
                                  const struct miev_idle *idle, const struct miev_share *share,
                                  struct miev_channel_energy *out)
{
    const struct span span = span_of(meter, start, stop, idle, share);
    *out = attribute_channel(&span, i);
}

int miev_meter_attribute(const struct miev_meter *meter, const struct miev_meter_sample *start,
                         const struct miev_meter_sample *stop, const struct miev_idle *idle,
                         const struct miev_share *share, struct miev_span_energy *out,
                         struct miev_error *err)
{
    int rc = check(start, stop, share, err);
    if (rc != MIEV_OK)
        return rc;
    double work_cpu_s = stop->work_cpu_s - start->work_cpu_s;
    double machine_cpu_s = stop->machine_cpu_s - start->machine_cpu_s;
    const struct span span = span_of(meter, start, stop, idle, share);
    *out = (struct miev_span_energy){.duration_s = span.duration_s, .work_cpu_s = work_cpu_s};
    out->neighbour_cpu_s = isnan(machine_cpu_s) ? UNKNOWN : fmax(machine_cpu_s - work_cpu_s, 0.0);
    out->complete = true;
    for (int i = 0; i < MIEV_PART_COUNT; i++) {
        bool known = attribute_part(&span, (enum miev_part)i, &out->parts[i]);
        if (!known && i != MIEV_PART_MACHINE)
            out->complete = false;
    }
    leave_only_the_rest(out->parts);
    sum_headline(out);
    if (!out->complete)
        out->gross_j = out->net_j = UNKNOWN;
    return MIEV_OK;
}
