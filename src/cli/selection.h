/* SPDX-License-Identifier: Apache-2.0 */
/* The models that the words of a command name. */
#ifndef MIEV_CLI_SELECTION_H
#define MIEV_CLI_SELECTION_H

#include "model/catalog.h"
#include "model/override.h"
#include "study/study.h"

struct selection {
    struct miev_catalog catalog;
    struct miev_card *own; /* cards of files named by path, n_own of them */
    size_t n_own;
    struct miev_study_entry entries[MIEV_STUDY_MAX_MODELS];
    size_t n;
};

/* Each word is a bundled model ("cifar10-nano", "cifar10-nano:int8"), a model file (./my.tflite) or
 * a card (./my.json); without words all bundled ones. precision: "float32", "int8" or "all".
 * override: changes all that are named by a path. Those with the same name are told apart by the
 * folders before it. MIEV_ERR_INVALID: a word that is wrong, or an override of nothing.
 * selection_finish in any case. */
MIEV_MUST_USE int selection_make(struct selection *selection, char **words, size_t n_words,
                                 const char *precision, const struct miev_override *override,
                                 struct miev_error *err);
void selection_finish(struct selection *selection);

#endif
