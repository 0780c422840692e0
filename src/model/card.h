/* SPDX-License-Identifier: Apache-2.0 */
/* A model's card: what it is, what goes in, what comes out, how right it is and who says so. */
#ifndef MIEV_MODEL_CARD_H
#define MIEV_MODEL_CARD_H

#include <stdbool.h>
#include <stddef.h>

#include "model/labels.h"

#define MIEV_CARD_MAX_FILES      8
#define MIEV_CARD_MAX_ACCURACIES 8

struct miev_card_file {
    char precision[16]; /* "float32", "int8" */
    char format[16];    /* "tflite", "onnx", "saved_model"; "" when nobody says */
    char path[512];     /* absolute, or as given on the command line; "": not here */
    char address[512];  /* where it can be pulled from; "" when it came otherwise */
    char member[256];   /* the file inside, when the address gives an archive; else "" */
    bool verified;      /* sha256 is known, and somebody checked a file against it */
    char sha256[65];    /* "" when not known */
    size_t bytes;       /* 0 when not known */
    size_t bytes_about; /* as the publisher rounds it, where bytes is not known; else 0 */
};

struct miev_card_accuracy {
    char precision[16];
    char dataset[64], split[32], source[256];
    size_t images;
    double top1, top1_low, top1_high; /* 0..1; the bounds hold the true share with 95 % */
    double top5;                      /* NAN when not told */
};

/* How a model comes to be in the catalog. */
enum miev_place {
    MIEV_PLACE_BUNDLED, /* with this program; also a card that is named by its path */
    MIEV_PLACE_KNOWN,   /* by its address alone: none of its files is here */
    MIEV_PLACE_PULLED,  /* at least one of its files lies in the depot */
};
/* "bundled", "known", "pulled". */
const char *miev_place_name(enum miev_place place);

/* Whose word something is, weakest first. */
enum miev_origin {
    MIEV_ORIGIN_GUESS,
    MIEV_ORIGIN_METADATA, /* the model file tells it itself */
    MIEV_ORIGIN_CARD,
    MIEV_ORIGIN_OPTION, /* the user, who overrides the others */
};
/* "guess", ...: as in the report. */
const char *miev_origin_name(enum miev_origin origin);

struct miev_card {
    char name[128], task[64], summary[512], publisher[128], source[256], licence[64];
    double parameters, macs; /* of one inference; 0: not known */
    bool bare;               /* of a model file without a card: tells only what options told */
    bool starter;            /* one of the few to begin with */
    enum miev_place place;
    char **labels; /* n_labels words, owned; none when nobody knows them, or not read yet */
    size_t n_labels;
    size_t n_outputs;       /* classes */
    char labels_path[512];  /* the list that the labels stand in; "": in the card, or unknown */
    unsigned width, height; /* 0: take the model's own */
    bool channels_first, bgr;
    double mean[3], std[3];
    bool raw;          /* in place of mean and std: pixels as they are, in the tensor's own steps */
    char resize[16];   /* "stretch", "crop", "letterbox" */
    double crop_ratio; /* of "crop": share of the largest middle part's sides that is kept */
    enum miev_origin normalisation_from, resize_from, labels_from;
    bool logits; /* outputs need a softmax; false: probabilities */
    bool output_known;
    size_t n_files, n_accuracies;
    struct miev_card_file files[MIEV_CARD_MAX_FILES];
    struct miev_card_accuracy accuracies[MIEV_CARD_MAX_ACCURACIES];
};

/* Read and check a card; relative file paths become relative to the card's folder. place is
 * MIEV_PLACE_KNOWN when none of its files has a path, else MIEV_PLACE_BUNDLED. A list of labels in
 * a file of its own is read for a model that is here alone: a catalog of many that are not would
 * read megabytes for nothing. The caller calls miev_card_finish. */
MIEV_MUST_USE int miev_card_load(const char *path, struct miev_card *out, struct miev_error *err);
/* Read the list that was left unread; nothing when there is none or it was read.
 * MIEV_ERR_INVALID when it has not one label for each output. */
MIEV_MUST_USE int miev_card_load_labels(struct miev_card *card, struct miev_error *err);
/* A card for a bare model file, of which nothing is read. MIEV_ERR_INVALID when there is no such
 * file, or when it is a folder, in words that say what folder. */
MIEV_MUST_USE int miev_card_for_file(const char *path, struct miev_card *out,
                                     struct miev_error *err);
/* The same for a model that is no file: one served elsewhere, named by its address. */
MIEV_MUST_USE int miev_card_bare(const char *name, struct miev_card *out, struct miev_error *err);
void miev_card_finish(struct miev_card *card);

const struct miev_card_file *miev_card_file_of(const struct miev_card *card, const char *precision);
const struct miev_card_accuracy *miev_card_accuracy_of(const struct miev_card *card,
                                                       const char *precision);

#endif
