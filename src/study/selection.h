/* SPDX-License-Identifier: Apache-2.0 */
/* The models that the words of a command name. */
#ifndef MIEV_STUDY_SELECTION_H
#define MIEV_STUDY_SELECTION_H

#include "model/catalog.h"
#include "model/override.h"
#include "study/study.h"

struct miev_selection {
    struct miev_catalog catalog;
    struct miev_card *own; /* cards of files named by path, n_own of them */
    size_t n_own;
    struct miev_study_entry entries[MIEV_STUDY_MAX_MODELS];
    size_t n;
};

/* Each word is a model of the catalog ("cifar10-nano", "cifar10-nano:int8"), a model file
 * (./my.tflite) or a card (./my.json); without words all bundled ones. precision: "float32", "int8"
 * or "all". MIEV_ERR_UNAVAILABLE: it is known by its address alone, and how to pull it.
 * override: changes all that are named by a path. Those with the same name are told apart by the
 * folders before it. MIEV_ERR_INVALID: a word that is wrong, or an override of nothing.
 * miev_selection_finish in any case. */
MIEV_MUST_USE int miev_selection_make(struct miev_selection *selection, char **words,
                                      size_t n_words, const char *precision,
                                      const struct miev_override *override, struct miev_error *err);
/* Let go of the catalog's other cards, for a selection that waits long. */
void miev_selection_trim(struct miev_selection *selection);
void miev_selection_finish(struct miev_selection *selection);

#endif
