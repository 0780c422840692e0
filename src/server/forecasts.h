/* SPDX-License-Identifier: Apache-2.0 */
/* The hours to come, by one provider on the net. What it said of a zone is kept for some minutes,
 * and a failure for one, so that however many pages ask, the provider is asked rarely. Callable
 * from any thread; the net is asked without the lock. */
#ifndef MIEV_SERVER_FORECASTS_H
#define MIEV_SERVER_FORECASTS_H

#include "footprint/footprint.h"
#include "grid/live.h"

struct miev_forecasts;

/* provider: "neso". MIEV_ERR_INVALID: nobody knows it, it tells marginal figures, or a place stands
 * with it, which each price has of its own. */
MIEV_MUST_USE int miev_forecasts_open(const char *provider, struct miev_forecasts **out,
                                      struct miev_error *err);
void miev_forecasts_close(struct miev_forecasts *forecasts); /* NULL allowed */
/* Whose they are, to be named beside every figure. */
const char *miev_forecasts_source(const struct miev_forecasts *forecasts);

/* points: MIEV_LIVE_MAX_HOURS of them. zone: NULL or "" is no place. MIEV_ERR_UNAVAILABLE and the
 * like: the sentence says why there is no forecast. */
MIEV_MUST_USE int miev_forecasts_hours(struct miev_forecasts *forecasts, const char *zone,
                                       struct miev_live_point *points, size_t *n,
                                       struct miev_error *err);
/* Put the figure of the hour that `at` is in into a site of that zone. forecasts: NULL allowed.
 * MIEV_ERR_INVALID: there is no such hour, and why. */
MIEV_MUST_USE int miev_forecasts_hour(struct miev_forecasts *forecasts, const char *zone, time_t at,
                                      struct miev_site *site, struct miev_error *err);

/* The sentence for those who ask where no provider is asked. */
#define MIEV_FORECASTS_NONE \
    "This server asks nobody for a forecast: start it with 'miev serve --forecast PROVIDER'"

#endif
