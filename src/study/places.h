/* SPDX-License-Identifier: Apache-2.0 */
/* One report at every place there is: what its models would cost in each country and each region of
 * the cloud providers. Measures nothing. */
#ifndef MIEV_STUDY_PLACES_H
#define MIEV_STUDY_PLACES_H

#include "study/site.h"

/* wish: PUE and whether manufacturing counts; its place is not asked for. A region whose PUE nobody
 * published is reckoned with the wish's, and says so. *out: {models, zones, regions} as
 * docs/api/openapi.json describes them, new reference. */
MIEV_MUST_USE int miev_report_places(const json_t *report, const struct miev_site_wish *wish,
                                     json_t **out, struct miev_error *err);

#endif
