/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"

#define MAX_NESTING 64 /* the parser calls itself for each level, also on a small stack */

/* How deep lists and objects are nested, as far as the text is well formed. */
static size_t nesting(const char *text, size_t length)
{
    size_t depth = 0, deepest = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && (text[i] == '[' || text[i] == '{') && ++depth > deepest)
            deepest = depth;
        else if (!quoted && (text[i] == ']' || text[i] == '}') && depth > 0)
            depth--;
    }
    return deepest;
}

int miev_json_parse(const char *text, size_t length, json_t **out, struct miev_error *err)
{
    json_error_t where;
    bool structured =
        length > 0 && (text[0] == '[' || text[0] == '{' || isspace((unsigned char)text[0]));
    if (structured && nesting(text, length) > MAX_NESTING)
        return miev_error_set(err, MIEV_ERR_LIMIT, "it is nested deeper than %d levels",
                              MAX_NESTING);
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
        return miev_error_set(err, MIEV_ERR_INVALID, "\"%s\" must be a number from %.9g to %.9g",
                              key, min, max);
    *out = number;
    return MIEV_OK;
}

json_t *miev_json_real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *miev_json_interval(struct miev_interval interval)
{
    return json_pack("{s:o, s:o, s:o}", "value", miev_json_real(interval.value), "low",
                     miev_json_real(interval.low), "high", miev_json_real(interval.high));
}
