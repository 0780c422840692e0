/* SPDX-License-Identifier: Apache-2.0 */
/* Energies and powers of Linux's hwmon whose meaning is known: AMD and Intel GPUs, the power meter
 * of a server's ACPI, and the INA3221 of a Jetson board. A chip of any other name is somebody
 * else's business: what its watts cover, nothing tells. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "sensor/remarks.h"
#include "sensor/sampler.h"
#include "sensor/sensor.h"

#define HWMON        "/sys/class/hwmon"
#define MAX_CHIPS    64
#define MAX_INPUTS   16
#define INA_CHANNELS 3

/* 90 %; docs/method-energy.md. */
#define GPU_POWER_LOW_RATIO    0.80
#define GPU_POWER_HIGH_RATIO   1.30
#define GPU_COUNTER_LOW_RATIO  0.85
#define GPU_COUNTER_HIGH_RATIO 1.20
#define METER_LOW_RATIO        0.90
#define METER_HIGH_RATIO       1.10
#define RAIL_LOW_RATIO         0.93
#define RAIL_HIGH_RATIO        1.15

#define USUAL_PERIOD_NS 100000000u
#define STUCK_NS        3000000000u
#define MACHINE_MAX_W   20000.0
#define RAIL_MAX_W      500.0

static const struct miev_look_plan look_plan = {
    .step_ns = 5000000u, .max_ns = 300000000u, .max_changes = 3};

/* A power meter may take a while to answer: one reading is enough. */
static const struct miev_look_plan one_reading = {.step_ns = 0, .max_ns = 0, .max_changes = 0};

struct input {
    char id[64];
    enum miev_part part;
    bool counter;      /* microjoules; else microwatts, sampled */
    int fd, second_fd; /* second_fd: milliamperes, with millivolts in fd; -1: fd tells it all */
    double max_w, low_ratio, high_ratio;
    uint64_t period_ns;
    size_t sampled;
    struct miev_counter counted;
    char source[128];
};

struct hwmon {
    const struct miev_env *env;
    size_t n_inputs;
    struct input inputs[MAX_INPUTS];
    struct miev_sampler *sampler; /* NULL: all count */
    struct miev_remarks remarks;
    struct miev_error first; /* why the first that was left out was */
};

static int read_input(void *source, uint64_t *out_micro)
{
    const struct input *input = source;
    uint64_t first = 0, second = 0;
    if (miev_counter_pread(input->fd, &first) != 0)
        return -1;
    if (input->second_fd < 0) {
        *out_micro = first;
        return 0;
    }
    if (miev_counter_pread(input->second_fd, &second) != 0 || first > 100000u || second > 1000000u)
        return -1;               /* neither 100 V nor 1000 A are on such a board */
    *out_micro = first * second; /* mV x mA */
    return 0;
}

/* ---- opening one input ---- */

static void close_input(struct input *input)
{
    if (input->fd >= 0)
        (void)close(input->fd);
    if (input->second_fd >= 0)
        (void)close(input->second_fd);
    input->fd = input->second_fd = -1;
}

static int open_file(const struct hwmon *self, const char *chip, const char *file,
                     struct miev_error *err)
{
    int fd = miev_file_open(self->env, err, HWMON "/%s/%s", chip, file);
    if (fd < 0 && errno == EACCES)
        (void)miev_error_set(err, MIEV_ERR_PERMISSION,
                             "only root may read it: chmod 0444 %s" HWMON "/%s/%s, as root, after "
                             "every start of the machine",
                             self->env->root, chip, file);
    return fd;
}

static bool has_file(const struct hwmon *self, const char *chip, const char *file)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s" HWMON "/%s/%s", self->env->root, chip, file);
    return n > 0 && n < (int)sizeof(path) && access(path, F_OK) == 0;
}

static void leave_out(struct hwmon *self, const char *id, const struct miev_error *why)
{
    if (self->first.code == MIEV_OK)
        self->first = *why;
    miev_remark(&self->remarks, "%s is left out: %s.", id, why->message);
}

