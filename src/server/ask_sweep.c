/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ask_sweep.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "study/batch.h"

#define MOST_THREADS 1024
#define LIST_BYTES   512 /* of 16 numbers, or 8 names of at most 32 bytes */

static bool is_known(const char *key)
{
    return strcmp(key, "threads") == 0 || strcmp(key, "batch") == 0 || strcmp(key, "delegate") == 0;
}

/* The item of a list as the command line writes it; false: it is none of the kind, or holds what
 * parts items there. */
static bool item_text(const json_t *item, bool numbers, char *out, size_t capacity)
{
    if (numbers && json_is_integer(item))
        return snprintf(out, capacity, "%lld", (long long)json_integer_value(item)) > 0;
    const char *text = numbers ? NULL : json_string_value(item);
    return text && *text && strlen(text) == json_string_length(item) && !strchr(text, ',') &&
           snprintf(out, capacity, "%s", text) < (int)capacity;
}

/* [1, 2] -> "1,2", which the command's own readers then hold against its bounds. "": not said. */
static int join(const json_t *list, const char *key, bool numbers, char out[LIST_BYTES],
                struct miev_error *err)
{
    size_t i, used = 0;
    const json_t *item;
    out[0] = '\0';
    if (!list || json_is_null(list))
        return MIEV_OK;
    bool fits = json_is_array(list) && json_array_size(list) > 0;
    json_array_foreach(list, i, item)
    {
        char text[40];
        fits = fits && item_text(item, numbers, text, sizeof(text)) &&
               used + strlen(text) + 2 < LIST_BYTES;
        if (fits)
            used +=
                (size_t)snprintf(out + used, LIST_BYTES - used, "%s%s", used > 0 ? "," : "", text);
    }
    if (fits)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_INVALID, "'sweep.%s' must be a list of %s", key,
                          numbers ? "whole numbers" : "names");
}

static int read_counts(const json_t *object, const char *key, unsigned max,
                       unsigned list[MIEV_SWEEP_MAX_VALUES], size_t *n, struct miev_error *err)
{
    char text[LIST_BYTES], what[32];
    (void)snprintf(what, sizeof(what), "'sweep.%s'", key);
    int rc = join(json_object_get(object, key), key, true, text, err);
    return rc == MIEV_OK ? miev_sweep_counts(*text ? text : NULL, what, max, list, n, err) : rc;
}

static int read_delegates(const json_t *object, struct miev_sweep_grid *out, struct miev_error *err)
{
    char text[LIST_BYTES];
    struct miev_error trouble;
    int rc = join(json_object_get(object, "delegate"), "delegate", false, text, err);
    if (rc == MIEV_OK && *text && miev_sweep_delegates(text, out, &trouble) != MIEV_OK)
        rc = miev_error_set(err, MIEV_ERR_INVALID, "'sweep.delegate': %s", trouble.message);
    return rc;
}

int miev_ask_sweep_read(json_t *object, struct miev_sweep_grid *out, struct miev_error *err)
{
    const char *key;
    json_t *value;
    *out = (struct miev_sweep_grid){.n_threads = 0};
    json_object_foreach(object, key, value)
    {
        char shown[48];
        miev_text_show(shown, sizeof(shown), key);
        if (!is_known(key))
            return miev_error_set(err, MIEV_ERR_INVALID, "there is no field '%s' in 'sweep'",
                                  shown);
    }
    int rc = read_counts(object, "threads", MOST_THREADS, out->threads, &out->n_threads, err);
    if (rc == MIEV_OK)
        rc = read_counts(object, "batch", MIEV_BATCH_MAX, out->batches, &out->n_batches, err);
    return rc == MIEV_OK ? read_delegates(object, out, err) : rc;
}
