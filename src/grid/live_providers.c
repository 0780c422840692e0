/* SPDX-License-Identifier: Apache-2.0 */
/* The providers of live figures. Addresses and answers: docs/live.md tells their sources. */
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "grid/live.h"

#define HOUR_S      3600u
#define HALF_HOUR_S 1800u
#define MAX_G       10000.0
#define KEY_BYTES   512
#define MAX_NESTING 6

/* A place goes into an address: letters, digits and what joins them. */
static int check_place(const char *place, struct miev_error *err)
{
    size_t length = strlen(place);
    bool fine = length > 0 && length < MIEV_LIVE_PLACE_BYTES;
    for (size_t i = 0; fine && i < length; i++)
        fine = isalnum((unsigned char)place[i]) || strchr("-_", place[i]);
    return fine ? MIEV_OK
                : miev_error_set(err, MIEV_ERR_INVALID,
                                 "'%.40s' is no name of a place: letters, digits, - and _ only",
                                 place);
}

/* An address of the user's own, for a mirror or a test, without the slash at its end. */
static void base_url(const struct miev_env *env, const char *variable, const char *usual, char *out,
                     size_t size)
{
    const char *own = miev_env_variable(env, variable);
    (void)snprintf(out, size, "%s", own && *own ? own : usual);
    size_t length = strlen(out);
    while (length > 0 && out[length - 1] == '/')
        out[--length] = '\0';
}

static int fits(int length, size_t size, struct miev_error *err)
{
    if (length >= 0 && (size_t)length < size)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_LIMIT, "its address is too long");
}

/* A number of grams, or false for null, text and nonsense. */
static bool grams(const json_t *value, double *out)
{
    *out = json_is_number(value) ? json_number_value(value) : (double)NAN;
    return isfinite(*out) && *out >= 0 && *out <= MAX_G;
}

static bool time_of(const json_t *object, const char *key, time_t *out)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text && miev_live_parse_time(text, out);
}

static void add_point(struct miev_live_point point, struct miev_live_point *points, size_t *n)
{
    if (*n < MIEV_LIVE_MAX_HOURS && (*n == 0 || points[*n - 1].at < point.at))
        points[(*n)++] = point;
}

/* ---- Electricity Maps ------------------------------------------------------------------------ */

/* From the variable, else from a file for this user's eyes only. */
static int read_key(const struct miev_env *env, char out[KEY_BYTES], struct miev_error *err)
{
    const char *variable = miev_env_variable(env, "ELECTRICITYMAPS_TOKEN");
    const char *config = miev_env_variable(env, "XDG_CONFIG_HOME");
    const char *home = miev_env_variable(env, "HOME");
    char path[PATH_MAX], *text = NULL;
    size_t length = 0;
    out[0] = '\0';
    if (variable) {
        (void)snprintf(out, KEY_BYTES, "%s", variable);
    } else if (config || home) {
        (void)snprintf(path, sizeof(path), "%s%s/miev/electricitymaps.token",
                       config ? config : home, config ? "" : "/.config");
        if (miev_file_load(path, KEY_BYTES - 1, &text, &length, NULL) == MIEV_OK)
            (void)snprintf(out, KEY_BYTES, "%.*s", (int)strcspn(text, "\r\n"), text);
        if (text)
            explicit_bzero(text, length);
        free(text);
    }
    for (const char *c = out; *c; c++)
        if (*c <= ' ' || *c > '~')
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "its key holds blanks or letters that are not ASCII");
    return *out ? MIEV_OK
                : miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                                 "it needs a key: set ELECTRICITYMAPS_TOKEN, or write it to "
                                 "~/.config/miev/electricitymaps.token");
}

static int maps_request(const struct miev_env *env, time_t now, const char *place, bool forecast,
                        struct miev_live_request *out, struct miev_error *err)
{
    char base[512], key[KEY_BYTES];
    (void)now;
    int rc = check_place(place, err);
    if (rc == MIEV_OK)
        rc = read_key(env, key, err);
    if (rc != MIEV_OK)
        return rc;
    base_url(env, "MIEV_ELECTRICITYMAPS_URL", "https://api.electricitymaps.com/v4", base,
             sizeof(base));
    rc = fits(snprintf(out->url, sizeof(out->url), "%s/carbon-intensity/%s?zone=%s", base,
                       forecast ? "forecast" : "latest", place),
              sizeof(out->url), err);
    (void)snprintf(out->header, sizeof(out->header), "auth-token: %s", key);
    explicit_bzero(key, sizeof(key));
    return rc;
}

static unsigned maps_span(const json_t *object)
{
    const char *text = json_string_value(json_object_get(object, "temporalGranularity"));
    if (text && strcmp(text, "5_minutes") == 0)
        return 300;
    if (text && strcmp(text, "15_minutes") == 0)
        return 900;
    return HOUR_S;
}

static int maps_read(const json_t *document, bool forecast, struct miev_live_point *points,
                     size_t *n, struct miev_error *err)
{
    const json_t *list = json_object_get(document, "forecast"), *item;
    size_t count = forecast ? json_array_size(list) : 1;
    for (size_t i = 0; i < count; i++) {
        struct miev_live_point point = {.span_s = maps_span(document)};
        item = forecast ? json_array_get(list, i) : document;
        point.estimated = forecast || json_is_true(json_object_get(item, "isEstimated"));
        if (time_of(item, "datetime", &point.at) &&
            grams(json_object_get(item, "carbonIntensity"), &point.intensity_g_per_kwh))
            add_point(point, points, n);
    }
    (void)err;
    return MIEV_OK;
}

