/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a list of labels, and as the words of --normalise and --crop. */
#include <math.h>

#include "fuzz.h"
#include "model/override.h"

static void check_labels(const char *text, size_t size)
{
    struct miev_labels labels = {0};
    struct miev_error err = {0};
    if (miev_labels_parse(text, size, &labels, &err) != MIEV_OK) {
        if (labels.list || err.message[0] == '\0')
            abort();
        return;
    }
    if (labels.n < 2 || labels.n > MIEV_LABELS_MAX)
        abort();
    for (size_t i = 0; i < labels.n; i++)
        if (labels.list[i][0] == '\0' || strchr(labels.list[i], '\n'))
            abort();
    miev_labels_finish(&labels);
}

static void check_words(const char *text)
{
    struct miev_error err;
    struct miev_card card = {.bare = true};
    const struct miev_override normalise = {.normalise = text}, crop = {.crop = text};
    if (miev_card_override(&card, &normalise, &err) == MIEV_OK)
        for (size_t i = 0; i < 3; i++)
            if (!isfinite(card.mean[i]) || !(card.std[i] > 0) || !isfinite(card.std[i]))
                abort();
    if (miev_card_override(&card, &crop, &err) == MIEV_OK &&
        !(card.crop_ratio >= 0.1 && card.crop_ratio <= 1))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    check_labels(text, size);
    check_words(text);
    free(text);
    return 0;
}
