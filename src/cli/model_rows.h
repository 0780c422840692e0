/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of the catalog `miev models` shows, and in what order. */
#ifndef MIEV_CLI_MODEL_ROWS_H
#define MIEV_CLI_MODEL_ROWS_H

#include <jansson.h>

#include "model/catalog.h"

struct model_question {
    const char *search, *task; /* NULL: any */
    const char *sort;          /* "accuracy", "carbon", "size", "name"; NULL: by cost */
    double max_mb;             /* 0: any size */
    bool far;                  /* also those that are not here */
};

struct model_row {
    const struct miev_card *card;
    const struct miev_card_file *file;
    size_t place;      /* in the catalog */
    const char *group; /* rows are sorted within: accuracies of two data sets are no order */
    double grams;      /* per inference, the last measured here; NAN: none */
    double measure;    /* what rows are sorted by, smallest first; INFINITY: not known */
};

struct model_rows {
    struct model_row *list; /* owned */
    size_t n;
    size_t n_far;          /* models that are left out because they are not here */
    size_t n_unknown_size; /* files that are left out because nobody tells their size */
};

/* Megabytes of a file, told or about; NAN: not known. */
double model_megabytes(const struct miev_card_file *file);

/* last: what miev_finding_all_last gives. False without memory. model_rows_finish when done. */
bool model_rows_make(struct model_rows *rows, const struct miev_catalog *catalog,
                     const struct model_question *question, const json_t *last);
void model_rows_finish(struct model_rows *rows);

#endif
