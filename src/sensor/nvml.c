/* SPDX-License-Identifier: Apache-2.0 */
/* NVIDIA GPUs through the library of their driver. A card of Volta or later counts its energy; of
 * an older one the power is sampled beside the work and integrated. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "sensor/nvml_api.h"
#include "sensor/remarks.h"
#include "sensor/sampler.h"
#include "sensor/sensor.h"

#define LIBRARY  "libnvidia-ml.so.1"
#define MAX_GPUS 16

/* 90 %; docs/method-energy.md. */
#define COUNTER_LOW_RATIO  0.90
#define COUNTER_HIGH_RATIO 1.10
#define POWER_LOW_RATIO    0.85
#define POWER_HIGH_RATIO   1.20

/* The counter moves every 20 to 100 ms; a card without work still draws watts. */
#define USUAL_PERIOD_NS 100000000u
#define STUCK_NS        3000000000u

/* Four beats of the first card tell the period, two of any card tell that it counts. */
static const struct miev_look_plan first_look = {
    .step_ns = 2000000u, .max_ns = 600000000u, .max_changes = 4};
static const struct miev_look_plan later_look = {
    .step_ns = 2000000u, .max_ns = 400000000u, .max_changes = 2};

/* The driver's power is a mean of up to a second and lags behind the counter. */
#define WITNESS_FACTOR 4.0

struct gpu {
    const struct nvml_api *api;
    nvml_device device;
    unsigned index;
    char name[96];
    double max_w;
    uint64_t period_ns;
    bool counts;    /* false: sampled */
    size_t sampled; /* its source of the sampler */
    struct miev_counter counter;
};

struct nvml {
    const struct miev_env *env;
    struct nvml_api api;
    size_t n_gpus;
    struct gpu gpus[MAX_GPUS];
    struct miev_sampler *sampler; /* NULL: every card counts */
    struct miev_remarks remarks;
};

/* ---- the library ---- */

static int bind_functions(struct nvml_api *api, struct miev_error *err)
{
    static const struct {
        const char *name;
        size_t slot;
        bool required;
    } functions[] = {
#define REQUIRED_ROW(name, arguments) {#name, offsetof(struct nvml_api, name), true},
#define OPTIONAL_ROW(name, arguments) {#name, offsetof(struct nvml_api, name), false},
        NVML_REQUIRED(REQUIRED_ROW) NVML_OPTIONAL(OPTIONAL_ROW)
#undef REQUIRED_ROW
#undef OPTIONAL_ROW
    };
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        void *symbol = dlsym(api->library, functions[i].name);
        if (!symbol && functions[i].required)
            return miev_error_set(
                err, MIEV_ERR_BROKEN,
                "the NVIDIA library has no function %s: it is no such library, or "
                "one of a driver from before 2012",
                functions[i].name);
        memcpy((char *)api + functions[i].slot, &symbol, sizeof(symbol));
    }
    return MIEV_OK;
}

static int open_library(const struct miev_env *env, struct nvml_api *api, struct miev_error *err)
{
    const char *named = miev_env_variable(env, "MIEV_NVML");
    if (!named && env->root[0] != '\0')
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "a recorded machine has no driver to ask (MIEV_NVML names one)");
    const char *path = named ? named : LIBRARY;
    api->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (api->library)
        return MIEV_OK;
    const char *reason = dlerror(); /* NOLINT(concurrency-mt-unsafe): one thread opens sensors */
    if (named)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "MIEV_NVML names %s, which cannot be opened: %s", named,
                              reason ? reason : "no reason given");
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                          "there is no " LIBRARY ": no NVIDIA driver is installed (where there is "
                          "such a card: apt install nvidia-driver; in a container: start it with "
                          "--gpus all)");
}

static int start(struct nvml *self, struct miev_error *err)
{
    int result = self->api.nvmlInit_v2();
    if (result == NVML_OK)
        return MIEV_OK;
    if (result == NVML_DRIVER_NOT_LOADED)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "NVIDIA's library is there and its driver is not loaded: no such "
                              "card, or: modprobe nvidia");
    if (result == NVML_NO_PERMISSION)
        return miev_error_set(err, MIEV_ERR_PERMISSION,
                              "the NVIDIA driver lets this user not ask it: chmod 0666 "
                              "/dev/nvidiactl /dev/nvidia[0-9]*, as root");
    if (result == NVML_VERSION_MISMATCH)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "NVIDIA's library and the loaded driver are of different versions: "
                              "restart the machine");
    return miev_error_set(err, MIEV_ERR_BROKEN, "NVIDIA's library does not start (its error %d)",
                          result);
}

/* ---- one card ---- */

static int read_energy(void *source, uint64_t *out_micro)
{
    const struct gpu *gpu = source;
    unsigned long long energy_mj = 0;
    if (gpu->api->nvmlDeviceGetTotalEnergyConsumption(gpu->device, &energy_mj) != NVML_OK)
        return -1;
    *out_micro = (uint64_t)energy_mj * 1000u;
    return 0;
}

