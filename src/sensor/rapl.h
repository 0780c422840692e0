/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_SENSOR_RAPL_H
#define MIEV_SENSOR_RAPL_H

#include "sensor/sensor.h"

extern const struct miev_sensor_ops miev_sensor_rapl;

#endif
