/* SPDX-License-Identifier: Apache-2.0 */
#include "study/sweep_grid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/file.h"

#define LEAST_BUDGET_S 60.0
#define COMBINATION_S  6.0

/* The next word of a list, which moves behind it; false at the end. */
static bool next_word(const char **list, char *out, size_t capacity)
{
    if (!*list)
        return false;
    size_t length = strcspn(*list, ",");
    (void)snprintf(out, capacity, "%.*s", (int)(length < capacity ? length : capacity - 1), *list);
    *list = (*list)[length] ? *list + length + 1 : NULL;
    return true;
}

static bool is_there(const unsigned *list, size_t n, unsigned value)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == value)
            return true;
    return false;
}

int miev_sweep_counts(const char *text, const char *what, unsigned max,
                      unsigned list[MIEV_SWEEP_MAX_VALUES], size_t *n, struct miev_error *err)
{
    char word[32];
    *n = 0;
    while (next_word(&text, word, sizeof(word))) {
        uint64_t value = 0;
        if (miev_parse_u64(word, &value, NULL) != MIEV_OK || value < 1 || value > max)
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "%s takes whole numbers from 1 to %u with commas between them "
                                  "(1,2,4), not '%s'",
                                  what, max, word);
        if (is_there(list, *n, (unsigned)value))
            continue;
        if (*n == MIEV_SWEEP_MAX_VALUES)
            return miev_error_set(err, MIEV_ERR_INVALID, "%s takes at most %d numbers", what,
                                  MIEV_SWEEP_MAX_VALUES);
        list[(*n)++] = (unsigned)value;
    }
    return MIEV_OK;
}

static bool names_delegate(const struct miev_sweep_grid *grid, const char *name)
{
    for (size_t i = 0; i < grid->n_delegates; i++)
        if (strcmp(grid->delegates[i], name) == 0)
            return true;
    return false;
}

int miev_sweep_delegates(const char *text, struct miev_sweep_grid *grid, struct miev_error *err)
{
    char word[sizeof(grid->delegates[0])];
    grid->n_delegates = 0;
    while (next_word(&text, word, sizeof(word))) {
        if (!*word)
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "--delegate takes names with commas between them (xnnpack,none)");
        const char *name = strcmp(word, "best") == 0 ? "" : word;
        if (names_delegate(grid, name))
            continue;
        if (grid->n_delegates == MIEV_SWEEP_MAX_DELEGATES)
            return miev_error_set(err, MIEV_ERR_INVALID, "--delegate takes at most %d names",
                                  MIEV_SWEEP_MAX_DELEGATES);
        (void)snprintf(grid->delegates[grid->n_delegates++], sizeof(grid->delegates[0]), "%s",
                       name);
    }
    return MIEV_OK;
}

void miev_sweep_defaults(struct miev_sweep_grid *grid, unsigned logical_cpus)
{
    static const unsigned batches[] = {1, 4, 8, 16};
    const unsigned threads[] = {1, logical_cpus / 2, logical_cpus};
    for (size_t i = 0; grid->n_batches == i && i < sizeof(batches) / sizeof(batches[0]); i++)
        grid->batches[grid->n_batches++] = batches[i];
    if (grid->n_threads > 0)
        return;
    for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++)
        if (threads[i] >= 1 && !is_there(grid->threads, grid->n_threads, threads[i]))
            grid->threads[grid->n_threads++] = threads[i];
}

/* ---- the combinations ----------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

static bool is_tflite(const struct miev_card_file *file)
{
    return *file->format ? strcmp(file->format, "tflite") == 0
                         : ends_with(file->path, ".tflite") || ends_with(file->path, ".lite");
}

static size_t count_delegates(const struct miev_sweep_grid *grid, const struct miev_card_file *file)
{
    if (grid->n_delegates > 0)
        return grid->n_delegates;
    return is_tflite(file) ? 2 : 1;
}

/* NULL: the engine's best, which comes first when nobody named one. */
static const char *delegate_at(const struct miev_sweep_grid *grid, size_t i)
{
    if (grid->n_delegates == 0)
        return i == 0 ? NULL : "none";
    return *grid->delegates[i] ? grid->delegates[i] : NULL;
}

static struct miev_study_entry default_of(const struct miev_sweep_grid *grid,
                                          const struct miev_study_entry *files, size_t n_files)
{
    size_t first = 0;
    while (first < n_files && strcmp(files[first].file->precision, "float32") != 0)
        first++;
    struct miev_study_entry entry = files[first < n_files ? first : 0];
    entry.batch = entry.threads = 1;
    entry.delegate = delegate_at(grid, 0);
    return entry;
}

static bool same(const struct miev_study_entry *a, const struct miev_study_entry *b)
{
    return a->file == b->file && a->threads == b->threads && a->batch == b->batch &&
           a->delegate == b->delegate;
}

static int by_size(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

/* One batch and number of threads, for each file and delegate. Returns how many did not fit. */
static size_t add(const struct miev_sweep_grid *grid, const struct miev_study_entry *files,
                  size_t n_files, unsigned batch, unsigned threads, struct miev_study_entry *out,
                  size_t *n_out)
{
    size_t left_out = 0;
    for (size_t f = 0; f < n_files; f++) {
        for (size_t d = 0; d < count_delegates(grid, files[f].file); d++) {
            struct miev_study_entry entry = files[f];
            entry.batch = batch;
            entry.threads = threads;
            entry.delegate = delegate_at(grid, d);
            if (same(&entry, &out[0]))
                continue;
            if (*n_out < MIEV_STUDY_MAX_MODELS)
                out[(*n_out)++] = entry;
            else
                left_out++;
        }
    }
    return left_out;
}

size_t miev_sweep_combine(const struct miev_sweep_grid *grid, const struct miev_study_entry *files,
                          size_t n_files, struct miev_study_entry out[MIEV_STUDY_MAX_MODELS],
                          size_t *n_out)
{
    unsigned batches[MIEV_SWEEP_MAX_VALUES];
    size_t left_out = 0;
    memcpy(batches, grid->batches, sizeof(batches));
    qsort(batches, grid->n_batches, sizeof(batches[0]), by_size);
    out[0] = default_of(grid, files, n_files);
    *n_out = 1;
    for (size_t b = 0; b < grid->n_batches; b++)
        for (size_t t = 0; t < grid->n_threads; t++)
            left_out += add(grid, files, n_files, batches[b], grid->threads[t], out, n_out);
    return left_out;
}

double miev_sweep_budget_s(size_t n_combinations)
{
    double all_s = COMBINATION_S * (double)n_combinations;
    return all_s > LEAST_BUDGET_S ? all_s : LEAST_BUDGET_S;
}
