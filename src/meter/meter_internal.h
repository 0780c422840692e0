/* SPDX-License-Identifier: Apache-2.0 */
/* What meter.c and attribute.c share. */
#ifndef MIEV_METER_METER_INTERNAL_H
#define MIEV_METER_METER_INTERNAL_H

#include "meter/meter.h"

#define MIEV_METER_MAX_SENSORS 16

struct meter_channel {
    struct miev_meter_channel shown;
    size_t finding; /* index of the sensor it belongs to */
    bool chosen;    /* the source of its part: counted, or the machine's whole */
};

struct meter_finding {
    struct miev_meter_finding shown;
    const struct miev_sensor_ops *ops;
    void *state; /* NULL: not open */
};

struct miev_meter {
    const struct miev_env *env;
    int stat_fd; /* /proc/stat, -1 when it is missing */
    double ticks_per_s;
    size_t n_findings, n_channels;
    struct meter_finding findings[MIEV_METER_MAX_SENSORS];
    struct meter_channel channels[MIEV_METER_MAX_CHANNELS];
};

/* True when a channel of the same sensor and part contains this one. Containment across parts (a
 * package inside psys) does not count twice, because the machine's whole is never added. */
bool miev_meter_nested(const struct miev_meter *meter, const struct meter_channel *inner);

/* Busy CPU seconds from the text of /proc/stat, NAN when its first line is not as expected. */
double miev_meter_busy_cpu_s(const char *stat_text, double ticks_per_s);

#endif
