/* SPDX-License-Identifier: Apache-2.0 */
/* What a person needs to use a model elsewhere: programs that load it and prepare a picture as it
 * wants it, and the words of a paper. Texts come from cards and files of others: each maker quotes
 * them in its own language. Each returns false when the stream failed. */
#ifndef MIEV_EXPORT_USE_H
#define MIEV_EXPORT_USE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum miev_use_output {
    MIEV_USE_PROBABILITIES,
    MIEV_USE_LOGITS,
    MIEV_USE_UNKNOWN, /* which of both the scores tell by themselves */
};

/* Texts are "" where they are not known. */
struct miev_use {
    const char *name;      /* "cifar10-nano:int8" */
    const char *file_name; /* as it would be called in a folder: "cifar10-nano.int8.tflite" */
    const char *format;    /* "tflite", "onnx" or "saved_model" */
    const char *sha256, *address, *publisher, *title, *source, *licence;
    const json_t *preprocessing; /* as in a report's model */
    const char *const *labels;
    size_t n_labels, n_outputs; /* 0: not known */
    enum miev_use_output output;
    const json_t *report, *model; /* the newest that measured it, and it there; NULL: none */
};

/* Both need preprocessing and a format that has them, the one in C the number of classes too. */
bool miev_use_python(const struct miev_use *use, FILE *file);
bool miev_use_c(const struct miev_use *use, FILE *file);
/* How its energy was measured, for a paper. Needs a report with the model's energy. */
bool miev_use_methods(const struct miev_use *use, FILE *file);
/* Entries of the model's source and of MIEV. */
bool miev_use_bibtex(const struct miev_use *use, FILE *file);

#endif
