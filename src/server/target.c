/* SPDX-License-Identifier: Apache-2.0 */
#include "server/target.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_clean(const char *text)
{
    while (*text) {
        uint32_t point = miev_text_next(&text);
        if (point == MIEV_TEXT_BAD || point < 0x20 || point == 0x7f)
            return false;
    }
    return true;
}

/* Decode %XX (and in a query + as a blank) in place: the text only gets shorter. */
static int decode(char *text, bool query, struct miev_error *err)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        char c = *from;
        if (c == '%') {
            int high = hex_digit(from[1]), low = high < 0 ? -1 : hex_digit(from[2]);
            if (low < 0 || high * 16 + low == 0)
                return miev_error_set(err, MIEV_ERR_INVALID,
                                      "the address holds a %% without two hex digits behind it, or "
                                      "a zero byte");
            c = (char)(high * 16 + low);
            from += 2;
            if (c == '/' && !query)
                return miev_error_set(err, MIEV_ERR_INVALID,
                                      "the path of the address holds an encoded slash");
        } else if (c == '+' && query) {
            c = ' ';
        }
        *to++ = c;
    }
    *to = '\0';
    return is_clean(text) ? MIEV_OK
                          : miev_error_set(err, MIEV_ERR_INVALID,
                                           "the address holds control characters or text that is "
                                           "no UTF-8");
}

static int add_segment(struct miev_target *target, char *text, struct miev_error *err)
{
    if (target->n_segments == MIEV_TARGET_MAX_SEGMENTS)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path of the address has too many parts");
    int rc = decode(text, false, err);
    if (rc != MIEV_OK)
        return rc;
    if (*text == '\0' || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the path of the address has a part that is empty, . or ..");
    target->segments[target->n_segments++] = text;
    return MIEV_OK;
}

static int add_field(struct miev_target *target, char *text, struct miev_error *err)
{
    if (*text == '\0')
        return MIEV_OK; /* "?" alone, "a=1&&b=2" */
    if (target->n_fields == MIEV_TARGET_MAX_FIELDS)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the query has too many fields");
    char *value = strchr(text, '=');
    if (value)
        *value++ = '\0';
    else
        value = text + strlen(text);
    int rc = decode(text, true, err);
    if (rc == MIEV_OK)
        rc = decode(value, true, err);
    if (rc != MIEV_OK)
        return rc;
    if (miev_target_field(target, text))
        return miev_error_set(err, MIEV_ERR_INVALID, "the query has the field '%.40s' twice", text);
    target->fields[target->n_fields++] = (struct miev_target_field){text, value};
    return MIEV_OK;
}

/* Call add for each part of a text between separators, which become its ends. */
static int each_part(struct miev_target *target, char *text, char separator,
                     int (*add)(struct miev_target *, char *, struct miev_error *),
                     struct miev_error *err)
{
    int rc = MIEV_OK;
    while (rc == MIEV_OK && text) {
        char *end = strchr(text, separator);
        if (end)
            *end++ = '\0';
        rc = add(target, text, err);
        text = end;
    }
    return rc;
}

int miev_target_parse(const char *raw, struct miev_target *out, struct miev_error *err)
{
    out->n_segments = out->n_fields = 0;
    size_t length = strnlen(raw, MIEV_TARGET_MAX_BYTES);
    if (length == MIEV_TARGET_MAX_BYTES)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the address has more than %d bytes",
                              MIEV_TARGET_MAX_BYTES - 1);
    if (raw[0] != '/' || strpbrk(raw, "# "))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the address must begin with a slash and hold neither # nor blanks");
    memcpy(out->text, raw, length + 1);
    char *query = strchr(out->text, '?');
    if (query)
        *query++ = '\0';
    int rc = out->text[1] ? each_part(out, out->text + 1, '/', add_segment, err) : MIEV_OK;
    return rc == MIEV_OK && query ? each_part(out, query, '&', add_field, err) : rc;
}

const char *miev_target_field(const struct miev_target *target, const char *name)
{
    for (size_t i = 0; i < target->n_fields; i++)
        if (strcmp(target->fields[i].name, name) == 0)
            return target->fields[i].value;
    return NULL;
}
