/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic with bounds. */
#ifndef MIEV_FOOTPRINT_INTERVAL_H
#define MIEV_FOOTPRINT_INTERVAL_H

#include "miev.h"

/* MIEV_ERR_INVALID, naming `what` ("the energy, in joules"), unless all three are finite, in order,
 * and the value is >= 0. */
MIEV_MUST_USE int miev_interval_check(const struct miev_interval *interval, const char *what,
                                      struct miev_error *err);

/* All three times a factor >= 0. */
struct miev_interval miev_interval_scale(const struct miev_interval *interval, double factor);

/* The sum of two that err independently: distances to the bounds in quadrature. */
struct miev_interval miev_interval_add(const struct miev_interval *a,
                                       const struct miev_interval *b);

/* The sum of two that err to the same side, as what shares a cause does: bound by bound. */
struct miev_interval miev_interval_add_bounds(const struct miev_interval *a,
                                              const struct miev_interval *b);

/* Two independent uncertainties of one value as one; a->value is that value. In quadrature on the
 * logarithms of bound / value; a side with a bound that is not positive, of the distances. */
struct miev_interval miev_interval_merge(const struct miev_interval *a,
                                         const struct miev_interval *b);

#endif
