/* SPDX-License-Identifier: Apache-2.0 */
/* Sources that are asked beside the work: powers, which have to be integrated, and counters that
 * are too slow to be read at a round's ends. One task asks all of a sampler's sources; a reader
 * never waits for it, nor it for a reader. */
#ifndef MIEV_SENSOR_SAMPLER_H
#define MIEV_SENSOR_SAMPLER_H

#include "sensor/counter.h"
#include "sensor/sensor.h"

#define MIEV_SAMPLER_MAX_SOURCES 32

struct miev_sampler_source {
    /* Reads the source once: microwatts, or, of a counter, microjoules that only rise. Called by
     * the task alone. */
    miev_probe_read *read;
    void *source; /* handed to read; must outlive the sampler */
    bool counter;
    double max_w;      /* more is nonsense, and a gap */
    uint64_t stuck_ns; /* a counter that stands still for so long has failed; 0: it may */
};

struct miev_sampler;

/* Begin to ask every period_ns. *out is owned by the caller: miev_sampler_stop (NULL allowed). The
 * env must outlive it. */
MIEV_MUST_USE int miev_sampler_start(const struct miev_env *env,
                                     const struct miev_sampler_source *sources, size_t n,
                                     uint64_t period_ns, struct miev_sampler **out,
                                     struct miev_error *err);
void miev_sampler_stop(struct miev_sampler *sampler);

/* Joules of source i since the start. A power is taken as unchanged since it was last asked, a
 * counter is told as it was last seen. Not valid while the source cannot be read; the joules that
 * are lost meanwhile are a gap. For one reading thread. */
void miev_sampler_read(struct miev_sampler *sampler, size_t i, struct miev_reading *out);

/* How often to ask a source that moves every so often: twice as often, within what is sensible. */
uint64_t miev_sampler_period_ns(uint64_t update_period_ns);

#endif
