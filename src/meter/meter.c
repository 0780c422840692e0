/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/meter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "meter/meter_internal.h"

/* ---- opening ---- */

static void add_channels(struct miev_meter *meter, size_t finding, size_t n)
{
    struct meter_finding *from = &meter->findings[finding];
    from->shown.first_channel = meter->n_channels;
    from->shown.n_channels = n;
    for (size_t i = 0; i < n; i++) {
        struct meter_channel *to = &meter->channels[meter->n_channels++];
        to->finding = finding;
        to->shown.sensor = from->shown.sensor;
        from->ops->describe(from->state, i, &to->shown.channel);
    }
}

/* A sensor that cannot be opened is a finding, not a failure; only missing memory is. */
static int open_sensor(struct miev_meter *meter, const struct miev_sensor_ops *ops,
                       struct miev_error *err)
{
    size_t index = meter->n_findings;
    struct meter_finding *finding = &meter->findings[index];
    *finding =
        (struct meter_finding){.ops = ops, .shown = {.sensor = ops->name, .summary = ops->summary}};
    finding->state = calloc(1, ops->state_size > 0 ? ops->state_size : 1);
    if (!finding->state)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for sensor %s", ops->name);
    meter->n_findings++;
    struct miev_error why = {.code = MIEV_OK};
    size_t n = 0;
    int status = ops->open(finding->state, meter->env, &n, &why);
    if (status == MIEV_OK && n > MIEV_METER_MAX_CHANNELS - meter->n_channels) {
        ops->close(finding->state);
        status =
            miev_error_set(&why, MIEV_ERR_LIMIT, "%zu channels are more than the meter holds", n);
    }
    finding->shown.status = status;
    if (status == MIEV_OK) {
        add_channels(meter, index, n);
        if (ops->remarks)
            (void)snprintf(finding->shown.message, sizeof(finding->shown.message), "%s",
                           ops->remarks(finding->state));
        return MIEV_OK;
    }
    (void)snprintf(finding->shown.message, sizeof(finding->shown.message), "%s", why.message);
    free(finding->state);
    finding->state = NULL;
    return MIEV_OK;
}

bool miev_meter_nested(const struct miev_meter *meter, const struct meter_channel *inner)
{
    for (size_t i = 0; inner->shown.channel.inside[0] != '\0' && i < meter->n_channels; i++) {
        const struct meter_channel *outer = &meter->channels[i];
        if (outer->finding == inner->finding &&
            outer->shown.channel.part == inner->shown.channel.part &&
            strcmp(outer->shown.channel.id, inner->shown.channel.inside) == 0)
            return true;
    }
    return false;
}

/* The first channel of the best quality leads; its sensor is the source of the part. */
static const struct meter_channel *best_channel(const struct miev_meter *meter, enum miev_part part)
{
    const struct meter_channel *best = NULL;
    for (size_t i = 0; i < meter->n_channels; i++) {
        const struct meter_channel *channel = &meter->channels[i];
        if (channel->shown.channel.part == part &&
            (!best || channel->shown.channel.quality > best->shown.channel.quality))
            best = channel;
    }
    return best;
}

static void choose_sources(struct miev_meter *meter)
{
    const struct meter_channel *best[MIEV_PART_COUNT];
    for (int part = 0; part < MIEV_PART_COUNT; part++)
        best[part] = best_channel(meter, (enum miev_part)part);
    for (size_t i = 0; i < meter->n_channels; i++) {
        struct meter_channel *channel = &meter->channels[i];
        enum miev_part part = channel->shown.channel.part;
        channel->chosen = channel->finding == best[part]->finding &&
                          channel->shown.channel.quality == best[part]->shown.channel.quality &&
                          !miev_meter_nested(meter, channel);
        channel->shown.counted = channel->chosen && part != MIEV_PART_MACHINE;
    }
}

int miev_meter_create(const struct miev_env *env, const struct miev_sensor_ops *const *sensors,
                      struct miev_meter **out, struct miev_error *err)
{
    struct miev_meter *meter = calloc(1, sizeof(*meter));
    if (!meter)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the meter");
    meter->env = env;
    meter->ticks_per_s = (double)sysconf(_SC_CLK_TCK);
    meter->stat_fd = miev_file_open(env, NULL, "/proc/stat");
    for (size_t i = 0; sensors[i] && i < MIEV_METER_MAX_SENSORS; i++) {
        int rc = open_sensor(meter, sensors[i], err);
        if (rc != MIEV_OK) {
            miev_meter_destroy(meter);
            return rc;
        }
    }
    choose_sources(meter);
    *out = meter;
    return MIEV_OK;
}

