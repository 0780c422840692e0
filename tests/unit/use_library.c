/* SPDX-License-Identifier: Apache-2.0 */
/* A program of somebody else: the public header and the shared library, nothing more. */
#include <math.h>
#include <miev.h>
#include <stdio.h>

static int fail(const char *what, const struct miev_error *err)
{
    (void)fprintf(stderr, "%s: %s\n", what, err->message);
    return 1;
}

static void work(void)
{
    volatile double x = 1;
    for (int i = 0; i < 30000000; i++)
        x = x * 1.0000001;
}

/* A span of busy work takes energy, more than none and no more than its bounds; another span that
 * holds it takes no less. */
static int check_spans(struct miev_span_meter *meter)
{
    struct miev_error err;
    struct miev_energy none = MIEV_ENERGY_INIT, first = MIEV_ENERGY_INIT, both = MIEV_ENERGY_INIT;
    if (miev_span_meter_stop(meter, &none, &err) != MIEV_ERR_INVALID)
        return fail("a stop without a start", &err);
    if (miev_span_meter_idle(meter, 0.2, &err) != MIEV_OK ||
        miev_span_meter_start(meter, &err) != MIEV_OK)
        return fail("start", &err);
    work();
    if (miev_span_meter_stop(meter, &first, &err) != MIEV_OK)
        return fail("stop", &err);
    work();
    if (miev_span_meter_stop(meter, &both, &err) != MIEV_OK)
        return fail("second stop", &err);
    printf("# %.3g J (%.3g to %.3g), net %.3g J, %.3g s of CPU in %.3g s\n", first.gross_j.value,
           first.gross_j.low, first.gross_j.high, first.net_j, first.cpu_s, first.duration_s);
    return !(first.gross_j.value > 0 && first.cpu_s > 0 &&
             first.gross_j.low <= first.gross_j.value &&
             first.gross_j.value <= first.gross_j.high && isfinite(first.net_j) &&
             both.gross_j.value >= first.gross_j.value && both.cpu_s > first.cpu_s);
}

static int check_grams(void)
{
    struct miev_error err;
    struct miev_grid_factor grid = MIEV_GRID_FACTOR_INIT;
    struct miev_interval energy_j = {3.6e6, 3.6e6, 3.6e6}, total_g;
    if (miev_grid_intensity("World", 0, &grid, &err) != MIEV_OK)
        return fail("grid", &err);
    if (miev_sci(&energy_j, 1, grid.intensity_g_per_kwh, NULL, &total_g, &err) != MIEV_OK)
        return fail("sci", &err);
    return !(fabs(total_g.value - grid.intensity_g_per_kwh) < 1e-9); /* one kWh */
}

int main(void)
{
    struct miev_error err;
    struct miev_span_meter *meter = NULL;
    if (miev_span_meter_open(1, 0, &meter, &err) != MIEV_OK)
        return fail("open", &err);
    int spans = check_spans(meter);
    miev_span_meter_close(meter);
    int grams = check_grams();
    printf("1..2\n%s 1 - spans of work have joules\n%s 2 - joules become grams\n",
           spans ? "not ok" : "ok", grams ? "not ok" : "ok");
    return spans || grams;
}
