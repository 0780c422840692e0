/* SPDX-License-Identifier: Apache-2.0 */
/* The estimate of last resort: idle watts x time + watts per busy CPU x the CPU time of the metered
 * work. Never unavailable, never called measured, and always with the bounds of what it is. */
#include <stdio.h>

#include "core/error.h"
#include "sensor/power_model.h"
#include "sensor/profile.h"
#include "sensor/remarks.h"
#include "sensor/sensor.h"

enum { CHANNEL_CPU, CHANNEL_MEMORY, CHANNEL_MACHINE, CHANNEL_COUNT };

struct cpu_model {
    const struct miev_env *env;
    uint64_t opened_ns;
    size_t n_channels;
    struct miev_power_model models[CHANNEL_COUNT];
    struct miev_remarks remarks;
};

/* A profile that is there and not used is told; none is no news. */
static void use_profile(struct cpu_model *self, const struct miev_machine *machine)
{
    struct miev_profile profile;
    struct miev_error why;
    int rc = miev_profile_load(self->env, machine, &profile, &why);
    if (rc == MIEV_OK && miev_power_model_refine(&profile, &self->models[CHANNEL_CPU],
                                                 &self->models[CHANNEL_MACHINE]))
        self->n_channels = CHANNEL_COUNT;
    if (rc != MIEV_OK && rc != MIEV_ERR_UNAVAILABLE)
        miev_remark(&self->remarks, "%s.", why.message);
}

static int cpu_model_open(void *state, const struct miev_env *env, size_t *n_channels,
                          struct miev_error *err)
{
    (void)err;
    struct cpu_model *self = state;
    struct miev_machine machine;
    miev_machine_read(env, &machine);
    *self = (struct cpu_model){
        .env = env, .opened_ns = miev_env_now_ns(env), .n_channels = CHANNEL_MACHINE};
    miev_power_model_of_cpu(&machine, &self->models[CHANNEL_CPU]);
    miev_power_model_of_memory(&machine, &self->models[CHANNEL_MEMORY]);
    use_profile(self, &machine);
    *n_channels = self->n_channels;
    return MIEV_OK;
}

static void cpu_model_describe(const void *state, size_t i, struct miev_channel *out)
{
    static const enum miev_part parts[CHANNEL_COUNT] = {MIEV_PART_CPU, MIEV_PART_MEMORY,
                                                        MIEV_PART_MACHINE};
    const struct cpu_model *self = state;
    const struct miev_power_model *model = &self->models[i];
    *out = (struct miev_channel){
        .part = parts[i],
        .quality = MIEV_ESTIMATED,
        .package = -1,
        .systematic_low_ratio = model->low_ratio,
        .systematic_high_ratio = model->high_ratio,
        .own_work_only = true,
    };
    (void)snprintf(out->id, sizeof(out->id), "%s", miev_part_name(out->part));
    (void)snprintf(out->source, sizeof(out->source), "%s", model->source);
}

static int cpu_model_read(void *state, const struct miev_work *work, struct miev_reading *out,
                          struct miev_error *err)
{
    (void)err;
    struct cpu_model *self = state;
    double open_s = (double)(miev_env_now_ns(self->env) - self->opened_ns) / 1e9;
    for (size_t i = 0; i < self->n_channels; i++)
        out[i] = (struct miev_reading){
            .energy_j =
                self->models[i].idle_w * open_s + self->models[i].busy_w_per_cpu * work->cpu_s,
            .valid = true,
        };
    return MIEV_OK;
}

static const char *cpu_model_remarks(const void *state)
{
    return ((const struct cpu_model *)state)->remarks.text;
}

static void cpu_model_close(void *state)
{
    (void)state; /* nothing was acquired */
}

const struct miev_sensor_ops miev_sensor_cpu_model = {
    .name = "cpu_model",
    .summary = "estimate: CPU time x watts of this kind of processor, memory by its size",
    .state_size = sizeof(struct cpu_model),
    .open = cpu_model_open,
    .describe = cpu_model_describe,
    .remarks = cpu_model_remarks,
    .read = cpu_model_read,
    .close = cpu_model_close,
};
