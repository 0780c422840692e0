/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/error.h"
#include "core/file.h"
#include "footprint/footprint.h"

#define LAMP_KW 0.010

static int read_reference(const char *name, double *out, struct miev_error *err)
{
    const char *cursor = miev_data_equivalents;
    struct miev_csv_row row;
    while (miev_csv_next(&cursor, &row))
        if (strcmp(miev_csv_field(&row, 0), name) == 0)
            return miev_parse_double(miev_csv_field(&row, 1), out, err);
    return miev_error_set(err, MIEV_ERR_BROKEN, "data/equivalents.csv has no %s", name);
}

int miev_equivalents(double co2e_g, const struct miev_site *site, struct miev_equivalents *out,
                     struct miev_error *err)
{
    if (!isfinite(co2e_g) || co2e_g < 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "%g grams have no equivalent: give 0 or more",
                              co2e_g);
    if (!isfinite(site->intensity_g_per_kwh) || site->intensity_g_per_kwh < 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a carbon intensity of %g g per kWh is not possible: give 0 or more",
                              site->intensity_g_per_kwh);
    double car_g_per_km;
    int rc = read_reference("passenger_car_eu", &car_g_per_km, err);
    if (rc != MIEV_OK)
        return rc;
    /* Where electricity emits nothing, no number of lamp hours makes these grams. */
    double lamp_g_per_h = LAMP_KW * site->intensity_g_per_kwh;
    out->car_km = co2e_g / car_g_per_km;
    out->lamp_10w_h = lamp_g_per_h > 0 ? co2e_g / lamp_g_per_h : NAN;
    return MIEV_OK;
}
