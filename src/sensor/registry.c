/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sensor.h"

/* One line a sensor, best first: of sensors that measure the same part the first is used. The
 * estimate stays last; it is never unavailable. */
#define SENSORS(X) \
    X(exec)        \
    X(perf)        \
    X(rapl)        \
    X(nvml)        \
    X(hwmon)       \
    X(battery)     \
    X(cpu_model)

#define DECLARE(name) extern const struct miev_sensor_ops miev_sensor_##name;
SENSORS(DECLARE)

#define ENTRY(name) &miev_sensor_##name,
const struct miev_sensor_ops *const miev_sensors[] = {SENSORS(ENTRY) NULL};

const char *miev_part_name(enum miev_part part)
{
    static const char *const names[MIEV_PART_COUNT] = {"cpu", "memory", "gpu", "machine"};
    return names[part];
}

const char *miev_quality_name(enum miev_quality quality)
{
    static const char *const names[] = {"unavailable", "estimated", "measured"};
    return names[quality];
}
