/* SPDX-License-Identifier: Apache-2.0 */
#include "remote/meter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "remote/client.h"
#include "remote/metrics.h"

#define MAX_CHANNELS 32
#define TIMEOUT_S    5.0
#define ENERGY_PATH  "/api/v1/energy" /* of a MIEV */

/* Triton asks its GPUs every 2 s unless --metrics-interval-ms says otherwise. NVML's own counter is
 * behind it, whose factors are those of sensor/nvml.c. */
#define GPU_PERIOD_NS  2000000000u
#define GPU_LOW_RATIO  0.90
#define GPU_HIGH_RATIO 1.10

struct miev_remote_meter {
    struct miev_env env; /* what the sensor sees: the clock of this machine, and nothing else */
    const struct miev_env *here;
    struct miev_remote_origin origin;
    char path[256];
    char address[512];
    bool is_miev;
    struct miev_remote_client *client;
    struct miev_meter *meter;
};

struct channel {
    struct miev_channel shown;
    double last_j, base_j; /* base_j: what was lost or counted before the counter began anew */
    unsigned gaps;
    bool valid;
};

struct remote_sensor {
    struct miev_remote_meter *meter;
    struct channel channels[MAX_CHANNELS];
    size_t n;
};

/* ---- what the other side says --------------------------------------------------------------- */

static int ask(struct miev_remote_meter *meter, const struct miev_remote_reply **reply,
               struct miev_error *err)
{
    const struct miev_remote_request request = {.path = meter->path, .header_length = -1};
    int rc = miev_remote_client_ask(meter->client, &request, reply, err);
    if (rc == MIEV_OK && (*reply)->status == 401)
        return miev_error_set(err, MIEV_ERR_PERMISSION,
                              "the meter at %s asks for its token: set MIEV_METER_TOKEN",
                              meter->address);
    return rc == MIEV_OK ? miev_remote_check_status(*reply, meter->address, err) : rc;
}

/* What a channel reads now; more channels than at first, or others, are no fault: they are not
 * looked at. */
typedef void (*take_reading)(struct remote_sensor *self, const struct miev_channel *channel,
                             double joules, double gaps);

static int each_metric(struct remote_sensor *self, const struct miev_remote_reply *reply,
                       take_reading take, struct miev_error *err)
{
    struct miev_metric found[MAX_CHANNELS];
    size_t n = miev_metrics_read(reply->body, reply->length, found, MAX_CHANNELS);
    for (size_t i = 0; i < n; i++) {
        struct miev_channel channel = {
            .part = MIEV_PART_GPU,
            .quality = MIEV_MEASURED,
            .package = -1,
            .update_period_ns = GPU_PERIOD_NS,
            .systematic_low_ratio = GPU_LOW_RATIO,
            .systematic_high_ratio = GPU_HIGH_RATIO,
        };
        memcpy(channel.id, found[i].id, sizeof(channel.id));
        (void)snprintf(channel.source, sizeof(channel.source),
                       "energy counter of the GPU, told by %.160s", self->meter->address);
        take(self, &channel, found[i].joules, 0);
    }
    return n > 0 ? MIEV_OK
                 : miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                                  "%s tells no joules (neither nv_energy_consumption nor "
                                  "gpu_total_energy_consumption_joules)",
                                  self->meter->address);
}

static bool part_named(const char *name, enum miev_part *out)
{
    for (int p = 0; p < MIEV_PART_COUNT; p++)
        if (strcmp(name, miev_part_name((enum miev_part)p)) == 0) {
            *out = (enum miev_part)p;
            return true;
        }
    return false;
}