/* Look at what was opened and keep it, or say why not. */
static void judge(struct hwmon *self, struct input *input, uint64_t known_period_ns)
{
    struct miev_look look;
    struct miev_error why = {.code = MIEV_OK};
    miev_look_at(self->env, read_input, input, known_period_ns > 0 ? &one_reading : &look_plan,
                 &look);
    int rc = input->counter ? miev_judge_counter(&look, "its counter", input->max_w, &why)
                            : miev_judge_power(&look, "its power", input->max_w, &why);
    if (rc != MIEV_OK) {
        leave_out(self, input->id, &why);
        close_input(input);
        return;
    }
    input->period_ns = known_period_ns > 0  ? known_period_ns
                       : look.period_ns > 0 ? look.period_ns
                                            : USUAL_PERIOD_NS;
    uint64_t now_ns = miev_env_now_ns(self->env);
    input->counted =
        (struct miev_counter){.raw_uj = look.last_micro, .read_ns = now_ns, .changed_ns = now_ns};
    self->n_inputs++;
}

static struct input *new_input(struct hwmon *self, const struct input *like)
{
    if (self->n_inputs == MAX_INPUTS)
        return NULL;
    struct input *input = &self->inputs[self->n_inputs];
    *input = *like;
    input->fd = input->second_fd = -1;
    return input;
}

/* One file, known by what it should be; known_period_ns may be 0. */
static void add_file(struct hwmon *self, const char *chip, const char *file,
                     const struct input *like, uint64_t known_period_ns)
{
    struct miev_error why = {.code = MIEV_OK};
    struct input *input = new_input(self, like);
    if (!input)
        return;
    (void)snprintf(input->source, sizeof(input->source), "%s " HWMON "/%s/%s%s",
                   like->counter ? "counter" : "power", chip, file,
                   like->counter ? "" : ", sampled and integrated");
    input->fd = open_file(self, chip, file, &why);
    if (input->fd < 0)
        leave_out(self, input->id, &why);
    else
        judge(self, input, known_period_ns);
}

/* ---- chips ---- */

static void name_input(const struct hwmon *self, const char *driver, char out[64])
{
    size_t same = 0, length = strlen(driver);
    for (size_t i = 0; i < self->n_inputs; i++)
        same += strncmp(self->inputs[i].id, driver, length) == 0;
    (void)snprintf(out, 64, "%.48s-%zu", driver, same);
}

/* A graphics unit inside a processor tells the power of the whole chip, and has no cap of its own.
 */
static void add_amdgpu(struct hwmon *self, const char *chip)
{
    struct input like = {.part = MIEV_PART_GPU,
                         .max_w = MIEV_COUNTER_MAX_W,
                         .low_ratio = GPU_POWER_LOW_RATIO,
                         .high_ratio = GPU_POWER_HIGH_RATIO};
    struct miev_error why = {.code = MIEV_OK};
    name_input(self, "amdgpu", like.id);
    if (!has_file(self, chip, "power1_cap")) {
        (void)miev_error_set(&why, MIEV_ERR_UNSUPPORTED,
                             "it sits in the processor, and its power is that of the whole chip");
        leave_out(self, like.id, &why);
        return;
    }
    bool average = has_file(self, chip, "power1_average");
    add_file(self, chip, average ? "power1_average" : "power1_input", &like, 0);
}

/* Of xe's counters that of the card holds that of the chip. */
static void add_intel_gpu(struct hwmon *self, const char *driver, const char *chip)
{
    struct input like = {.part = MIEV_PART_GPU,
                         .counter = true,
                         .max_w = MIEV_COUNTER_MAX_W,
                         .low_ratio = GPU_COUNTER_LOW_RATIO,
                         .high_ratio = GPU_COUNTER_HIGH_RATIO};
    name_input(self, driver, like.id);
    if (has_file(self, chip, "energy1_input"))
        add_file(self, chip, "energy1_input", &like, 0);
    else if (has_file(self, chip, "energy2_input"))
        add_file(self, chip, "energy2_input", &like, 0);
}

/* The first meter is the machine's; others repeat it or belong to a part of it. */
static void add_power_meter(struct hwmon *self, const char *chip)
{
    static const struct input like = {.id = "acpi-meter",
                                      .part = MIEV_PART_MACHINE,
                                      .max_w = MACHINE_MAX_W,
                                      .low_ratio = METER_LOW_RATIO,
                                      .high_ratio = METER_HIGH_RATIO};
    uint64_t interval_ms = 0;
    for (size_t i = 0; i < self->n_inputs; i++)
        if (strcmp(self->inputs[i].id, like.id) == 0)
            return;
    if (miev_file_read_u64(self->env, &interval_ms, NULL, HWMON "/%s/power1_average_interval",
                           chip) != MIEV_OK ||
        interval_ms == 0 || interval_ms > 600000)
        interval_ms = 1000;
    add_file(self, chip, has_file(self, chip, "power1_average") ? "power1_average" : "power1_input",
             &like, interval_ms * 1000000u);
}

