/* SPDX-License-Identifier: Apache-2.0 */
/* A model's card: what it is, what goes in, what comes out, how right it is and who says so. */
#ifndef MIEV_MODEL_CARD_H
#define MIEV_MODEL_CARD_H

#include <stdbool.h>
#include <stddef.h>

#include "miev.h"

#define MIEV_CARD_MAX_FILES      8
#define MIEV_CARD_MAX_ACCURACIES 8
#define MIEV_CARD_MAX_LABELS     65536

struct miev_card_file {
    char precision[16]; /* "float32", "int8" */
    char path[512];     /* absolute, or as given on the command line */
    char sha256[65];    /* "" when not known */
    size_t bytes;
};

struct miev_card_accuracy {
    char precision[16];
    char dataset[64], split[32], source[256];
    size_t images;
    double top1, top1_low, top1_high; /* 0..1 */
};

struct miev_card {
    char name[128], task[64], summary[512], publisher[128], source[256], licence[64];
    double parameters, macs; /* of one inference; 0: not known */
    char **labels;           /* n_labels words, owned */
    size_t n_labels;
    unsigned width, height; /* 0: take the model's own */
    bool channels_first, bgr;
    double mean[3], std[3];
    bool normalisation_known; /* false for a bare file: guessed from the tensor's type */
    char resize[16];          /* "stretch", "crop", "letterbox" */
    bool logits;              /* outputs need a softmax; false: probabilities */
    bool output_known;
    size_t n_files, n_accuracies;
    struct miev_card_file files[MIEV_CARD_MAX_FILES];
    struct miev_card_accuracy accuracies[MIEV_CARD_MAX_ACCURACIES];
};

/* Read and check a card; relative file paths become relative to the card's folder. The caller calls
 * miev_card_finish. */
MIEV_MUST_USE int miev_card_load(const char *path, struct miev_card *out, struct miev_error *err);
/* A card for a bare model file. */
MIEV_MUST_USE int miev_card_for_file(const char *path, struct miev_card *out,
                                     struct miev_error *err);
void miev_card_finish(struct miev_card *card);

const struct miev_card_file *miev_card_file_of(const struct miev_card *card, const char *precision);
const struct miev_card_accuracy *miev_card_accuracy_of(const struct miev_card *card,
                                                       const char *precision);

#endif
