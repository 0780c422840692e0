/* SPDX-License-Identifier: Apache-2.0 */
#include "study/price.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "study/cards.h"
#include "study/pareto.h"
#include "study/rate.h"
#include "study/sweep.h"

#define DAYS_PER_YEAR 365.25
#define MAX_J         1e12

static json_t *site_json(const struct miev_price_options *options)
{
    const struct miev_site *site = options->site;
    return json_pack("{s:s, s:f, s:s, s:o, s:f, s:b}", "zone", site->zone, "intensity_g_per_kwh",
                     site->intensity_g_per_kwh, "source", site->source, "year",
                     site->year ? json_integer(site->year) : json_null(), "pue", site->pue,
                     "default", (int)options->default_site);
}

static enum miev_machine_class class_of(const json_t *machine)
{
    const char *word = json_string_value(json_object_get(machine, "class"));
    for (int c = MIEV_MACHINE_SERVER; word && c <= MIEV_MACHINE_LAPTOP; c++)
        if (strcmp(word, miev_machine_class_name((enum miev_machine_class)c)) == 0)
            return (enum miev_machine_class)c;
    return json_is_true(json_object_get(machine, "virtual_machine")) ? MIEV_MACHINE_SERVER
                                                                     : MIEV_MACHINE_UNKNOWN;
}

/* What manufacturing adds; but for the share the same for every model of a report. */
struct machine_cost {
    bool known; /* false: switched off, or the machine's class is not known */
    struct miev_embodied embodied;
    struct miev_cards cards;        /* none where switched off */
    bool uses_cards;                /* the model does */
    double share;                   /* of the whole machine (for a virtual machine: of its host) */
    struct miev_interval host_cpus; /* logical CPUs that the machine is shared out over */
};

/* Something of manufacturing is known: the machine, or cards. */
static bool makes(const struct machine_cost *cost)
{
    return cost->known || (cost->uses_cards && cost->cards.n > 0);
}

/* model NULL: one without settings of its own. */
static double share_of(const json_t *report, const json_t *model, const struct machine_cost *cost)
{
    double reserved = miev_reserved_cpus(report, model);
    return cost->host_cpus.value > 0 ? fmin(1, reserved / cost->host_cpus.value) : 1;
}

static void cost_of(const json_t *report, const struct miev_price_options *options,
                    struct machine_cost *out)
{
    const json_t *settings = json_object_get(report, "settings");
    const json_t *machine = json_object_get(report, "machine");
    double logical = json_number_value(json_object_get(settings, "logical_cpus"));
    *out = (struct machine_cost){
        .host_cpus = miev_embodied_host(
            (unsigned)logical, json_is_true(json_object_get(machine, "virtual_machine")),
            (unsigned)json_number_value(json_object_get(machine, "host_logical_cpus")),
            json_is_true(json_object_get(machine, "host_told")))};
    out->share = share_of(report, NULL, out);
    /* Which machine serves a model is not known here, and so not what it took to make it. */
    bool elsewhere = json_object_get(json_object_get(report, "meter"), "remote") != NULL;
    out->known = options->embodied && !elsewhere &&
                 miev_embodied_default(class_of(machine), &out->embodied, NULL) == MIEV_OK;
    miev_embodied_plan(&out->embodied, options->lifetime_s);
    out->cards.n = 0;
    if (!options->embodied)
        return;
    miev_cards_of(report, &out->cards);
    if (out->known)
        out->cards.lifetime_s = out->embodied.lifetime_s;
    else if (options->lifetime_s > 0)
        out->cards.lifetime_s =
            (struct miev_interval){options->lifetime_s, options->lifetime_s, options->lifetime_s};
}

/* Of one model: it may reserve CPUs of its own, and use cards or not. */
static struct machine_cost own_cost(const json_t *report, const json_t *model,
                                    const struct machine_cost *cost)
{
    struct machine_cost own = *cost;
    own.share = share_of(report, model, cost);
    own.uses_cards = miev_cards_used_by(model);
    return own;
}

