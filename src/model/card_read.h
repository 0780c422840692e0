/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of a card share among themselves. */
#ifndef MIEV_MODEL_CARD_READ_H
#define MIEV_MODEL_CARD_READ_H

#include <jansson.h>

#include "model/card.h"

/* Field `key` of an object is one of the words allowed there (NULL ends them); *choice is its place
 * in the list. */
MIEV_MUST_USE int miev_card_choice(const json_t *object, const char *key,
                                   const char *const *allowed, size_t *choice,
                                   struct miev_error *err);

/* The path of `name` beside the card, which field `key` names. MIEV_ERR_INVALID when it climbs out
 * of the card's folder. */
MIEV_MUST_USE int miev_card_beside(const char *card_path, const char *key, const char *name,
                                   char *out, size_t capacity, struct miev_error *err);

/* "files" and "accuracy" of a card. */
MIEV_MUST_USE int miev_card_read_files(const json_t *root, const char *card_path,
                                       struct miev_card *card, struct miev_error *err);
MIEV_MUST_USE int miev_card_read_accuracies(const json_t *root, struct miev_card *card,
                                            struct miev_error *err);

#endif