/* One row of a MIEV's channels. */
static int read_row(const json_t *row, struct miev_channel *out, double *joules, double *gaps,
                    struct miev_error *err)
{
    char sensor[32], id[64], part[16], method[16], source[256];
    double period_s = 0;
    struct miev_channel channel = {.package = -1};
    int rc = miev_json_string(row, "sensor", sensor, sizeof(sensor), err);
    if (rc == MIEV_OK)
        rc = miev_json_string(row, "id", id, sizeof(id), err);
    if (rc == MIEV_OK)
        rc = miev_json_string(row, "part", part, sizeof(part), err);
    if (rc == MIEV_OK)
        rc = miev_json_string(row, "method", method, sizeof(method), err);
    if (rc == MIEV_OK)
        rc = miev_json_string(row, "source", source, sizeof(source), err);
    if (rc == MIEV_OK)
        rc = miev_json_number(row, "update_period_s", 0, 3600, &period_s, err);
    if (rc == MIEV_OK)
        rc = miev_json_number(row, "systematic_low_ratio", 1e-3, 1, &channel.systematic_low_ratio,
                              err);
    if (rc == MIEV_OK)
        rc = miev_json_number(row, "systematic_high_ratio", 1, 1e3, &channel.systematic_high_ratio,
                              err);
    if (rc == MIEV_OK)
        rc = miev_json_number(row, "gaps", 0, 1e6, gaps, err);
    *joules = NAN;
    if (rc == MIEV_OK && !json_is_null(json_object_get(row, "joules")))
        rc = miev_json_number(row, "joules", 0, 1e15, joules, err);
    bool measured = rc == MIEV_OK && strcmp(method, "measured") == 0;
    if (rc == MIEV_OK &&
        (!part_named(part, &channel.part) || (!measured && strcmp(method, "estimated") != 0)))
        rc = miev_error_set(err, MIEV_ERR_BROKEN,
                            "\"part\" or \"method\" is a word that is not "
                            "known");
    if (rc != MIEV_OK)
        return rc;
    channel.quality = measured ? MIEV_MEASURED : MIEV_ESTIMATED;
    channel.update_period_ns = (uint64_t)(period_s * 1e9);
    char named[128];
    (void)snprintf(named, sizeof(named), "%s/%s", sensor, id);
    miev_text_show(channel.id, sizeof(channel.id), named);
    miev_text_show(channel.source, sizeof(channel.source), source);
    *out = channel;
    return MIEV_OK;
}

static int each_channel(struct remote_sensor *self, const struct miev_remote_reply *reply,
                        take_reading take, struct miev_error *err)
{
    json_t *root = NULL, *row;
    size_t i;
    int rc = miev_json_parse(reply->body, reply->length, &root, err);
    const json_t *list = json_object_get(root, "channels");
    if (rc == MIEV_OK && json_array_size(list) == 0)
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE, "no channel of it tells joules");
    json_array_foreach(list, i, row)
    {
        struct miev_channel channel;
        double joules = NAN, gaps = 0;
        if (rc == MIEV_OK)
            rc = read_row(row, &channel, &joules, &gaps, err);
        if (rc == MIEV_OK)
            take(self, &channel, joules, gaps);
    }
    json_decref(root);
    return rc == MIEV_OK ? rc : miev_error_prefix(err, "the meter at %s", self->meter->address);
}

static int each(struct remote_sensor *self, take_reading take, struct miev_error *err)
{
    const struct miev_remote_reply *reply = NULL;
    int rc = ask(self->meter, &reply, err);
    if (rc != MIEV_OK)
        return rc;
    return self->meter->is_miev ? each_channel(self, reply, take, err)
                                : each_metric(self, reply, take, err);
}

/* ---- as a sensor ---------------------------------------------------------------------------- */

static struct channel *channel_named(struct remote_sensor *self, const char *id)
{
    for (size_t i = 0; i < self->n; i++)
        if (strcmp(self->channels[i].shown.id, id) == 0)
            return &self->channels[i];
    return NULL;
}

static void add_channel(struct remote_sensor *self, const struct miev_channel *channel,
                        double joules, double gaps)
{
    if (self->n == MAX_CHANNELS || channel_named(self, channel->id))
        return;
    self->channels[self->n++] = (struct channel){
        .shown = *channel, .last_j = joules, .base_j = -joules, .gaps = (unsigned)gaps};
}

/* A counter that falls began anew: what it counted meanwhile is lost. */
static void take_joules(struct remote_sensor *self, const struct miev_channel *channel,
                        double joules, double gaps)
{
    struct channel *at = channel_named(self, channel->id);
    if (!at || !isfinite(joules))
        return;
    if (!isfinite(at->last_j) || joules < at->last_j) {
        at->base_j = isfinite(at->last_j) ? at->base_j + at->last_j - joules : -joules;
        at->gaps++;
    }
    at->gaps += (unsigned)gaps > at->gaps ? (unsigned)gaps - at->gaps : 0;
    at->last_j = joules;
    at->valid = true;
}

static int sensor_open(void *state, const struct miev_env *env, size_t *n_channels,
                       struct miev_error *err)
{
    struct remote_sensor *self = state;
    self->meter = env->context;
    int rc = each(self, add_channel, err);
    *n_channels = self->n;
    return rc;
}

static void sensor_describe(const void *state, size_t i, struct miev_channel *out)
{
    *out = ((const struct remote_sensor *)state)->channels[i].shown;
}

