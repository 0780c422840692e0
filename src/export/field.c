/* SPDX-License-Identifier: Apache-2.0 */
#include "export/field.h"

#include "footprint/interval.h"

struct miev_interval miev_field_joules(const json_t *energy)
{
    const json_t *gross = miev_field_at(miev_field_at(energy, "gross"), "per_inference_j");
    const json_t *scatter = miev_field_at(gross, "statistical");
    const json_t *bounds = miev_field_at(gross, "systematic");
    double value = miev_field_number(gross, "value");
    const struct miev_interval a = {value, miev_field_number(scatter, "low"),
                                    miev_field_number(scatter, "high")};
    const struct miev_interval b = {value, miev_field_number(bounds, "low"),
                                    miev_field_number(bounds, "high")};
    return miev_interval_merge(&a, &b);
}
