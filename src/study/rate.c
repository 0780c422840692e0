/* SPDX-License-Identifier: Apache-2.0 */
#include "study/rate.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/error.h"
#include "core/field.h"
#include "core/json.h"

#define S_PER_DAY 86400.0
#define NORMAL_95 1.96
#define MAX_W     1e9
#define MAX_J     1e12

static const char *const part_names[MIEV_RATE_PARTS] = {"cpu", "memory", "gpu"};

/* The part of a model's energy, NULL when nobody covered it. */
static const json_t *known_part(const json_t *energy, const char *name)
{
    size_t i;
    const json_t *part;
    json_array_foreach(json_object_get(energy, "parts"), i, part)
    {
        if (strcmp(miev_field_text(part, "part"), name) == 0 &&
            strcmp(miev_field_text(part, "method"), "unavailable") != 0)
            return part;
    }
    return NULL;
}

double miev_reserved_cpus(const json_t *report, const json_t *model)
{
    const json_t *settings = json_object_get(report, "settings");
    const json_t *own = json_object_get(json_object_get(model, "settings"), "reserved_cpus");
    if (json_is_true(json_object_get(settings, "dedicated")))
        return json_number_value(json_object_get(settings, "logical_cpus"));
    return json_number_value(own ? own : json_object_get(settings, "reserved_cpus"));
}

/* The share of a channel's idle power that stands by for the work, as in the attribution: a GPU is
 * all its own or not its own at all. */
static double idle_share(const json_t *report, const json_t *model, bool gpu, bool uses_gpu)
{
    const json_t *settings = json_object_get(report, "settings");
    double logical = json_number_value(json_object_get(settings, "logical_cpus"));
    double reserved = miev_reserved_cpus(report, model);
    if (json_is_true(json_object_get(settings, "dedicated")))
        return 1;
    if (gpu)
        return uses_gpu ? 1 : 0;
    return logical > 0 ? fmin(1, reserved / logical) : 1;
}

static int add_idle(const json_t *report, const char *name, double share, double *idle_w,
                    double *error_w, struct miev_error *err)
{
    size_t i;
    const json_t *channel;
    json_array_foreach(json_object_get(json_object_get(report, "meter"), "channels"), i, channel)
    {
        double own_w = 0, own_error_w = 0;
        if (!json_is_true(json_object_get(channel, "counted")) ||
            strcmp(miev_field_text(channel, "part"), name) != 0 || !(share > 0))
            continue;
        if (miev_json_number(channel, "idle_w", -MAX_W, MAX_W, &own_w, NULL) != MIEV_OK ||
            miev_json_number(channel, "idle_standard_error_w", 0, MAX_W, &own_error_w, NULL) !=
                MIEV_OK)
            return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                                  "no idle round counts, so what waiting draws is not known: "
                                  "measure again when the machine is quiet");
        *idle_w += share * own_w;
        *error_w += share * own_error_w; /* idle is one state of the machine: errors go together */
    }
    return MIEV_OK;
}

static int read_part(const json_t *report, const json_t *model, const json_t *part, size_t p,
                     struct miev_reservation *out, struct miev_error *err)
{
    double gross_j = 0, low_j = 0, high_j = 0, net_j = 0;
    int rc = miev_json_number(part, "joules", -MAX_J, MAX_J, &gross_j, err);
    if (rc == MIEV_OK)
        rc = miev_json_number(part, "low", -MAX_J, MAX_J, &low_j, err);
    if (rc == MIEV_OK)
        rc = miev_json_number(part, "high", -MAX_J, MAX_J, &high_j, err);
    if (rc != MIEV_OK)
        return rc;
    if (miev_json_number(part, "net_joules", -MAX_J, MAX_J, &net_j, NULL) != MIEV_OK)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE, "the joules above idle are not known");
    bool gpu = strcmp(part_names[p], "gpu") == 0;
    double share = idle_share(report, model, gpu, gross_j > 0 || gross_j < 0);
    out->parts[p].net_j = net_j;
    out->parts[p].low_ratio = gross_j > 0 ? low_j / gross_j : 1;
    out->parts[p].high_ratio = gross_j > 0 ? high_j / gross_j : 1;
    return add_idle(report, part_names[p], share, &out->parts[p].idle_w, &out->idle_error_w, err);
}

