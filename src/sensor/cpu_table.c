/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/cpu_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/file.h"

static bool is_one_of(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

/* "64-core", "12th": words that only some names carry. */
static bool is_count(const char *word)
{
    size_t digits = strspn(word, "0123456789");
    return digits > 0 && (strcmp(word + digits, "-core") == 0 || strcmp(word + digits, "th") == 0);
}

static bool says_nothing(const char *word)
{
    static const char *const words[] = {"intel",     "amd",      "cpu",       "processor",
                                        "apu",       "soc",      "gen",       "dual-core",
                                        "quad-core", "six-core", "eight-core"};
    return is_count(word) || is_one_of(word, words, sizeof(words) / sizeof(words[0]));
}

/* What follows these is speed, cache or graphics. */
static bool ends_name(const char *word)
{
    static const char *const words[] = {"@", "with", "w/"};
    return is_one_of(word, words, sizeof(words) / sizeof(words[0]));
}

/* Of ASCII alone, whatever the locale. */
static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* How many characters of "(R)" or "(TM)" stand here. */
static size_t trade_mark_length(const char *at)
{
    if (strncasecmp(at, "(r)", 3) == 0)
        return 3;
    return strncasecmp(at, "(tm)", 4) == 0 ? 4 : 0;
}

/* The next word of *in in lower case, without trade marks, possibly ""; false at the end. */
static bool next_word(const char **in, char *word, size_t capacity)
{
    size_t n = 0;
    const char *at = *in + strspn(*in, " \t");
    bool found = *at != '\0';
    while (*at != '\0' && *at != ' ' && *at != '\t') {
        size_t mark = trade_mark_length(at);
        if (mark == 0 && n + 1 < capacity)
            word[n++] = lower(*at);
        at += mark > 0 ? mark : 1;
    }
    word[n] = '\0';
    *in = at;
    return found;
}

void miev_cpu_name_normalise(const char *name, char *out)
{
    size_t used = 0;
    char word[MIEV_CPU_NAME_MAX];
    out[0] = '\0';
    while (next_word(&name, word, sizeof(word))) {
        if (ends_name(word))
            return;
        size_t length = strlen(word);
        if (length == 0 || says_nothing(word))
            continue;
        if (used + length + 2 > MIEV_CPU_NAME_MAX)
            return;
        if (used > 0)
            out[used++] = ' ';
        memcpy(out + used, word, length + 1);
        used += length;
    }
}

bool miev_cpu_tdp_find(const char *cpu_name, struct miev_cpu_tdp *out)
{
    char name[MIEV_CPU_NAME_MAX];
    miev_cpu_name_normalise(cpu_name, name);
    const char *cursor = miev_data_cpu_tdp;
    struct miev_csv_row row;
    while (name[0] != '\0' && miev_csv_next(&cursor, &row)) {
        double tdp_w = 0.0;
        if (strcmp(miev_csv_field(&row, 0), name) != 0 ||
            miev_parse_double(miev_csv_field(&row, 1), &tdp_w, NULL) != MIEV_OK)
            continue;
        out->tdp_w = tdp_w;
        out->cores = (unsigned)strtoul(miev_csv_field(&row, 2), NULL, 10);
        (void)snprintf(out->source, sizeof(out->source), "%.47s", miev_csv_field(&row, 3));
        return true;
    }
    return false;
}

bool miev_thread_power_find(const char *microarchitecture, struct miev_thread_power *out)
{
    const char *cursor = miev_data_cpu_microarch_w;
    struct miev_csv_row row;
    while (microarchitecture[0] != '\0' && miev_csv_next(&cursor, &row)) {
        struct miev_thread_power power;
        if (strcmp(miev_csv_field(&row, 0), microarchitecture) != 0 ||
            miev_parse_double(miev_csv_field(&row, 1), &power.idle_w, NULL) != MIEV_OK ||
            miev_parse_double(miev_csv_field(&row, 2), &power.full_w, NULL) != MIEV_OK)
            continue;
        *out = power;
        return true;
    }
    return false;
}
