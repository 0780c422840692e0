/* SPDX-License-Identifier: Apache-2.0 */
/* The grid's face in the public header. */
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "grid/grid.h"

int miev_grid_intensity(const char *zone, int year, struct miev_grid_factor *out,
                        struct miev_error *err)
{
    struct miev_grid_factor factor = MIEV_GRID_FACTOR_INIT;
    if (!out || out->struct_size < sizeof(factor))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "out has to begin as MIEV_GRID_FACTOR_INIT, which tells its size");
    struct miev_zone found;
    int rc = miev_grid_find(zone, year, &found, err);
    if (rc != MIEV_OK)
        return rc;
    factor.struct_size = out->struct_size;
    factor.intensity_g_per_kwh = found.intensity_g_per_kwh;
    factor.year = found.year;
    factor.is_aggregate = found.aggregate ? 1 : 0;
    (void)snprintf(factor.iso2, sizeof(factor.iso2), "%s", found.iso2);
    (void)snprintf(factor.iso3, sizeof(factor.iso3), "%s", found.iso3);
    (void)snprintf(factor.name, sizeof(factor.name), "%s", found.name);
    (void)snprintf(factor.source, sizeof(factor.source), "%s", miev_grid_source_of(found.basis));
    memcpy(out, &factor, sizeof(factor)); /* a caller of a later header keeps what follows */
    return MIEV_OK;
}
