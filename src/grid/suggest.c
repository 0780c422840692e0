/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/suggest.h"

#include <string.h>

#include "core/text.h"
#include "grid/table.h"

#define MAX_SUGGESTIONS 8

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: Damerau-Levenshtein in which no letter is changed twice. Three rows of
 * the matrix are enough, because a swap looks back two. */
size_t miev_grid_distance(const char *a, const char *b, size_t limit)
{
    size_t length_a = strlen(a), length_b = strlen(b);
    size_t rows[3][MIEV_GRID_KEY_SIZE + 1];
    if (length_a > MIEV_GRID_KEY_SIZE || length_b > MIEV_GRID_KEY_SIZE)
        return limit + 1;
    for (size_t j = 0; j <= length_b; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        const size_t *before = rows[(i + 1) % 3], *above = rows[(i - 1) % 3]; /* i - 2, i - 1 */
        size_t *row = rows[i % 3];
        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            size_t replaced = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = min_size(replaced, min_size(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = min_size(row[j], before[j - 2] + 1);
        }
    }
    return min_size(rows[length_a % 3][length_b], limit + 1);
}

struct suggestions {
    const char *key;
    size_t limit; /* changes that still count as near */
    size_t n, capacity;
    size_t distances[MAX_SUGGESTIONS];
    struct miev_zone *zones;
};

/* The beginning of a name ("Switz") is as near as one slip of the finger. */
static size_t distance_to(const struct suggestions *list, const char *name)
{
    char folded[MIEV_GRID_KEY_SIZE];
    miev_text_fold(folded, sizeof(folded), name);
    size_t length = strlen(list->key);
    if (length >= 3 && strncmp(folded, list->key, length) == 0)
        return 1;
    return miev_grid_distance(list->key, folded, list->limit);
}

/* A zone may come again under another name; the nearer one counts. */
static void drop_zone(struct suggestions *list, size_t i)
{
    list->n--;
    memmove(&list->zones[i], &list->zones[i + 1], (list->n - i) * sizeof(list->zones[0]));
    memmove(&list->distances[i], &list->distances[i + 1],
            (list->n - i) * sizeof(list->distances[0]));
}

static void offer(struct suggestions *list, const struct miev_zone *zone, size_t distance)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->zones[i].name, zone->name) != 0)
            continue;
        if (list->distances[i] <= distance)
            return;
        drop_zone(list, i);
        break;
    }
    size_t at = list->n;
    while (at > 0 && list->distances[at - 1] > distance)
        at--;
    if (at == list->capacity)
        return;
    size_t moved = min_size(list->n, list->capacity - 1) - at;
    memmove(&list->zones[at + 1], &list->zones[at], moved * sizeof(list->zones[0]));
    memmove(&list->distances[at + 1], &list->distances[at], moved * sizeof(list->distances[0]));
    list->zones[at] = *zone;
    list->distances[at] = distance;
    list->n = min_size(list->n + 1, list->capacity);
}

static void offer_names(struct suggestions *list)
{
    const char *cursor = miev_grid_table(), *years;
    struct miev_zone zone;
    while (miev_grid_next_zone(&cursor, &years, &zone)) {
        size_t distance = distance_to(list, zone.name);
        if (distance <= list->limit)
            offer(list, &zone, distance);
    }
}

static void offer_aliases(struct suggestions *list)
{
    const char *cursor = miev_grid_aliases();
    char alias[MIEV_GRID_KEY_SIZE], target[MIEV_GRID_KEY_SIZE];
    while (miev_grid_next_alias(&cursor, alias, target)) {
        size_t distance = distance_to(list, alias);
        struct miev_zone zone;
        if (distance <= list->limit &&
            miev_grid_find(target, MIEV_GRID_LATEST, &zone, NULL) == MIEV_OK)
            offer(list, &zone, distance);
    }
}

size_t miev_grid_suggest(const char *key, struct miev_zone *out, size_t capacity)
{
    size_t length = strlen(key);
    if (length < 3) /* every code is near every other: a guess would be noise */
        return 0;
    struct suggestions list = {.key = key,
                               .limit = length < 6 ? 1 : min_size(length / 3, 4),
                               .capacity = min_size(capacity, MAX_SUGGESTIONS),
                               .zones = out};
    if (list.capacity == 0)
        return 0;
    offer_names(&list);
    offer_aliases(&list);
    return list.n;
}
