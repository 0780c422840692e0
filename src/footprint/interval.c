/* SPDX-License-Identifier: Apache-2.0 */
#include "footprint/interval.h"

#include <math.h>

#include "core/error.h"

int miev_interval_check(const struct miev_interval *interval, const char *what,
                        struct miev_error *err)
{
    if (!isfinite(interval->value) || !isfinite(interval->low) || !isfinite(interval->high))
        return miev_error_set(err, MIEV_ERR_INVALID, "%s: a value or a bound is not finite", what);
    if (interval->value < 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "%s: %g is negative", what, interval->value);
    if (interval->low > interval->value || interval->high < interval->value)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%s: the bounds %g and %g do not hold the value %g", what,
                              interval->low, interval->high, interval->value);
    return MIEV_OK;
}

struct miev_interval miev_interval_scale(const struct miev_interval *interval, double factor)
{
    return (struct miev_interval){.value = interval->value * factor,
                                  .low = interval->low * factor,
                                  .high = interval->high * factor};
}

struct miev_interval miev_interval_add(const struct miev_interval *a, const struct miev_interval *b)
{
    double value = a->value + b->value;
    return (struct miev_interval){.value = value,
                                  .low = value - hypot(a->value - a->low, b->value - b->low),
                                  .high = value + hypot(a->high - a->value, b->high - b->value)};
}

struct miev_interval miev_interval_add_bounds(const struct miev_interval *a,
                                              const struct miev_interval *b)
{
    return (struct miev_interval){
        .value = a->value + b->value, .low = a->low + b->low, .high = a->high + b->high};
}

/* One side: the bound that two bounds of the same value make together. */
static double merge_bounds(double value, double a, double b, double sign)
{
    if (value > 0 && a > 0 && b > 0)
        return value * exp(sign * hypot(log(a / value), log(b / value)));
    return value + sign * hypot(a - value, b - value);
}

struct miev_interval miev_interval_merge(const struct miev_interval *a,
                                         const struct miev_interval *b)
{
    return (struct miev_interval){.value = a->value,
                                  .low = merge_bounds(a->value, a->low, b->low, -1),
                                  .high = merge_bounds(a->value, a->high, b->high, 1)};
}