/* What time_s of all cards carries, alone; zeros without any. */
static int cards_of(const struct machine_cost *cost, double time_s, struct miev_interval *out_g,
                    struct miev_error *err)
{
    *out_g = (struct miev_interval){0, 0, 0};
    return cost->uses_cards ? miev_cards_add(&cost->cards, time_s, out_g, err) : MIEV_OK;
}

static int embodied_of(const struct machine_cost *cost, double inference_s,
                       struct miev_interval *out_g, struct miev_error *err)
{
    const struct miev_interval *host = &cost->host_cpus;
    struct miev_interval machine_g = {0, 0, 0}, cards_g;
    int rc = cost->known
                 ? miev_embodied_share(&cost->embodied, inference_s, cost->share, &machine_g, err)
                 : MIEV_OK;
    if (rc == MIEV_OK && host->value > 0) { /* the guess's own range is part of the interval */
        machine_g.low *= host->value / host->high;
        machine_g.high *= host->value / host->low;
    }
    if (rc == MIEV_OK)
        rc = cards_of(cost, inference_s, &cards_g, err);
    if (rc == MIEV_OK)
        *out_g = (struct miev_interval){machine_g.value + cards_g.value,
                                        machine_g.low + cards_g.low, machine_g.high + cards_g.high};
    return rc;
}

/* The machine's part; nulls where only cards are known. */
static json_t *machine_json(const struct machine_cost *cost)
{
    const struct miev_interval *host = &cost->host_cpus;
    if (!cost->known)
        return json_pack("{s:n, s:n, s:o, s:n, s:n, s:n, s:n, s:b, s:s}", "machine_class",
                         "machine_g", "lifetime_s", miev_json_interval(cost->cards.lifetime_s),
                         "share", "host_logical_cpus", "host_logical_cpus_low",
                         "host_logical_cpus_high", "host_guessed", 0, "source",
                         "cards alone: the machine that they are in is not known");
    return json_pack("{s:s, s:o, s:o, s:f, s:f, s:f, s:f, s:b, s:s}", "machine_class",
                     miev_machine_class_name(cost->embodied.machine_class), "machine_g",
                     miev_json_interval(cost->embodied.total_g), "lifetime_s",
                     miev_json_interval(cost->embodied.lifetime_s), "share", cost->share,
                     "host_logical_cpus", host->value, "host_logical_cpus_low", host->low,
                     "host_logical_cpus_high", host->high, "host_guessed",
                     (int)(host->high > host->low), "source", cost->embodied.source);
}

static json_t *cost_json(const struct machine_cost *cost)
{
    if (!cost->known && cost->cards.n == 0)
        return json_null();
    json_t *out = machine_json(cost);
    if (cost->cards.n > 0)
        (void)json_object_set_new(out, "cards", miev_cards_json(&cost->cards));
    return out;
}

int miev_report_energy(const json_t *energy, struct miev_energy_estimate *out,
                       struct miev_error *err)
{
    const json_t *gross = json_object_get(json_object_get(energy, "gross"), "per_inference_j");
    const json_t *statistical = json_object_get(gross, "statistical");
    const json_t *systematic = json_object_get(gross, "systematic");
    int rc = miev_json_number(gross, "value", -1e12, 1e12, &out->value_j, err);
    if (rc == MIEV_OK)
        rc = miev_json_number(statistical, "low", -1e12, 1e12, &out->statistical_low_j, err);
    if (rc == MIEV_OK)
        rc = miev_json_number(statistical, "high", -1e12, 1e12, &out->statistical_high_j, err);
    if (rc == MIEV_OK)
        rc = miev_json_number(systematic, "low", -1e12, 1e12, &out->systematic_low_j, err);
    if (rc == MIEV_OK)
        rc = miev_json_number(systematic, "high", -1e12, 1e12, &out->systematic_high_j, err);
    return rc;
}

