/* SPDX-License-Identifier: Apache-2.0 */
/* The public face of the meter: spans of the calling process's own work. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "meter/meter.h"
#include "sensor/machine.h"

struct miev_span_meter {
    struct miev_meter *meter;
    struct miev_share share;
    struct miev_idle idle;
    bool idle_known, started;
    struct miev_meter_sample start;
};

static double own_cpu_s(void)
{
    struct timespec used;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

int miev_span_meter_open(unsigned threads, int uses_gpu, struct miev_span_meter **out,
                         struct miev_error *err)
{
    struct miev_machine machine;
    if (threads == 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "threads must be 1 or more");
    struct miev_span_meter *span = calloc(1, sizeof(*span));
    if (!span)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a meter");
    int rc = miev_meter_create(miev_env_host(), miev_sensors, &span->meter, err);
    if (rc != MIEV_OK) {
        free(span);
        return rc;
    }
    miev_machine_read(miev_env_host(), &machine);
    span->share = (struct miev_share){
        .reserved_cpus = threads < machine.logical_cpus ? threads : machine.logical_cpus,
        .logical_cpus = machine.logical_cpus,
        .no_gpu = !uses_gpu,
    };
    *out = span;
    return MIEV_OK;
}

void miev_span_meter_close(struct miev_span_meter *span)
{
    if (!span)
        return;
    miev_meter_destroy(span->meter);
    free(span);
}

int miev_span_meter_idle(struct miev_span_meter *span, double duration_s, struct miev_error *err)
{
    struct miev_meter_sample start, stop;
    if (!(duration_s >= 0.1 && duration_s <= 60))
        return miev_error_set(err, MIEV_ERR_INVALID, "idle is learnt in 0.1 to 60 seconds");
    int rc = miev_meter_read(span->meter, own_cpu_s(), &start, err);
    if (rc != MIEV_OK)
        return rc;
    miev_env_sleep_ns(miev_env_host(), (uint64_t)(duration_s * 1e9));
    rc = miev_meter_read(span->meter, own_cpu_s(), &stop, err);
    if (rc != MIEV_OK)
        return rc;
    miev_meter_idle_power(span->meter, &start, &stop, &span->idle);
    span->idle_known = true;
    return MIEV_OK;
}

int miev_span_meter_start(struct miev_span_meter *span, struct miev_error *err)
{
    int rc = miev_meter_read(span->meter, own_cpu_s(), &span->start, err);
    span->started = span->started || rc == MIEV_OK;
    return rc;
}

static void fill(const struct miev_span_energy *from, struct miev_energy *out)
{
    out->method = from->mixed                      ? MIEV_METHOD_MIXED
                  : from->quality == MIEV_MEASURED ? MIEV_METHOD_MEASURED
                                                   : MIEV_METHOD_ESTIMATED;
    out->duration_s = from->duration_s;
    out->cpu_s = from->work_cpu_s;
    out->gross_j = (struct miev_interval){from->gross_j, from->gross_j * from->systematic_low_ratio,
                                          from->gross_j * from->systematic_high_ratio};
    out->net_j = from->net_j;
}

int miev_span_meter_stop(struct miev_span_meter *span, struct miev_energy *out,
                         struct miev_error *err)
{
    struct miev_meter_sample stop;
    struct miev_span_energy energy;
    if (!span->started)
        return miev_error_set(err, MIEV_ERR_INVALID, "stop without a start before it");
    if (out->struct_size < sizeof(*out))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "struct_size is too small: begin with MIEV_ENERGY_INIT");
    int rc = miev_meter_read(span->meter, own_cpu_s(), &stop, err);
    if (rc == MIEV_OK)
        rc =
            miev_meter_attribute(span->meter, &span->start, &stop,
                                 span->idle_known ? &span->idle : NULL, &span->share, &energy, err);
    if (rc != MIEV_OK)
        return rc;
    if (!energy.complete || !isfinite(energy.gross_j))
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "an energy counter was lost within the span: measure it again");
    fill(&energy, out);
    return MIEV_OK;
}
