/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "export/export.h"

#define NOTHING "null"

/* JSON has '<' in strings alone, where it may be written like this; so no text of a report can end
 * the element that it stands in. */
static int put_harmless(const char *text, size_t length, void *context)
{
    FILE *file = context;
    for (const char *end = text + length; text < end;) {
        const char *sign = memchr(text, '<', (size_t)(end - text));
        size_t plain = (size_t)((sign ? sign : end) - text);
        if (fwrite(text, 1, plain, file) != plain || (sign && fputs("\\u003c", file) == EOF))
            return -1;
        text += plain + (sign ? 1 : 0);
    }
    return 0;
}

/* Write the page up to the element named so, and the document in place of the "null" in it. */
static bool put_document(const char **page, const char *end, const char *element,
                         const json_t *document, FILE *file)
{
    const char *at = memmem(*page, (size_t)(end - *page), element, strlen(element));
    if (!at)
        return false;
    at += strlen(element);
    if ((size_t)(end - at) < strlen(NOTHING) || memcmp(at, NOTHING, strlen(NOTHING)) != 0)
        return false;
    size_t before = (size_t)(at - *page);
    if (fwrite(*page, 1, before, file) != before)
        return false;
    *page = at + strlen(NOTHING);
    return document ? json_dump_callback(document, put_harmless, file,
                                         JSON_COMPACT | JSON_REAL_PRECISION(17)) == 0
                    : fputs(NOTHING, file) != EOF;
}

bool miev_export_html(const json_t *report, const json_t *places, const char *page, size_t length,
                      FILE *file)
{
    const char *end = page + length;
    if (!put_document(&page, end, "id=\"miev-report\">", report, file) ||
        !put_document(&page, end, "id=\"miev-places\">", places, file))
        return false;
    size_t rest = (size_t)(end - page);
    return fwrite(page, 1, rest, file) == rest;
}
