/* SPDX-License-Identifier: Apache-2.0 */
/* The few functions of NVIDIA's management library that are used, as its reference describes them.
 * It comes with the driver and is opened at run time, never linked. */
#ifndef MIEV_SENSOR_NVML_API_H
#define MIEV_SENSOR_NVML_API_H

typedef struct nvml_device *nvml_device;

/* Of nvmlReturn_t. */
enum nvml_result {
    NVML_OK = 0,
    NVML_NOT_SUPPORTED = 3,
    NVML_NO_PERMISSION = 4,
    NVML_DRIVER_NOT_LOADED = 9,
    NVML_VERSION_MISMATCH = 18,
};

/* Of nvmlGpuVirtualizationMode_t. */
enum nvml_virtualization { NVML_VIRTUAL_GPU = 2, NVML_HOST_OF_VIRTUAL_GPUS = 3 };

/* What every driver has, and what old ones lack (NULL then). Results are enum nvml_result. */
#define NVML_REQUIRED(X)                                                 \
    X(nvmlInit_v2, (void))                                               \
    X(nvmlShutdown, (void))                                              \
    X(nvmlDeviceGetCount_v2, (unsigned *count))                          \
    X(nvmlDeviceGetHandleByIndex_v2, (unsigned index, nvml_device *out)) \
    X(nvmlDeviceGetName, (nvml_device device, char *out, unsigned capacity))
#define NVML_OPTIONAL(X)                                                                 \
    X(nvmlDeviceGetTotalEnergyConsumption, (nvml_device device, unsigned long long *mj)) \
    X(nvmlDeviceGetPowerUsage, (nvml_device device, unsigned *mw))                       \
    X(nvmlDeviceGetEnforcedPowerLimit, (nvml_device device, unsigned *mw))               \
    X(nvmlDeviceGetMigMode, (nvml_device device, unsigned *now, unsigned *pending))      \
    X(nvmlDeviceGetVirtualizationMode, (nvml_device device, int *mode))

struct nvml_api {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): these are parts of a declaration */
#define NVML_SLOT(name, arguments) int(*name) arguments;
    NVML_REQUIRED(NVML_SLOT)
    NVML_OPTIONAL(NVML_SLOT)
#undef NVML_SLOT
    void *library;
};

#endif
