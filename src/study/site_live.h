/* SPDX-License-Identifier: Apache-2.0 */
/* A site's electricity as a provider has it now. */
#ifndef MIEV_STUDY_SITE_LIVE_H
#define MIEV_STUDY_SITE_LIVE_H

#include "footprint/footprint.h"
#include "grid/live.h"

/* Put the live figure of live ("neso", "electricitymaps:DE") into a site that has its yearly one
 * already, for the place of zone (NULL: the provider's has to be named). A last known figure, or
 * the yearly one when there is none, is no failure: site->source tells it, and why.
 * MIEV_ERR_INVALID for a provider or a place that nobody knows. */
MIEV_MUST_USE int miev_site_live(const char *live, const char *zone, struct miev_site *site,
                                 struct miev_error *err);

/* The same figure, without a site, and the hours to come. Statuses of miev_live_now and
 * miev_live_forecast. */
MIEV_MUST_USE int miev_site_live_ask(const char *live, const char *zone,
                                     struct miev_live_answer *out, struct miev_error *err);
MIEV_MUST_USE int miev_site_live_hours(const char *live, const char *zone,
                                       struct miev_live_point *points, size_t *n,
                                       struct miev_error *err);

/* The provider of "neso" or "electricitymaps:DE" as one to price hours by. MIEV_ERR_INVALID: nobody
 * knows it, or it tells marginal figures, which no footprint is reckoned by. */
MIEV_MUST_USE int miev_site_forecaster(const char *live, const struct miev_live_provider **out,
                                       struct miev_error *err);
/* Put an hour of its forecast into a site that has its yearly figure already. */
void miev_site_at_hour(const struct miev_live_provider *provider,
                       const struct miev_live_point *hour, struct miev_site *site);

#endif
