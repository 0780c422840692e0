/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "miev.h"

#define J_PER_KWH 3.6e6

int miev_emissions(double energy_j, double intensity_g_per_kwh, double *co2e_g)
{
    if (!isfinite(energy_j) || !isfinite(intensity_g_per_kwh) || energy_j < 0 ||
        intensity_g_per_kwh < 0)
        return MIEV_ERR_INVALID;
    double result_g = energy_j / J_PER_KWH * intensity_g_per_kwh;
    if (!isfinite(result_g))
        return MIEV_ERR_INVALID;
    *co2e_g = result_g;
    return MIEV_OK;
}