/* What a year of requests emits, and what else emits as much. */
static int add_year(json_t *rate, double request_g, const struct miev_price_options *options,
                    struct miev_error *err)
{
    struct miev_equivalents same;
    double year_g = request_g * options->requests_per_day * DAYS_PER_YEAR;
    int rc = miev_equivalents(year_g, options->site, &same, err);
    if (rc != MIEV_OK)
        return rc;
    (void)json_object_set_new(rate, "year_g", json_real(year_g));
    (void)json_object_set_new(rate, "car_km", json_real(same.car_km));
    /* none where a lamp emits nothing */
    (void)json_object_set_new(rate, "lamp_10w_h", miev_json_real(same.lamp_10w_h));
    return MIEV_OK;
}

static json_t *load_json(const struct miev_reservation *own, const struct miev_load *load,
                         double requests_per_day)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:o}", "requests_per_day", requests_per_day,
                     "busy_ratio", load->busy_ratio, "workers", load->workers,
                     "most_requests_per_day", load->most_per_day, "idle_w", own->idle_w, "curve",
                     miev_rate_curve(own));
}

static int fill_rate(json_t *rate, const struct miev_reservation *own, const struct miev_load *load,
                     const struct machine_cost *cost, const struct miev_price_options *options,
                     struct miev_error *err)
{
    struct miev_energy_estimate estimate;
    struct miev_interval energy_j, embodied_g = {0, 0, 0};
    struct miev_footprint footprint;
    miev_reservation_energy(own, load->provisioned_s, &estimate);
    int rc = miev_energy_interval(&estimate, &energy_j, err);
    if (rc == MIEV_OK && makes(cost))
        rc = embodied_of(cost, load->provisioned_s, &embodied_g, err);
    if (rc == MIEV_OK)
        rc = miev_footprint_per_inference(&estimate, options->site,
                                          makes(cost) ? &embodied_g : NULL, &footprint, err);
    if (rc != MIEV_OK)
        return rc;
    (void)json_object_set_new(rate, "per_request_j", miev_json_interval(energy_j));
    (void)json_object_set_new(rate, "idle_ratio",
                              miev_json_real(own->idle_w * load->provisioned_s / energy_j.value));
    (void)json_object_set_new(rate, "flat_out_ratio",
                              miev_json_real(energy_j.value / own->flat_out_j));
    (void)json_object_set_new(rate, "per_request_g", miev_json_interval(footprint.total_g));
    (void)json_object_set_new(rate, "embodied_g",
                              makes(cost) ? miev_json_interval(embodied_g) : json_null());
    return add_year(rate, footprint.total_g.value, options, err);
}

/* At the user's own rate: what stands by between two requests belongs to them. Where that is not
 * known there is a reason in place of figures. */
static json_t *rate_json(const json_t *report, const json_t *model, const struct machine_cost *cost,
                         const struct miev_price_options *options)
{
    struct miev_reservation own;
    struct miev_error err;
    int rc = miev_reservation_read(report, model, &own, &err);
    if (rc == MIEV_OK) {
        struct miev_load load = miev_load_at(&own, options->requests_per_day);
        json_t *rate = load_json(&own, &load, options->requests_per_day);
        rc = fill_rate(rate, &own, &load, cost, options, &err);
        if (rc == MIEV_OK)
            return rate;
        json_decref(rate);
    }
    return json_pack("{s:f, s:s}", "requests_per_day", options->requests_per_day, "reason",
                     err.message);
}

/* No energy, no grams: absent, not zero. Nor can a gross that the noise took below zero be priced,
 * which is no reason to lose the other models' figures. */
static bool has_grams(const json_t *energy)
{
    const json_t *gross = json_object_get(energy, "gross");
    const json_t *value = json_object_get(json_object_get(gross, "per_inference_j"), "value");
    return gross && !json_is_null(value) && !(json_number_value(value) < 0);
}

/* First use: one load and one first inference, which have no rounds and so no statistical bounds.
 */