static int read_net(const json_t *energy, struct miev_reservation *out, struct miev_error *err)
{
    const json_t *net = json_object_get(json_object_get(energy, "net"), "per_inference_j");
    const json_t *bounds = json_object_get(net, "statistical");
    double low_j, high_j;
    if (miev_json_number(bounds, "low", -MAX_J, MAX_J, &low_j, NULL) != MIEV_OK ||
        miev_json_number(bounds, "high", -MAX_J, MAX_J, &high_j, NULL) != MIEV_OK)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE, "the joules above idle are not known");
    out->net_half_j = fabs(high_j - low_j) / 2;
    return MIEV_OK;
}

int miev_reservation_read(const json_t *report, const json_t *model, struct miev_reservation *out,
                          struct miev_error *err)
{
    const json_t *energy = json_object_get(model, "energy");
    struct miev_reservation found = {0};
    bool known = false;
    int rc = miev_json_number(energy, "inference_s", 1e-12, 1e9, &found.inference_s, err);
    if (rc == MIEV_OK)
        rc = miev_json_number(json_object_get(json_object_get(energy, "gross"), "per_inference_j"),
                              "value", -MAX_J, MAX_J, &found.flat_out_j, err);
    if (rc == MIEV_OK)
        rc = read_net(energy, &found, err);
    for (size_t p = 0; rc == MIEV_OK && p < MIEV_RATE_PARTS; p++) {
        const json_t *part = known_part(energy, part_names[p]);
        if (!part)
            continue;
        known = true;
        rc = read_part(report, model, part, p, &found, err);
        found.idle_w += found.parts[p].idle_w;
        found.net_j += found.parts[p].net_j;
    }
    if (rc == MIEV_OK && !known)
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE, "no part of the energy is known");
    if (rc == MIEV_OK)
        *out = found;
    return rc;
}

void miev_reservation_energy(const struct miev_reservation *from, double provisioned_s,
                             struct miev_energy_estimate *out)
{
    double value_j = from->idle_w * provisioned_s + from->net_j;
    double half_j = hypot(from->net_half_j, NORMAL_95 * from->idle_error_w * provisioned_s);
    double below_j2 = 0, above_j2 = 0;
    for (size_t p = 0; p < MIEV_RATE_PARTS; p++) {
        double part_j = fabs(from->parts[p].idle_w * provisioned_s + from->parts[p].net_j);
        below_j2 += pow(part_j * (1 - from->parts[p].low_ratio), 2);
        above_j2 += pow(part_j * (from->parts[p].high_ratio - 1), 2);
    }
    *out = (struct miev_energy_estimate){.value_j = value_j,
                                         .statistical_low_j = value_j - half_j,
                                         .statistical_high_j = value_j + half_j,
                                         .systematic_low_j = value_j - sqrt(below_j2),
                                         .systematic_high_j = value_j + sqrt(above_j2)};
}

struct miev_load miev_load_at(const struct miev_reservation *from, double requests_per_day)
{
    double busy_ratio = requests_per_day * from->inference_s / S_PER_DAY;
    /* A rate that was written down from most_per_day must not cost a second worker. */
    double workers = fmax(1, ceil(busy_ratio * (1 - 1e-12)));
    return (struct miev_load){.busy_ratio = busy_ratio,
                              .workers = workers,
                              .provisioned_s = workers * S_PER_DAY / requests_per_day,
                              .most_per_day = S_PER_DAY / from->inference_s};
}

static void add_to_curve(const struct miev_reservation *from, double requests_per_day,
                         json_t *rates, json_t *joules)
{
    struct miev_energy_estimate energy;
    miev_reservation_energy(from, S_PER_DAY / requests_per_day, &energy);
    (void)json_array_append_new(rates, json_real(requests_per_day));
    (void)json_array_append_new(joules, miev_json_real(energy.value_j));
}

json_t *miev_rate_curve(const struct miev_reservation *from)
{
    json_t *rates = json_array(), *joules = json_array();
    double most_per_day = S_PER_DAY / from->inference_s;
    for (int half_decade = 0;; half_decade++) {
        double requests_per_day = pow(10, half_decade / 2.0);
        if (!(requests_per_day < most_per_day))
            break;
        add_to_curve(from, requests_per_day, rates, joules);
    }
    add_to_curve(from, most_per_day, rates, joules);
    return json_pack("{s:o, s:o}", "requests_per_day", rates, "joules_per_request", joules);
}
