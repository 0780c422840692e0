/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sampler.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

/* Often enough for what moves every 50 ms, seldom enough to be nothing to the work: a sample takes
 * some microseconds. */
#define SHORTEST_PERIOD_NS 20000000u
#define LONGEST_PERIOD_NS  1000000000u

/* A task that is so late has lost what happened in between. */
#define LATE_PERIODS 10u

#define SLOTS 4u

/* What the task tells the reader. Every field is atomic, as a reader may look while it is written;
 * whether it did, the number of the latest slot tells. */
struct slot {
    atomic_uint_least64_t energy_bits, power_bits; /* doubles */
    atomic_uint_least64_t time_ns;
    atomic_uint gaps;
    atomic_bool valid;
};

struct source {
    struct miev_sampler_source from;
    /* of the task alone */
    bool begun;
    uint64_t raw, time_ns, changed_ns;
    double energy_j, power_w;
    unsigned gaps;
    bool valid;
    /* between both */
    struct slot slots[SLOTS];
    atomic_uint latest;
    /* of the reader alone */
    double shown_j;
    unsigned shown_gaps;
};

struct miev_sampler {
    const struct miev_env *env;
    struct miev_env_task *task;
    uint64_t period_ns;
    size_t n;
    struct source sources[MIEV_SAMPLER_MAX_SOURCES];
};