static json_t *cold_json(const json_t *model, const struct machine_cost *cost,
                         const struct miev_price_options *options)
{
    const json_t *load = json_object_get(model, "load");
    const json_t *cold = json_object_get(load, "cold_j");
    struct miev_energy_estimate estimate;
    struct miev_interval embodied_g = {0, 0, 0};
    struct miev_footprint footprint;
    double cold_s = 0;
    if (miev_json_number(cold, "value", 0, MAX_J, &estimate.value_j, NULL) != MIEV_OK ||
        miev_json_number(cold, "low", 0, MAX_J, &estimate.systematic_low_j, NULL) != MIEV_OK ||
        miev_json_number(cold, "high", 0, MAX_J, &estimate.systematic_high_j, NULL) != MIEV_OK ||
        miev_json_number(load, "cold_s", 0, 1e9, &cold_s, NULL) != MIEV_OK)
        return json_null();
    estimate.statistical_low_j = estimate.statistical_high_j = estimate.value_j;
    if ((makes(cost) && embodied_of(cost, cold_s, &embodied_g, NULL) != MIEV_OK) ||
        miev_footprint_per_inference(&estimate, options->site, makes(cost) ? &embodied_g : NULL,
                                     &footprint, NULL) != MIEV_OK)
        return json_null();
    return miev_json_interval(footprint.total_g);
}

/* The energy of a model that has_grams. */
static int read_priceable(const json_t *energy, const struct machine_cost *cost,
                          struct miev_priceable *out, struct miev_error *err)
{
    double inference_s = 0;
    *out = (struct miev_priceable){.has_energy = true, .has_embodied = makes(cost)};
    int rc = miev_report_energy(energy, &out->energy, err);
    if (rc == MIEV_OK && makes(cost))
        rc = miev_json_number(energy, "inference_s", 0, 1e9, &inference_s, err);
    if (rc == MIEV_OK)
        rc = cards_of(cost, inference_s, &out->cards_g, err);
    return rc == MIEV_OK && makes(cost) ? embodied_of(cost, inference_s, &out->embodied_g, err)
                                        : rc;
}

static int footprint_at(const struct miev_priceable *model, const struct miev_site *site,
                        struct miev_footprint *out, struct miev_error *err)
{
    return miev_footprint_per_inference(&model->energy, site,
                                        model->has_embodied ? &model->embodied_g : NULL, out, err);
}

static int price_model(const json_t *report, json_t *model, const struct machine_cost *cost,
                       const struct miev_price_options *options, struct miev_error *err)
{
    json_t *energy = json_object_get(model, "energy");
    struct miev_footprint footprint;
    if (json_object_get(model, "error"))
        return MIEV_OK;
    if (!has_grams(energy)) {
        (void)json_object_set_new(model, "footprint", json_null());
        return MIEV_OK;
    }
    struct miev_priceable taken;
    int rc = read_priceable(energy, cost, &taken, err);
    if (rc == MIEV_OK)
        rc = footprint_at(&taken, options->site, &footprint, err);
    if (rc != MIEV_OK)
        return rc;
    json_t *out =
        json_pack("{s:o, s:o, s:o, s:o}", "per_inference_g", miev_json_interval(footprint.total_g),
                  "operational_g", miev_json_interval(footprint.operational_g), "embodied_g",
                  makes(cost) ? miev_json_interval(footprint.embodied_g) : json_null(), "cold_g",
                  cold_json(model, cost, options));
    if (cost->uses_cards && cost->cards.n > 0)
        (void)json_object_set_new(out, "embodied_cards_g", miev_json_interval(taken.cards_g));
    if (options->requests_per_day > 0)
        (void)json_object_set_new(out, "at_rate", rate_json(report, model, cost, options));
    return json_object_set_new(model, "footprint", out) == 0
               ? MIEV_OK
               : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the footprint");
}

static double grams_of(const json_t *models, const char *name)
{
    size_t i;
    json_t *model;
    json_array_foreach(models, i, model)
    {
        const char *own = json_string_value(json_object_get(model, "name"));
        if (own && name && strcmp(own, name) == 0)
            return json_number_value(json_object_get(
                json_object_get(json_object_get(model, "footprint"), "per_inference_g"), "value"));
    }
    return 0;
}

