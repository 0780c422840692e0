/* SPDX-License-Identifier: Apache-2.0 */
#include "footprint/footprint.h"

#include <math.h>

#include "core/error.h"
#include "footprint/interval.h"

#define J_PER_KWH 3.6e6

static int check_place(double pue, double intensity_g_per_kwh, struct miev_error *err)
{
    if (!isfinite(pue) || pue < 1)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a PUE of %g is not possible: it is all the energy of the building "
                              "over that of its computers, so 1 or more",
                              pue);
    if (!isfinite(intensity_g_per_kwh) || intensity_g_per_kwh < 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a carbon intensity of %g g per kWh is not possible: give 0 or more",
                              intensity_g_per_kwh);
    return MIEV_OK;
}

/* The inputs are checked one by one; only a product that is beyond a double is left to refuse. */
static int finish(const struct miev_interval *total_g, struct miev_error *err)
{
    if (!isfinite(total_g->value) || !isfinite(total_g->low) || !isfinite(total_g->high))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the emissions are too large for a number: check energy and "
                              "intensity");
    return MIEV_OK;
}

static int compute(const struct miev_interval *energy_j, double pue, double intensity_g_per_kwh,
                   const struct miev_interval *embodied_g, struct miev_footprint *out,
                   struct miev_error *err)
{
    static const struct miev_interval none = {0, 0, 0};
    int rc = miev_interval_check(energy_j, "the energy in joules", err);
    if (rc == MIEV_OK)
        rc = check_place(pue, intensity_g_per_kwh, err);
    if (rc == MIEV_OK && embodied_g)
        rc = miev_interval_check(embodied_g, "the embodied carbon in grams", err);
    if (rc != MIEV_OK)
        return rc;
    struct miev_footprint result;
    result.operational_g = miev_interval_scale(energy_j, pue / J_PER_KWH * intensity_g_per_kwh);
    result.embodied_g = embodied_g ? *embodied_g : none;
    result.total_g = miev_interval_add(&result.operational_g, &result.embodied_g);
    rc = finish(&result.total_g, err);
    if (rc == MIEV_OK)
        *out = result;
    return rc;
}

int miev_sci(const struct miev_interval *energy_j, double pue, double intensity_g_per_kwh,
             const struct miev_interval *embodied_g, struct miev_interval *total_g,
             struct miev_error *err)
{
    if (!energy_j || !total_g)
        return miev_error_set(err, MIEV_ERR_INVALID, "energy_j and total_g must not be NULL");
    struct miev_footprint footprint;
    int rc = compute(energy_j, pue, intensity_g_per_kwh, embodied_g, &footprint, err);
    if (rc == MIEV_OK)
        *total_g = footprint.total_g;
    return rc;
}

int miev_energy_interval(const struct miev_energy_estimate *energy, struct miev_interval *out_j,
                         struct miev_error *err)
{
    const struct miev_interval statistical = {energy->value_j, energy->statistical_low_j,
                                              energy->statistical_high_j};
    const struct miev_interval systematic = {energy->value_j, energy->systematic_low_j,
                                             energy->systematic_high_j};
    int rc = miev_interval_check(&statistical, "the energy of the rounds in joules", err);
    if (rc == MIEV_OK)
        rc = miev_interval_check(&systematic, "the energy of the sensor in joules", err);
    if (rc == MIEV_OK)
        *out_j = miev_interval_merge(&statistical, &systematic);
    return rc;
}

int miev_footprint_per_inference(const struct miev_energy_estimate *energy,
                                 const struct miev_site *site,
                                 const struct miev_interval *embodied_g, struct miev_footprint *out,
                                 struct miev_error *err)
{
    struct miev_interval energy_j;
    int rc = miev_energy_interval(energy, &energy_j, err);
    if (rc != MIEV_OK)
        return rc;
    return compute(&energy_j, site->pue, site->intensity_g_per_kwh, embodied_g, out, err);
}
