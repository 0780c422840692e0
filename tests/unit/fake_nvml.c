/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_nvml.h"

#include <stdio.h>

#include "sensor/nvml_api.h"

#define EXPORT __attribute__((visibility("default")))

/* The names and the arguments are NVIDIA's. */
#define DECLARE(name, arguments) EXPORT int name arguments;
NVML_REQUIRED(DECLARE)
#ifndef FAKE_NVML_OLD
NVML_OPTIONAL(DECLARE)
#endif

static struct fake_nvml world;

EXPORT struct fake_nvml *fake_nvml_world(void);

struct fake_nvml *fake_nvml_world(void)
{
    return &world;
}

int nvmlInit_v2(void)
{
    world.open_count += world.init_result == NVML_OK;
    return world.init_result;
}

int nvmlShutdown(void)
{
    world.open_count--;
    return NVML_OK;
}

int nvmlDeviceGetCount_v2(unsigned *count)
{
    *count = world.n_gpus;
    return NVML_OK;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, nvml_device *out)
{
    *out = &world.gpus[index];
    return world.gpus[index].name ? NVML_OK : 15; /* a card that is lost */
}

int nvmlDeviceGetName(nvml_device device, char *out, unsigned capacity)
{
    (void)snprintf(out, capacity, "%s", device->name);
    return NVML_OK;
}

#ifndef FAKE_NVML_OLD
int nvmlDeviceGetTotalEnergyConsumption(nvml_device device, unsigned long long *mj)
{
    uint64_t moved_ns =
        device->period_ns > 0 ? *world.now_ns - *world.now_ns % device->period_ns : *world.now_ns;
    *mj =
        (unsigned long long)((device->counted_j + device->power_w * (double)moved_ns / 1e9) * 1e3);
    return device->energy_result;
}

int nvmlDeviceGetPowerUsage(nvml_device device, unsigned *mw)
{
    *mw = (unsigned)((device->told_w > 0 ? device->told_w : device->power_w) * 1e3);
    return device->power_result;
}

int nvmlDeviceGetEnforcedPowerLimit(nvml_device device, unsigned *mw)
{
    *mw = device->limit_mw;
    return device->limit_mw > 0 ? NVML_OK : NVML_NOT_SUPPORTED;
}

int nvmlDeviceGetMigMode(nvml_device device, unsigned *now, unsigned *pending)
{
    *now = *pending = device->mig;
    return NVML_OK;
}

int nvmlDeviceGetVirtualizationMode(nvml_device device, int *mode)
{
    *mode = device->virtualization;
    return NVML_OK;
}
#endif
