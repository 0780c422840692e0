/* SPDX-License-Identifier: Apache-2.0 */
/* Places and their electricity. */
#include "grid/grid.h"
#include "server/call.h"

static bool add_zone(void *context, const struct miev_zone *zone)
{
    json_t *list = context;
    (void)json_array_append_new(
        list, json_pack("{s:s, s:s?, s:s?, s:s, s:f, s:i, s:b}", "id",
                        zone->aggregate ? zone->name : zone->iso2, "iso2",
                        *zone->iso2 ? zone->iso2 : NULL, "iso3", *zone->iso3 ? zone->iso3 : NULL,
                        "name", zone->name, "intensity_g_per_kwh", zone->intensity_g_per_kwh,
                        "year", zone->year, "aggregate", (int)zone->aggregate));
    return true;
}

void miev_api_zones(struct miev_call *call)
{
    struct miev_error err;
    json_t *list = json_array();
    if (miev_grid_list(NULL, add_zone, list, &err) == MIEV_OK) {
        miev_answer_json(call, 200,
                         json_pack("{s:s, s:o}", "source", MIEV_GRID_SOURCE, "zones", list));
    } else {
        json_decref(list);
        miev_answer_error(call, &err);
    }
}
