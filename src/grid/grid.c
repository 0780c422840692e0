/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/grid.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "grid/outline.h"
#include "grid/parts.h"
#include "grid/suggest.h"
#include "grid/table.h"

#define SHOWN_SIZE 80 /* of the user's text in a message */

/* "KR-11" is a part of a country: say so instead of guessing at names. */
static bool is_part_of_country(const char *zone, struct miev_zone *country)
{
    if (!isalpha((unsigned char)zone[0]) || !isalpha((unsigned char)zone[1]) ||
        !strchr("-_", zone[2]) || zone[2] == '\0')
        return false;
    char code[3] = {zone[0], zone[1], '\0'};
    return miev_grid_find(code, MIEV_GRID_LATEST, country, NULL) == MIEV_OK;
}

/* "South Korea (KR), North Korea (KP) or World" */
static void write_choices(char *out, size_t capacity, const struct miev_zone *zones, size_t n)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n && used < capacity; i++) {
        const char *joint = i == 0 ? "" : i + 1 < n ? ", " : " or ";
        bool code = zones[i].iso2[0] != '\0';
        int length = snprintf(out + used, capacity - used, "%s%s%s%s%s", joint, zones[i].name,
                              code ? " (" : "", zones[i].iso2, code ? ")" : "");
        used += length > 0 ? (size_t)length : 0;
    }
}

static int refuse_unknown(const char *zone, const char *key, struct miev_error *err)
{
    char shown[SHOWN_SIZE];
    miev_text_show(shown, sizeof(shown), zone);
    struct miev_zone near[3];
    if (is_part_of_country(zone, near))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "'%s' would be a part of %s, of which no figure is here: use %s "
                              "('miev zones --parts %s' lists the parts that have one), or give "
                              "the grams per kWh yourself",
                              shown, near[0].name, near[0].iso2, near[0].iso2);
    size_t n = miev_grid_suggest(key, near, sizeof(near) / sizeof(near[0]));
    if (n == 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "no zone is called '%s': give an ISO 3166 code such as KR, a "
                              "country's name, or World",
                              shown);
    char choices[256];
    write_choices(choices, sizeof(choices), near, n);
    return miev_error_set(err, MIEV_ERR_INVALID, "no zone is called '%s': did you mean %s?", shown,
                          choices);
}

/* Folding forgives what is left out of names anyway. More than that ("%s%n" for Senegal, SN) would
 * be a guess, and so would text with bytes that are shown as '?'. */
static bool looks_like_a_name(const char *zone)
{
    char shown[MIEV_GRID_KEY_SIZE];
    miev_text_show(shown, sizeof(shown), zone);
    for (const char *c = shown; *c != '\0'; c++)
        if (ispunct((unsigned char)*c) && !strchr(".,'()-_&", *c))
            return false;
    return true;
}

/* The key to look for: that of the text, or of what the text is another name for. */
static int make_key(const char *zone, char *key, struct miev_error *err)
{
    if (!zone || zone[0] == '\0')
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the zone is empty: give an ISO 3166 code such as KR, a country's "
                              "name, or World");
    if (strnlen(zone, MIEV_GRID_KEY_SIZE) == MIEV_GRID_KEY_SIZE) {
        char shown[32];
        miev_text_show(shown, sizeof(shown), zone);
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "'%s' is longer than the name of any zone: give an ISO 3166 code "
                              "such as KR, or a country's name",
                              shown);
    }
    miev_text_fold(key, MIEV_GRID_KEY_SIZE, zone);
    if (!looks_like_a_name(zone))
        return refuse_unknown(zone, key, err);
    const char *cursor = miev_grid_aliases();
    char alias[MIEV_GRID_KEY_SIZE], target[MIEV_GRID_KEY_SIZE], folded[MIEV_GRID_KEY_SIZE];
    while (miev_grid_next_alias(&cursor, alias, target)) {
        miev_text_fold(folded, sizeof(folded), alias);
        if (strcmp(folded, key) == 0) {
            miev_text_fold(key, MIEV_GRID_KEY_SIZE, target);
            break;
        }
    }
    return MIEV_OK;
}

/* Call visit for every year of the zone with this key; returns how many there were. */
static size_t each_year(const char *key, bool (*visit)(void *context, const struct miev_zone *zone),
                        void *context)
{
    const char *cursor = miev_grid_table(), *years;
    struct miev_zone zone;
    size_t n = 0;
    while (miev_grid_next_zone(&cursor, &years, &zone)) {
        if (!miev_grid_has_key(&zone, key))
            continue;
        while (years < cursor && miev_grid_next(&years, &zone)) {
            n++;
            if (!visit(context, &zone))
                break;
        }
        return n;
    }
    return 0;
}

