/* SPDX-License-Identifier: Apache-2.0 */
/* One sensor, open on one simulated machine. */
#ifndef MIEV_TESTS_SENSOR_BENCH_H
#define MIEV_TESTS_SENSOR_BENCH_H

#include "machine_fixture.h"
#include "sensor/sensor.h"
#include "test.h"

struct bench {
    const struct miev_sensor_ops *ops;
    struct fixture *fixture;
    void *self;
    size_t n; /* channels; 0: not open */
    struct miev_reading readings[64];
    struct miev_error err;
};

static inline struct bench bench_of(const struct miev_sensor_ops *ops, const char *machine)
{
    struct bench bench = {.ops = ops, .fixture = fixture_open(machine)};
    bench.self = calloc(1, ops->state_size);
    assert_non_null(bench.self);
    return bench;
}

static inline int bench_open(struct bench *bench)
{
    return bench->ops->open(bench->self, &bench->fixture->env, &bench->n, &bench->err);
}

static inline void bench_end(struct bench *bench)
{
    if (bench->n > 0)
        bench->ops->close(bench->self);
    free(bench->self);
    fixture_close(bench->fixture);
}

static inline struct miev_channel bench_channel(const struct bench *bench, size_t i)
{
    struct miev_channel channel;
    bench->ops->describe(bench->self, i, &channel);
    return channel;
}

/* The number of the channel of this name, or -1. */
static inline int bench_find(const struct bench *bench, const char *id)
{
    for (size_t i = 0; i < bench->n; i++)
        if (strcmp(bench_channel(bench, i).id, id) == 0)
            return (int)i;
    return -1;
}

/* A fresh reading of the channel. */
static inline struct miev_reading bench_read(struct bench *bench, const char *id)
{
    int i = bench_find(bench, id);
    if (i < 0)
        fail_msg("there is no channel %s", id);
    assert_ok(bench->ops->read(bench->self, &(struct miev_work){.cpu_s = 0.0}, bench->readings,
                               &bench->err),
              &bench->err);
    return bench->readings[i];
}

/* What the channel uses in so much time. */
static inline double bench_joules(struct bench *bench, const char *id, double duration_s)
{
    double before_j = bench_read(bench, id).energy_j;
    fixture_advance(bench->fixture, duration_s);
    struct miev_reading reading = bench_read(bench, id);
    assert_true(reading.valid);
    return reading.energy_j - before_j;
}

#endif
