/* SPDX-License-Identifier: Apache-2.0 */
/* What a user says about a model, against its card, its metadata and every guess. */
#ifndef MIEV_MODEL_OVERRIDE_H
#define MIEV_MODEL_OVERRIDE_H

#include "model/card.h"

/* NULL: not said. */
struct miev_override {
    const char *labels; /* a file, see model/labels.h */
    /* A word ("raw", "unit", "signed", "imagenet", "caffe") or MEAN/STD: one number or three parted
     * by commas, for pixels 0 to 255, in the order of the tensor's channels; "bgr:" before it puts
     * blue first. */
    const char *normalise;
    /* "stretch", "letterbox", "crop", or the share of the middle part's sides that is kept: "0.875"
     * or "87.5%". */
    const char *crop;
};

/* Change a card. Its published accuracies go when what the model sees changes: they were found with
 * other pictures. MIEV_ERR_INVALID and the like say which of the three is wrong; the card is then
 * not used any further. */
MIEV_MUST_USE int miev_card_override(struct miev_card *card, const struct miev_override *with,
                                     struct miev_error *err);

#endif