static int read_power(void *source, uint64_t *out_micro)
{
    const struct gpu *gpu = source;
    unsigned power_mw = 0;
    if (gpu->api->nvmlDeviceGetPowerUsage(gpu->device, &power_mw) != NVML_OK)
        return -1;
    *out_micro = (uint64_t)power_mw * 1000u;
    return 0;
}

/* Joules of a card that several share are nobody's own. */
static int refuse_shared(const struct gpu *gpu, struct miev_error *err)
{
    const struct nvml_api *api = gpu->api;
    unsigned now = 0, pending = 0;
    int mode = 0;
    if (api->nvmlDeviceGetMigMode &&
        api->nvmlDeviceGetMigMode(gpu->device, &now, &pending) == NVML_OK && now == 1)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "it is cut into instances (MIG), and its counter holds those of all "
                              "of them: nvidia-smi -i %u -mig 0 ends it",
                              gpu->index);
    if (!api->nvmlDeviceGetVirtualizationMode ||
        api->nvmlDeviceGetVirtualizationMode(gpu->device, &mode) != NVML_OK)
        return MIEV_OK;
    if (mode == NVML_VIRTUAL_GPU)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "it is a virtual GPU, whose energy only its host can meter");
    if (mode == NVML_HOST_OF_VIRTUAL_GPUS)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "it serves virtual GPUs, and its counter holds those of all of them");
    return MIEV_OK;
}

static void take_limit(struct gpu *gpu)
{
    unsigned limit_mw = 0;
    gpu->max_w = MIEV_COUNTER_MAX_W;
    if (gpu->api->nvmlDeviceGetEnforcedPowerLimit &&
        gpu->api->nvmlDeviceGetEnforcedPowerLimit(gpu->device, &limit_mw) == NVML_OK &&
        limit_mw > 0)
        gpu->max_w = 2.0 * limit_mw / 1e3; /* short peaks pass it */
}

/* The counter, checked against the driver's power; MIEV_ERR_UNSUPPORTED where the card has none. */
static int try_counter(struct nvml *self, struct gpu *gpu, struct miev_error *err)
{
    uint64_t micro = 0;
    struct miev_look look;
    if (!gpu->api->nvmlDeviceGetTotalEnergyConsumption || read_energy(gpu, &micro) != 0)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "it has no energy counter (cards before Volta have none)");
    miev_look_at(self->env, read_energy, gpu, self->n_gpus == 0 ? &first_look : &later_look, &look);
    int rc = miev_judge_counter(&look, "its energy counter", gpu->max_w, err);
    if (rc == MIEV_OK && gpu->api->nvmlDeviceGetPowerUsage && read_power(gpu, &micro) == 0)
        rc = miev_judge_second("its energy counter", miev_look_power_w(&look), "its power",
                               (double)micro / 1e6, WITNESS_FACTOR, err);
    if (rc != MIEV_OK)
        return rc;
    gpu->counts = true;
    gpu->period_ns = look.period_ns > 0 ? look.period_ns : USUAL_PERIOD_NS;
    uint64_t now_ns = miev_env_now_ns(self->env);
    gpu->counter = (struct miev_counter){.raw_uj = look.last_micro, .read_ns = now_ns};
    gpu->counter.changed_ns = now_ns;
    return MIEV_OK;
}

static int try_power(struct nvml *self, struct gpu *gpu, struct miev_error *err)
{
    uint64_t micro = 0;
    struct miev_look look;
    if (!gpu->api->nvmlDeviceGetPowerUsage || read_power(gpu, &micro) != 0)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "it tells neither its energy nor its power");
    miev_look_at(self->env, read_power, gpu, &later_look, &look);
    int rc = miev_judge_power(&look, "its power", gpu->max_w, err);
    gpu->counts = false;
    gpu->period_ns = look.period_ns > 0 ? look.period_ns : USUAL_PERIOD_NS;
    return rc;
}

/* The card is added, or a remark says why not; the reason of the first is that of the sensor where
 * none is left. */
static void add_gpu(struct nvml *self, unsigned index, struct miev_error *first)
{
    struct gpu *gpu = &self->gpus[self->n_gpus];
    struct miev_error why = {.code = MIEV_OK}, counter_why = {.code = MIEV_OK};
    *gpu = (struct gpu){.api = &self->api, .index = index, .name = "a card without a name"};
    int result = self->api.nvmlDeviceGetHandleByIndex_v2(index, &gpu->device);
    if (result == NVML_OK) {
        (void)self->api.nvmlDeviceGetName(gpu->device, gpu->name, sizeof(gpu->name));
        gpu->name[sizeof(gpu->name) - 1] = '\0';
        take_limit(gpu);
    } else {
        (void)miev_error_set(&why, MIEV_ERR_BROKEN, "it does not answer (NVML error %d)", result);
    }
    if (why.code == MIEV_OK && refuse_shared(gpu, &why) == MIEV_OK &&
        try_counter(self, gpu, &counter_why) != MIEV_OK && try_power(self, gpu, &why) == MIEV_OK &&
        counter_why.code != MIEV_ERR_UNSUPPORTED)
        miev_remark(&self->remarks, "gpu-%u is sampled: %s.", index, counter_why.message);
    if (why.code == MIEV_OK) {
        self->n_gpus++;
        return;
    }
    if (first->code == MIEV_OK)
        *first = why;
    miev_remark(&self->remarks, "gpu-%u (%s) is left out: %s.", index, gpu->name, why.message);
}

