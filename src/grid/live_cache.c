/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/live_cache.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "core/json.h"

#define MAX_BYTES  4096
#define MAX_G      10000.0
#define MAX_SPAN_S 86400.0

/* A name of letters and digits, whatever the place is called. */
static bool write_path(const char *folder, const char *provider, const char *place,
                       const char *suffix, char out[PATH_MAX])
{
    char name[MIEV_LIVE_PLACE_BYTES];
    size_t used = 0;
    for (; place[used] != '\0' && used < sizeof(name) - 1; used++)
        name[used] = isalnum((unsigned char)place[used]) ? place[used] : '_';
    name[used] = '\0';
    int length =
        folder ? snprintf(out, PATH_MAX, "%s/%s-%s.json%s", folder, provider, name, suffix) : -1;
    return length > 0 && length < PATH_MAX;
}

bool miev_live_cache_read(const char *folder, const char *provider, const char *place,
                          struct miev_live_point *out)
{
    char path[PATH_MAX], *text = NULL, kept[MIEV_LIVE_PLACE_BYTES];
    json_t *document = NULL;
    double at, span_s, grams;
    size_t length;
    if (!write_path(folder, provider, place, "", path) ||
        miev_file_load(path, MAX_BYTES, &text, &length, NULL) != MIEV_OK)
        return false;
    bool good = miev_json_parse(text, length, &document, NULL) == MIEV_OK &&
                miev_json_string(document, "place", kept, sizeof(kept), NULL) == MIEV_OK &&
                strcmp(kept, place) == 0 &&
                miev_json_number(document, "at", 0, 1e11, &at, NULL) == MIEV_OK &&
                miev_json_number(document, "span_s", 1, MAX_SPAN_S, &span_s, NULL) == MIEV_OK &&
                miev_json_number(document, "g_per_kwh", 0, MAX_G, &grams, NULL) == MIEV_OK;
    if (good)
        *out = (struct miev_live_point){.at = (time_t)at,
                                        .span_s = (unsigned)span_s,
                                        .intensity_g_per_kwh = grams,
                                        .estimated =
                                            json_is_true(json_object_get(document, "estimated"))};
    json_decref(document);
    free(text);
    return good;
}

void miev_live_cache_write(const char *folder, const char *provider, const char *place,
                           const struct miev_live_point *point)
{
    char path[PATH_MAX], fresh[PATH_MAX], suffix[32];
    (void)snprintf(suffix, sizeof(suffix), ".%d", (int)getpid());
    if (!write_path(folder, provider, place, "", path) ||
        !write_path(folder, provider, place, suffix, fresh))
        return;
    json_t *document = json_pack("{s:s, s:I, s:i, s:f, s:b}", "place", place, "at",
                                 (json_int_t)point->at, "span_s", (int)point->span_s, "g_per_kwh",
                                 point->intensity_g_per_kwh, "estimated", (int)point->estimated);
    /* Whole or not at all: another process may read it. */
    if (!document || json_dump_file(document, fresh, JSON_COMPACT) != 0 || rename(fresh, path) != 0)
        (void)unlink(fresh);
    json_decref(document);
}