void miev_meter_destroy(struct miev_meter *meter)
{
    if (!meter)
        return;
    for (size_t i = 0; i < meter->n_findings; i++) {
        if (!meter->findings[i].state)
            continue;
        meter->findings[i].ops->close(meter->findings[i].state);
        free(meter->findings[i].state);
    }
    if (meter->stat_fd >= 0)
        (void)close(meter->stat_fd);
    free(meter);
}

size_t miev_meter_channel_count(const struct miev_meter *meter)
{
    return meter->n_channels;
}

const struct miev_meter_channel *miev_meter_channel_at(const struct miev_meter *meter, size_t i)
{
    return &meter->channels[i].shown;
}

bool miev_meter_adds(const struct miev_meter_channel *channel, const struct miev_share *share)
{
    bool idle_gpu = channel->channel.part == MIEV_PART_GPU && share->no_gpu && !share->dedicated;
    return channel->counted && !idle_gpu;
}

size_t miev_meter_finding_count(const struct miev_meter *meter)
{
    return meter->n_findings;
}

const struct miev_meter_finding *miev_meter_finding_at(const struct miev_meter *meter, size_t i)
{
    return &meter->findings[i].shown;
}

/* ---- reading ---- */

/* Fields of the line: user nice system idle iowait irq softirq steal guest guest_nice. Steal is
 * left out, as it is the host's time and not this machine's; guests are part of user. */
double miev_meter_busy_cpu_s(const char *stat_text, double ticks_per_s)
{
    static const bool is_busy[] = {true, true, true, false, false, true, true};
    double ticks = 0.0;
    if (strncmp(stat_text, "cpu ", 4) != 0)
        return (double)NAN;
    const char *at = stat_text + 4;
    for (size_t i = 0; i < sizeof(is_busy) / sizeof(is_busy[0]); i++) {
        char *end = NULL;
        unsigned long long value = strtoull(at, &end, 10);
        if (end == at)
            return (double)NAN;
        ticks += is_busy[i] ? (double)value : 0.0;
        at = end;
    }
    return ticks / ticks_per_s;
}

static double read_machine_cpu_s(const struct miev_meter *meter)
{
    char text[256]; /* the first line is enough */
    ssize_t n = meter->stat_fd >= 0 ? pread(meter->stat_fd, text, sizeof(text) - 1, 0) : -1;
    if (n <= 0)
        return (double)NAN;
    text[n] = '\0';
    return miev_meter_busy_cpu_s(text, meter->ticks_per_s);
}

static void read_sensor(const struct meter_finding *finding, const struct miev_work *work,
                        struct miev_reading *out)
{
    size_t n = finding->shown.n_channels;
    if (finding->ops->read(finding->state, work, out, NULL) == MIEV_OK)
        return;
    for (size_t i = 0; i < n; i++)
        out[i].valid = false;
}

int miev_meter_read(struct miev_meter *meter, double work_cpu_s, struct miev_meter_sample *out,
                    struct miev_error *err)
{
    if (!isfinite(work_cpu_s) || work_cpu_s < 0.0)
        return miev_error_set(err, MIEV_ERR_INVALID, "CPU time of the work is %g seconds",
                              work_cpu_s);
    memset(out, 0, sizeof(*out));
    const struct miev_work work = {.cpu_s = work_cpu_s};
    uint64_t before_ns = miev_env_now_ns(meter->env);
    for (size_t i = 0; i < meter->n_findings; i++) {
        const struct meter_finding *finding = &meter->findings[i];
        if (finding->state)
            read_sensor(finding, &work, &out->readings[finding->shown.first_channel]);
    }
    out->time_ns = before_ns + (miev_env_now_ns(meter->env) - before_ns) / 2;
    out->work_cpu_s = work_cpu_s;
    out->machine_cpu_s = read_machine_cpu_s(meter);
    return MIEV_OK;
}
