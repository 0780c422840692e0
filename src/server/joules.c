/* SPDX-License-Identifier: Apache-2.0 */
#include "server/joules.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "core/error.h"
#include "core/json.h"
#include "meter/meter.h"
#include "server/call.h"

struct miev_joules {
    const struct miev_env *env;
    pthread_mutex_t mutex; /* guards what follows, and is held while sensors are read */
    struct miev_meter *meter;
    double first_cpu_s; /* what the machine's processors had worked before */
    time_t since_unix_s;
    struct miev_meter_sample sample;
};

struct miev_joules *miev_joules_create(const struct miev_env *env)
{
    struct miev_joules *joules = calloc(1, sizeof(*joules));
    if (joules) {
        joules->env = env;
        (void)pthread_mutex_init(&joules->mutex, NULL);
    }
    return joules;
}

void miev_joules_destroy(struct miev_joules *joules)
{
    if (!joules)
        return;
    miev_meter_destroy(joules->meter);
    (void)pthread_mutex_destroy(&joules->mutex);
    free(joules);
}

static int open_meter(struct miev_joules *joules, struct miev_error *err)
{
    int rc = miev_meter_create(joules->env, miev_sensors, &joules->meter, err);
    if (rc == MIEV_OK)
        rc = miev_meter_read(joules->meter, 0, &joules->sample, err);
    joules->first_cpu_s = joules->sample.machine_cpu_s;
    joules->since_unix_s = time(NULL);
    return rc;
}

/* An estimate is told whose CPU time to reckon by: here all of the machine's, as a counter would.
 */
static int renew(struct miev_joules *joules, struct miev_error *err)
{
    uint64_t now_ns = miev_env_now_ns(joules->env);
    int rc = MIEV_OK;
    if (!joules->meter)
        rc = open_meter(joules, err);
    else if (now_ns - joules->sample.time_ns < MIEV_JOULES_EVERY_NS)
        return MIEV_OK;
    double all_cpu_s = joules->sample.machine_cpu_s - joules->first_cpu_s;
    if (rc == MIEV_OK)
        rc = miev_meter_read(joules->meter, isfinite(all_cpu_s) ? all_cpu_s : 0, &joules->sample,
                             err);
    return rc;
}

/* Whoever serves here may use the GPU, and has the machine to itself as far as is known. */
static const struct miev_share all = {.reserved_cpus = 1, .logical_cpus = 1, .dedicated = true};

static json_t *channel_json(const struct miev_joules *joules, size_t i)
{
    const struct miev_meter_channel *at = miev_meter_channel_at(joules->meter, i);
    const struct miev_reading *reading = &joules->sample.readings[i];
    bool estimate_of_nothing =
        at->channel.quality == MIEV_ESTIMATED && !isfinite(joules->first_cpu_s);
    double period_s =
        fmax((double)at->channel.update_period_ns, (double)MIEV_JOULES_EVERY_NS) * 1e-9;
    bool known = reading->valid && !estimate_of_nothing;
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:i, s:f, s:f, s:f, s:s}", "sensor", at->sensor,
                     "id", at->channel.id, "part", miev_part_name(at->channel.part), "method",
                     miev_quality_name(at->channel.quality), "joules",
                     miev_json_real(known ? reading->energy_j : (double)NAN), "gaps",
                     (int)reading->gaps, "update_period_s", period_s, "systematic_low_ratio",
                     at->channel.systematic_low_ratio, "systematic_high_ratio",
                     at->channel.systematic_high_ratio, "source", at->channel.source);
}

static json_t *document(const struct miev_joules *joules)
{
    json_t *channels = json_array();
    for (size_t i = 0; i < miev_meter_channel_count(joules->meter); i++)
        if (miev_meter_adds(miev_meter_channel_at(joules->meter, i), &all))
            (void)json_array_append_new(channels, channel_json(joules, i));
    return json_pack("{s:s, s:I, s:s, s:o}", "miev_version", miev_version(), "since_unix_s",
                     (json_int_t)joules->since_unix_s, "note",
                     "All that this machine drew by these channels since then, whoever made it "
                     "work, and its idle power. Take the difference of two readings.",
                     "channels", channels);
}

int miev_joules_read(struct miev_joules *joules, json_t **out, struct miev_error *err)
{
    (void)pthread_mutex_lock(&joules->mutex);
    int rc = renew(joules, err);
    json_t *made = rc == MIEV_OK ? document(joules) : NULL;
    (void)pthread_mutex_unlock(&joules->mutex);
    if (rc == MIEV_OK && !made)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the joules");
    if (rc == MIEV_OK)
        *out = made;
    return rc;
}

void miev_api_energy(struct miev_call *call)
{
    struct miev_error err;
    json_t *document_json = NULL;
    if (miev_joules_read(call->server->joules, &document_json, &err) == MIEV_OK)
        miev_answer_json(call, 200, document_json);
    else
        miev_answer_error(call, &err);
}
