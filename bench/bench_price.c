/* SPDX-License-Identifier: Apache-2.0 */
/* How long pricing takes: 100 reports of two models at 150 places, the median of nine times. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/error.h"
#include "grid/grid.h"
#include "report_fixture.h"
#include "study/price.h"

#define N_REPORTS 100
#define N_PLACES  150
#define N_TIMES   9
#define N_MODELS  2

struct places {
    struct miev_site sites[N_PLACES];
    size_t n;
};

static bool keep_place(void *context, const struct miev_zone *zone)
{
    struct places *places = context;
    places->sites[places->n] =
        (struct miev_site){.intensity_g_per_kwh = zone->intensity_g_per_kwh, .pue = 1.2};
    return ++places->n < N_PLACES;
}

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Seconds that all reports take at all places; below 0: one could not be priced. */
static double price_all(json_t *const *reports, const struct places *places)
{
    const struct miev_price_options options = {.embodied = true};
    struct miev_priceable models[N_MODELS];
    struct miev_interval grams;
    struct miev_error err;
    double began = now_s();
    for (size_t i = 0; i < N_REPORTS; i++) {
        if (miev_report_priceable(reports[i], &options, models, N_MODELS, &err) != MIEV_OK)
            return -1;
        for (size_t k = 0; k < N_MODELS * places->n; k++)
            if (miev_priceable_grams(&models[k % N_MODELS], &places->sites[k / N_MODELS], &grams,
                                     &err) != MIEV_OK)
                return -1;
    }
    return now_s() - began;
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

int main(void)
{
    static struct places places;
    json_t *reports[N_REPORTS];
    double seconds[N_TIMES];
    struct miev_error err;
    bool priced = miev_grid_list(NULL, keep_place, &places, &err) == MIEV_OK;
    for (size_t i = 0; i < N_REPORTS; i++)
        reports[i] = report_fixture();
    for (size_t i = 0; i < N_TIMES && priced; i++) {
        seconds[i] = price_all(reports, &places);
        priced = seconds[i] >= 0;
    }
    for (size_t i = 0; i < N_REPORTS; i++)
        json_decref(reports[i]);
    if (!priced) {
        (void)fprintf(stderr, "bench_price: a report could not be priced\n");
        return 1;
    }
    qsort(seconds, N_TIMES, sizeof(seconds[0]), by_value);
    printf("%d reports at %zu places: priced\t%.2f\tms\n", N_REPORTS, places.n,
           seconds[N_TIMES / 2] * 1e3);
    return 0;
}