/* ---- life ---- */

static void nvml_close(void *state)
{
    struct nvml *self = state;
    miev_sampler_stop(self->sampler);
    (void)self->api.nvmlShutdown();
    (void)dlclose(self->api.library);
}

static int sample_powers(struct nvml *self, struct miev_error *err)
{
    struct miev_sampler_source sources[MAX_GPUS];
    uint64_t period_ns = UINT64_MAX;
    size_t n = 0;
    for (size_t i = 0; i < self->n_gpus; i++) {
        struct gpu *gpu = &self->gpus[i];
        if (gpu->counts)
            continue;
        gpu->sampled = n;
        sources[n++] =
            (struct miev_sampler_source){.read = read_power, .source = gpu, .max_w = gpu->max_w};
        period_ns = gpu->period_ns < period_ns ? gpu->period_ns : period_ns;
    }
    if (n == 0)
        return MIEV_OK;
    return miev_sampler_start(self->env, sources, n, miev_sampler_period_ns(period_ns),
                              &self->sampler, err);
}

static int find_gpus(struct nvml *self, struct miev_error *err)
{
    unsigned n = 0;
    struct miev_error first = {.code = MIEV_OK};
    if (self->api.nvmlDeviceGetCount_v2(&n) != NVML_OK)
        return miev_error_set(err, MIEV_ERR_BROKEN, "the NVIDIA driver does not count its cards");
    if (n == 0)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "the NVIDIA driver is loaded and there is no card of it");
    for (unsigned i = 0; i < n && i < MAX_GPUS; i++)
        add_gpu(self, i, &first);
    if (n > MAX_GPUS)
        miev_remark(&self->remarks, "%u cards are more than the first %d that are read.", n,
                    MAX_GPUS);
    if (self->n_gpus == 0)
        return miev_error_set(err, first.code, "%s", self->remarks.text);
    return sample_powers(self, err);
}

static int nvml_open(void *state, const struct miev_env *env, size_t *n_channels,
                     struct miev_error *err)
{
    struct nvml *self = state;
    *self = (struct nvml){.env = env};
    int rc = open_library(env, &self->api, err);
    if (rc != MIEV_OK)
        return rc;
    rc = bind_functions(&self->api, err);
    if (rc == MIEV_OK)
        rc = start(self, err);
    if (rc != MIEV_OK) {
        (void)dlclose(self->api.library);
        return rc;
    }
    rc = find_gpus(self, err);
    if (rc != MIEV_OK) {
        nvml_close(self);
        return rc;
    }
    *n_channels = self->n_gpus;
    return MIEV_OK;
}

static const char *nvml_remarks(const void *state)
{
    return ((const struct nvml *)state)->remarks.text;
}

/* ---- describing and reading ---- */

static void nvml_describe(const void *state, size_t i, struct miev_channel *out)
{
    const struct nvml *self = state;
    const struct gpu *gpu = &self->gpus[i];
    *out = (struct miev_channel){
        .part = MIEV_PART_GPU,
        .quality = MIEV_MEASURED,
        .package = -1,
        .update_period_ns = gpu->period_ns,
        .systematic_low_ratio = gpu->counts ? COUNTER_LOW_RATIO : POWER_LOW_RATIO,
        .systematic_high_ratio = gpu->counts ? COUNTER_HIGH_RATIO : POWER_HIGH_RATIO,
    };
    (void)snprintf(out->id, sizeof(out->id), "gpu-%u", gpu->index);
    (void)snprintf(out->source, sizeof(out->source), "%s: %s", gpu->name,
                   gpu->counts ? "the driver's energy counter of the whole card (NVML)"
                               : "power of the whole card (NVML), sampled and integrated");
}

static int nvml_read(void *state, const struct miev_work *work, struct miev_reading *out,
                     struct miev_error *err)
{
    (void)work;
    (void)err;
    struct nvml *self = state;
    for (size_t i = 0; i < self->n_gpus; i++) {
        struct gpu *gpu = &self->gpus[i];
        if (gpu->counts)
            miev_counter_read(&gpu->counter, read_energy, gpu, miev_env_now_ns(self->env), STUCK_NS,
                              &out[i]);
        else
            miev_sampler_read(self->sampler, gpu->sampled, &out[i]);
    }
    return MIEV_OK;
}

const struct miev_sensor_ops miev_sensor_nvml = {
    .name = "nvml",
    .summary = "NVIDIA GPUs, through the library of their driver",
    .state_size = sizeof(struct nvml),
    .open = nvml_open,
    .describe = nvml_describe,
    .remarks = nvml_remarks,
    .read = nvml_read,
    .close = nvml_close,
};
