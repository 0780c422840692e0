/* SPDX-License-Identifier: Apache-2.0 */
#include "core/field.h"

#include <math.h>

const json_t *miev_field_at(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

const char *miev_field_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(miev_field_at(object, key));
    return text ? text : "";
}

double miev_field_number(const json_t *object, const char *key)
{
    const json_t *value = miev_field_at(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}