static const struct miev_live_provider electricity_maps = {
    .name = "electricitymaps",
    .title = "Electricity Maps",
    .basis = "average, lifecycle, electricity used (flows traced)",
    .needs = "a key in ELECTRICITYMAPS_TOKEN",
    .kind = MIEV_LIVE_AVERAGE,
    .request = maps_request,
    .read = maps_read,
};

/* ---- UK NESO --------------------------------------------------------------------------------- */

static int neso_request(const struct miev_env *env, time_t now, const char *place, bool forecast,
                        struct miev_live_request *out, struct miev_error *err)
{
    char base[512], from[32], what[96], *end;
    struct tm parts;
    bool whole = strcmp(place, "GB") == 0 || strcmp(place, "GBR") == 0;
    long region = whole ? 0 : strtol(place, &end, 10);
    if (!whole && (end == place || *end != '\0' || region < 1 || region > 17))
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "it knows Great Britain (GB) and its regions 1 to 17 only");
    if (!gmtime_r(&now, &parts) || strftime(from, sizeof(from), "%Y-%m-%dT%H:%MZ", &parts) == 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "the clock of this machine makes no sense");
    base_url(env, "MIEV_NESO_URL", "https://api.carbonintensity.org.uk", base, sizeof(base));
    if (whole)
        (void)snprintf(what, sizeof(what), forecast ? "/intensity/%s/fw48h" : "/intensity/%s",
                       from);
    else if (forecast)
        (void)snprintf(what, sizeof(what), "/regional/intensity/%s/fw48h/regionid/%ld", from,
                       region);
    else
        (void)snprintf(what, sizeof(what), "/regional/regionid/%ld", region);
    return fits(snprintf(out->url, sizeof(out->url), "%s%s", base, what), sizeof(out->url), err);
}

/* Whatever holds a span and its intensity, however deep in "data". */
static void neso_collect(const json_t *value, unsigned depth, struct miev_live_point *points,
                         size_t *n)
{
    const json_t *intensity = json_object_get(value, "intensity");
    struct miev_live_point point = {.span_s = HALF_HOUR_S};
    if (depth == MAX_NESTING)
        return;
    if (json_is_object(intensity) && time_of(value, "from", &point.at)) {
        point.estimated = !grams(json_object_get(intensity, "actual"), &point.intensity_g_per_kwh);
        if (!point.estimated ||
            grams(json_object_get(intensity, "forecast"), &point.intensity_g_per_kwh))
            add_point(point, points, n);
        return;
    }
    if (json_is_object(value))
        neso_collect(json_object_get(value, "data"), depth + 1, points, n);
    for (size_t i = 0; i < json_array_size(value); i++)
        neso_collect(json_array_get(value, i), depth + 1, points, n);
}

static int neso_read(const json_t *document, bool forecast, struct miev_live_point *points,
                     size_t *n, struct miev_error *err)
{
    (void)forecast, (void)err;
    neso_collect(document, 0, points, n);
    return MIEV_OK;
}

static const struct miev_live_provider neso = {
    .name = "neso",
    .title = "UK NESO Carbon Intensity",
    .basis = "average, CO2 of running power stations (no lifecycle), Great Britain, CC BY 4.0",
    .needs = NULL,
    .kind = MIEV_LIVE_AVERAGE,
    .request = neso_request,
    .read = neso_read,
};

/* ---- GSF Carbon Aware SDK -------------------------------------------------------------------- */

static int aware_request(const struct miev_env *env, time_t now, const char *place, bool forecast,
                         struct miev_live_request *out, struct miev_error *err)
{
    const char *own = miev_env_variable(env, "CARBON_AWARE_URL");
    char base[512];
    (void)now;
    int rc = check_place(place, err);
    if (rc != MIEV_OK)
        return rc;
    if (!own || !*own)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "it runs on a machine of yours: set CARBON_AWARE_URL to its address");
    base_url(env, "CARBON_AWARE_URL", "", base, sizeof(base));
    return fits(snprintf(out->url, sizeof(out->url), "%s/emissions/%slocation=%s", base,
                         forecast ? "forecasts/current?" : "bylocation?", place),
                sizeof(out->url), err);
}

/* "00:05:00" or a number of minutes. */
static unsigned aware_span(const json_t *duration)
{
    const char *text = json_string_value(duration);
    double value = json_is_number(duration) ? json_number_value(duration) : 0;
    if (text) {
        char *colon = NULL;
        const unsigned long hours = strtoul(text, &colon, 10);
        if (*colon == ':' && hours < 24)
            value = (double)(hours * 60) + (double)strtoul(colon + 1, NULL, 10);
    }
    return value >= 1 && value <= 1440 ? (unsigned)(value * 60) : HOUR_S;
}

static int aware_read(const json_t *document, bool forecast, struct miev_live_point *points,
                      size_t *n, struct miev_error *err)
{
    const json_t *list =
        forecast ? json_object_get(json_array_get(document, 0), "forecastData") : document;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        struct miev_live_point point = {.estimated = forecast,
                                        .span_s = aware_span(json_object_get(item, "duration"))};
        if (time_of(item, forecast ? "timestamp" : "time", &point.at) &&
            grams(json_object_get(item, forecast ? "value" : "rating"), &point.intensity_g_per_kwh))
            add_point(point, points, n);
    }
    (void)err;
    return MIEV_OK;
}

static const struct miev_live_provider carbon_aware = {
    .name = "carbon-aware",
    .title = "Carbon Aware SDK",
    .basis = "marginal, as its own source has it (WattTime)",
    .needs = "its address in CARBON_AWARE_URL",
    .kind = MIEV_LIVE_MARGINAL,
    .request = aware_request,
    .read = aware_read,
};

const struct miev_live_provider *const miev_live_providers[] = {&electricity_maps, &neso,
                                                                &carbon_aware, NULL};
