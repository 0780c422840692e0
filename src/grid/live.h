/* SPDX-License-Identifier: Apache-2.0 */
/* The grid now and in the hours to come, by providers on the net. An answer may be a last known one
 * or none at all: who asks then takes the year's average, and every surface says which. */
#ifndef MIEV_GRID_LIVE_H
#define MIEV_GRID_LIVE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "core/env.h"
#include "core/transport.h"

#define MIEV_LIVE_TIMEOUT_S   3.0
#define MIEV_LIVE_MAX_HOURS   96
#define MIEV_LIVE_PLACE_BYTES 64
#define MIEV_LIVE_KEPT_S      86400 /* how old a last known figure may be */

/* Averages and marginal figures answer different questions and never stand in one column. */
enum miev_live_kind { MIEV_LIVE_AVERAGE, MIEV_LIVE_MARGINAL };

struct miev_live_point {
    time_t at; /* begin of the span that it holds for */
    double intensity_g_per_kwh;
    unsigned span_s;
    bool estimated; /* by the provider's own word: modelled, or not metered yet */
};

struct miev_live_request {
    char url[1024];
    char header[1024]; /* "" for none; it may hold a key and is never shown */
};

struct miev_live_provider {
    const char *name, *title; /* "neso", "UK NESO Carbon Intensity" */
    const char *basis;        /* "average, operational CO2 of generation, Great Britain" */
    const char *needs;        /* what the user has to set, or NULL */
    enum miev_live_kind kind;
    /* The request for a place, at `now` or for the forecast from then on. MIEV_ERR_UNAVAILABLE when
     * a key or an address is missing (the message says which), MIEV_ERR_UNSUPPORTED for a place
     * that it does not have. */
    int (*request)(const struct miev_env *env, time_t now, const char *place, bool forecast,
                   struct miev_live_request *out, struct miev_error *err);
    /* Read its answer: points in order of time, at most MIEV_LIVE_MAX_HOURS of them; what has no
     * figure is passed over. */
    int (*read)(const json_t *document, bool forecast, struct miev_live_point *points, size_t *n,
                struct miev_error *err);
};

/* All of them, ends with NULL. */
extern const struct miev_live_provider *const miev_live_providers[];
/* MIEV_ERR_INVALID with the names that are there. */
MIEV_MUST_USE int miev_live_named(const char *name, const struct miev_live_provider **out,
                                  struct miev_error *err);

enum miev_live_age { MIEV_LIVE_FRESH, MIEV_LIVE_CACHED, MIEV_LIVE_LAST_KNOWN };

struct miev_live_answer {
    const struct miev_live_provider *provider;
    struct miev_live_point now;
    enum miev_live_age age;
    char trouble[256]; /* of MIEV_LIVE_LAST_KNOWN: why there is no newer one */
};

/* Who is asked for what. */
struct miev_live_query {
    const struct miev_env *env;
    const struct miev_transport *transport;
    const struct miev_live_provider *provider;
    const char *place; /* the provider's own name: "DE", "13" of the regions of NESO, "eastus" */
    time_t now;
};

/* The figure for `now`. Asks the net at most once and MIEV_LIVE_TIMEOUT_S long, and not at all
 * while a kept answer still holds; what came is kept below cache_folder (NULL: nowhere). Statuses
 * of the request and of the net when there is no last known figure either. */
MIEV_MUST_USE int miev_live_now(const struct miev_live_query *query, const char *cache_folder,
                                struct miev_live_answer *out, struct miev_error *err);

/* The hours to come; never kept. *n points, at most MIEV_LIVE_MAX_HOURS of them. */
MIEV_MUST_USE int miev_live_forecast(const struct miev_live_query *query,
                                     struct miev_live_point *points, size_t *n,
                                     struct miev_error *err);

/* Read "2026-08-25T14:00:00.000Z", "2018-01-20T12:00Z", "2022-07-22T10:30:00+00:00". */
bool miev_live_parse_time(const char *text, time_t *out);

#endif