static uint64_t bits_of(double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static double double_of(uint64_t bits)
{
    double value = 0.0;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* ---- the task ---- */

static void publish(struct source *source)
{
    unsigned next = atomic_load_explicit(&source->latest, memory_order_relaxed) + 1;
    struct slot *slot = &source->slots[next % SLOTS];
    atomic_store(&slot->energy_bits, bits_of(source->energy_j));
    atomic_store(&slot->power_bits, bits_of(source->power_w));
    atomic_store(&slot->time_ns, source->time_ns);
    atomic_store(&slot->gaps, source->gaps);
    atomic_store(&slot->valid, source->valid);
    atomic_store(&source->latest, next);
}

/* Joules since the last sample, -1 when they cannot be known. */
static double joules_since(const struct source *source, uint64_t raw, double since_s)
{
    if (!source->from.counter) {
        double now_w = (double)raw / 1e6;
        return now_w > source->from.max_w ? -1.0 : 0.5 * (source->power_w + now_w) * since_s;
    }
    double used_j = (double)(raw - source->raw) / 1e6;
    /* A slow meter tells the joules of its whole period at once. */
    double moved_s = since_s + (double)(source->time_ns - source->changed_ns) / 1e9 + 1.0;
    return raw < source->raw || used_j > source->from.max_w * moved_s ? -1.0 : used_j;
}

static void take_sample(struct source *source, uint64_t raw, uint64_t now_ns, uint64_t limit_ns)
{
    uint64_t since_ns = now_ns - source->time_ns;
    bool late = !source->from.counter && since_ns > limit_ns;
    double used_j = joules_since(source, raw, (double)since_ns / 1e9);
    if (source->begun && !late && used_j >= 0.0)
        source->energy_j += used_j;
    else if (source->begun)
        source->gaps++;
    if (!source->begun || raw != source->raw)
        source->changed_ns = now_ns;
    uint64_t still_ns = now_ns - source->changed_ns;
    source->begun = true;
    source->raw = raw;
    source->time_ns = now_ns;
    source->power_w = source->from.counter ? 0.0 : (double)raw / 1e6;
    source->valid = source->from.stuck_ns == 0 || still_ns < source->from.stuck_ns;
}

static void ask_all(void *argument)
{
    struct miev_sampler *sampler = argument;
    for (size_t i = 0; i < sampler->n; i++) {
        struct source *source = &sampler->sources[i];
        uint64_t raw = 0;
        bool was_valid = source->valid;
        if (source->from.read(source->from.source, &raw) != 0)
            source->valid = false;
        else
            take_sample(source, raw, miev_env_now_ns(sampler->env),
                        LATE_PERIODS * sampler->period_ns);
        /* Of a power, what was drawn while nobody could look is lost; a counter kept it. */
        if (was_valid && !source->valid && !source->from.counter) {
            source->gaps++;
            source->begun = false;
        }
        publish(source);
    }
}

/* ---- the reader ---- */

static struct miev_reading look_at_slot(const struct slot *slot, uint64_t now_ns, uint64_t limit_ns)
{
    uint64_t time_ns = atomic_load(&slot->time_ns);
    uint64_t age_ns = now_ns > time_ns ? now_ns - time_ns : 0;
    struct miev_reading reading = {.energy_j = double_of(atomic_load(&slot->energy_bits)),
                                   .valid = atomic_load(&slot->valid) && age_ns <= limit_ns,
                                   .gaps = atomic_load(&slot->gaps)};
    reading.energy_j += double_of(atomic_load(&slot->power_bits)) * (double)age_ns / 1e9;
    return reading;
}

/* A counter that was not asked for a while has lost nothing, and may be slow to answer. */
static uint64_t late_ns(const struct miev_sampler *sampler, const struct source *source)
{
    uint64_t usual_ns = LATE_PERIODS * sampler->period_ns;
    bool patient = source->from.counter && source->from.stuck_ns > usual_ns;
    return patient ? source->from.stuck_ns : usual_ns;
}

void miev_sampler_read(struct miev_sampler *sampler, size_t i, struct miev_reading *out)
{
    struct source *source = &sampler->sources[i];
    uint64_t now_ns = miev_env_now_ns(sampler->env);
    struct miev_reading reading = {.valid = false};
    bool whole = false;
    /* The task would have to publish three times within one look to spoil it. */
    for (int tries = 0; tries < 3 && !whole; tries++) {
        unsigned latest = atomic_load(&source->latest);
        reading = look_at_slot(&source->slots[latest % SLOTS], now_ns, late_ns(sampler, source));
        whole = atomic_load(&source->latest) - latest < SLOTS - 1;
    }
    reading.valid = reading.valid && whole;
    /* A power that has fallen since it was last asked had been taken for too much. */
    if (reading.gaps == source->shown_gaps && reading.energy_j < source->shown_j)
        reading.energy_j = source->shown_j;
    source->shown_j = reading.energy_j;
    source->shown_gaps = reading.gaps;
    *out = reading;
}

/* ---- life ---- */

uint64_t miev_sampler_period_ns(uint64_t update_period_ns)
{
    uint64_t half_ns = update_period_ns / 2;
    if (half_ns < SHORTEST_PERIOD_NS)
        return SHORTEST_PERIOD_NS;
    return half_ns > LONGEST_PERIOD_NS ? LONGEST_PERIOD_NS : half_ns;
}

int miev_sampler_start(const struct miev_env *env, const struct miev_sampler_source *sources,
                       size_t n, uint64_t period_ns, struct miev_sampler **out,
                       struct miev_error *err)
{
    if (n > MIEV_SAMPLER_MAX_SOURCES)
        return miev_error_set(err, MIEV_ERR_LIMIT, "%zu sources are more than a sampler asks", n);
    struct miev_sampler *sampler = calloc(1, sizeof(*sampler));
    if (!sampler)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a sampler");
    sampler->env = env;
    sampler->period_ns = period_ns;
    sampler->n = n;
    for (size_t i = 0; i < n; i++)
        sampler->sources[i].from = sources[i];
    ask_all(sampler); /* the first reading comes after it */
    int rc = miev_env_every(env, period_ns, ask_all, sampler, &sampler->task, err);
    if (rc != MIEV_OK) {
        free(sampler);
        return rc;
    }
    *out = sampler;
    return MIEV_OK;
}

void miev_sampler_stop(struct miev_sampler *sampler)
{
    if (!sampler)
        return;
    miev_env_cancel(sampler->env, sampler->task);
    free(sampler);
}
