/* SPDX-License-Identifier: Apache-2.0 */
#include "study/site_live.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/folder.h"
#include "grid/cloud.h"
#include "grid/grid.h"

/* "electricitymaps:DE" */
static int split(const char *live, const struct miev_live_provider **provider,
                 char place[MIEV_LIVE_PLACE_BYTES], struct miev_error *err)
{
    char name[32];
    size_t length = strcspn(live, ":");
    (void)snprintf(name, sizeof(name), "%.*s", (int)(length < 31 ? length : 31), live);
    place[0] = '\0';
    if (live[length] == ':')
        (void)snprintf(place, MIEV_LIVE_PLACE_BYTES, "%s", live + length + 1);
    return miev_live_named(name, provider, err);
}

/* The code that Electricity Maps and NESO know a zone by. */
static int name_place(const char *zone, char place[MIEV_LIVE_PLACE_BYTES], struct miev_error *err)
{
    struct miev_zone found;
    if (*place)
        return MIEV_OK;
    if (!zone)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a live figure is of a place: name one (--zone DE)");
    struct miev_cloud_region region;
    int rc = MIEV_OK;
    bool of_cloud = miev_cloud_is_region(zone); /* it has the electricity of its country */
    if (of_cloud)
        rc = miev_cloud_find(zone, &region, err);
    if (rc == MIEV_OK)
        rc = miev_grid_find(of_cloud ? region.iso3 : zone, MIEV_GRID_LATEST, &found, err);
    if (rc == MIEV_OK)
        (void)snprintf(place, MIEV_LIVE_PLACE_BYTES, "%s", *found.code ? found.code : found.name);
    return rc;
}

static const char *cache_folder(char out[PATH_MAX])
{
    const struct miev_env *env = miev_env_host();
    const char *cache = miev_env_variable(env, "XDG_CACHE_HOME");
    const char *home = miev_env_variable(env, "HOME");
    int length = cache  ? snprintf(out, PATH_MAX, "%s/miev/grid", cache)
                 : home ? snprintf(out, PATH_MAX, "%s/.cache/miev/grid", home)
                        : -1;
    if (length < 0 || length >= PATH_MAX ||
        miev_folder_make(out, "XDG_CACHE_HOME", NULL) != MIEV_OK)
        return NULL;
    return out;
}

static void tell(const struct miev_live_answer *answer, struct miev_site *site)
{
    char when[32] = "";
    struct tm parts;
    if (gmtime_r(&answer->now.at, &parts))
        (void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &parts);
    bool last = answer->age == MIEV_LIVE_LAST_KNOWN;
    (void)snprintf(site->source, sizeof(site->source), "%s, %s, %s%s%s%s%s",
                   answer->provider->title, answer->provider->basis,
                   last ? "last known figure, of " : "live, of ", when,
                   answer->now.estimated ? ", modelled" : "", last ? "; no newer one: " : "",
                   last ? answer->trouble : "");
    site->intensity_g_per_kwh = answer->now.intensity_g_per_kwh;
    site->year = parts.tm_year + 1900;
    if (answer->provider->kind == MIEV_LIVE_MARGINAL) {
        size_t used = strnlen(site->zone, sizeof(site->zone) - 12);
        (void)snprintf(site->zone + used, sizeof(site->zone) - used, " (marginal)");
    }
}

/* The year's figure stays, and says why. */
static void keep_yearly(const char *why, struct miev_site *site)
{
    char yearly[160];
    (void)snprintf(yearly, sizeof(yearly), "%.150s", site->source);
    (void)snprintf(site->source, sizeof(site->source),
                   "%s; the year's average, because no live figure could be had: %.180s", yearly,
                   why);
}

/* Everything that a question takes; it refers to transport and place. */
static int make_query(const char *live, const char *zone, const struct miev_transport *transport,
                      char place[MIEV_LIVE_PLACE_BYTES], struct miev_live_query *out,
                      struct miev_error *err)
{
    *out = (struct miev_live_query){
        .env = miev_env_host(), .transport = transport, .place = place, .now = time(NULL)};
    int rc = split(live, &out->provider, place, err);
    return rc == MIEV_OK ? name_place(zone, place, err) : rc;
}

int miev_site_live_ask(const char *live, const char *zone, struct miev_live_answer *out,
                       struct miev_error *err)
{
    const struct miev_transport transport = miev_transport_curl(miev_env_host());
    struct miev_live_query query;
    char place[MIEV_LIVE_PLACE_BYTES], folder[PATH_MAX];
    int rc = make_query(live, zone, &transport, place, &query, err);
    return rc == MIEV_OK ? miev_live_now(&query, cache_folder(folder), out, err) : rc;
}

int miev_site_forecaster(const char *live, const struct miev_live_provider **out,
                         struct miev_error *err)
{
    char place[MIEV_LIVE_PLACE_BYTES];
    const struct miev_live_provider *provider;
    int rc = split(live, &provider, place, err);
    if (rc != MIEV_OK)
        return rc;
    if (provider->kind == MIEV_LIVE_MARGINAL)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%s tells marginal figures, and a footprint is reckoned by averages: "
                              "'miev zones --live' shows them",
                              provider->title);
    *out = provider;
    return MIEV_OK;
}

int miev_site_live_hours(const char *live, const char *zone, struct miev_live_point *points,
                         size_t *n, struct miev_error *err)
{
    const struct miev_transport transport = miev_transport_curl(miev_env_host());
    struct miev_live_query query;
    char place[MIEV_LIVE_PLACE_BYTES];
    *n = 0;
    int rc = make_query(live, zone, &transport, place, &query, err);
    return rc == MIEV_OK ? miev_live_forecast(&query, points, n, err) : rc;
}

void miev_site_at_hour(const struct miev_live_provider *provider,
                       const struct miev_live_point *hour, struct miev_site *site)
{
    char when[32] = "";
    struct tm parts = {.tm_year = 0};
    if (gmtime_r(&hour->at, &parts))
        (void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &parts);
    (void)snprintf(site->source, sizeof(site->source), "%s, %s, forecast for %s", provider->title,
                   provider->basis, when);
    site->intensity_g_per_kwh = hour->intensity_g_per_kwh;
    site->year = parts.tm_year + 1900;
}

int miev_site_live(const char *live, const char *zone, struct miev_site *site,
                   struct miev_error *err)
{
    struct miev_live_answer answer;
    struct miev_error trouble;
    int rc = miev_site_live_ask(live, zone, &answer, &trouble);
    if (rc == MIEV_ERR_INVALID || rc == MIEV_ERR_UNSUPPORTED)
        return miev_error_set(err, MIEV_ERR_INVALID, "%s", trouble.message);
    if (rc == MIEV_OK)
        tell(&answer, site);
    else
        keep_yearly(trouble.message, site);
    return MIEV_OK;
}
