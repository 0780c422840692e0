/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures that stand in a dataset more than once: one of them in the part that is learnt from and
 * another in the part that is judged by would make every model look better than it is. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "eval/dataset.h"

static int compare_digests(const void *left, const void *right)
{
    const struct miev_dataset_image *a = *(struct miev_dataset_image *const *)left,
                                    *b = *(struct miev_dataset_image *const *)right;
    int order = memcmp(a->digest, b->digest, sizeof(a->digest));
    return order ? order : (a > b) - (a < b);
}

static bool is_read(const struct miev_dataset_image *image)
{
    static const uint8_t none[sizeof(image->digest)];
    return memcmp(image->digest, none, sizeof(none)) != 0;
}

/* What becomes of images [begin, end) of the same bytes: a path that is gone marks a dropped one.
 */
static void settle(struct miev_dataset_image **sorted, size_t begin, size_t end,
                   struct miev_dataset_copies *out)
{
    bool one_class = true;
    for (size_t i = begin + 1; i < end; i++)
        one_class = one_class && sorted[i]->class_index == sorted[begin]->class_index;
    if (one_class)
        out->dropped += end - begin - 1;
    else
        out->contradictory += end - begin;
    for (size_t i = begin + one_class; i < end; i++) {
        free(sorted[i]->path);
        sorted[i]->path = NULL;
    }
}

int miev_dataset_drop_copies(struct miev_dataset *dataset, struct miev_dataset_copies *out,
                             struct miev_error *err)
{
    struct miev_dataset_image **sorted = calloc(dataset->n + 1, sizeof(*sorted));
    size_t n = 0, kept = 0;
    *out = (struct miev_dataset_copies){0, 0};
    if (!sorted)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu images", dataset->n);
    for (size_t i = 0; i < dataset->n; i++)
        if (is_read(&dataset->images[i]))
            sorted[n++] = &dataset->images[i];
    qsort(sorted, n, sizeof(struct miev_dataset_image *), compare_digests);
    for (size_t begin = 0, end; begin < n; begin = end) {
        end = begin + 1;
        while (end < n &&
               memcmp(sorted[end]->digest, sorted[begin]->digest, sizeof(sorted[end]->digest)) == 0)
            end++;
        if (end - begin > 1)
            settle(sorted, begin, end, out);
    }
    free(sorted);
    for (size_t i = 0; i < dataset->n; i++)
        if (dataset->images[i].path)
            dataset->images[kept++] = dataset->images[i];
    dataset->n = kept;
    return MIEV_OK;
}
