/* SPDX-License-Identifier: Apache-2.0 */
/* How pixels become numbers, and by whose word: an option before a card before the file's own
 * metadata before a guess. Pure; no file is read. */
#ifndef MIEV_STUDY_PREPROCESS_H
#define MIEV_STUDY_PREPROCESS_H

#include <jansson.h>

#include "media/media.h"
#include "model/card.h"

struct miev_preprocess {
    unsigned width, height;
    enum miev_resize resize;
    double crop_ratio;
    struct miev_pixel_format pixels;
    enum miev_origin normalisation_from, resize_from;
};

/* What a bare file tells of itself, as its worker answered. */
struct miev_file_metadata {
    bool normalised;
    double mean[3], std[3];
    struct miev_labels labels; /* n 0: none that can be used; owned */
    char labels_name[128];
};

/* The worker's answer to "metadata", checked like everything that it says. What is there and cannot
 * be used is said in guesses. miev_labels_finish(&out->labels) when done. */
MIEV_MUST_USE int miev_file_metadata_read(const json_t *answer, struct miev_file_metadata *out,
                                          json_t *guesses, struct miev_error *err);

/* Settle normalisation and resize of an input whose width, height and layout are settled. input:
 * its dtype and shape, and scale and zero_point where it is quantised. What had to be guessed is
 * added to guesses, in words. */
void miev_preprocess_settle(const struct miev_card *card, const struct miev_file_metadata *metadata,
                            const json_t *input, struct miev_preprocess *out, json_t *guesses);

/* As in the report. New reference. */
json_t *miev_preprocess_json(const struct miev_preprocess *preprocess);

#endif
