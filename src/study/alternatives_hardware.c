/* SPDX-License-Identifier: Apache-2.0 */
/* Other hardware: projected, in a list of its own. */
#include <math.h>

#include "core/field.h"
#include "core/json.h"
#include "study/alternatives_parts.h"
#include "study/projection.h"

/* What is saved, both sides erring by themselves: two machines share no error. */
static json_t *saved_json(const struct miev_alternatives_search *search, double low_g,
                          double value_g, double high_g)
{
    const struct miev_alternatives_cost *cost = &search->cost;
    double year = cost->requests_per_day * MIEV_ALTERNATIVES_DAYS_PER_YEAR,
           saved_g = cost->value_g - value_g;
    if (!isfinite(year))
        return json_null();
    return miev_json_interval((struct miev_interval){
        .value = year * saved_g,
        .low = year * (saved_g - hypot(cost->value_g - cost->low_g, high_g - value_g)),
        .high = year * (saved_g + hypot(cost->high_g - cost->value_g, value_g - low_g))});
}

/* Whether the two intervals leave it open which costs less. */
static const char *told_by(const struct miev_alternatives_cost *cost, double low_g, double high_g)
{
    if (high_g < cost->low_g)
        return "lower";
    return low_g > cost->high_g ? "higher" : "open";
}

json_t *miev_alternatives_hardware(struct miev_alternatives_search *search)
{
    char why[MIEV_PROJECTION_WHY];
    size_t i;
    json_t *item;
    json_t *found =
        miev_projections(search->report, search->model, search->cost.requests_per_day, why);
    json_array_foreach(found, i, item)
    {
        const json_t *per_g = miev_field_at(item, "per_g");
        double low_g = miev_field_number(per_g, "low"), value_g = miev_field_number(per_g, "value"),
               high_g = miev_field_number(per_g, "high");
        (void)json_object_set_new(item, "ratio", json_real(value_g / search->cost.value_g));
        (void)json_object_set_new(item, "told", json_string(told_by(&search->cost, low_g, high_g)));
        (void)json_object_set_new(item, "saved_year_g", saved_json(search, low_g, value_g, high_g));
        (void)json_array_append(search->items, item);
    }
    json_decref(found);
    return miev_alternatives_kind(
        search, "hardware",
        "a projection, not a measurement: published times of the same network on another runtime, "
        "estimated watts of the whole machine",
        (struct miev_alternatives_none){"not-projected", why});
}
