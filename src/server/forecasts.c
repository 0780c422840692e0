/* SPDX-License-Identifier: Apache-2.0 */
#include "server/forecasts.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "study/site_live.h"

#define PLACES     256 /* kept at once; the oldest goes */
#define KEPT_S     600
#define FAILURE_S  60
#define ZONE_BYTES 64

/* What was said of a zone, and when. */
struct said {
    char zone[ZONE_BYTES];
    time_t at; /* 0: nothing yet */
    int rc;
    struct miev_error trouble; /* of rc */
    struct miev_live_point points[MIEV_LIVE_MAX_HOURS];
    size_t n;
};

struct miev_forecasts {
    char provider[32];
    const struct miev_live_provider *ops;
    pthread_mutex_t mutex; /* guards said; a leaf */
    struct said said[PLACES];
};

int miev_forecasts_open(const char *provider, struct miev_forecasts **out, struct miev_error *err)
{
    const struct miev_live_provider *ops;
    int rc = miev_site_forecaster(provider, &ops, err);
    if (rc == MIEV_OK && strchr(provider, ':'))
        rc = miev_error_set(err, MIEV_ERR_INVALID,
                            "--forecast takes a provider alone here: the place is that of each "
                            "price");
    if (rc != MIEV_OK)
        return rc;
    struct miev_forecasts *made = calloc(1, sizeof(*made));
    if (!made)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for forecasts");
    (void)snprintf(made->provider, sizeof(made->provider), "%s", provider);
    made->ops = ops;
    (void)pthread_mutex_init(&made->mutex, NULL);
    *out = made;
    return MIEV_OK;
}

void miev_forecasts_close(struct miev_forecasts *forecasts)
{
    if (!forecasts)
        return;
    (void)pthread_mutex_destroy(&forecasts->mutex);
    free(forecasts);
}

const char *miev_forecasts_source(const struct miev_forecasts *forecasts)
{
    return forecasts->ops->title;
}

/* With the lock held: what is kept of the zone and still holds, else NULL. */
static const struct said *find_said(const struct miev_forecasts *forecasts, const char *zone,
                                    time_t now)
{
    for (size_t i = 0; i < PLACES; i++) {
        const struct said *said = &forecasts->said[i];
        time_t kept_s = said->rc == MIEV_OK ? KEPT_S : FAILURE_S;
        if (said->at > 0 && strcmp(said->zone, zone) == 0 && now >= said->at &&
            now - said->at < kept_s)
            return said;
    }
    return NULL;
}

/* With the lock held: over what was said of the zone before, else over the oldest. */
static void keep_said(struct miev_forecasts *forecasts, const struct said *fresh)
{
    struct said *place = &forecasts->said[0];
    for (size_t i = 0; i < PLACES; i++) {
        struct said *said = &forecasts->said[i];
        if (strcmp(said->zone, fresh->zone) == 0) {
            place = said;
            break;
        }
        if (said->at < place->at)
            place = said;
    }
    *place = *fresh;
}

int miev_forecasts_hours(struct miev_forecasts *forecasts, const char *zone,
                         struct miev_live_point *points, size_t *n, struct miev_error *err)
{
    struct said fresh = {.at = time(NULL)};
    if (!zone || !*zone)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "a forecast is of a place, and none was named");
    (void)snprintf(fresh.zone, sizeof(fresh.zone), "%s", zone);
    (void)pthread_mutex_lock(&forecasts->mutex);
    const struct said *kept = find_said(forecasts, fresh.zone, fresh.at);
    bool known = kept != NULL;
    if (known)
        fresh = *kept;
    (void)pthread_mutex_unlock(&forecasts->mutex);
    if (!known) {
        fresh.rc = miev_site_live_hours(forecasts->provider, fresh.zone, fresh.points, &fresh.n,
                                        &fresh.trouble);
        (void)pthread_mutex_lock(&forecasts->mutex);
        keep_said(forecasts, &fresh);
        (void)pthread_mutex_unlock(&forecasts->mutex);
    }
    if (fresh.rc != MIEV_OK)
        return miev_error_set(err, fresh.rc, "%s", fresh.trouble.message);
    memcpy(points, fresh.points, sizeof(fresh.points));
    *n = fresh.n;
    return MIEV_OK;
}

static bool is_within(const struct miev_live_point *hour, time_t at)
{
    return at >= hour->at && at - hour->at < (time_t)(hour->span_s > 0 ? hour->span_s : 3600);
}

int miev_forecasts_hour(struct miev_forecasts *forecasts, const char *zone, time_t at,
                        struct miev_site *site, struct miev_error *err)
{
    struct miev_live_point points[MIEV_LIVE_MAX_HOURS];
    struct miev_error trouble;
    size_t n = 0;
    if (!forecasts)
        return miev_error_set(err, MIEV_ERR_INVALID, MIEV_FORECASTS_NONE);
    if (miev_forecasts_hours(forecasts, zone, points, &n, &trouble) != MIEV_OK)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "no hour can be priced, because there is no forecast: %s",
                              trouble.message);
    for (size_t i = 0; i < n; i++)
        if (is_within(&points[i], at)) {
            miev_site_at_hour(forecasts->ops, &points[i], site);
            return MIEV_OK;
        }
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "the forecast of %s has no such hour (any more): choose another, or none",
                          forecasts->ops->title);
}
