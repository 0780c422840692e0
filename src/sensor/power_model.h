/* SPDX-License-Identifier: Apache-2.0 */
/* The watts behind the estimate of last resort; docs/method-energy.md gives their derivation. */
#ifndef MIEV_SENSOR_POWER_MODEL_H
#define MIEV_SENSOR_POWER_MODEL_H

#include "sensor/machine.h"

struct miev_power_model {
    double idle_w;         /* of the whole machine's processors */
    double busy_w_per_cpu; /* above idle, of one logical CPU that is busy */
    double low_ratio, high_ratio;
    unsigned host_logical_cpus; /* of the host that a guest has its share of; 0: not known */
    bool host_told;             /* by the instance type; false: the usual size of its design */
    char source[256];
};

/* Never fails: what nothing is known of gets a wide prior. */
void miev_power_model_of_cpu(const struct miev_machine *machine, struct miev_power_model *out);

/* The same from a profile of this machine: *out holds the table's model and gets what the profile
 * knows better. *whole gets the model of the whole machine; false: the profile covers no more than
 * the processors. Pure. */
struct miev_profile;
bool miev_power_model_refine(const struct miev_profile *profile, struct miev_power_model *out,
                             struct miev_power_model *whole);

/* idle_w is the power of the memory at rest, busy_w_per_cpu what one busy CPU adds to it. */
void miev_power_model_of_memory(const struct miev_machine *machine, struct miev_power_model *out);

#endif
