/* SPDX-License-Identifier: Apache-2.0 */
#include "remote/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"

#define LONGEST_LINE 1024

/* What stands behind the name of a counter of joules, or NULL. */
static const char *behind_name(const char *line)
{
    static const char *const names[] = {"nv_energy_consumption",
                                        "gpu_total_energy_consumption_joules"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t length = strlen(names[i]);
        if (strncmp(line, names[i], length) == 0 && strchr("{ \t", line[length]))
            return line + length;
    }
    return NULL;
}

/* The value of the label that tells GPUs apart; "gpu" where there is none. */
static void read_id(const char *labels, size_t length, char *out, size_t capacity)
{
    static const char *const keys[] = {"gpu_uuid=\"", "uuid=\"", "gpu=\"", "device=\""};
    char word[LONGEST_LINE];
    (void)snprintf(word, sizeof(word), "gpu");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *at = memmem(labels, length, keys[i], strlen(keys[i]));
        if (!at)
            continue;
        at += strlen(keys[i]);
        size_t rest = (size_t)(labels + length - at), n = 0;
        while (n < rest && at[n] != '"')
            n++;
        (void)snprintf(word, sizeof(word), "%.*s", (int)n, at);
        break;
    }
    miev_text_show(out, capacity, word);
}

/* `name{labels} value [time]`. */
static int read_line(const char *line, struct miev_metric *out)
{
    const char *at = behind_name(line);
    char number[40];
    if (!at)
        return 0;
    const char *close = *at == '{' ? strrchr(at, '}') : at;
    if (!close)
        return 0;
    read_id(at, (size_t)(close - at), out->id, sizeof(out->id));
    const char *value = close + (*at == '{' ? 1 : 0);
    value += strspn(value, " \t");
    size_t length = strcspn(value, " \t\r");
    if (length == 0 || length >= sizeof(number))
        return 0;
    memcpy(number, value, length);
    number[length] = '\0';
    return miev_parse_double(number, &out->joules, NULL) == 0 && out->joules >= 0;
}

size_t miev_metrics_read(const char *text, size_t length, struct miev_metric *out, size_t capacity)
{
    size_t n = 0;
    const char *end = text + length;
    while (text < end && n < capacity) {
        char line[LONGEST_LINE];
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t line_length = (size_t)((stop ? stop : end) - text);
        if (line_length < sizeof(line) && !memchr(text, '\0', line_length)) {
            memcpy(line, text, line_length);
            line[line_length] = '\0';
            n += (size_t)read_line(line, &out[n]);
        }
        text += line_length + (stop ? 1 : 0);
    }
    return n;
}