/* The same among the zones of all sources. */
static size_t each_year_anywhere(const struct miev_parts_wish *wish, const char *key,
                                 bool (*visit)(void *context, const struct miev_zone *zone),
                                 void *context)
{
    size_t n = wish->one_source ? 0 : each_year(key, visit, context);
    return n > 0 ? n : miev_parts_each_year(wish, key, visit, context);
}

struct search {
    int year;
    bool found;
    struct miev_zone zone;    /* the one found, else the latest there is */
    char years[160];          /* "2000 to 2005, 2007 to 2024" */
    int span_start, span_end; /* the run of years that is not yet written to its end */
};

static void append_year(struct search *search, const char *before, int year)
{
    size_t used = strlen(search->years);
    (void)snprintf(search->years + used, sizeof(search->years) - used, "%s%d", before, year);
}

static void close_span(struct search *search)
{
    if (search->span_end > search->span_start)
        append_year(search, " to ", search->span_end);
}

/* Years come oldest first; a run of them is told by its ends. */
static void note_year(struct search *search, int year)
{
    bool first = search->years[0] == '\0';
    if (first || year != search->span_end + 1) {
        close_span(search);
        append_year(search, first ? "" : ", ", year);
        search->span_start = year;
    }
    search->span_end = year;
}

static bool visit_search(void *context, const struct miev_zone *zone)
{
    struct search *search = context;
    search->zone = *zone;
    search->found = search->year == MIEV_GRID_LATEST || search->year == zone->year;
    note_year(search, zone->year);
    return search->year == MIEV_GRID_LATEST || !search->found;
}

/* Where the text is a position, the code of its country takes its place. */
static int locate(const char **zone, char iso2[3], struct miev_error *err)
{
    double lat_deg, lon_deg;
    if (!*zone || !miev_position_parse(*zone, &lat_deg, &lon_deg))
        return MIEV_OK;
    int rc = miev_outline_find(lat_deg, lon_deg, iso2, err);
    *zone = iso2;
    return rc;
}

int miev_grid_find(const char *zone, int year, struct miev_zone *out, struct miev_error *err)
{
    char key[MIEV_GRID_KEY_SIZE], iso2[3];
    int rc = locate(&zone, iso2, err);
    if (rc != MIEV_OK)
        return rc;
    struct miev_parts_wish wish = miev_parts_wish_of(zone ? zone : "");
    rc = make_key(zone ? wish.rest : zone, key, err);
    if (rc != MIEV_OK)
        return rc;
    struct search search = {.year = year};
    if (each_year_anywhere(&wish, key, visit_search, &search) == 0)
        return refuse_unknown(wish.rest, key, err);
    if (!search.found) {
        close_span(&search);
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE, "%s has no value for %d, only for %s",
                              search.zone.name, year, search.years);
    }
    *out = search.zone;
    return MIEV_OK;
}

int miev_grid_world(struct miev_zone *out, struct miev_error *err)
{
    return miev_grid_find("World", MIEV_GRID_LATEST, out, err);
}

static void each_latest(bool (*visit)(void *context, const struct miev_zone *zone), void *context)
{
    const char *cursor = miev_grid_table();
    struct miev_zone zone, next;
    bool more = miev_grid_next(&cursor, &zone);
    while (more) {
        more = miev_grid_next(&cursor, &next);
        bool last_year = !more || strcmp(next.name, zone.name) != 0;
        if (last_year && !visit(context, &zone))
            return;
        if (more)
            zone = next;
    }
}

int miev_grid_list(const char *zone_or_null,
                   bool (*visit)(void *context, const struct miev_zone *zone), void *context,
                   struct miev_error *err)
{
    if (!zone_or_null) {
        each_latest(visit, context);
        return MIEV_OK;
    }
    char key[MIEV_GRID_KEY_SIZE], iso2[3];
    int rc = locate(&zone_or_null, iso2, err);
    if (rc != MIEV_OK)
        return rc;
    struct miev_parts_wish wish = miev_parts_wish_of(zone_or_null);
    rc = make_key(wish.rest, key, err);
    if (rc != MIEV_OK)
        return rc;
    if (each_year_anywhere(&wish, key, visit, context) == 0)
        return refuse_unknown(wish.rest, key, err);
    return MIEV_OK;
}