static int sensor_read(void *state, const struct miev_work *work, struct miev_reading *out,
                       struct miev_error *err)
{
    struct remote_sensor *self = state;
    (void)work;
    for (size_t i = 0; i < self->n; i++)
        self->channels[i].valid = false;
    int rc = each(self, take_joules, err);
    for (size_t i = 0; rc == MIEV_OK && i < self->n; i++) {
        const struct channel *at = &self->channels[i];
        out[i] = (struct miev_reading){
            .energy_j = at->base_j + at->last_j, .valid = at->valid, .gaps = at->gaps};
    }
    return rc;
}

static void sensor_close(void *state)
{
    (void)state; /* the client belongs to the meter */
}

static const struct miev_sensor_ops remote_sensor = {
    .name = "remote",
    .summary = "the meter of the machine that serves the model",
    .state_size = sizeof(struct remote_sensor),
    .open = sensor_open,
    .describe = sensor_describe,
    .read = sensor_read,
    .close = sensor_close,
};
static const struct miev_sensor_ops *const only_remote[] = {&remote_sensor, NULL};

/* ---- the meter ------------------------------------------------------------------------------ */

static uint64_t clock_here(void *context)
{
    return miev_env_now_ns(((const struct miev_remote_meter *)context)->here);
}

static void sleep_here(void *context, uint64_t duration_ns)
{
    miev_env_sleep_ns(((const struct miev_remote_meter *)context)->here, duration_ns);
}

static const char *no_variable(void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

static int set_up(struct miev_remote_meter *meter, const char *address, struct miev_error *err)
{
    const char *path = NULL;
    int rc = miev_remote_origin_read(address, &meter->origin, &path, err);
    if (rc != MIEV_OK)
        return miev_error_prefix(err, "the meter");
    meter->is_miev = *path == '\0' || strcmp(path, "/") == 0;
    if (strlen(path) >= sizeof(meter->path) || strcspn(path, " \t\r\n?#") != strlen(path))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the meter's path is too long, or holds blanks, ? or #");
    (void)snprintf(meter->path, sizeof(meter->path), "%s", meter->is_miev ? ENERGY_PATH : path);
    (void)snprintf(meter->address, sizeof(meter->address), "%s%s", meter->origin.text,
                   meter->is_miev ? "" : path);
    struct miev_remote_client_options options = {
        .origin = meter->origin,
        .token = miev_env_variable(meter->here, "MIEV_METER_TOKEN"),
        .timeout_s = TIMEOUT_S,
        .lanes = 1,
    };
    return miev_remote_client_open(&options, &meter->client, err);
}

/* The sensor's failure is the meter's: it has no other. */
static int check_channels(const struct miev_meter *meter, struct miev_error *err)
{
    if (miev_meter_channel_count(meter) > 0)
        return MIEV_OK;
    const struct miev_meter_finding *finding = miev_meter_finding_at(meter, 0);
    return miev_error_set(err, finding->status, "%s", finding->message);
}

int miev_remote_meter_open(const struct miev_env *env, const char *address,
                           struct miev_remote_meter **out, struct miev_error *err)
{
    struct miev_remote_meter *meter = calloc(1, sizeof(*meter));
    if (!meter)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a meter");
    meter->here = env;
    /* Not a folder: this machine's /proc tells nothing of the CPU time of that one. */
    meter->env = (struct miev_env){.root = "/dev/null",
                                   .monotonic_ns = clock_here,
                                   .sleep_ns = sleep_here,
                                   .variable = no_variable,
                                   .context = meter};
    int rc = set_up(meter, address, err);
    if (rc == MIEV_OK)
        rc = miev_meter_create(&meter->env, only_remote, &meter->meter, err);
    if (rc == MIEV_OK)
        rc = check_channels(meter->meter, err);
    if (rc == MIEV_OK)
        *out = meter;
    else
        miev_remote_meter_close(meter);
    return rc;
}

void miev_remote_meter_close(struct miev_remote_meter *meter)
{
    if (!meter)
        return;
    miev_meter_destroy(meter->meter);
    miev_remote_client_close(meter->client);
    free(meter);
}

struct miev_meter *miev_remote_meter_channels(const struct miev_remote_meter *meter)
{
    return meter->meter;
}

const char *miev_remote_meter_address(const struct miev_remote_meter *meter)
{
    return meter->address;
}

const char *miev_remote_meter_boundary(const struct miev_remote_meter *meter)
{
    return meter->is_miev
               ? "all that the counted channels of that machine drew meanwhile, its other work and "
                 "its idle power included"
               : "all that the GPUs of that machine drew meanwhile, other work and idle power "
                 "included; its processors and memory are not in it";
}