/* The ratio of grams: that of the energies, moved by what manufacturing adds to each. */
static void price_pair(const json_t *models, json_t *pair)
{
    double a_g = grams_of(models, json_string_value(json_object_get(pair, "a")));
    double b_g = grams_of(models, json_string_value(json_object_get(pair, "b")));
    (void)json_object_set_new(pair, "carbon_ratio",
                              miev_json_real(b_g > 0 ? a_g / b_g : (double)NAN));
}

int miev_report_price(json_t *report, const struct miev_price_options *options,
                      struct miev_error *err)
{
    json_t *models = json_object_get(report, "models");
    size_t i;
    json_t *item;
    struct machine_cost cost;
    if (!json_is_array(models))
        return miev_error_set(err, MIEV_ERR_INVALID, "the report has no list of models");
    cost_of(report, options, &cost);
    json_array_foreach(models, i, item)
    {
        struct machine_cost own = own_cost(report, item, &cost);
        int rc = price_model(report, item, &own, options, err);
        if (rc != MIEV_OK)
            return rc;
    }
    json_array_foreach(json_object_get(report, "comparison"), i, item) price_pair(models, item);
    json_t *site = site_json(options);
    (void)json_object_set_new(site, "embodied", cost_json(&cost));
    if (json_object_set_new(report, "site", site) != 0)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the site");
    int rc = miev_report_pareto(report, err);
    return rc == MIEV_OK ? miev_report_sweep(report, err) : rc;
}

int miev_report_priceable(const json_t *report, const struct miev_price_options *options,
                          struct miev_priceable *out, size_t n, struct miev_error *err)
{
    struct machine_cost cost;
    int rc = MIEV_OK;
    cost_of(report, options, &cost);
    for (size_t i = 0; i < n && rc == MIEV_OK; i++) {
        const json_t *model = json_array_get(json_object_get(report, "models"), i);
        const json_t *energy = json_object_get(model, "energy");
        struct machine_cost own = own_cost(report, model, &cost);
        out[i] = (struct miev_priceable){.has_energy = false};
        if (!json_object_get(model, "error") && has_grams(energy))
            rc = read_priceable(energy, &own, &out[i], err);
    }
    return rc;
}

int miev_priceable_grams(const struct miev_priceable *model, const struct miev_site *site,
                         struct miev_interval *out_g, struct miev_error *err)
{
    struct miev_footprint footprint;
    *out_g = (struct miev_interval){NAN, NAN, NAN};
    if (!model->has_energy)
        return MIEV_OK;
    int rc = footprint_at(model, site, &footprint, err);
    if (rc == MIEV_OK)
        *out_g = footprint.total_g;
    return rc;
}

void miev_report_priced_by(const json_t *report, struct miev_site *site,
                           struct miev_price_options *out)
{
    const json_t *from = json_object_get(report, "site");
    const json_t *embodied = json_object_get(from, "embodied");
    const json_t *life = json_object_get(embodied, "lifetime_s");
    double longest_s = json_number_value(json_object_get(life, "high"));
    bool planned = longest_s <= json_number_value(json_object_get(life, "low"));
    const char *zone = json_string_value(json_object_get(from, "zone"));
    const char *source = json_string_value(json_object_get(from, "source"));
    *site = (struct miev_site){
        .intensity_g_per_kwh = json_number_value(json_object_get(from, "intensity_g_per_kwh")),
        .year = (int)json_integer_value(json_object_get(from, "year")),
        .pue = json_number_value(json_object_get(from, "pue")),
    };
    (void)snprintf(site->zone, sizeof(site->zone), "%s", zone ? zone : "");
    (void)snprintf(site->source, sizeof(site->source), "%s", source ? source : "");
    *out = (struct miev_price_options){
        .site = site,
        .default_site = json_is_true(json_object_get(from, "default")),
        .embodied = json_is_object(embodied),
        .lifetime_s = planned ? longest_s : 0,
    };
}
