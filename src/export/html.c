/* SPDX-License-Identifier: Apache-2.0 */
#include "export/html.h"

#include <stdlib.h>
#include <string.h>

#define EXACTLY     JSON_REAL_PRECISION(17)
#define PLACE(name) "<script type=\"application/json\" id=\"" name "\">null</script>"
#define NULL_LENGTH (sizeof("null</script>") - 1)

/* JSON within HTML: a "<" only ever stands in a text, where it may be written by its number. */
static bool put_json(const json_t *document, FILE *file)
{
    char *text = json_dumps(document, JSON_COMPACT | EXACTLY);
    for (const char *at = text; at && *at; at++)
        if (*at == '<')
            (void)fputs("\\u003c", file);
        else
            (void)fputc(*at, file);
    free(text);
    return text != NULL;
}

/* Where the null of an element begins, or NULL. */
static const char *find_place(const char *frame, size_t length, const char *element)
{
    const char *at = memmem(frame, length, element, strlen(element));
    return at ? at + strlen(element) - NULL_LENGTH : NULL;
}

bool miev_export_html(const char *frame, size_t length, const json_t *report, const json_t *places,
                      FILE *file)
{
    const char *first = find_place(frame, length, PLACE("miev-report"));
    const char *second = find_place(frame, length, PLACE("miev-places"));
    if (!first || !second || second < first)
        return false;
    const char *end = frame + length;
    bool ok = fwrite(frame, 1, (size_t)(first - frame), file) == (size_t)(first - frame);
    first += 4; /* "null" */
    ok = put_json(report, file) && ok;
    ok = fwrite(first, 1, (size_t)(second - first), file) == (size_t)(second - first) && ok;
    if (places) {
        second += 4;
        ok = put_json(places, file) && ok;
    }
    return fwrite(second, 1, (size_t)(end - second), file) == (size_t)(end - second) && ok &&
           !ferror(file);
}
