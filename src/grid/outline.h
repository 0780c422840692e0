/* SPDX-License-Identifier: Apache-2.0 */
/* Which country a position lies in. */
#ifndef MIEV_GRID_OUTLINE_H
#define MIEV_GRID_OUTLINE_H

#include "miev.h"

/* Read "59.33,18.07" (latitude, longitude; degrees). Returns 0 when the text is no two numbers. */
int miev_position_parse(const char *text, double *lat_deg, double *lon_deg);

/* The ISO 3166 code of the country at a position, or of the nearest whose coast or border is within
 * 100 km: the outlines are coarse (Natural Earth 1:110 million; the small countries
 * 1:50 million), so that borders are off by some ten kilometres. MIEV_ERR_INVALID for no place
 * on Earth or one where no country is near. */
MIEV_MUST_USE int miev_outline_find(double lat_deg, double lon_deg, char iso2[3],
                                    struct miev_error *err);

#endif
