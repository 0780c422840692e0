/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/cpu_model.h"
#include "sensor/rapl.h"
#include "sensor/sensor.h"

const struct miev_sensor_ops *const miev_sensors[] = {
    &miev_sensor_rapl,
    &miev_sensor_cpu_model, /* last: estimates, never unavailable */
    NULL,
};

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
