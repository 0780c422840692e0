/* SPDX-License-Identifier: Apache-2.0 */
/* Many channels -> joules per part of the machine, and the share of them that belongs to the
 * metered work. Runs in the parent: a child that could forge joules is no witness. */
#ifndef MIEV_METER_METER_H
#define MIEV_METER_METER_H

#include "sensor/sensor.h"

struct miev_meter; /* opaque */

#define MIEV_METER_MAX_CHANNELS 64

/* One usable channel of the meter; `sensor` is the name of the table entry it comes from. */
struct miev_meter_channel {
    const char *sensor;
    struct miev_channel channel;
    bool counted; /* true: part of the headline (best source of its part, and not inside another
                   * channel of the same part) */
};

/* What happened when a sensor was opened: for `miev doctor` and for the report's notes. */
struct miev_meter_finding {
    const char *sensor;
    const char *summary;
    int status;                       /* enum miev_status */
    char message[512];                /* why not; when status is MIEV_OK, what was left out or "" */
    size_t first_channel, n_channels; /* its span of the channel list */
};

/* Open every sensor of the table and choose, per part, the measured source before the estimated
 * one; a part that nobody covers is absent. Fails only without memory. *out is owned by the caller:
 * miev_meter_destroy (NULL allowed). The env must outlive the meter. */
MIEV_MUST_USE int miev_meter_create(const struct miev_env *env,
                                    const struct miev_sensor_ops *const *sensors,
                                    struct miev_meter **out, struct miev_error *err);
void miev_meter_destroy(struct miev_meter *meter);

size_t miev_meter_channel_count(const struct miev_meter *meter);
const struct miev_meter_channel *miev_meter_channel_at(const struct miev_meter *meter, size_t i);
size_t miev_meter_finding_count(const struct miev_meter *meter);
const struct miev_meter_finding *miev_meter_finding_at(const struct miev_meter *meter, size_t i);

struct miev_meter_sample {
    uint64_t time_ns;     /* env's monotonic clock, the middle of the read */
    double work_cpu_s;    /* as handed in */
    double machine_cpu_s; /* seconds that all CPUs of the machine have been busy since boot (user +
                           * nice + system + irq + softirq of /proc/stat, in ticks of 10 ms), NAN
                           * when that is missing */
    struct miev_reading readings[MIEV_METER_MAX_CHANNELS]; /* in channel order */
};

/* Read every channel now. work_cpu_s: CPU seconds of the metered processes up to now. A sensor that
 * fails leaves readings that are not valid; MIEV_ERR_INVALID only for a work_cpu_s that is not
 * finite and >= 0. */
MIEV_MUST_USE int miev_meter_read(struct miev_meter *meter, double work_cpu_s,
                                  struct miev_meter_sample *out, struct miev_error *err);

/* Idle power of each channel, found from idle rounds. */
struct miev_idle {
    double power_w[MIEV_METER_MAX_CHANNELS];
};

/* How the machine is shared between the metered work and the rest. */
struct miev_share {
    unsigned reserved_cpus; /* threads the work reserves, >= 1 */
    unsigned logical_cpus;  /* of the whole machine, >= reserved_cpus */
    bool dedicated;         /* the machine is there for this work alone: all idle is its own */
    bool no_gpu; /* the work uses no GPU: none of a GPU's joules are its own, but the idle
                  * ones of a dedicated machine. Otherwise all of them are. */
};

/* Is the channel part of the headline of such a work? A GPU is of one that uses it, or that has the
 * machine to itself. */
bool miev_meter_adds(const struct miev_meter_channel *channel, const struct miev_share *share);

/* The joules of one span that belong to the metered work, per part. A GPU that the work does not
 * use is no part of it. */
struct miev_part_energy {
    enum miev_part part;
    enum miev_quality quality; /* MIEV_UNAVAILABLE: gross_j and net_j are not defined */
    const char *sensor;
    double gross_j; /* share of idle plus net */
    double net_j;   /* above idle; may be negative within the noise: never clamped */
    double systematic_low_ratio, systematic_high_ratio;
};

struct miev_span_energy {
    double duration_s;
    double work_cpu_s;      /* CPU seconds the work used */
    double neighbour_cpu_s; /* CPU seconds others used, >= 0, NAN when not known */
    /* Index = enum miev_part. MIEV_PART_MACHINE is the rest of the machine: its whole less the CPU
     * and the memory, shown beside the headline and never added; below zero within the noise. */
    struct miev_part_energy parts[MIEV_PART_COUNT];
    bool complete;         /* false: a counted channel could not be read over this span, which is
                            * void: gross_j and net_j are NAN */
    double gross_j, net_j; /* headline: CPU + memory + GPU, of the parts that some sensor covers */
    enum miev_quality quality; /* of the headline; where measured and estimated parts are added it
                                * is that of the CPU, and mixed says so */
    bool mixed;                /* measured and estimated parts are added */
    double systematic_low_ratio, systematic_high_ratio; /* of the headline's gross_j */
};

/* Attribute what lies between two samples (design.md 5.6): per channel, energy above idle times the
 * work's share of the machine's CPU time (1 where that is less than a tick of /proc/stat larger
 * than the work's, or not known, and for own_work_only channels and GPUs), plus idle energy times
 * reserved / logical CPUs (1 when dedicated, and for GPUs). Pure. idle may be NULL, or NAN for a
 * channel: then net_j is NAN and gross_j takes the whole reading times the CPU share.
 * MIEV_ERR_INVALID: stop is not after start, or the share makes no sense. */
MIEV_MUST_USE int miev_meter_attribute(const struct miev_meter *meter,
                                       const struct miev_meter_sample *start,
                                       const struct miev_meter_sample *stop,
                                       const struct miev_idle *idle, const struct miev_share *share,
                                       struct miev_span_energy *out, struct miev_error *err);

/* What one channel adds to a span: its reading, taken apart. */
struct miev_channel_energy {
    double reading_j;      /* counted between the two samples; NAN when that was lost */
    double idle_j;         /* idle power x time; NAN where there is none */
    double idle_ratio;     /* the work's share of idle */
    double gross_j, net_j; /* net: the work's share of what is above idle; gross: and of idle */
};

/* The same arithmetic for channel i alone, to tell how a part came about. */
void miev_meter_attribute_channel(const struct miev_meter *meter, size_t i,
                                  const struct miev_meter_sample *start,
                                  const struct miev_meter_sample *stop,
                                  const struct miev_idle *idle, const struct miev_share *share,
                                  struct miev_channel_energy *out);

/* The systematic factors of a headline from those of its parts (index = enum miev_part): they err
 * independently, so that the distances to their bounds add in quadrature. */
void miev_meter_headline_ratios(const struct miev_part_energy parts[MIEV_PART_COUNT],
                                double *low_ratio, double *high_ratio);

/* Idle power of every channel over a span in which the work did nothing. Channels without a valid
 * reading get NAN. */
void miev_meter_idle_power(const struct miev_meter *meter, const struct miev_meter_sample *start,
                           const struct miev_meter_sample *stop, struct miev_idle *out);

#endif
