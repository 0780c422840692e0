/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures whose right answer is known: a folder per class, or a list file. Their names come from
 * outside; no path leads out of the dataset's folder, and nothing here decodes a picture. */
#ifndef MIEV_EVAL_DATASET_H
#define MIEV_EVAL_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miev.h"

#define MIEV_DATASET_MAX_IMAGES     2000000u
#define MIEV_DATASET_MAX_CLASSES    65536u
#define MIEV_DATASET_MAX_LIST_BYTES ((size_t)256 << 20)

struct miev_dataset_image {
    char *path; /* relative to the dataset's folder, owned */
    uint32_t class_index;
};

struct miev_dataset {
    char name[256];                    /* of the folder or list, without where it lies */
    int folder;                        /* descriptor that paths are opened below, -1: none */
    struct miev_dataset_image *images; /* owned */
    size_t n;
    char **classes; /* names as they stand there, sorted; owned */
    size_t n_classes;
    size_t n_found;  /* images before miev_dataset_draw left some out */
    char sha256[65]; /* of all drawn paths, classes and bytes; "" before miev_dataset_hash */
    /* A format among its pictures that a decoder has to prepare for (miev_image_prepare), or NULL;
     * known after miev_dataset_hash. */
    const char *to_prepare;
};

/* List the pictures at path: a folder with a folder for each class (hidden names are passed over),
 * or a text file with lines "picture label" (parted by tab, comma or blank; # begins a remark;
 * paths count from the list's folder). Sorted by class and path. miev_dataset_finish in any case.
 */
MIEV_MUST_USE int miev_dataset_open(const char *path, struct miev_dataset *out,
                                    struct miev_error *err);
/* The same from the text of a list; for miev_dataset_open and for tests. Adds to *out. */
MIEV_MUST_USE int miev_dataset_read_list(const char *text, size_t length, struct miev_dataset *out,
                                         struct miev_error *err);
void miev_dataset_finish(struct miev_dataset *dataset);

/* Take out the classes i for which leave[i] is true, with their images, before anything is drawn.
 */
void miev_dataset_leave_out(struct miev_dataset *dataset, const bool *leave);

/* Leave `limit` images (0: all), of each class in proportion, drawn by the seed. */
MIEV_MUST_USE int miev_dataset_draw(struct miev_dataset *dataset, size_t limit, uint64_t seed,
                                    struct miev_error *err);
/* Put them in an order that only the seed decides, so that what is done of them at any time is a
 * fair sample. After miev_dataset_hash, whose result is that of the sorted list. */
void miev_dataset_shuffle(struct miev_dataset *dataset, uint64_t seed);

/* Open one image for reading, a regular file below the dataset's folder, and tell its length.
 * Returns the descriptor (caller closes), or a status that names the file. */
MIEV_MUST_USE int miev_dataset_image_open(const struct miev_dataset *dataset, size_t i,
                                          size_t *length, struct miev_error *err);

/* Fill sha256. A file that cannot be read counts with its name alone. MIEV_ERR_INTERRUPTED once
 * stopped() says so. */
MIEV_MUST_USE int miev_dataset_hash(struct miev_dataset *dataset, bool (*stopped)(void *context),
                                    void *context, struct miev_error *err);

#endif