/* Names of rails on Jetson boards; a rail of any other name covers what is no part of a report. */
static bool part_of_rail(const char *label, enum miev_part *out)
{
    static const struct {
        const char *label;
        enum miev_part part;
    } rails[] = {
        {"VDD_IN", MIEV_PART_MACHINE},
        {"POM_5V_IN", MIEV_PART_MACHINE},
        {"VDD_CPU_GPU_CV", MIEV_PART_CPU},
        {"VDD_CPU_CV", MIEV_PART_CPU},
        {"CPU", MIEV_PART_CPU},
        {"POM_5V_CPU", MIEV_PART_CPU},
        {"VDD_GPU_SOC", MIEV_PART_GPU},
        {"GPU", MIEV_PART_GPU},
        {"POM_5V_GPU", MIEV_PART_GPU},
        {"VDDRQ", MIEV_PART_MEMORY},
    };
    for (size_t i = 0; i < sizeof(rails) / sizeof(rails[0]); i++) {
        if (strcmp(rails[i].label, label) != 0)
            continue;
        *out = rails[i].part;
        return true;
    }
    return false;
}

static void add_rail(struct hwmon *self, const char *chip, int number)
{
    char label[32], file[32];
    struct miev_error why = {.code = MIEV_OK};
    struct input like = {
        .max_w = RAIL_MAX_W, .low_ratio = RAIL_LOW_RATIO, .high_ratio = RAIL_HIGH_RATIO};
    if (miev_file_read_text(self->env, label, sizeof(label), NULL, HWMON "/%s/in%d_label", chip,
                            number) != MIEV_OK ||
        !part_of_rail(label, &like.part))
        return;
    (void)snprintf(like.id, sizeof(like.id), "%s", label);
    struct input *input = new_input(self, &like);
    if (!input)
        return;
    (void)snprintf(input->source, sizeof(input->source),
                   "rail %s: volts x amperes of " HWMON "/%s, sampled and integrated", label, chip);
    (void)snprintf(file, sizeof(file), "in%d_input", number);
    input->fd = open_file(self, chip, file, &why);
    (void)snprintf(file, sizeof(file), "curr%d_input", number);
    if (input->fd >= 0)
        input->second_fd = open_file(self, chip, file, &why);
    if (input->second_fd >= 0) {
        judge(self, input, 0);
        return;
    }
    leave_out(self, input->id, &why);
    close_input(input);
}

static void add_chip(struct hwmon *self, const char *chip)
{
    char driver[32];
    if (miev_file_read_text(self->env, driver, sizeof(driver), NULL, HWMON "/%s/name", chip) !=
        MIEV_OK)
        return;
    if (strcmp(driver, "amdgpu") == 0)
        add_amdgpu(self, chip);
    else if (strcmp(driver, "i915") == 0 || strcmp(driver, "xe") == 0)
        add_intel_gpu(self, driver, chip);
    else if (strcmp(driver, "power_meter") == 0)
        add_power_meter(self, chip);
    for (int i = 1; strcmp(driver, "ina3221") == 0 && i <= INA_CHANNELS; i++)
        add_rail(self, chip, i);
}

/* ---- life ---- */

/* "hwmon10" comes behind "hwmon9". */
static int compare_chips(const void *a, const void *b)
{
    return strverscmp(a, b);
}

static int list_chips(const struct hwmon *self, char chips[MAX_CHIPS][32], size_t *n,
                      struct miev_error *err)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof(path), "%s" HWMON, self->env->root);
    if (length < 0 || length >= (int)sizeof(path))
        return miev_error_set(err, MIEV_ERR_LIMIT, "the root folder's name is too long");
    DIR *dir = opendir(path);
    *n = 0;
    if (!dir)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE, "%s is not there: no such chips", path);
    const struct dirent *entry = NULL;
    while ((entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe): nobody else has this dir */
        bool chip = strncmp(entry->d_name, "hwmon", 5) == 0 && strlen(entry->d_name) < 32;
        if (chip && *n < MAX_CHIPS)
            (void)snprintf(chips[(*n)++], 32, "%.31s", entry->d_name);
    }
    (void)closedir(dir);
    qsort(chips, *n, 32, compare_chips);
    return MIEV_OK;
}

