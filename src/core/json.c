/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"

int miev_json_parse(const char *text, size_t length, json_t **out, struct miev_error *err)
{
    json_error_t where;
    json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    if (!value) {
        char shown[sizeof(where.text)]; /* it quotes the text */
        miev_text_show(shown, sizeof(shown), where.text);
        return miev_error_set(err, MIEV_ERR_INVALID, "not valid JSON at line %d, column %d: %s",
                              where.line, where.column, shown);
    }
    *out = value;
    return MIEV_OK;
}

int miev_json_string(const json_t *object, const char *key, char *out, size_t capacity,
                     struct miev_error *err)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value))
        return miev_error_set(err, MIEV_ERR_INVALID, "\"%s\" must be a text", key);
    size_t length = json_string_length(value);
    if (length >= capacity)
        return miev_error_set(err, MIEV_ERR_LIMIT, "\"%s\" has %zu bytes, at most %zu are allowed",
                              key, length, capacity - 1);
    memcpy(out, json_string_value(value), length + 1);
    return MIEV_OK;
}

int miev_json_number(const json_t *object, const char *key, double min, double max, double *out,
                     struct miev_error *err)
{
    const json_t *value = json_object_get(object, key);
    double number = json_number_value(value);
    if (!json_is_number(value) || !(number >= min && number <= max))
        return miev_error_set(err, MIEV_ERR_INVALID, "\"%s\" must be a number from %g to %g", key,
                              min, max);
    *out = number;
    return MIEV_OK;
}

json_t *miev_json_real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}
