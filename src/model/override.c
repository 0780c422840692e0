/* SPDX-License-Identifier: Apache-2.0 */
#include "model/override.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/file.h"

#define BGR_PREFIX "bgr:"

/* The conventions that most published classifiers follow. */
static const struct {
    const char *word;
    bool raw, bgr;
    double mean[3], std[3];
} conventions[] = {
    {"raw", true, false, {0, 0, 0}, {1, 1, 1}},
    {"unit", false, false, {0, 0, 0}, {255, 255, 255}},
    {"signed", false, false, {127.5, 127.5, 127.5}, {127.5, 127.5, 127.5}},
    {"imagenet", false, false, {123.675, 116.28, 103.53}, {58.395, 57.12, 57.375}},
    {"caffe", false, true, {103.939, 116.779, 123.68}, {1, 1, 1}},
};

static int refuse_normalise(const char *word, struct miev_error *err)
{
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "the normalisation '%.60s' is none of raw, unit, signed, imagenet and "
                          "caffe, nor MEAN/STD (one number or three parted by commas, of pixels 0 "
                          "to 255, STD above 0; \"bgr:\" before it for blue first)",
                          word);
}

/* "127.5" or "1,2,3" of length characters. */
static int read_numbers(const char *text, size_t length, double out[3])
{
    char numbers[96], *next = numbers;
    size_t n = 0;
    if (length >= sizeof(numbers))
        return MIEV_ERR_INVALID;
    memcpy(numbers, text, length);
    numbers[length] = '\0';
    for (char *comma; next && n < 3; next = comma ? comma + 1 : NULL, n++) {
        comma = strchr(next, ',');
        if (comma)
            *comma = '\0';
        if (miev_parse_double(next, &out[n], NULL) != MIEV_OK)
            return MIEV_ERR_INVALID;
    }
    if (n == 1)
        out[1] = out[2] = out[0];
    return !next && n != 2 ? MIEV_OK : MIEV_ERR_INVALID;
}

static int set_normalisation(struct miev_card *card, const char *word, struct miev_error *err)
{
    double mean[3], std[3];
    const char *numbers = word;
    card->normalisation_from = MIEV_ORIGIN_OPTION;
    for (size_t i = 0; i < sizeof(conventions) / sizeof(conventions[0]); i++) {
        if (strcmp(word, conventions[i].word) != 0)
            continue;
        card->raw = conventions[i].raw;
        card->bgr = conventions[i].bgr;
        memcpy(card->mean, conventions[i].mean, sizeof(card->mean));
        memcpy(card->std, conventions[i].std, sizeof(card->std));
        return MIEV_OK;
    }
    bool bgr = strncmp(word, BGR_PREFIX, strlen(BGR_PREFIX)) == 0;
    if (bgr)
        numbers += strlen(BGR_PREFIX);
    const char *slash = strchr(numbers, '/');
    if (!slash || read_numbers(numbers, (size_t)(slash - numbers), mean) != MIEV_OK ||
        read_numbers(slash + 1, strlen(slash + 1), std) != MIEV_OK || !(std[0] > 0) ||
        !(std[1] > 0) || !(std[2] > 0))
        return refuse_normalise(word, err);
    card->raw = false;
    card->bgr = bgr;
    memcpy(card->mean, mean, sizeof(mean));
    memcpy(card->std, std, sizeof(std));
    return MIEV_OK;
}

static int set_crop(struct miev_card *card, const char *word, struct miev_error *err)
{
    static const char *const words[] = {"stretch", "letterbox", "crop"};
    char number[32];
    double ratio = 1;
    card->resize_from = MIEV_ORIGIN_OPTION;
    card->crop_ratio = 1;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i]) == 0) {
            (void)snprintf(card->resize, sizeof(card->resize), "%s", words[i]);
            return MIEV_OK;
        }
    }
    int length = snprintf(number, sizeof(number), "%s", word);
    bool percent = length > 1 && word[length - 1] == '%';
    if (percent && (size_t)length < sizeof(number))
        number[length - 1] = '\0';
    int rc = miev_parse_double(number, &ratio, NULL);
    if (percent)
        ratio /= 100;
    if (rc != MIEV_OK || !(ratio >= 0.1 && ratio <= 1))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the crop '%.60s' is none of stretch, letterbox and crop, nor a "
                              "share from 0.1 to 1 (or 10%% to 100%%) of the photo's middle",
                              word);
    (void)snprintf(card->resize, sizeof(card->resize), "crop");
    card->crop_ratio = ratio;
    return MIEV_OK;
}

static int set_labels(struct miev_card *card, const char *path, struct miev_error *err)
{
    struct miev_labels labels;
    int rc = miev_labels_load(path, &labels, err);
    if (rc != MIEV_OK)
        return rc;
    struct miev_labels old = {card->labels, card->n_labels};
    miev_labels_finish(&old);
    card->labels = labels.list;
    card->n_labels = labels.n;
    card->labels_from = MIEV_ORIGIN_OPTION;
    return MIEV_OK;
}

int miev_card_override(struct miev_card *card, const struct miev_override *with,
                       struct miev_error *err)
{
    int rc = MIEV_OK;
    if (with->labels)
        rc = set_labels(card, with->labels, err);
    if (rc == MIEV_OK && with->normalise)
        rc = set_normalisation(card, with->normalise, err);
    if (rc == MIEV_OK && with->crop)
        rc = set_crop(card, with->crop, err);
    if (with->normalise || with->crop)
        card->n_accuracies = 0;
    return rc;
}
