/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/field.h"

#include <math.h>

const json_t *field_at(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

const char *field_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(field_at(object, key));
    return text ? text : "";
}

double field_number(const json_t *object, const char *key)
{
    const json_t *value = field_at(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

void field_set_number(struct table *table, size_t row, size_t column, double value,
                      const struct miev_unit *unit)
{
    char number[MIEV_NUMBER_SIZE];
    if (!isfinite(value)) {
        table_set(table, row, column, "-");
        return;
    }
    miev_format_number(number, sizeof(number), value / unit->size);
    table_set(table, row, column, "%s %s", number, unit->name);
}
