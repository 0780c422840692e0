/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proportion.h"

#include <math.h>

#define Z95 1.959963984540054 /* of the normal distribution, two-sided 95 % */

static const struct miev_interval unknown = {(double)NAN, (double)NAN, (double)NAN};

struct miev_interval miev_wilson(uint64_t right, uint64_t n)
{
    if (n == 0)
        return unknown;
    double total = (double)n, share = (double)right / total;
    double centre = share + Z95 * Z95 / (2 * total);
    double half = Z95 * sqrt(share * (1 - share) / total + Z95 * Z95 / (4 * total * total));
    double scale = 1 + Z95 * Z95 / total;
    /* Rounding must not put a bound of 0 or n right ones on the wrong side of the share. */
    return (struct miev_interval){.value = share,
                                  .low = right == 0 ? 0 : (centre - half) / scale,
                                  .high = right == n ? 1 : (centre + half) / scale};
}

/* Correlation of the two models' answers, its numerator brought nearer to zero when it is positive
 * (Newcombe 1998, method 10). */
static double correlation(const struct miev_paired *paired)
{
    double a = (double)paired->both, b = (double)paired->only_a;
    double c = (double)paired->only_b, d = (double)paired->neither, n = a + b + c + d;
    double margins = (a + b) * (c + d) * (a + c) * (b + d);
    double covariance = a * d - b * c;
    if (!(margins > 0))
        return 0;
    if (covariance > 0)
        covariance = fmax(covariance - n / 2, 0);
    return covariance / sqrt(margins);
}

struct miev_interval miev_paired_difference(const struct miev_paired *paired)
{
    uint64_t n = paired->both + paired->only_a + paired->only_b + paired->neither;
    if (n == 0)
        return unknown;
    struct miev_interval a = miev_wilson(paired->both + paired->only_a, n);
    struct miev_interval b = miev_wilson(paired->both + paired->only_b, n);
    double phi = correlation(paired), difference = a.value - b.value;
    double a_low = a.value - a.low, a_high = a.high - a.value;
    double b_low = b.value - b.low, b_high = b.high - b.value;
    double below = a_low * a_low - 2 * phi * a_low * b_high + b_high * b_high;
    double above = a_high * a_high - 2 * phi * a_high * b_low + b_low * b_low;
    return (struct miev_interval){.value = difference,
                                  .low = difference - sqrt(fmax(below, 0)),
                                  .high = difference + sqrt(fmax(above, 0))};
}

struct miev_mcnemar miev_mcnemar(uint64_t only_a, uint64_t only_b)
{
    uint64_t fewer = only_a < only_b ? only_a : only_b, n = only_a + only_b;
    struct miev_mcnemar out = {.p_value = 1,
                               .test = n <= MIEV_MCNEMAR_EXACT_UP_TO ? "exact" : "mid-p"};
    if (only_a == only_b)
        return out;
    /* Of n fair coins, P(X = fewer), and from it downwards P(X <= fewer). */
    int sign;
    double point = exp(lgamma_r((double)n + 1, &sign) - lgamma_r((double)fewer + 1, &sign) -
                       lgamma_r((double)(n - fewer) + 1, &sign) - (double)n * log(2));
    double sum = point, term = point;
    for (uint64_t k = fewer; k > 0 && term > sum * 1e-17; k--) {
        term *= (double)k / (double)(n - k + 1);
        sum += term;
    }
    out.p_value = fmin(2 * sum - (n > MIEV_MCNEMAR_EXACT_UP_TO ? point : 0), 1);
    return out;
}

/* Entries that are done carry 2 on top until the end, so that no list of their order is needed. */
void miev_holm(double *p_values, size_t n)
{
    size_t left = 0;
    double highest = 0;
    for (size_t i = 0; i < n; i++)
        left += p_values[i] <= 1;
    for (; left > 0; left--) {
        double *smallest = NULL;
        for (size_t i = 0; i < n; i++)
            if (p_values[i] <= 1 && (!smallest || p_values[i] < *smallest))
                smallest = &p_values[i];
        if (!smallest) /* never: `left` of them are */
            break;
        highest = fmax(highest, fmin(*smallest * (double)left, 1));
        *smallest = highest + 2;
    }
    for (size_t i = 0; i < n; i++)
        if (p_values[i] >= 2)
            p_values[i] -= 2;
}