static void hwmon_close(void *state)
{
    struct hwmon *self = state;
    miev_sampler_stop(self->sampler);
    for (size_t i = 0; i < self->n_inputs; i++)
        close_input(&self->inputs[i]);
}

static int sample_powers(struct hwmon *self, struct miev_error *err)
{
    struct miev_sampler_source sources[MAX_INPUTS];
    uint64_t period_ns = UINT64_MAX;
    size_t n = 0;
    for (size_t i = 0; i < self->n_inputs; i++) {
        struct input *input = &self->inputs[i];
        if (input->counter)
            continue;
        input->sampled = n;
        sources[n++] = (struct miev_sampler_source){
            .read = read_input, .source = input, .max_w = input->max_w};
        period_ns = input->period_ns < period_ns ? input->period_ns : period_ns;
    }
    if (n == 0)
        return MIEV_OK;
    return miev_sampler_start(self->env, sources, n, miev_sampler_period_ns(period_ns),
                              &self->sampler, err);
}

static int hwmon_open(void *state, const struct miev_env *env, size_t *n_channels,
                      struct miev_error *err)
{
    struct hwmon *self = state;
    char chips[MAX_CHIPS][32];
    size_t n = 0;
    *self = (struct hwmon){.env = env};
    int rc = list_chips(self, chips, &n, err);
    if (rc != MIEV_OK)
        return rc;
    for (size_t i = 0; i < n; i++)
        add_chip(self, chips[i]);
    if (self->n_inputs == 0 && self->first.code != MIEV_OK)
        return miev_error_set(err, self->first.code, "%s", self->remarks.text);
    if (self->n_inputs == 0)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "none of the %zu chips below " HWMON " is a GPU of AMD or Intel, a "
                              "server's power meter (modprobe acpi_power_meter) or a Jetson's "
                              "INA3221",
                              n);
    rc = sample_powers(self, err);
    if (rc != MIEV_OK) {
        hwmon_close(self);
        return rc;
    }
    *n_channels = self->n_inputs;
    return MIEV_OK;
}

static const char *hwmon_remarks(const void *state)
{
    return ((const struct hwmon *)state)->remarks.text;
}

/* ---- describing and reading ---- */

/* A rail lies inside that of the whole board. */
static const char *outer_of(const struct hwmon *self, const struct input *input)
{
    for (size_t i = 0; i < self->n_inputs && input->second_fd >= 0; i++)
        if (self->inputs[i].part == MIEV_PART_MACHINE && self->inputs[i].second_fd >= 0 &&
            &self->inputs[i] != input)
            return self->inputs[i].id;
    return "";
}

static void hwmon_describe(const void *state, size_t i, struct miev_channel *out)
{
    const struct hwmon *self = state;
    const struct input *input = &self->inputs[i];
    *out = (struct miev_channel){
        .part = input->part,
        .quality = MIEV_MEASURED,
        .package = -1,
        .update_period_ns = input->period_ns,
        .systematic_low_ratio = input->low_ratio,
        .systematic_high_ratio = input->high_ratio,
    };
    (void)snprintf(out->id, sizeof(out->id), "%s", input->id);
    (void)snprintf(out->inside, sizeof(out->inside), "%s", outer_of(self, input));
    (void)snprintf(out->source, sizeof(out->source), "%s", input->source);
}

static int hwmon_read(void *state, const struct miev_work *work, struct miev_reading *out,
                      struct miev_error *err)
{
    (void)work;
    (void)err;
    struct hwmon *self = state;
    for (size_t i = 0; i < self->n_inputs; i++) {
        struct input *input = &self->inputs[i];
        if (input->counter)
            miev_counter_read(&input->counted, read_input, input, miev_env_now_ns(self->env),
                              STUCK_NS, &out[i]);
        else
            miev_sampler_read(self->sampler, input->sampled, &out[i]);
    }
    return MIEV_OK;
}

const struct miev_sensor_ops miev_sensor_hwmon = {
    .name = "hwmon",
    .summary = "GPUs of AMD and Intel, a server's power meter, rails of a Jetson board",
    .state_size = sizeof(struct hwmon),
    .open = hwmon_open,
    .describe = hwmon_describe,
    .remarks = hwmon_remarks,
    .read = hwmon_read,
    .close = hwmon_close,
};
