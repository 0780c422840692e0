/* SPDX-License-Identifier: Apache-2.0 */
#include "study/places.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "grid/cloud.h"
#include "grid/grid.h"
#include "study/study.h"

#define BASIS "yearly average of the country, lifecycle, electricity generated"
#define NOTE                                                                                      \
    "Each region has the intensity of its country; what a provider buys in certificates is left " \
    "out. Where a provider published no PUE, the one that was asked for is used."

struct places {
    struct miev_priceable models[MIEV_STUDY_MAX_MODELS];
    size_t n;
    struct miev_site site;
    double pue;
    json_t *items;
    struct miev_zone *zones; /* all of them, for the regions */
    size_t n_zones;
    int rc;
    struct miev_error *err;
};

/* One entry a model: an interval, or null where it has no energy. */
static json_t *grams_json(struct places *places)
{
    json_t *list = json_array();
    for (size_t i = 0; i < places->n && places->rc == MIEV_OK; i++) {
        struct miev_interval grams;
        places->rc = miev_priceable_grams(&places->models[i], &places->site, &grams, places->err);
        (void)json_array_append_new(list, isfinite(grams.value)
                                              ? json_pack("{s:f, s:f, s:f}", "value", grams.value,
                                                          "low", grams.low, "high", grams.high)
                                              : json_null());
    }
    if (places->rc == MIEV_OK)
        return list;
    json_decref(list);
    return NULL;
}

static void set_site(struct places *places, const struct miev_zone *zone, double pue)
{
    (void)snprintf(places->site.zone, sizeof(places->site.zone), "%s", zone->name);
    (void)snprintf(places->site.source, sizeof(places->site.source), "%s", MIEV_GRID_SOURCE);
    places->site.intensity_g_per_kwh = zone->intensity_g_per_kwh;
    places->site.year = zone->year;
    places->site.pue = pue;
}

static bool add_zone(void *context, const struct miev_zone *zone)
{
    struct places *places = context;
    set_site(places, zone, places->pue);
    json_t *grams = grams_json(places);
    struct miev_zone *more =
        grams ? realloc(places->zones, (places->n_zones + 1) * sizeof(*more)) : NULL;
    if (!more) {
        json_decref(grams);
        return false;
    }
    places->zones = more;
    more[places->n_zones++] = *zone;
    (void)json_array_append_new(places->items,
                                json_pack("{s:s, s:s?, s:s?, s:s, s:i, s:f, s:o}", "id",
                                          zone->aggregate ? zone->name : zone->iso2, "iso2",
                                          *zone->iso2 ? zone->iso2 : NULL, "iso3",
                                          *zone->iso3 ? zone->iso3 : NULL, "name", zone->name,
                                          "year", zone->year, "intensity_g_per_kwh",
                                          zone->intensity_g_per_kwh, "per_inference_g", grams));
    return true;
}

static const struct miev_zone *zone_of(const struct places *places, const char *iso3)
{
    for (size_t i = 0; i < places->n_zones; i++)
        if (strcmp(places->zones[i].iso3, iso3) == 0)
            return &places->zones[i];
    return NULL;
}

static void add_region(struct places *places, const struct miev_cloud_region *region)
{
    const struct miev_zone *zone = zone_of(places, region->iso3);
    if (!zone)
        return;
    bool published = region->pue > 0;
    set_site(places, zone, published ? region->pue : places->pue);
    json_t *grams = grams_json(places);
    if (!grams)
        return;
    (void)json_array_append_new(
        places->items,
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:i, s:f, s:f, s:o, s:s, s:o}", "provider",
                  region->provider, "region", region->region, "location", region->location, "lat",
                  miev_json_real(region->lat_deg), "lon", miev_json_real(region->lon_deg), "iso2",
                  zone->iso2, "zone_name", zone->name, "year", zone->year, "intensity_g_per_kwh",
                  zone->intensity_g_per_kwh, "pue", places->site.pue, "pue_year",
                  published ? json_integer(region->pue_year) : json_null(), "pue_source",
                  published ? "published by the provider" : "as asked for: none is published",
                  "per_inference_g", grams));
}

static json_t *names_json(const json_t *report)
{
    size_t i;
    json_t *model, *names = json_array();
    json_array_foreach(json_object_get(report, "models"), i, model)(void)
        json_array_append(names, json_object_get(model, "name"));
    return names;
}

int miev_report_places(const json_t *report, const struct miev_site_wish *wish, json_t **out,
                       struct miev_error *err)
{
    struct miev_cloud_region region;
    const char *cursor = miev_cloud_table();
    const struct miev_price_options options = {.embodied = !wish->no_embodied,
                                               .lifetime_s = wish->lifetime_s};
    struct places places = {.n = json_array_size(json_object_get(report, "models")),
                            .pue = wish->pue > 0 ? wish->pue : 1,
                            .items = json_array(),
                            .err = err};
    int rc = miev_report_priceable(report, &options, places.models, places.n, err);
    if (rc == MIEV_OK)
        rc = miev_grid_list(NULL, add_zone, &places, err);
    json_t *zones = places.items;
    places.items = json_array();
    while (rc == MIEV_OK && places.rc == MIEV_OK && miev_cloud_next(&cursor, &region))
        add_region(&places, &region);
    free(places.zones);
    if (rc != MIEV_OK || places.rc != MIEV_OK) {
        json_decref(zones);
        json_decref(places.items);
        return rc != MIEV_OK ? rc : places.rc;
    }
    *out =
        json_pack("{s:o, s:{s:s, s:s, s:o}, s:{s:s, s:s, s:s, s:o}}", "models", names_json(report),
                  "zones", "source", MIEV_GRID_SOURCE, "basis", BASIS, "items", zones, "regions",
                  "source", MIEV_CLOUD_SOURCE, "basis", BASIS, "note", NOTE, "items", places.items);
    return *out ? MIEV_OK : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the places");
}
