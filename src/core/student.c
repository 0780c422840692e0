/* SPDX-License-Identifier: Apache-2.0 */
#include "core/student.h"

#include <float.h>
#include <math.h>

/* Beyond it Student's t is the normal distribution to seven digits, and lgamma loses as many. */
#define MOST_DF 1e7

/* The continued fraction of the incomplete beta function (DLMF 8.17.22) by the modified Lentz
 * method. Converges fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double x, double a, double b)
{
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
    double fraction = d;
    for (int m = 1; m < 100000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double step = 1;
        for (int half = 0; half < 2; half++) {
            double term = half == 0 ? even : odd;
            d = 1 + term * d;
            c = 1 + term / c;
            d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
            c = fabs(c) < DBL_MIN ? DBL_MIN : c;
            step = c * d;
            fraction *= step;
        }
        if (fabs(step - 1) < 4 * DBL_EPSILON)
            break;
    }
    return fraction;
}

/* Regularised incomplete beta function I_x(a, b). y is 1 - x, which the caller knows better than a
 * subtraction does when x is near 1. */
static double beta_regular(double x, double y, double a, double b)
{
    if (x <= 0 || y <= 0)
        return x <= 0 ? 0 : 1;
    int sign;
    double front = exp(lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign) +
                       a * log(x) + b * log(y));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(x, a, b) / a;
    return 1 - front * beta_fraction(y, b, a) / b;
}

double miev_student_tail(double t, double df)
{
    double square = t * t;
    if (!isfinite(square))
        return 0;
    return beta_regular(df / (df + square), square / (df + square), df / 2, 0.5);
}

double miev_student_t(double confidence, double df)
{
    if (!(confidence > 0 && confidence < 1) || !(df > 0))
        return (double)NAN;
    df = df < MOST_DF ? df : MOST_DF;
    double low = 0, high = 1, above = confidence;
    double below = miev_student_tail(high, df) - (1 - confidence);
    while (below > 0 && high < DBL_MAX / 2) {
        low = high;
        above = below;
        high *= 2;
        below = miev_student_tail(high, df) - (1 - confidence);
    }
    /* False position that halves the weight of an end which stays (Illinois), and halves the
     * interval where that does not close in: about ten steps in place of forty-five. */
    for (int step = 0; high - low > 1e-13 * high && step < 200; step++) {
        double middle =
            step % 3 == 2 ? (low + high) / 2 : low + (high - low) * above / (above - below);
        double at = miev_student_tail(middle, df) - (1 - confidence);
        if (at > 0) {
            low = middle;
            above = at;
            below /= 2;
        } else {
            high = middle;
            below = at;
            above /= 2;
        }
        if (at >= 0 && at <= 0)
            return middle;
    }
    return (low + high) / 2;
}
